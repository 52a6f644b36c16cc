"""The file: opened, shared by threads and processes, and set aside when it is damaged."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import platformdirs

from pipeline.errors import HistoryError, Message
from pipeline.history.schema import VERSION, migrate, version_of

FILE_NAME = "history.db"
# The last step of importing 50,000 entries with pictures holds other writers up: 4 s of work, 12 s
# were measured on a busy machine. Waiting is better than losing a description.
BUSY_TIMEOUT_S = 30.0

# Of each connection; one that an older SQLite does not know is passed over by it.
_PRAGMAS = (
    "synchronous = FULL",  # with WAL, a commit is then on the disk when it returns
    "fullfsync = ON",  # on a Mac it is in the disk's cache only, otherwise
    "secure_delete = ON",  # what is deleted is overwritten with zeros
    "foreign_keys = ON",
)


_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Work = Callable[[sqlite3.Connection], _T]


def data_folder() -> Path:
    """Where the history lies: `VOIS_DATA`, else the platform's folder for a user's data."""
    chosen = os.environ.get("VOIS_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("vois", appauthor=False)


class Database:
    """One file, one connection with a lock around it.

    Every process and every instance may write: SQLite lets one writer in at a time, and readers
    are never held up by it. A call that meets damage repairs what it can and is then made once
    more, so its work must change nothing but the file.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file, making it and its folder where needed.

        Raises:
            HistoryError: it cannot be opened, or a newer Vois wrote it.
        """
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._ready = False  # whether the connection has met its file
        self._identity: tuple[int, int] | None = None
        self._notice: HistoryError | None = None
        self.read(version_of)

    def take_notice(self) -> HistoryError | None:
        """A sentence to be said, once, after a damaged file was set aside; else None."""
        with self._lock:
            notice, self._notice = self._notice, None
            return notice

    def read(self, work: _Work[_T]) -> _T:
        """Gives the connection to `work`, which writes nothing, and returns what it returns.

        Raises:
            HistoryError: in words, whatever went wrong with the file.
        """
        with self._lock:
            try:
                return work(self._current())
            except sqlite3.Error as error:
                if not self._repaired(error):
                    raise self._in_words(error) from error
            try:
                return work(self._current())
            except sqlite3.Error as error:
                raise self._in_words(error) from error

    def write(self, work: _Work[_T]) -> _T:
        """As `read`, in a transaction: when it returns, all of it is on the disk, else nothing.

        Raises:
            HistoryError: in words, whatever went wrong with the file.
        """
        return self.read(lambda db: transact(db, work))

    @contextlib.contextmanager
    def separate(self) -> Iterator[sqlite3.Connection]:
        """A connection of one's own, for work so long that others must not wait for it.

        Raises:
            HistoryError: in words, whatever went wrong with the file.
        """
        self.read(version_of)
        try:
            with contextlib.closing(_connect(self.path)) as db:
                _tune(db)
                yield db
        except sqlite3.Error as error:
            raise self._in_words(error) from error

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        with self._lock:
            self._ready = False
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _current(self) -> sqlite3.Connection:
        # A file that somebody deleted or set aside can still be written, and nobody would ever
        # find what is in it: so its name is asked each time, which takes a few microseconds.
        if self._ready and _identity(self.path) != self._identity:
            self.close()
        if self._connection is None or not self._ready:
            self.close()
            try:
                _make(self.path)
            except OSError as error:
                raise HistoryError(Message.HISTORY_NOT_WRITABLE, folder=self.path.parent) from error
            self._identity = _identity(self.path)
            self._connection = _connect(self.path)
            try:
                _prepare(self._connection)
            except HistoryError:
                self.close()
                raise
            self._ready = True
        return self._connection

    def _repaired(self, error: sqlite3.Error) -> bool:
        """Whether it is worth trying again."""
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        _log.warning("%s is damaged: %s", self.path, error)
        if code == sqlite3.SQLITE_CORRUPT_VTAB and self._connection is not None:
            # Only the search index, which can be made again from the entries.
            with contextlib.suppress(sqlite3.Error):
                transact(self._connection, _rebuild)
                return True
        if _identity(self.path) == self._identity:  # else another process has done it
            self._set_aside()
        self.close()
        return True

    def _set_aside(self) -> None:
        # While it is open, for closing a file that it cannot read makes SQLite delete the log, and
        # the newest entries are there. Windows moves no open file.
        if sys.platform == "win32":
            self.close()
        now = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{self.path.stem}-damaged-{now}{self.path.suffix}")
        try:
            # The log first: were it to stay behind alone, it would be read into the new file.
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{self.path}{suffix}", f"{aside}{suffix}")
        except OSError as error:
            raise HistoryError(Message.HISTORY_NOT_WRITABLE, folder=self.path.parent) from error
        self._notice = HistoryError(Message.HISTORY_REPLACED, name=aside.name, folder=aside.parent)

    def _in_words(self, error: sqlite3.Error) -> HistoryError:
        if not self._ready:
            self.close()
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        _log.warning("%s: %s (%s)", self.path, error, code)
        if code == sqlite3.SQLITE_FULL:
            return HistoryError(Message.HISTORY_DISK_FULL)
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
            return HistoryError(Message.HISTORY_NOT_WRITABLE, folder=self.path.parent)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return HistoryError(Message.HISTORY_BUSY)
        return HistoryError(
            Message.HISTORY_DISK_FAILED if code == sqlite3.SQLITE_IOERR else Message.HISTORY_FAILED
        )


def transact(db: sqlite3.Connection, work: _Work[_T]) -> _T:
    """Does `work` in a write transaction of its own: all of it or nothing.

    Raises:
        sqlite3.Error: nothing was written.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        result = work(db)
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
            db.execute("ROLLBACK")
        raise
    return result


def _make(path: Path) -> None:
    """The folder and an empty file that only this person may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Only a file that is new is opened here: closing one that SQLite has open in this process
    # would drop SQLite's locks (POSIX).
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )


def _tune(db: sqlite3.Connection) -> None:
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}")


def _prepare(db: sqlite3.Connection) -> None:
    _tune(db)
    if version_of(db) < VERSION:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only heard by an empty file
        db.execute("PRAGMA journal_mode = WAL")  # stays in the file
        transact(db, migrate)


def _rebuild(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO words (words) VALUES ('rebuild')")
