"""Opens the SQLite file, shares it between threads and processes, and replaces it if damaged."""

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

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history.schema import VERSION, migrate, version_of

FILE_NAME = "history.db"
# The last transaction of an import of 50,000 entries with pictures blocks other writers for 4 s, on
# a busy machine for 12 s. Waiting is better than losing a description.
BUSY_TIMEOUT_S = 30.0

# For each connection; SQLite ignores a pragma that it does not know.
_PRAGMAS = (
    "synchronous = FULL",  # with WAL, a commit is then on the disk when it returns
    "fullfsync = ON",  # else, on a Mac, it may only be in the disk's cache
    "secure_delete = ON",  # deleted content is overwritten with zeros
    "foreign_keys = ON",
)


_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Work = Callable[[sqlite3.Connection], _T]


class Database:
    """One file with one connection, which a lock protects.

    Several processes and instances may write: SQLite admits one writer at a time and never blocks
    readers (WAL). If a call finds the file damaged, the file is repaired or replaced and `work`
    runs a second time, so `work` must have no effect outside the file.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file; creates it and its folder if needed.

        Raises:
            HistoryError: it cannot be opened, or a newer Vois wrote it.
        """
        self.path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._ready = False  # whether the connection is tuned and the schema is current
        self._identity: tuple[int, int] | None = None
        self._notice: HistoryError | None = None
        self._writes = 0
        self.read(version_of)

    @property
    def change(self) -> str:
        """A name of the file's state: another one after each write, whoever wrote.

        Raises:
            HistoryError: SQLite reported an error.
        """
        others = self.read(lambda db: db.execute("PRAGMA data_version").fetchone()[0])
        return f"{self._identity} {others} {self._writes}"

    def take_notice(self) -> HistoryError | None:
        """The message about a damaged file that was set aside, once; else None."""
        with self._lock:
            notice, self._notice = self._notice, None
            return notice

    def read(self, work: _Work[_T]) -> _T:
        """Returns the result of `work`, which gets the connection and must not write.

        Raises:
            HistoryError: SQLite reported an error.
        """
        with self._lock:
            try:
                return work(self._current())
            except sqlite3.Error as error:
                if not self._repaired(error):
                    raise self._as_history_error(error) from error
            try:
                return work(self._current())
            except sqlite3.Error as error:
                raise self._as_history_error(error) from error

    def write(self, work: _Work[_T]) -> _T:
        """As `read`, in a write transaction: on return all of it is on the disk, else nothing.

        Raises:
            HistoryError: SQLite reported an error.
        """
        result = self.read(lambda db: transact(db, work))
        with self._lock:
            self._writes += 1
        return result

    @contextlib.contextmanager
    def separate(self) -> Iterator[sqlite3.Connection]:
        """A separate connection, for long work that must not hold the lock.

        Raises:
            HistoryError: SQLite reported an error.
        """
        self.read(version_of)
        try:
            with contextlib.closing(_connect(self.path)) as db:
                _tune(db)
                yield db
        except sqlite3.Error as error:
            raise self._as_history_error(error) from error

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        with self._lock:
            self._ready = False
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _current(self) -> sqlite3.Connection:
        # A file that was deleted or moved can still be written, and its data would be lost. So the
        # path is checked each time, which takes a few microseconds.
        if self._ready and _identity(self.path) != self._identity:
            self.close()
        if self._connection is None or not self._ready:
            self.close()
            try:
                _make(self.path)
            except OSError as error:
                raise HistoryError(
                    ErrorCode.HISTORY_NOT_WRITABLE, folder=self.path.parent
                ) from error
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
        """Repairs or replaces a damaged file; whether to try again."""
        code = getattr(error, "sqlite_errorcode", 0)
        if code & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        _log.warning("%s is damaged: %s", self.path, error)
        if code == sqlite3.SQLITE_CORRUPT_VTAB and self._connection is not None:
            # Only the search index is damaged, which can be rebuilt from the entries.
            with contextlib.suppress(sqlite3.Error):
                transact(self._connection, _rebuild)
                return True
        if _identity(self.path) == self._identity:  # else another process has done it
            self._set_aside()
        self.close()
        return True

    def _set_aside(self) -> None:
        # Moved while it is open, because on closing an unreadable file SQLite deletes the log,
        # which has the newest entries. Windows cannot move an open file.
        if sys.platform == "win32":
            self.close()
        now = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{self.path.stem}-damaged-{now}{self.path.suffix}")
        try:
            # The log first: if it alone stayed, SQLite would apply it to the new file.
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{self.path}{suffix}", f"{aside}{suffix}")
        except OSError as error:
            raise HistoryError(ErrorCode.HISTORY_NOT_WRITABLE, folder=self.path.parent) from error
        self._notice = HistoryError(
            ErrorCode.HISTORY_REPLACED, name=aside.name, folder=aside.parent
        )

    def _as_history_error(self, error: sqlite3.Error) -> HistoryError:
        if not self._ready:
            self.close()
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        _log.warning("%s: %s (%s)", self.path, error, code)
        if code == sqlite3.SQLITE_FULL:
            return HistoryError(ErrorCode.HISTORY_DISK_FULL)
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
            return HistoryError(ErrorCode.HISTORY_NOT_WRITABLE, folder=self.path.parent)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return HistoryError(ErrorCode.HISTORY_BUSY)
        return HistoryError(
            ErrorCode.HISTORY_DISK_FAILED
            if code == sqlite3.SQLITE_IOERR
            else ErrorCode.HISTORY_FAILED
        )


def transact(db: sqlite3.Connection, work: _Work[_T]) -> _T:
    """Runs `work` in a write transaction: all of it or nothing.

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
    """Creates the folder and an empty file that only this user may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Only a new file is opened here: closing a file that SQLite has open in this process would
    # release SQLite's locks (POSIX).
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
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # only takes effect in an empty file
        db.execute("PRAGMA journal_mode = WAL")  # persists in the file
        transact(db, migrate)


def _rebuild(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO words (words) VALUES ('rebuild')")
