"""The history of all owners: add, search, correct, delete, undo and import.

Every statement below has the owner as a condition, so no owner reaches the entries of another.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import ErrorCode, HistoryError
from pipeline.folders import data_folder
from pipeline.history import deletion
from pipeline.history.database import FILE_NAME, Database
from pipeline.history.entry import (
    MAX_OWNER_CHARS,
    MAX_TEXT_CHARS,
    Draft,
    Entry,
    Filter,
    Imported,
    Incoming,
    Privacy,
    cleaned,
    is_language,
    to_microseconds,
)
from pipeline.history.insertion import insert, store
from pipeline.history.query import COLUMNS, select, to_entry
from pipeline.history.thumbnail import shrink

UNDO_S = 600  # time in which a deletion can be undone; then the content is overwritten
EXPIRED_S = 86_400  # the same for entries whose days are over: a wrong clock is noticed by then
PAGE = 50
_BATCH = 500  # rows of an export held in memory

_ALL = Filter()


class History:
    """One file of descriptions; safe for several threads and processes.

    Every method raises HistoryError if the file cannot be used; the app then continues without a
    history. After a call, `take_notice` may return a message that a damaged file was replaced.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Opens the history; creates it if there is none.

        Args:
            folder: the folder of the file; None is `data_folder()`.

        Raises:
            HistoryError: it cannot be opened, or a newer Vois wrote it.
        """
        self._database = Database((data_folder() if folder is None else folder) / FILE_NAME)
        self._clock = deletion.Clock()

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._database.path

    @property
    def change(self) -> str:
        """A name of the history's state, the same for all who read it: another after each write."""
        return self._database.change

    def take_notice(self) -> HistoryError | None:
        """The message about a damaged file that was set aside, once; else None."""
        return self._database.take_notice()

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        self._database.close()

    def add(self, owner: str, draft: Draft) -> Entry | None:
        """Stores a description; on return it is on the disk.

        Returns:
            The entry, or None if this owner keeps no history.

        Raises:
            HistoryError: it could not be stored.
        """
        _check_owner(owner)
        wish = self.privacy(owner)
        if not wish.history:
            return None
        jpeg = shrink(draft.picture) if wish.pictures and draft.picture else b""
        moment = dt.datetime.now(dt.UTC) if draft.time is None else draft.time
        new = Incoming(str(uuid.uuid4()), None, draft)

        def work(db: sqlite3.Connection) -> Entry | None:
            return _one(db, owner, insert(db, owner, new, to_microseconds(moment), jpeg))

        return self._database.write(work)

    def entry(self, owner: str, number: int) -> Entry:
        """One entry by its id.

        Raises:
            HistoryError: this owner has no such entry, or has deleted it.
        """
        found = self._database.read(lambda db: _one(db, owner, number))
        if found is None:
            raise HistoryError(ErrorCode.HISTORY_ENTRY_MISSING)
        return found

    def page(
        self, owner: str, wanted: Filter = _ALL, *, before: int | None = None, limit: int = PAGE
    ) -> list[Entry]:
        """Entries, newest first.

        Args:
            owner: whose.
            wanted: which of them.
            before: the id of the last entry of the page before; None for the first page.
            limit: most entries; fewer are returned only on the last page.
        """
        chosen = select(owner, wanted, before)
        sql = f"SELECT {COLUMNS} {chosen.sql} {chosen.newest_first} LIMIT ?"
        rows = self._database.read(lambda db: db.execute(sql, (*chosen.values, limit)).fetchall())
        return [to_entry(row) for row in rows]

    def entries(self, owner: str, wanted: Filter = _ALL) -> Iterator[Entry]:
        """All entries, newest first, a few hundred in memory at a time.

        Entries that are added meanwhile are not included; deleted ones may be missing.
        """
        before: int | None = None
        while batch := self.page(owner, wanted, before=before, limit=_BATCH):
            yield from batch
            before = batch[-1].id

    def count(self, owner: str, wanted: Filter = _ALL) -> int:
        """How many entries there are."""
        chosen = select(owner, wanted)
        sql = f"SELECT count(*) {chosen.sql}"
        return int(self._database.read(lambda db: db.execute(sql, chosen.values).fetchone()[0]))

    def picture(self, owner: str, number: int) -> bytes | None:
        """The thumbnail of an entry as JPEG, or None."""
        sql = (
            "SELECT picture.jpeg FROM picture JOIN entry ON entry.id = picture.entry "
            "WHERE entry.id = ? AND entry.owner = ? AND entry.deletion IS NULL"
        )
        row = self._database.read(lambda db: db.execute(sql, (number, owner)).fetchone())
        return None if row is None else bytes(row[0])

    def correct(self, owner: str, number: int, text: str, language: str | None = None) -> Entry:
        """Sets a person's correction beside the description; an empty text removes it.

        Args:
            owner: whose.
            number: the entry's id.
            text: the correction.
            language: its code; None for that of the description.

        Raises:
            HistoryError: this owner has no such entry, or `language` is no code.
        """
        correction = cleaned(text, MAX_TEXT_CHARS) or None
        if language is not None and not is_language(language):
            raise HistoryError(ErrorCode.HISTORY_ENTRY_INVALID)
        values = (correction, language if correction else None, number, owner)

        def work(db: sqlite3.Connection) -> Entry | None:
            db.execute(
                "UPDATE entry SET correction = ?, correction_language = ? "
                "WHERE id = ? AND owner = ? AND deletion IS NULL",
                values,
            )
            return _one(db, owner, number)

        corrected = self._database.write(work)
        if corrected is None:
            raise HistoryError(ErrorCode.HISTORY_ENTRY_MISSING)
        return corrected

    def delete(self, owner: str, number: int) -> bool:
        """Deletes an entry; False if this owner has no such entry. `undo` restores it."""
        return self._database.write(lambda db: deletion.delete(db, owner, number)) > 0

    def delete_all(self, owner: str) -> int:
        """Deletes all entries of an owner and returns their number; `undo` restores them."""
        return self._database.write(lambda db: deletion.delete(db, owner, None))

    def undo(self, owner: str) -> int:
        """Restores the entries of the owner's last deletion; repeated, of the one before.

        Returns:
            How many entries were restored; 0 if no deletion can be undone.
        """
        return self._database.write(lambda db: deletion.undo(db, owner))

    def undoable(self, owner: str) -> bool:
        """Whether `undo` has something to restore, also what another session has deleted."""
        return self._database.read(lambda db: deletion.undoable(db, owner))

    def purge(self, undo_s: float = UNDO_S, expired_s: float = EXPIRED_S) -> int:
        """Removes deleted entries for good, and hides those older than their owner's days.

        Words, pictures and the search index are overwritten in the file. Call it at the start and
        from time to time in the background: with 50,000 entries it takes seconds, in steps between
        which others read and write.

        Args:
            undo_s: keeps deletions of the last so many seconds undoable; 0 keeps none.
            expired_s: the same for entries that were hidden since their days were over.

        Returns:
            How many entries were removed.
        """
        return deletion.sweep(self._database, self._clock, undo_s, expired_s)

    def privacy(self, owner: str) -> Privacy:
        """What may be stored of this owner."""
        sql = "SELECT history, pictures, CAST(days AS INTEGER) FROM privacy WHERE owner = ?"
        row = self._database.read(lambda db: db.execute(sql, (owner,)).fetchone())
        return Privacy() if row is None else Privacy(bool(row[0]), bool(row[1]), row[2])

    def set_privacy(self, owner: str, wish: Privacy) -> None:
        """Sets what may be stored of this owner from now on.

        Existing entries stay until `delete_all` or `purge`.
        """
        _check_owner(owner)
        values = (owner, wish.history, wish.pictures, wish.days)
        sql = "INSERT OR REPLACE INTO privacy VALUES (?, ?, ?, ?)"
        self._database.write(lambda db: db.execute(sql, values))

    def take_in(self, owner: str, incoming: Iterable[tuple[Incoming, bytes]]) -> Imported:
        """Imports entries: all, or none if `incoming` raises or the disk is full.

        Entries that already exist stay unchanged; deleted ones are restored.

        Args:
            owner: the owner of the new entries.
            incoming: entries that have a time, each with its thumbnail or b"".

        Raises:
            HistoryError: nothing was added.
        """
        _check_owner(owner)
        wish = self.privacy(owner)
        if not wish.history:
            raise HistoryError(ErrorCode.HISTORY_OFF)
        with self._database.separate() as db:
            return store(db, owner, incoming, pictures=wish.pictures)


def _one(db: sqlite3.Connection, owner: str, number: int) -> Entry | None:
    chosen = select(owner, _ALL)
    sql = f"SELECT {COLUMNS} {chosen.sql} AND entry.id = ?"
    row = db.execute(sql, (*chosen.values, number)).fetchone()
    return None if row is None else to_entry(row)


def _check_owner(owner: str) -> None:
    if not owner or owner != cleaned(owner, MAX_OWNER_CHARS):
        raise HistoryError(ErrorCode.HISTORY_OWNER_UNKNOWN)
