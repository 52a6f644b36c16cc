"""Deletes entries in two steps: hidden at once, so that undo works; overwritten by `sweep`."""

from __future__ import annotations

import sqlite3
import time

from pipeline.history.database import Database

_BATCH = 500  # entries per transaction: other writers wait for about 0.1 s at most
_PAGES = 2_000  # of 4 kB that are freed in one step
_DAY_US = 86_400_000_000
_EXPIRED = 0  # an id that the table of deletions never has (it starts at 1): cannot be undone


def delete(db: sqlite3.Connection, owner: str, number: int | None) -> int:
    """Hides one entry of an owner, or all; inside the caller's transaction.

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
    if taken == 0:  # nothing to undo, so the previous deletion stays the last one
        db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    return taken


def undo(db: sqlite3.Connection, owner: str) -> int:
    """Restores the entries of an owner's last deletion; inside the caller's transaction.

    Returns:
        How many entries were restored.
    """
    last = "SELECT max(id) FROM deletion WHERE owner = ?"
    (deletion,) = db.execute(last, (owner,)).fetchone()
    if deletion is None:
        return 0
    db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    sql = "UPDATE entry SET deletion = NULL WHERE deletion = ? AND owner = ?"
    return db.execute(sql, (deletion, owner)).rowcount


def sweep(database: Database, undo_s: float) -> int:
    """Removes entries whose undo time or whose owner's retention time is over.

    Returns:
        How many entries were removed.
    """
    removed = 0
    database.write(lambda db: _expire(db, undo_s))
    while batch := database.write(_remove):
        removed += batch
    # FTS5 only marks an entry as deleted and keeps its words until the segments are merged. Its
    # option "secure-delete" avoids that, but needs SQLite 3.42 (Debian 12: 3.40), and older
    # versions cannot read such a file. Merging takes 0.1 s with 50,000 entries.
    database.write(lambda db: db.execute("INSERT INTO words (words) VALUES ('optimize')"))
    while database.read(_shrink):
        pass
    # The log still has the old pages. If a reader blocks this, the next sweep does it.
    database.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    return removed


def _expire(db: sqlite3.Connection, undo_s: float) -> None:
    now = time.time_ns() // 1000
    # A deletion in the future was made before the clock was set back.
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
    """Frees unused pages; whether some are left."""
    (before,) = db.execute("PRAGMA freelist_count").fetchone()
    # `execute` would stop after the first page; a script runs to its end.
    db.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
    (after,) = db.execute("PRAGMA freelist_count").fetchone()
    return bool(0 < after < before)
