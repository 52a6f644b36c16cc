"""The SQLite schema and its migrations."""

from __future__ import annotations

import sqlite3

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history.folding import folded

APPLICATION_ID = 0x566F6973  # "Vois": identifies the file format, also for the program `file`

# One migration per version, never changed after its release; `PRAGMA user_version` counts those
# that a file has had. `entry.id` is the time in microseconds since 1970 (or the next free id), so
# "newest first" is the order of the table and of the search index, and a page is found without
# counting the entries before it. Pictures have their own table, which keeps the entries dense.
_ENTRIES = (
    """CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        uuid TEXT NOT NULL,
        owner TEXT NOT NULL,
        source TEXT NOT NULL,
        text TEXT NOT NULL,
        correction TEXT,
        language TEXT NOT NULL,
        confidence REAL NOT NULL,
        guidance TEXT,
        photo TEXT NOT NULL,
        voice TEXT NOT NULL,
        rate REAL NOT NULL,
        deletion INTEGER,
        UNIQUE (owner, uuid)
    )""",
    """CREATE TABLE picture (
        entry INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
        jpeg BLOB NOT NULL
    )""",
    # An entry whose `deletion` is NULL is live; one whose deletion is in this table can be
    # restored; any other is removed by the next sweep.
    """CREATE TABLE deletion (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        owner TEXT NOT NULL,
        time INTEGER NOT NULL
    )""",
    """CREATE TABLE privacy (
        owner TEXT PRIMARY KEY,
        history INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        days INTEGER
    )""",
    "CREATE INDEX entry_live ON entry (owner) WHERE deletion IS NULL",
    "CREATE INDEX entry_source ON entry (owner, source) WHERE deletion IS NULL",
    "CREATE INDEX entry_deleted ON entry (deletion) WHERE deletion IS NOT NULL",
)

# No prefix index: with 50,000 rows it takes a search from 5 to 0.4 ms, doubles the file and halves
# the speed of writing (tests/bench/history.py has the figures without it).
_SEARCH = (
    """CREATE VIRTUAL TABLE words USING fts5 (
        text, correction, photo,
        content='entry', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )""",
    """CREATE TRIGGER words_insert AFTER INSERT ON entry BEGIN
        INSERT INTO words (rowid, text, correction, photo)
        VALUES (new.id, new.text, new.correction, new.photo);
    END""",
    """CREATE TRIGGER words_delete AFTER DELETE ON entry BEGIN
        INSERT INTO words (words, rowid, text, correction, photo)
        VALUES ('delete', old.id, old.text, old.correction, old.photo);
    END""",
    """CREATE TRIGGER words_update AFTER UPDATE OF text, correction, photo ON entry BEGIN
        INSERT INTO words (words, rowid, text, correction, photo)
        VALUES ('delete', old.id, old.text, old.correction, old.photo);
        INSERT INTO words (rowid, text, correction, photo)
        VALUES (new.id, new.text, new.correction, new.photo);
    END""",
    "INSERT INTO words (words) VALUES ('rebuild')",
)


def _folded_search(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Replaces the search index by one of folded words; its content is a view, to be rebuilt from.

    Args:
        columns: of `entry`, that are searched.
    """
    names = ", ".join(columns)
    new, old = (
        ", ".join([f"{row}.id", *(folded(f"{row}.{column}") for column in columns)])
        for row in ("new", "old")
    )
    add = f"INSERT INTO words (rowid, {names}) VALUES ({new});"
    remove = f"INSERT INTO words (words, rowid, {names}) VALUES ('delete', {old});"
    view = ", ".join(["id", *(f"{folded(column)} AS {column}" for column in columns)])
    return (
        "DROP TRIGGER words_insert",
        "DROP TRIGGER words_delete",
        "DROP TRIGGER words_update",
        "DROP TABLE words",
        "DROP VIEW IF EXISTS folded",
        f"CREATE VIEW folded AS SELECT {view} FROM entry",
        f"""CREATE VIRTUAL TABLE words USING fts5 (
            {names}, content='folded', content_rowid='id',
            tokenize='unicode61 remove_diacritics 2'
        )""",
        f"CREATE TRIGGER words_insert AFTER INSERT ON entry BEGIN {add} END",
        f"CREATE TRIGGER words_delete AFTER DELETE ON entry BEGIN {remove} END",
        f"CREATE TRIGGER words_update AFTER UPDATE OF {names} ON entry BEGIN {remove} {add} END",
        "INSERT INTO words (words) VALUES ('rebuild')",
    )


# A deletion with `expiry` was made since the owner's days were over. They count from `kept_from`,
# where an entry has it (microseconds since 1970): imported, or brought back after its days.
_EXPIRY = (
    "ALTER TABLE deletion ADD COLUMN expiry INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE entry ADD COLUMN kept_from INTEGER",
)

# What was read in the photo.
_READING = (
    "ALTER TABLE entry ADD COLUMN reading TEXT NOT NULL DEFAULT ''",
    *_folded_search(("text", "correction", "photo", "reading")),
)

# Of a correction in another language than the text that it corrects.
_CORRECTION = ("ALTER TABLE entry ADD COLUMN correction_language TEXT",)

# The name of another model whose answer the text is; "" for a description of Vois's own.
_MODEL = ("ALTER TABLE entry ADD COLUMN model TEXT NOT NULL DEFAULT ''",)

_STEPS = (
    _ENTRIES,
    _SEARCH,
    (*_folded_search(("text", "correction", "photo")), *_EXPIRY),
    _READING,
    _CORRECTION,
    _MODEL,
)
VERSION = len(_STEPS)


def version_of(db: sqlite3.Connection) -> int:
    """The version of the schema in the file; 0 for an empty file. Writes nothing.

    Raises:
        HistoryError: a newer Vois or another program wrote it.
        sqlite3.Error: it cannot be read.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    application = int(db.execute("PRAGMA application_id").fetchone()[0])
    tables = int(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and (tables or version or application):
        raise HistoryError(ErrorCode.HISTORY_FOREIGN)
    if version > VERSION:
        raise HistoryError(ErrorCode.HISTORY_NEWER)
    return version


def migrate(db: sqlite3.Connection) -> None:
    """Runs the missing migrations; call it inside a write transaction.

    Raises:
        HistoryError: as `version_of`, which is repeated because another process may have migrated.
        sqlite3.Error: a migration failed.
    """
    for step in _STEPS[version_of(db) :]:
        for statement in step:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")
