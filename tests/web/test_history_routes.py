"""What the browser fetches of a history, and that no session fetches another's."""

from __future__ import annotations

import csv
import dataclasses
import gc
import inspect
import io
import json
import socket
import threading
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette

from pipeline.errors import ErrorCode, HistoryError, SpeechError
from pipeline.history import LOCAL_OWNER, Draft, Entry, Filter, History, Source
from pipeline.history.export import BLOCK_BYTES, Blocks
from pipeline.phrases import FRENCH
from pipeline.web.routes import history as history_routes
from pipeline.web.routes.history import AccessTokens
from pipeline.web.state.history_access import HistoryAccess
from tests.data.many_entries import incoming
from tests.waiting import until

CAT = Path(__file__).resolve().parents[2] / "assets" / "samples" / "cat.jpg"
WAV = b"RIFF" + bytes(100)


def speak(entry: Entry) -> bytes:
    if "silent" in entry.words:
        raise SpeechError(ErrorCode.VOICE_SILENT)
    return WAV


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(tmp_path)
    yield kept
    kept.close()


@dataclass
class Answer:
    status_code: int
    headers: message.ErrorCode
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


class Web:
    """Asks the routes over HTTP."""

    def __init__(self, port: int) -> None:
        self._port = port

    def get(self, path: str, method: str = "GET") -> Answer:
        line = HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            line.request(method, path)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            line.close()


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    """The routes, behind the server that Streamlit uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = Starlette(routes=history_routes.routes(speak))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert until(lambda: server.started)
    yield Web(port)
    server.should_exit = True
    thread.join()


def add(history: History, text: str, owner: str = LOCAL_OWNER) -> int:
    entry = history.add(owner, Draft(Source.CAMERA, text, picture=CAT.read_bytes()))
    assert entry is not None
    return entry.id


@pytest.mark.parametrize("kind", ["csv", "json", "zip"])
def test_whether_there_is_an_export_can_be_asked_without_making_it(
    history: History, web: Web, kind: str
) -> None:
    access = HistoryAccess(history, LOCAL_OWNER)
    token = history_routes.access_tokens().open(access)
    history.close()
    history.path.write_bytes(b"")  # it cannot be read, and is not
    answer = web.get(f"/history/{token}/export.{kind}", "HEAD")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == history_routes.MEDIA_TYPES[kind]
    assert web.get(f"/history/guess/export.{kind}", "HEAD").status_code == 404


def test_a_picture_behind_its_own_door_only(history: History, web: Web) -> None:
    mine, theirs = HistoryAccess(history, "session a"), HistoryAccess(history, "session b")
    number = add(history, "A dog.", "session a")
    own, other = (
        history_routes.access_tokens().open(history_access) for history_access in (mine, theirs)
    )
    answer = web.get(f"/history/{own}/picture/{number}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.content == history.picture("session a", number)
    assert answer.headers["cache-control"] == "no-store"
    for token in (other, "guess", ""):
        assert web.get(f"/history/{token}/picture/{number}").status_code == 404
    for unknown in (number + 1, "9" * 30, "-1", "a", "..%2f"):
        assert web.get(f"/history/{own}/picture/{unknown}").status_code == 404
    history.delete("session a", number)
    assert web.get(f"/history/{own}/picture/{number}").status_code == 404


def test_exports_hold_ones_own_entries(history: History, web: Web) -> None:
    mine = HistoryAccess(history, "session a")
    for text in ("A dog.", "A silent cat."):
        add(history, text, "session a")
    add(history, "A secret.", "session b")
    where = f"/history/{history_routes.access_tokens().open(mine)}/export"
    table = web.get(f"{where}.csv")
    assert table.headers["content-disposition"] == 'attachment; filename="vois-history.csv"'
    rows = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert [row["text"] for row in rows] == ["A silent cat.", "A dog."]
    listed = json.loads(web.get(f"{where}.json").content)
    assert [entry["text"] for entry in listed] == ["A silent cat.", "A dog."]
    with zipfile.ZipFile(io.BytesIO(web.get(f"{where}.zip").content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        (sound,) = (name for name in names if name.startswith("sounds/"))
        assert archive.read(sound) == WAV
        assert sum(name.startswith("pictures/") for name in names) == 2
    assert web.get(f"{where}.exe").status_code == 404
    assert web.get("/history/guess/export.csv").status_code == 404


def test_a_token_ends_with_its_session(history: History) -> None:
    tokens_of_sessions = AccessTokens()
    history_accesses = [HistoryAccess(history, LOCAL_OWNER) for _ in range(3)]
    tokens = [tokens_of_sessions.open(history_access) for history_access in history_accesses]
    assert [tokens_of_sessions.history_access(token) for token in tokens] == history_accesses
    assert len(set(tokens)) == 3
    assert min(map(len, tokens)) >= 20
    history_accesses.pop()
    gc.collect()
    assert tokens_of_sessions.history_access(tokens[2]) is None
    assert tokens_of_sessions.history_access(tokens[1]) is history_accesses[1]


def test_a_history_that_cannot_be_read_is_a_sentence(
    history: History, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ErrorCode.HISTORY_FAILED

    def page(*args: object, **kwargs: object) -> None:
        raise HistoryError(gone)

    history_access = HistoryAccess(history, LOCAL_OWNER)
    monkeypatch.setattr(history, "page", page)
    monkeypatch.setattr(history, "picture", page)
    token = history_routes.access_tokens().open(history_access)
    # An archive has begun before its first entry is read, but none of it has been sent.
    for kind in ("csv", "json", "zip"):
        answer = web.get(f"/history/{token}/export.{kind}")
        assert (answer.status_code, answer.text) == (503, gone.value)
        answer = web.get(f"/history/{token}/export.{kind}?language=fr")
        assert (answer.status_code, answer.text) == (503, FRENCH.errors[gone])
    assert web.get(f"/history/{token}/picture/1").status_code == 404


def test_without_a_history_there_is_nothing_to_fetch(web: Web) -> None:
    history_access = HistoryAccess(None, LOCAL_OWNER)
    token = history_routes.access_tokens().open(history_access)
    for path in ("picture/1", "export.csv", "export.zip"):
        assert web.get(f"/history/{token}/{path}").status_code == 404


def blocks(history: History, kind: str, make_sound: history_routes.Speak = speak) -> Blocks:
    return history_routes._blocks(history, LOCAL_OWNER, kind, make_sound)


def break_fourth_page(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the disk fail in the middle of an export."""
    before, calls = history.page, 0

    def page(*args: Any, **kwargs: Any) -> list[Entry]:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise HistoryError(ErrorCode.HISTORY_DISK_FAILED)
        return before(*args, **kwargs)

    monkeypatch.setattr(history, "page", page)


