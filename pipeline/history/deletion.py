"""Deleted entries: hidden first, so that they can come back, and overwritten in the file later."""

from __future__ import annotations

import sqlite3
import time

from pipeline.history.database import Database

_BATCH = 500  # entries a transaction: others wait for at most about 0.1 s
_PAGES = 2_000  # of 4 kB that are handed back to the disk at a time
_DAY_US = 86_400_000_000
_EXPIRED = 0  # a deletion that never stands in its table (it counts from 1): cannot be undone


def delete(db: sqlite3.Connection, owner: str, number: int | None) -> int:
    """Hides one live entry of an owner, or all; inside the caller's transaction.

    Returns:
        How many there were.
    """
    now = time.time_ns() // 1000
    sql = "INSERT INTO deletion (owner, time) VALUES (?, ?)"
    deletion = db.execute(sql, (owner, now)).lastrowid
    sql = "UPDATE entry SET deletion = ? WHERE owner = ? AND deletion IS NULL"
    if number is None:
        taken = db.execute(sql, (deletion, owner)).rowcount
    else:
        taken = db.execute(f"{sql} AND id = ?", (deletion, owner, number)).rowcount
    if taken == 0:  # nothing to bring back: the deletion before stays the last one
        db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    return taken


def undo(db: sqlite3.Connection, owner: str) -> int:
    """Brings back what an owner's last deletion took; inside the caller's transaction.

    Returns:
        How many entries came back.
    """
    last = "SELECT max(id) FROM deletion WHERE owner = ?"
    (deletion,) = db.execute(last, (owner,)).fetchone()
    if deletion is None:
        return 0
    db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    sql = "UPDATE entry SET deletion = NULL WHERE deletion = ? AND owner = ?"
    return db.execute(sql, (deletion, owner)).rowcount


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
    while database.read(_shrink):
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
    """Hands free pages back to the disk, whether some are left."""
    (before,) = db.execute("PRAGMA freelist_count").fetchone()
    # `execute` would stop after the first page; a script is carried out to its end.
    db.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
    (after,) = db.execute("PRAGMA freelist_count").fetchone()
    return bool(0 < after < before)
