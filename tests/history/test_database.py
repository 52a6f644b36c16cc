"""The history's file: kept through kills, several writers, full disks, damage and versions."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import HistoryError
from pipeline.history import Draft, Filter, History, Source
from pipeline.history.schema import APPLICATION_ID, VERSION
from tests.history.killed_writer import kill_often

ROOT = Path(__file__).parents[2]
CAT = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()
ME = "local"


def texts(folder: Path, wanted: str = "") -> list[str]:
    history = History(folder)
    found = [entry.text for entry in history.entries(ME, Filter(text=wanted))]
    notice = history.take_notice()
    history.close()
    assert notice is None
    return found


def keep_one(folder: Path) -> None:
    with contextlib.closing(History(folder)) as history:
        history.add(ME, Draft(Source.UPLOAD, "A dog."))


def fill(folder: Path, count: int = 3) -> Path:
    history = History(folder)
    for number in range(count):
        history.add(ME, Draft(Source.UPLOAD, f"Dog {number}", picture=CAT))
    history.close()
    return history.path


def spoken(error: BaseException) -> str:
    sentence = str(error)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "sqlite" not in sentence.lower()
    assert error.__cause__ is not None  # SQLite's message is kept for the log
    return sentence


# Version 1 as it was; a file that exists somewhere must open for ever.
VERSION_1 = """
PRAGMA application_id = 0x566F6973;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, owner TEXT NOT NULL, source TEXT NOT NULL,
    text TEXT NOT NULL, correction TEXT, language TEXT NOT NULL, confidence REAL NOT NULL,
    guidance TEXT, photo TEXT NOT NULL, voice TEXT NOT NULL, rate REAL NOT NULL,
    deletion INTEGER, UNIQUE (owner, uuid)
);
CREATE TABLE picture (
    entry INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE, jpeg BLOB NOT NULL
);
CREATE TABLE deletion (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, time INTEGER NOT NULL
);
CREATE TABLE privacy (
    owner TEXT PRIMARY KEY, history INTEGER NOT NULL, pictures INTEGER NOT NULL, days INTEGER
);
CREATE INDEX entry_live ON entry (owner) WHERE deletion IS NULL;
CREATE INDEX entry_source ON entry (owner, source) WHERE deletion IS NULL;
CREATE INDEX entry_deleted ON entry (deletion) WHERE deletion IS NOT NULL;
INSERT INTO entry VALUES (1700000000000000, '93981760-1a2b-4c8c-bf67-b7be97f11523', 'local',
    'upload', 'An old dog.', 'A café.', 'en', 0.5, NULL, 'old.jpg', 'offline', 1.0, NULL);
PRAGMA user_version = 1;
"""


def test_a_file_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "history.db")
    db.executescript(VERSION_1)
    db.close()
    assert texts(tmp_path) == texts(tmp_path, "dog") == texts(tmp_path, "cafe") == ["An old dog."]
    fill(tmp_path)
    assert len(texts(tmp_path, "dog")) == 4
    db = sqlite3.connect(tmp_path / "history.db")
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    db.close()


# What version 2 added to version 1.
VERSION_2 = (
    VERSION_1.replace("PRAGMA user_version = 1;", "")
    + """