def test_a_failure_on_the_way_is_not_taken_for_the_end(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.take_in(LOCAL_OWNER, incoming(2_000))
    break_fourth_page(history, monkeypatch)
    with pytest.raises(HistoryError, match="disk is connected"):
        b"".join(blocks(history, "json"))


def test_an_unforeseen_failure_neither(
    history: History, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(history, "page", lambda *a, **k: 1 / 0)
    with pytest.raises(HistoryError, match="could not be made"):
        b"".join(blocks(history, "csv"))
    assert "ZeroDivisionError" in caplog.text


def test_a_slow_reader_holds_the_export(history: History) -> None:
    history.take_in(LOCAL_OWNER, incoming(3_000))
    asked = []

    def count(entry: Entry) -> bytes:
        asked.append(entry.id)
        return WAV

    running = threading.active_count()
    reader = blocks(history, "zip", count)
    assert asked == []
    assert len(next(reader)) < 2 * BLOCK_BYTES
    first = len(asked)
    assert len(next(reader)) < 2 * BLOCK_BYTES
    assert 0 < first < len(asked) < 1_000  # else all would be in memory
    assert threading.active_count() == running
    reader.close()


def test_a_download_that_breaks_off_is_seen_as_such(
    history: History, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.take_in(LOCAL_OWNER, incoming(2_000))
    break_fourth_page(history, monkeypatch)
    history_access = HistoryAccess(history, LOCAL_OWNER)
    with pytest.raises(IncompleteRead):
        web.get(f"/history/{history_routes.access_tokens().open(history_access)}/export.json")


@pytest.mark.parametrize("kind", ["csv", "json", "zip"])
def test_a_download_that_is_cancelled_closes_the_export(
    history: History, web: Web, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    add(history, "A dog.")
    (dog,) = history.page(LOCAL_OWNER)
    closed = threading.Event()

    def endless(owner: str, wanted: Filter) -> Iterator[Entry]:
        try:
            while True:
                yield dataclasses.replace(dog, uuid=str(uuid.uuid4()))
        finally:
            closed.set()

    held = []  # else the garbage collector would close it

    def made(*args: Any) -> Blocks:
        held.append(made_by_route(*args))
        return held[-1]

    made_by_route = history_routes._blocks
    monkeypatch.setattr(history_routes, "_blocks", made)
    monkeypatch.setattr(history, "entries", endless)
    history_access = HistoryAccess(history, LOCAL_OWNER)
    line = HTTPConnection("127.0.0.1", web._port, timeout=20)
    token = history_routes.access_tokens().open(history_access)
    line.request("GET", f"/history/{token}/export.{kind}")
    line.getresponse().read(1000)
    assert not closed.is_set()
    line.close()
    gc.collect()
    assert closed.wait(10)
    # The inner generator ends first, on the thread that closes the outer one.
    assert until(lambda: inspect.getgeneratorstate(held[0]) == inspect.GEN_CLOSED)
