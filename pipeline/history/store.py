"""The history of every owner: kept, searched, corrected, deleted and brought back.

Nothing crosses from one owner to another: each statement below names whose entries it means.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import HistoryError, Message
from pipeline.history import deletion
from pipeline.history.database import FILE_NAME, Database, data_folder
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
    to_microseconds,
)
from pipeline.history.insertion import insert, store
from pipeline.history.query import COLUMNS, select, to_entry
from pipeline.history.thumbnail import shrink

UNDO_S = 600  # long enough to change one's mind, short enough that "deleted" is true soon
PAGE = 50
_BATCH = 500  # rows of an export held in memory

_ALL = Filter()


class History:
    """One file of descriptions; safe for threads, and for several processes at once.

    Every call raises HistoryError, with a sentence to be shown and said, when the file cannot be
    used; the app goes on without a history then. After a call, `take_notice` may have a sentence
    too: that a damaged file was set aside and a new one begun.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Opens the history, making it where there is none.

        Args:
            folder: where it lies; None is `data_folder()`.

        Raises:
            HistoryError: it cannot be opened, or a newer Vois wrote it.
        """
        self._database = Database((data_folder() if folder is None else folder) / FILE_NAME)

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._database.path

    def take_notice(self) -> HistoryError | None:
        """A sentence to be said, once, after a damaged file was set aside; else None."""
        return self._database.take_notice()

    def close(self) -> None:
        """Closes the file; the next call opens it again."""
        self._database.close()

    def add(self, owner: str, draft: Draft) -> Entry | None:
        """Keeps a description; when this returns, it is on the disk.

        Returns:
            The entry, or None when this owner wants no history.

        Raises:
            HistoryError: it could not be kept.
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
            HistoryError: this owner has none such, or has deleted it.
        """
        found = self._database.read(lambda db: _one(db, owner, number))
        if found is None:
            raise HistoryError(Message.HISTORY_ENTRY_MISSING)
        return found

    def page(
        self, owner: str, wanted: Filter = _ALL, *, before: int | None = None, limit: int = PAGE
    ) -> list[Entry]:
        """Entries, newest first.

        Args:
            owner: whose.
            wanted: which of them.
            before: the id of the last entry of the page before; None for the first page.
            limit: how many at most; fewer mean that there are no more.
        """
        chosen = select(owner, wanted, before)
        sql = f"SELECT {COLUMNS} {chosen.sql} {chosen.newest_first} LIMIT ?"
        rows = self._database.read(lambda db: db.execute(sql, (*chosen.values, limit)).fetchall())
        return [to_entry(row) for row in rows]

    def entries(self, owner: str, wanted: Filter = _ALL) -> Iterator[Entry]:
        """All entries, newest first, a few hundred in memory at a time.

        What is added meanwhile is not among them, and what is deleted may not be either.
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

    def correct(self, owner: str, number: int, text: str) -> Entry:
        """Puts a person's words beside a description's own; no words take the correction away.

        Raises:
            HistoryError: this owner has no such entry.
        """
        correction = cleaned(text, MAX_TEXT_CHARS) or None

        def work(db: sqlite3.Connection) -> Entry | None:
            sql = "UPDATE entry SET correction = ? WHERE id = ? AND owner = ? AND deletion IS NULL"
            db.execute(sql, (correction, number, owner))
            return _one(db, owner, number)

        corrected = self._database.write(work)
        if corrected is None:
            raise HistoryError(Message.HISTORY_ENTRY_MISSING)
        return corrected

    def delete(self, owner: str, number: int) -> bool:
        """Deletes an entry; False when this owner has no such one. `undo` brings it back."""
        return self._database.write(lambda db: deletion.delete(db, owner, number)) > 0

    def delete_all(self, owner: str) -> int:
        """Deletes all of an owner's entries and says how many; `undo` brings them back."""
        return self._database.write(lambda db: deletion.delete(db, owner, None))

    def undo(self, owner: str) -> int:
        """Brings back what the owner's last deletion took, then the one before, and so on.

        Returns:
            How many entries came back; 0 when there is nothing left that can be undone.
        """
        return self._database.write(lambda db: deletion.undo(db, owner))

    def purge(self, undo_s: float = UNDO_S) -> int:
        """Removes for good what was deleted, and what is older than its owner wants it kept.

        Words, pictures and what the search index knew are overwritten in the file. To be called at
        the start and from time to time, in the background: with 50,000 entries it takes seconds,
        in steps between which others read and write.

        Args:
            undo_s: spare what was deleted so many seconds ago or less; 0 leaves nothing to undo.

        Returns:
            How many entries were removed.
        """
        return deletion.sweep(self._database, undo_s)

    def privacy(self, owner: str) -> Privacy:
        """What this owner lets the history keep."""
        sql = "SELECT history, pictures, days FROM privacy WHERE owner = ?"
        row = self._database.read(lambda db: db.execute(sql, (owner,)).fetchone())
        return Privacy() if row is None else Privacy(bool(row[0]), bool(row[1]), row[2])

    def set_privacy(self, owner: str, wish: Privacy) -> None:
        """Sets what may be kept from now on.

        Existing entries stay until `delete_all` or `purge`.
        """
        _check_owner(owner)
        values = (owner, wish.history, wish.pictures, wish.days)
        sql = "INSERT OR REPLACE INTO privacy VALUES (?, ?, ?, ?)"
        self._database.write(lambda db: db.execute(sql, values))

    def take_in(self, owner: str, incoming: Iterable[tuple[Incoming, bytes]]) -> Imported:
        """Adds entries from elsewhere: all, or none when `incoming` raises or the disk is full.

        An entry that is here already stays as it is; one that was deleted comes back.

        Args:
            owner: who shall have them.
            incoming: entries that have a time, each with its thumbnail or b"".

        Raises:
            HistoryError: nothing was added.
        """
        _check_owner(owner)
        wish = self.privacy(owner)
        if not wish.history:
            raise HistoryError(Message.HISTORY_OFF)
        with self._database.separate() as db:
            return store(db, owner, incoming, pictures=wish.pictures)


def _one(db: sqlite3.Connection, owner: str, number: int) -> Entry | None:
    chosen = select(owner, _ALL)
    sql = f"SELECT {COLUMNS} {chosen.sql} AND entry.id = ?"
    row = db.execute(sql, (*chosen.values, number)).fetchone()
    return None if row is None else to_entry(row)


def _check_owner(owner: str) -> None:
    if not owner or owner != cleaned(owner, MAX_OWNER_CHARS):
        raise HistoryError(Message.HISTORY_OWNER_UNKNOWN)