CREATE VIRTUAL TABLE words USING fts5 (
    text, correction, photo,
    content='entry', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER words_insert AFTER INSERT ON entry BEGIN
    INSERT INTO words (rowid, text, correction, photo)
    VALUES (new.id, new.text, new.correction, new.photo);
END;
CREATE TRIGGER words_delete AFTER DELETE ON entry BEGIN
    INSERT INTO words (words, rowid, text, correction, photo)
    VALUES ('delete', old.id, old.text, old.correction, old.photo);
END;
CREATE TRIGGER words_update AFTER UPDATE OF text, correction, photo ON entry BEGIN
    INSERT INTO words (words, rowid, text, correction, photo)
    VALUES ('delete', old.id, old.text, old.correction, old.photo);
    INSERT INTO words (rowid, text, correction, photo)
    VALUES (new.id, new.text, new.correction, new.photo);
END;
INSERT INTO words (words) VALUES ('rebuild');
PRAGMA user_version = 2;
"""
)


def test_a_file_without_readings_gets_them(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "history.db")
    db.executescript(VERSION_2)
    db.close()
    with contextlib.closing(History(tmp_path)) as history:
        (old,) = history.entries(ME)
        assert (old.text, old.reading, old.model) == ("An old dog.", "", "")
        assert (old.words, old.words_language) == ("A café.", "en")
        history.add(ME, Draft(Source.UPLOAD, "A street.", reading="Pâtisserie"))
        history.correct(ME, old.id, "An old cat.")
    assert texts(tmp_path, "patiss") == ["A street."]
    assert texts(tmp_path, "cat") == texts(tmp_path, "old") == ["An old dog."]
    assert texts(tmp_path, "cafe") == []  # the correction that was replaced is not found any more


def test_a_step_that_fails_leaves_the_older_file(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "history.db")
    db.executescript(VERSION_1)
    db.execute("CREATE TABLE words_update (what TEXT)")
    db.execute("CREATE TRIGGER words_insert AFTER INSERT ON words_update BEGIN SELECT 1; END")
    db.close()
    with pytest.raises(HistoryError) as caught:
        History(tmp_path)
    spoken(caught.value)
    db = sqlite3.connect(tmp_path / "history.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'words'").fetchone() == (0,)
    db.close()


@pytest.mark.parametrize("foreign", [False, True])
def test_a_newer_file_or_another_programs_is_left_alone(tmp_path: Path, foreign: bool) -> None:
    path = fill(tmp_path)
    db = sqlite3.connect(path)
    if foreign:
        db.execute("PRAGMA application_id = 0")
    else:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="another program" if foreign else "newer Vois") as e:
        History(tmp_path)
    assert str(e.value).endswith(".")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["history.db"]


def damage(path: Path, kind: str) -> None:
    data = bytearray(path.read_bytes())
    if kind == "no database":
        data = bytearray(b"This is no database. " * 500)
    elif kind == "cut":
        del data[8192:]
    elif kind == "tables":
        data[100:4096] = b"\xff" * 3996
    elif kind == "entries":
        db = sqlite3.connect(path)
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry'").fetchone()
        db.close()
        data[(page - 1) * 4096 : page * 4096] = os.urandom(4096)
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["no database", "cut", "tables", "entries"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, kind: str) -> None:
    path = fill(tmp_path)
    damage(path, kind)
    damaged = path.read_bytes()
    history = History(tmp_path)
    assert history.add(ME, Draft(Source.UPLOAD, "A new dog."))
    notice = history.take_notice()
    assert notice is not None
    text = str(notice)
    assert re.match("The history was damaged, so a new one was begun.", text)
    (aside,) = tmp_path.glob("history-damaged-*.db")
    assert aside.name in text
    assert str(tmp_path) in text
    assert aside.read_bytes() == damaged
    assert history.take_notice() is None
    assert [entry.text for entry in history.page(ME)] == ["A new dog."]
    history.close()
    assert texts(tmp_path, "new") == ["A new dog."]


def test_a_damaged_search_index_is_made_again(tmp_path: Path) -> None:
    path = fill(tmp_path)
    db = sqlite3.connect(path)
    db.execute("UPDATE words_data SET block = ? WHERE id > 10", (b"\xff" * 30,))
    db.commit()
    db.close()
    assert texts(tmp_path, "dog") == ["Dog 2", "Dog 1", "Dog 0"]  # no notice, nothing lost
    assert len(list(tmp_path.glob("*.db"))) == 1


def test_the_log_is_set_aside_with_its_file(tmp_path: Path) -> None:
    # A log left behind would be read into the new file.
    path = fill(tmp_path)
    reader = sqlite3.connect(path)
    reader.execute("SELECT * FROM entry").fetchone()
    writer = History(tmp_path)
    writer.add(ME, Draft(Source.UPLOAD, "Only in the log."))
    writer.close()
    log = Path(f"{path}-wal")
    kept = log.read_bytes()
    assert b"Only in the log." in kept
    damage(path, "no database")
    reader.close()  # after the damage: SQLite leaves the log of a file that it cannot read
    log.write_bytes(kept)
    history = History(tmp_path)
    assert history.take_notice()
    assert history.page(ME) == []
    history.close()
    assert len(list(tmp_path.glob("history-damaged-*.db-wal"))) == 1


def test_a_file_that_is_removed_is_made_again(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(ME, Draft(Source.UPLOAD, "Dog 0"))
    for file in tmp_path.iterdir():
        file.unlink()
    history.add(ME, Draft(Source.UPLOAD, "Dog 1"))
    history.close()
    assert texts(tmp_path) == ["Dog 1"]


def test_only_this_person_may_read_it(tmp_path: Path) -> None:
    history = History(tmp_path / "new")
    history.add(ME, Draft(Source.UPLOAD, "A dog."))
    modes = {
        file.stat().st_mode & 0o077 for file in [tmp_path / "new", *history.path.parent.iterdir()]
    }
    history.close()
    assert modes == {0}


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that is read-only even for root, who runs the tests in a container."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def shut(folder: Path) -> None:
    folder.chmod(0o555)
    for file in folder.iterdir():
        file.chmod(0o444)
    if os.geteuid() == 0:
        os.seteuid(65534)


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not read-only there")
@pytest.mark.parametrize("filled", [False, True])
def test_a_read_only_folder_is_said(read_only: Path, filled: bool) -> None:
    if filled:
        fill(read_only)
    shut(read_only)
    with pytest.raises(HistoryError, match="may not write") as caught:
        keep_one(read_only)
    assert str(read_only) in spoken(caught.value)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HistoryError, match="Check that the folder exists") as caught:
        History(tmp_path / "file" / "folder")
    spoken(caught.value)


FILL_UP = """
import resource, sys
from pathlib import Path
from pipeline.errors import HistoryError
from pipeline.history import Draft, History, Source
history = History(Path(sys.argv[1]))
picture = Path("assets/samples/cat.jpg").read_bytes()
kept = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
try:
    while kept < 1000:
        history.add("local", Draft(Source.CAMERA, f"Dog {kept}", picture=picture))
        kept += 1
except HistoryError as error:
    print(error)
print(history.count("local"), kept)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
history.add("local", Draft(Source.CAMERA, "A last dog.", picture=picture))
print(history.count("local"), kept + 1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits its files as only Unix can")
def test_a_file_that_cannot_grow_keeps_what_it_has(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILL_UP, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    sentence, counts, after = done.stdout.splitlines()
    assert "could not be read or written" in sentence
    for line in (counts, after):
        found, kept = line.split()
        assert found == kept
    assert int(kept) > 3


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(ME, Draft(Source.UPLOAD, "Dog 0"))
    # SQLite's own measure of "full", for this connection: the same error as the disk's.
    history._database.read(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
    with pytest.raises(HistoryError, match="disk is full") as caught:
        deque((history.add(ME, Draft(Source.UPLOAD, "Dog", picture=CAT)) for _ in range(50)), 0)
    spoken(caught.value)
    kept = history.count(ME)
    history.close()  # and room again
    history.add(ME, Draft(Source.UPLOAD, "Dog", picture=CAT))
    assert history.count(ME) == kept + 1
    history.close()


def test_a_writer_that_does_not_end_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.history.database.BUSY_TIMEOUT_S", 0.1)
    path = fill(tmp_path)
    history = History(tmp_path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert history.count(ME) == 3  # readers do not wait
    with pytest.raises(HistoryError, match="Another window or program") as caught:
        history.add(ME, Draft(Source.UPLOAD, "A dog."))
    spoken(caught.value)
    other.execute("ROLLBACK")
    other.close()
    assert history.add(ME, Draft(Source.UPLOAD, "A dog."))
    history.close()


def test_threads_share_a_history(tmp_path: Path) -> None:
    history = History(tmp_path)
    stop = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not stop.is_set():
            seen.append(history.count(ME, Filter(text="dog")))

    def write(thread: int) -> None:
        for number in range(20):
            entry = history.add(ME, Draft(Source.API, f"Dog {thread} {number}", picture=CAT))
            assert entry
            if number % 5 == 0:
                history.correct(ME, entry.id, "A cat.")
                history.delete(ME, entry.id)

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    stop.set()
    reader.join()
    assert history.count(ME) == 8 * 16
    assert max(seen) <= 8 * 20
    history.close()


WRITE_MANY = """
import sys
from pathlib import Path
from pipeline.history import Draft, History, Source
sys.stdin.read()
for number in range(20):
    # Opened each time, so that making the file and opening it meet, too.
    history = History(Path(sys.argv[1]))
    history.add("local", Draft(Source.COMMAND_LINE, f"Dog {number}"))
    history.close()
"""


def test_processes_share_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_MANY, str(tmp_path)]
    writers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for writer in writers:  # all at once
        if writer.stdin:
            writer.stdin.close()
            writer.stdin = None
    errors = [writer.communicate()[1].decode() for writer in writers]
    assert errors == [""] * 4
    assert len(texts(tmp_path)) == 80


def test_another_process_sees_what_was_just_kept(tmp_path: Path) -> None:
    first, second = History(tmp_path), History(tmp_path)
    first.add(ME, Draft(Source.UPLOAD, "A dog."))
    assert second.count(ME) == 1
    first.close()
    second.close()


def test_two_who_meet_the_same_damage_set_it_aside_once(tmp_path: Path) -> None:
    path = fill(tmp_path)
    first, second = History(tmp_path), History(tmp_path)
    damage(path, "entries")
    for log in (Path(f"{path}-wal"), Path(f"{path}-shm")):
        assert log.exists()
    assert first.add(ME, Draft(Source.UPLOAD, "A new dog."))
    assert [entry.text for entry in second.page(ME)] == ["A new dog."]
    assert second.add(ME, Draft(Source.UPLOAD, "Another."))
    second.close()
    assert first.count(ME) == 2
    first.close()
    assert len(list(tmp_path.glob("history-damaged-*.db"))) == 1
    assert texts(tmp_path) == ["Another.", "A new dog."]


def test_a_file_that_another_process_made_again_is_not_set_aside_again(tmp_path: Path) -> None:
    fill(tmp_path)
    first = History(tmp_path)

    def work(db: sqlite3.Connection) -> int:
        count = int(db.execute("SELECT count(*) FROM entry").fetchone()[0])
        if count == 3:  # while this one looks into the damage, another has dealt with it
            first.path.rename(tmp_path / "aside.db")
            fill(tmp_path, count=1)
            error = sqlite3.DatabaseError("damaged")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        return count

    assert first._database.read(work) == 1
    assert first.take_notice() is None
    first.close()
    assert not list(tmp_path.glob("history-damaged-*"))


def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    fill(tmp_path)
    history = History(tmp_path)

    def work(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM entry")
        raise KeyError

    with pytest.raises(KeyError):
        history._database.write(work)
    assert history.add(ME, Draft(Source.UPLOAD, "Dog 3"))
    history.close()
    assert len(texts(tmp_path)) == 4


def test_what_was_kept_survives_kills(tmp_path: Path) -> None:
    # 500 of them: python -m tests.bench.kills
    added = 0
    for seed in range(4):  # a busy machine writes little before it is killed
        wrong, done = kill_often(15, tmp_path / str(seed), seed)
        assert wrong == []
        added += done["added"]
        if added > 15:
            break
    assert added > 15


def test_the_file_says_whose_it_is(tmp_path: Path) -> None:
    assert fill(tmp_path).read_bytes()[68:72] == APPLICATION_ID.to_bytes(4, "big") == b"Vois"
