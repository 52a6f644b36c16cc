"""Whose history it is, and that a history that fails stops no description."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import Description, describe_file
from pipeline.errors import ErrorCode, HistoryError
from pipeline.history import LOCAL_OWNER, History, Privacy, Source
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.web.state.history_access import SESSION_DAYS, HistoryAccess, owner_of
from tests.data.tiny_files import TINY

CAT = Path(__file__).parents[2] / "assets" / "samples" / "cat.jpg"


@pytest.fixture(scope="module")
def description() -> Description:
    captioner = Captioner.load(TINY, threads=1)
    return describe_file(captioner, CAT.read_bytes())


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST"])
def test_the_machines_own_person_is_at_a_page_of_this_machine(host: str) -> None:
    assert owner_of("127.0.0.1", {"Host": host}, "secret", shared=False) == LOCAL_OWNER


@pytest.mark.parametrize(
    ("address", "headers", "shared"),
    [
        ("0.0.0.0", {"Host": "localhost:8501"}, False),  # served to the network
        ("", {"Host": "localhost:8501"}, False),  # Streamlit's default: to everybody
        ("127.0.0.1", {"Host": "vois.example.org"}, False),  # by a proxy
        ("127.0.0.1", {"host": "localhost.example.org"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "192.0.2.7"}, False),
        ("127.0.0.1", {"host": "localhost", "Forwarded": "for=192.0.2.7"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"host": "localhost"}, True),  # so whoever runs it has said
    ],
)
def test_everybody_else_has_a_history_of_their_session(
    address: str, headers: dict[str, str], shared: bool
) -> None:
    owners = {owner_of(address, headers, secret, shared) for secret in ("one", "two")}
    assert len(owners) == 2
    assert LOCAL_OWNER not in owners


def test_a_description_is_on_the_disk_when_keep_returns(
    tmp_path: Path, description: Description
) -> None:
    history_access = HistoryAccess(History(tmp_path), LOCAL_OWNER)
    history_access.keep(Source.CAMERA, description, "cat.jpg")
    with sqlite3.connect(tmp_path / "history.db") as other:
        assert other.execute("SELECT text, photo FROM entry").fetchall() == [
            (description.text, "cat.jpg")
        ]
    (entry,) = History(tmp_path).page(LOCAL_OWNER)
    assert entry.confidence == pytest.approx(description.confidence)
    assert entry.has_picture


def test_a_session_keeps_its_rows_for_a_day(tmp_path: Path, description: Description) -> None:
    history = History(tmp_path)
    history_access = HistoryAccess(history, "session x")
    assert history_access.privacy == Privacy(days=SESSION_DAYS)
    history_access.keep(Source.UPLOAD, description)
    assert history.count("session x") == 1
    assert history.count(LOCAL_OWNER) == 0


def test_who_keeps_no_history_changes_nothing(tmp_path: Path, description: Description) -> None:
    history = History(tmp_path)
    history.set_privacy(LOCAL_OWNER, Privacy(history=False))
    history_access = HistoryAccess(history, LOCAL_OWNER)
    before = history.change
    history_access.keep(Source.UPLOAD, description)
    assert (history.count(LOCAL_OWNER), history.change) == (0, before)


def test_what_failed_is_reported_in_the_chosen_language() -> None:
    error = HistoryError(ErrorCode.HISTORY_FAILED)
    assert HistoryAccess(None, LOCAL_OWNER, error).take_problem(FRENCH) == FRENCH.errors[error.code]


def test_no_history_is_reported_once_and_keeps_nothing(description: Description) -> None:
    history_access = HistoryAccess(None, LOCAL_OWNER, HistoryError(ErrorCode.HISTORY_BUSY))
    history_access.keep(Source.UPLOAD, description)
    assert history_access.privacy.history is False
    assert history_access.take_problem(ENGLISH) == ErrorCode.HISTORY_BUSY.value
    assert history_access.take_problem(ENGLISH) == ""


@pytest.mark.skipif(os.name != "posix", reason="takes the file away under an open history")
def test_a_history_that_fails_stops_nothing_and_is_reported_once(
    tmp_path: Path, description: Description
) -> None:
    history = History(tmp_path)
    history_access = HistoryAccess(history, LOCAL_OWNER)
    history_access.keep(Source.UPLOAD, description)
    history.close()
    history.path.write_bytes(b"this is no database" * 100)
    for _ in range(3):
        history_access.keep(Source.UPLOAD, description)
    notice = history_access.take_problem(ENGLISH)
    assert notice.endswith(".")
    assert history_access.take_problem(ENGLISH) == ""
    assert history.count(LOCAL_OWNER) >= 2  # a new one was begun
