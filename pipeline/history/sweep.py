"""Deleted means gone: what was deleted or has expired is overwritten in the file."""

from __future__ import annotations

import sqlite3
import time

from pipeline.history.database import Database

_BATCH = 500  # entries a transaction: others wait for at most about 0.1 s
_PAGES = 2_000  # of 4 kB that are handed back to the disk at a time
_DAY_US = 86_400_000_000
_EXPIRED = 0  # a deletion that never stands in its table (it counts from 1): cannot be undone


def sweep(database: Database, undo_s: float) -> int:
    """Removes what can no longer be undone or has outlived its owner's days.

    Returns:
        How many entries were removed.
    """
    removed = 0
    database.write(lambda db: _condemn(db, undo_s))
    while batch := database.write(_remove):
        removed += batch
    # A search index only notes that an entry is gone, beside its words, until its parts are merged.
    # FTS5's own "secure-delete" does without, but SQLite has it from 3.42 on (Debian 12: 3.40), and
    # older ones cannot read the file any more. It takes 0.1 s with 50,000 entries.
    database.write(lambda db: db.execute("INSERT INTO words (words) VALUES ('optimize')"))
    while database.write(_shrink):
        pass
    # The log still holds pages as they were. Where somebody reads just now, the next sweep does it.
    database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    return removed


def _condemn(db: sqlite3.Connection, undo_s: float) -> None:
    now = time.time_ns() // 1000
    # A deletion in the future is one from before the clock was set back.
    limit = now - int(undo_s * 1_000_000)
    db.execute("DELETE FROM deletion WHERE time <= ? OR time > ?", (limit, now))
    for owner, days in db.execute("SELECT owner, days FROM privacy WHERE days > 0").fetchall():
        db.execute(
            "UPDATE entry SET deletion = ? WHERE owner = ? AND deletion IS NULL AND id < ?",
            (_EXPIRED, owner, now - days * _DAY_US),
        )


def _remove(db: sqlite3.Connection) -> int:
    return db.execute(
        "DELETE FROM entry WHERE id IN (SELECT id FROM entry WHERE deletion IS NOT NULL "
        "AND deletion NOT IN (SELECT id FROM deletion) LIMIT ?)",
        (_BATCH,),
    ).rowcount


def _shrink(db: sqlite3.Connection) -> bool:
    """Hands free pages back to the disk; whether some are left."""
    (before,) = db.execute("PRAGMA freelist_count").fetchone()
    db.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
    (after,) = db.execute("PRAGMA freelist_count").fetchone()
    return bool(0 < after < before)
