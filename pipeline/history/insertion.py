"""Inserts one entry, or a whole archive in one transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable

from pipeline.history.database import transact
from pipeline.history.entry import Imported, Incoming, to_microseconds

_SECOND_US = 1_000_000
_STAGED = (
    "uuid, source, text, correction, language, confidence, guidance, photo, voice, rate, reading, "
    "correction_language, model, time, jpeg"
)


def insert(db: sqlite3.Connection, owner: str, new: Incoming, time_us: int, jpeg: bytes) -> int:
    """Writes an entry and its picture, inside the caller's transaction.

    Returns:
        Its id: `time_us`, or the next free one.
    """
    return _insert(db, owner, (*_values(new), time_us, jpeg), None)


def store(
    db: sqlite3.Connection,
    owner: str,
    incoming: Iterable[tuple[Incoming, bytes]],
    *,
    pictures: bool,
) -> Imported:
    """Inserts imported entries: all or none.

    They are collected in a temporary table, so other writers wait only for the short transaction at
    the end and not while the archive is read.

    Args:
        db: a separate connection.
        owner: the owner of the new entries.
        incoming: entries that have a time, each with its thumbnail or b"".
        pictures: whether thumbnails are stored.
    """
    db.execute(f"CREATE TEMP TABLE staged ({_STAGED}, UNIQUE (uuid))")
    db.execute("BEGIN")
    for new, jpeg in incoming:
        made = to_microseconds(new.draft.time) if new.draft.time is not None else 0
        values = (*_values(new), made, jpeg if pictures else b"")
        db.execute(f"INSERT OR IGNORE INTO staged VALUES ({_marks(len(values))})", values)
    db.execute("COMMIT")
    try:
        return transact(db, lambda db: _take_over(db, owner))
    finally:
        db.execute("DROP TABLE IF EXISTS staged")


def _take_over(db: sqlite3.Connection, owner: str) -> Imported:
    # Whoever imports old entries wants to have them: their days count from now.
    now = time.time_ns() // 1000
    restored = db.execute(
        "UPDATE entry SET deletion = NULL, kept_from = ? WHERE owner = ? "
        "AND deletion IS NOT NULL AND uuid IN (SELECT uuid FROM staged)",
        (now, owner),
    ).rowcount
    (staged,) = db.execute("SELECT count(*) FROM staged").fetchone()
    unknown = db.execute(
        f"SELECT {_STAGED} FROM staged WHERE NOT EXISTS "
        "(SELECT 1 FROM entry WHERE entry.owner = ? AND entry.uuid = staged.uuid) "
        "ORDER BY staged.rowid DESC",  # archives begin with the newest entry
        (owner,),
    )
    fresh = 0
    for row in unknown:
        _insert(db, owner, row, now)
        fresh += 1
    return Imported(added=restored + fresh, known=staged - restored - fresh)


def _insert(
    db: sqlite3.Connection, owner: str, staged: tuple[object, ...], kept_from: int | None
) -> int:
    *values, time_us, jpeg = staged
    number = _free(db, int(str(time_us)))
    db.execute(
        "INSERT INTO entry (id, kept_from, owner, uuid, source, text, correction, language, "
        "confidence, guidance, photo, voice, rate, reading, correction_language, model) "
        f"VALUES ({_marks(len(values) + 3)})",
        (number, kept_from, owner, *values),
    )
    if jpeg:
        db.execute("INSERT INTO picture VALUES (?, ?)", (number, jpeg))
    return number


def _free(db: sqlite3.Connection, number: int) -> int:
    """The id itself if it is free, else one more than the greatest within the next second.

    Counting up one by one would take hours for an archive whose entries all have the same time.
    """
    while db.execute("SELECT 1 FROM entry WHERE id = ?", (number,)).fetchone() is not None:
        last = "SELECT max(id) FROM entry WHERE id BETWEEN ? AND ?"
        number = int(db.execute(last, (number, number + _SECOND_US)).fetchone()[0]) + 1
    return number


def _values(new: Incoming) -> tuple[object, ...]:
    draft = new.draft
    guidance = None if draft.guidance is None else draft.guidance.value
    return (
        new.uuid, draft.source.value, draft.text, new.correction, draft.language,
        draft.confidence, guidance, draft.photo, draft.voice, draft.rate,
        draft.reading, new.correction_language, draft.model,
    )  # fmt: skip


def _marks(count: int) -> str:
    return ", ".join("?" * count)
