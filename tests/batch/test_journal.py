"""What a run leaves for the next one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.journal import Journal, Stamp, Wanted
from pipeline.batch.row import Row
from pipeline.errors import CommandError, ErrorCode

WANTED = Wanted("model", "en", "auto", True, False)
ROW, STAMP = Row("a.jpg", "A dog.", "en", 0.5, "plain"), Stamp(10, 20)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    with Journal(tmp_path / "alt.csv", WANTED) as journal:
        journal.add(ROW, STAMP)
    return tmp_path / "alt.csv"


def test_it_gives_back_what_was_added(table: Path) -> None:
    with Journal(table, WANTED) as journal:
        assert journal.rows == {"a.jpg": (STAMP, ROW)}
        journal.add(replace(ROW, photo="b.jpg"), STAMP)
    with Journal(table, WANTED) as journal:
        assert list(journal.rows) == ["a.jpg", "b.jpg"]
        journal.remove()
    assert not journal.path.exists()


@pytest.mark.parametrize("field", ["model", "language", "form"])
def test_rows_of_other_wishes_are_left_behind(table: Path, field: str) -> None:
    with Journal(table, replace(WANTED, **{field: "x"})) as journal:
        assert journal.rows == {}
    with Journal(table, WANTED) as journal:
        assert journal.rows == {}


def test_a_line_torn_at_any_place_is_the_only_one_that_is_lost(table: Path) -> None:
    with Journal(table, WANTED) as journal:
        path = journal.path
        begin = path.stat().st_size
        journal.add(replace(ROW, photo="b.jpg"), STAMP)
    whole = path.read_bytes()
    for end in range(begin, len(whole)):
        path.write_bytes(whole[:end])
        with Journal(table, WANTED) as journal:
            assert list(journal.rows) == ["a.jpg"]
            journal.add(replace(ROW, photo="c.jpg"), STAMP)
        with Journal(table, WANTED) as journal:
            assert list(journal.rows) == ["a.jpg", "c.jpg"]


def test_a_name_that_is_no_text_comes_back(tmp_path: Path) -> None:
    odd = replace(ROW, photo="caf\udce9.jpg")
    for _ in range(2):
        with Journal(tmp_path / "alt.csv", WANTED) as journal:
            journal.add(odd, STAMP)
            assert list(journal.rows.values()) == [(STAMP, odd)]


def test_two_runs_do_not_share_it(table: Path) -> None:
    with Journal(table, WANTED), pytest.raises(CommandError) as caught:
        Journal(table, WANTED)
    assert caught.value.code is ErrorCode.TABLE_BUSY


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    assert Stamp.of(path) == Stamp(-1, 0)
    path.write_bytes(b"a")
    first = Stamp.of(path)
    path.write_bytes(b"ab")
    assert Stamp.of(path) != first
