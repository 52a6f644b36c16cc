"""Deletes entries in two steps: hidden at once, so that undo works; overwritten by `sweep`.

A clock set wrong must lose nothing: entries whose days are over are hidden first, too, and come
back when the clock is set back.
"""

from __future__ import annotations

import sqlite3
import time

from pipeline.history.database import Database

_BATCH = 500  # entries per transaction: other writers wait for about 0.1 s at most
_PAGES = 2_000  # of 4 kB that are freed in one step
_DAY_US = 86_400_000_000
# SQLite takes any type for a number, and a text for greater than all of them.
_DAYS = "SELECT owner, days FROM privacy WHERE typeof(days) = 'integer' AND days > 0"
_NOTICED_US = 60_000_000  # a clock that is kept right is set by less


class Clock:
    """Notices when the machine's clock is set ahead, by one that nobody sets."""

    def __init__(self) -> None:
        """Nothing was noticed yet."""
        self._ahead_us = _ahead_us()

    def set_ahead_us(self) -> int:
        """How far it was set ahead since the last call; a machine that slept counts as well."""
        before, self._ahead_us = self._ahead_us, _ahead_us()
        return max(0, self._ahead_us - before)


def _ahead_us() -> int:
    return (time.time_ns() - time.monotonic_ns()) // 1000


def delete(db: sqlite3.Connection, owner: str, number: int | None) -> int:
    """Hides one entry of an owner, or all; inside the caller's transaction.

    Returns:
        How many there were.
    """
    if number is None:
        return _hide(db, owner, "", (), expiry=False)
    return _hide(db, owner, "AND id = ?", (number,), expiry=False)


def _hide(
    db: sqlite3.Connection, owner: str, condition: str, values: tuple[int, ...], *, expiry: bool
) -> int:
    sql = "INSERT INTO deletion (owner, time, expiry) VALUES (?, ?, ?)"
    deletion = db.execute(sql, (owner, time.time_ns() // 1000, expiry)).lastrowid
    sql = f"UPDATE entry SET deletion = ? WHERE owner = ? AND deletion IS NULL {condition}"
    taken = db.execute(sql, (deletion, owner, *values)).rowcount
    if taken == 0:  # nothing to undo, so the previous deletion stays the last one
        db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    return taken


def undoable(db: sqlite3.Connection, owner: str) -> bool:
    """Whether `undo` has something to restore."""
    sql = "SELECT EXISTS (SELECT 1 FROM deletion WHERE owner = ?)"
    return bool(db.execute(sql, (owner,)).fetchone()[0])


def undo(db: sqlite3.Connection, owner: str) -> int:
    """Restores the entries of an owner's last deletion; inside the caller's transaction.

    The person's own deletions come first, then the entries whose days were over; theirs count anew.

    Returns:
        How many entries were restored.
    """
    last = "SELECT id, expiry FROM deletion WHERE owner = ? ORDER BY expiry, id DESC LIMIT 1"
    row = db.execute(last, (owner,)).fetchone()
    if row is None:
        return 0
    deletion, expiry = row
    if expiry:
        sql = "UPDATE entry SET kept_from = ? WHERE deletion = ?"
        db.execute(sql, (time.time_ns() // 1000, deletion))
    db.execute("DELETE FROM deletion WHERE id = ?", (deletion,))
    sql = "UPDATE entry SET deletion = NULL WHERE deletion = ? AND owner = ?"
    return db.execute(sql, (deletion, owner)).rowcount


def sweep(database: Database, clock: Clock, undo_s: float, expired_s: float) -> int:
    """Removes what was deleted long enough ago, and hides entries whose days are over.

    Args:
        database: what to clean.
        clock: has seen the sweeps before; what the clock was set ahead since ages no deletion.
        undo_s: seconds in which a deletion can be undone.
        expired_s: the same for entries whose days were over.

    Returns:
        How many entries were removed.
    """
    removed = 0
    ahead_us = clock.set_ahead_us()
    database.write(lambda db: _mend_times(db, ahead_us))
    database.write(lambda db: _expire(db, undo_s, expired_s))
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


def _mend_times(db: sqlite3.Connection, ahead_us: int) -> None:
    """Corrects what was noted with a clock that was set since.

    Args:
        db: inside a transaction.
        ahead_us: how far it was set ahead since the last sweep.
    """
    now = time.time_ns() // 1000
    if ahead_us >= _NOTICED_US:
        db.execute("UPDATE deletion SET time = time + ?", (ahead_us,))
    # What lies in the future was noted before the clock was set back. Days that were over only by
    # that clock are not over; what a person has deleted is not kept any longer than from now on.
    db.execute(
        "UPDATE entry SET deletion = NULL "
        "WHERE deletion IN (SELECT id FROM deletion WHERE expiry AND time > ?)",
        (now,),
    )
    db.execute("DELETE FROM deletion WHERE expiry AND time > ?", (now,))
    db.execute("UPDATE deletion SET time = ? WHERE time > ?", (now, now))
    db.execute("UPDATE entry SET kept_from = ? WHERE kept_from > ?", (now, now))


def _expire(db: sqlite3.Connection, undo_s: float, expired_s: float) -> None:
    now = time.time_ns() // 1000
    for expiry, seconds in ((False, undo_s), (True, expired_s)):
        sql = "DELETE FROM deletion WHERE expiry = ? AND time <= ?"
        db.execute(sql, (expiry, now - int(seconds * 1_000_000)))
    for owner, days in db.execute(_DAYS).fetchall():
        limit = now - days * _DAY_US
        condition = "AND id < ? AND (kept_from IS NULL OR kept_from < ?)"
        _hide(db, owner, condition, (limit, limit), expiry=True)


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
