"""Odd states: of settings, history, model, voices and folders."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.history import LOCAL_OWNER, History
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.preferences import PreferencesFile
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.history_view import HistoryView
from pipeline.web.state.remembered_settings import RememberedSettings
from pipeline.web.state.settings import Settings
from tests.data.tiny_files import TINY
from tests.odd.case import Case, Place, Said


def cases() -> list[Case]:
    """All of them."""
    return [*_settings(), *_histories(), *_models(), *_folders(), *_messages()]


_SETTINGS: dict[str, bytes] = {
    "nothing": b"", "a zero": b"\x00", "rubbish": b"\xff\xfe\x00", "null": b"null",
    "a number": b"1",
    "a list": b"[1]", "a text": b'"en"', "nested": b"[" * 9_000, "nested within": b'{"a": ' * 1_500,
    "half": b'{"language": "fr"', "too long": b'{"language": "fr"}' + b" " * 20_000,
    "marked": b'\xef\xbb\xbf{"language": "fr"}', "UTF-16": '{"language": "fr"}'.encode("utf-16"),
    "a language nobody has": b'{"language": "xx"}',
    "a language of a path": b'{"language": "../fr"}',
    "a language of half a sign": b'{"language": "\\ud800"}',
    "a language of a zero": b'{"language": "\\u0000"}',
    "a pace of NaN": b'{"pace": NaN}', "a pace of -1": b'{"pace": -1}',
    "a pace of 1e999": b'{"pace": 1e999}',
    "a pace of true": b'{"pace": true}', "a pace of text": b'{"pace": "fast"}',
    "a pace of 10,000 digits": b'{"pace": ' + b"9" * 9_900 + b"}",
    "a pace of 1.1": b'{"pace": 1.1}', "a voice nobody has": b'{"voice": "x"}',
    "an online voice": b'{"voice": "google"}',
    "a voice of a line": b'{"voice": "a\\nb"}', "a form nobody has": b'{"form": "epic"}',
    "neutral of 1": b'{"neutral": 1}',
    "a volume of 1e3": b'{"volume": 1000}', "a volume of 0.5": b'{"volume": 0.5}',
    "a speaker nobody has": b'{"speaker": "x"}',
    "an interval of -5": b'{"interval_s": -5}',
    "what a newer Vois has": b'{"language": "fr", "theme": "dark"}',
    "the same twice": b'{"language": "fr", "language": "en"}',
    "objects": b'{"language": {"a": 1}, "pace": []}',
}  # fmt: skip


def _settings() -> Iterator[Case]:
    for name, content in _SETTINGS.items():
        yield Case("settings", name, partial(_with_settings, content))
        yield Case("settings", f"{name}, on the page", partial(_page_with, content), silent=True)
    for name, make in {
        "a folder": lambda path: path.mkdir(),
        "a link to nothing": lambda path: path.symlink_to("gone"),
        "a link to itself": lambda path: path.symlink_to(path.name),
        "a device": lambda path: path.symlink_to("/dev/zero"),
        "a pipe": lambda path: os.mkfifo(path),
    }.items():
        yield Case("settings", name, partial(_made, make))
        yield Case("settings", f"{name}, on the page", partial(_page_made, make), silent=True)


def _with_settings(content: bytes, place: Place) -> Said:
    place.data.mkdir()
    (place.data / "settings.json").write_bytes(content)
    place.write("a.jpg")
    said = place.command("a.jpg")
    if (place.data / "settings.json").read_bytes() != content:
        return Said(f"{said.text}\nthe settings have changed", said.status)
    return said


def _page_with(content: bytes, place: Place) -> Said:
    place.data.mkdir()
    (place.data / "settings.json").write_bytes(content)
    return _opened_page(place)


def _made(make: Callable[[Path], object], place: Place) -> Said:
    place.data.mkdir()
    make(place.data / "settings.json")
    place.write("a.jpg")
    return place.command("a.jpg")


def _page_made(make: Callable[[Path], object], place: Place) -> Said:
    place.data.mkdir()
    make(place.data / "settings.json")
    return _opened_page(place)


def _opened_page(place: Place) -> Said:
    """What the page does with its settings: reads them, takes the browser's, keeps a choice."""
    place.begin()
    remembered = RememberedSettings(PreferencesFile(place.data))
    said = [remembered.take_problem(ENGLISH)]
    remembered.recall(
        {"pace": float("nan"), "language": ["fr"], "volume": True, "x": "y", "voice": "a\0"}
    )
    remembered.note(Settings("en"))
    remembered.note(Settings("fr", pace=2.0))
    said.append(remembered.take_problem(FRENCH))
    after = RememberedSettings(PreferencesFile(place.data))
    if not any(said) and (after.preferences.language, after.preferences.pace) != ("fr", 2.0):
        said.append("a choice was lost")
    remembered.reset()
    return Said("\n".join(filter(None, said)))


def _histories() -> Iterator[Case]:
    for name, change in _HISTORIES.items():
        yield Case("history", name, partial(_with_history, change))
        yield Case("history", f"{name}, on the page", partial(_page_history, change))
    for name, ids in {
        "words": "x",
        "huge": "9" * 18,
        "negative": "-1",
        "half": "1.5",
        "none": None,
    }.items():
        yield Case("history", f"an entry's number of {name}", partial(_acted, ids))
    for name, text in {
        "half a sign": "\ud800", "a zero": "a\0b", "a million letters": "x" * 1_000_000,
        "lines": "a\n\n\rb",
        "operators": '"a" NEAR(b) OR *', "a list": ["a"], "null": None,
        "SQL": "'; DROP TABLE entry; --",
    }.items():  # fmt: skip
        yield Case("history", f"a correction and a search of {name}", partial(_typed, text))


def _cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])


def _filled(path: Path, begin: float, end: float, value: bytes) -> None:
    data = bytearray(path.read_bytes())
    first, last = int(begin * len(data)), int(end * len(data))
    data[first:last] = (value * (last - first))[: last - first]
    path.write_bytes(data)


def _pragma(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.executescript(statement)
    db.close()


_HISTORIES: dict[str, Callable[[Path], object]] = {
    "of no bytes": lambda path: path.write_bytes(b""),
    "of one byte": lambda path: path.write_bytes(b"S"),
    "of a letter": lambda path: path.write_text("Dear aunt, " * 900),
    "of zeros": lambda path: _filled(path, 0, 1, b"\0"),
    "cut to its half": lambda path: _cut(path, 0.5),
    "cut to a tenth": lambda path: _cut(path, 0.1),
    "cut by a byte": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer by rubbish": lambda path: path.write_bytes(path.read_bytes() + b"x" * 5_000),
    "with its middle of rubbish": lambda path: _filled(path, 0.3, 0.7, b"rubbish"),
    "with its end of zeros": lambda path: _filled(path, 0.8, 1, b"\0"),
    "with its head of rubbish": lambda path: _filled(path, 0, 0.01, b"x"),
    "of a newer Vois": lambda path: _pragma(path, "PRAGMA user_version = 99"),
    "of a negative version": lambda path: _pragma(path, "PRAGMA user_version = -3"),
    "of another program": lambda path: _pragma(path, "PRAGMA application_id = 7"),
    "without its entries": lambda path: _pragma(path, "DROP TABLE entry"),
    "without its pictures": lambda path: _pragma(path, "DROP TABLE picture"),
    "without its index": lambda path: _pragma(path, "DROP TABLE words"),
    "without its wishes": lambda path: _pragma(path, "DROP TABLE privacy"),
    "with a log of rubbish": lambda path: Path(f"{path}-wal").write_bytes(b"rubbish" * 900),
    "with a log of zeros": lambda path: Path(f"{path}-wal").write_bytes(bytes(9_000)),
    "with a folder as its log": lambda path: Path(f"{path}-wal").mkdir(),
    "with a folder as its memory": lambda path: Path(f"{path}-shm").mkdir(),
    "with a journal of rubbish": lambda path: Path(f"{path}-journal").write_bytes(b"x" * 900),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path.name)),
    "a link to nothing": lambda path: (path.unlink(), path.symlink_to("gone/there.db")),
    "of times in the year 9000": lambda path: _pragma(
        path, "UPDATE entry SET id = id + 220000000000000000"
    ),
    "of negative times": lambda path: _pragma(path, "UPDATE entry SET id = -id"),
    "of odd values": lambda path: _pragma(
        path, "UPDATE entry SET source = 'x', guidance = 'y', language = '', confidence = 9e99"
    ),
    "of values of other types": lambda path: _pragma(
        path, "UPDATE entry SET text = 5, rate = 'fast', photo = x'ff00', confidence = 'a'"
    ),
    "of texts that are no text": lambda path: _pragma(
        path, "UPDATE entry SET text = CAST(x'ff00fe' AS TEXT)"
    ),
    "of wishes that make no sense": lambda path: _pragma(
        path, "INSERT INTO privacy VALUES ('local', 7, 'x', -5)"
    ),
    "of days in letters": lambda path: _pragma(
        path, "INSERT INTO privacy VALUES ('local', 1, 1, 'week')"
    ),
    "of a clock set ahead": lambda path: _pragma(
        path,
        "INSERT INTO privacy VALUES ('local', 1, 1, 1); UPDATE entry SET id = id - 10000000000000",
    ),
}


def _with_history(change: Callable[[Path], object], place: Place) -> Said:
    place.keep()
    change(place.data / "history.db")
    before = _contents(place.data)
    place.write("a.jpg")
    said = place.command("a.jpg", "--history")
    return _not_lost(said, before, place)


def _page_history(change: Callable[[Path], object], place: Place) -> Said:
    place.keep()
    change(place.data / "history.db")
    before = _contents(place.data)
    place.begin()
    said = []
    try:
        history, problem = History(place.data), None
    except Exception as error:  # noqa: BLE001 - only a HistoryError is foreseen, as on the page
        history, problem = None, error
    access = HistoryAccess(history, LOCAL_OWNER, problem)  # type: ignore[arg-type]
    said.append(access.take_problem(ENGLISH))
    view = HistoryView(access, FRENCH, "token")
    view.data()
    said += [access.take_problem(FRENCH), view.take_problem()]
    for number, kind in enumerate(("search", "older", "play", "correct", "delete", "undo"), 1):
        values = {"id": "1", "text": "dog", "source": "x", "day": "never"}
        message = {"number": number, "kind": kind, "values": values}
        view.receive({"sender": "s", "messages": [message]})
        view.data()
        said += [access.take_problem(FRENCH), view.take_problem()]
    if history is not None:
        access.attempt(lambda history: history.purge(), 0)
        said.append(access.take_problem(FRENCH))
        history.close()
    data = str(view.data()["count"])
    return _not_lost(Said("\n".join(filter(None, dict.fromkeys([*said, data])))), before, place)


def _contents(folder: Path) -> list[bytes]:
    """What is in the history's files, whatever they are called."""
    return [
        path.read_bytes()
        for path in sorted(folder.glob("history.db"))
        if path.is_file() and not path.is_symlink()
    ]


def _not_lost(said: Said, before: list[bytes], place: Place) -> Said:
    """Whether the file is a good history now, or lies whole beside a new one."""
    path = place.data / "history.db"
    if path.is_file() and not path.is_symlink():
        try:
            db = sqlite3.connect(path)
            (sound,) = db.execute("PRAGMA integrity_check").fetchone()
            db.close()
        except sqlite3.Error as error:
            sound = str(error)
        kept = [one.read_bytes() for one in place.data.glob("history*.db") if one.is_file()]
        if sound != "ok" and not all(content in kept for content in before):
            return Said(f"{said.text}\nthe history is damaged: {sound}", said.status, said.noise)
    return said


def _acted(number: object, place: Place) -> Said:
    place.keep()
    place.begin()
    history = History(place.data)
    view = HistoryView(HistoryAccess(history, LOCAL_OWNER), ENGLISH, "token")
    said = []
    for order, kind in enumerate(("play", "correct", "delete", "undo", "older", "newer", "x"), 1):
        message = {"number": order, "kind": kind, "values": {"id": number, "text": "A cat."}}
        view.receive({"sender": "s", "messages": [message]})
        said += [view.take_problem(), str(view.data()["count"])]
    history.close()
    return Said("\n".join(filter(None, dict.fromkeys(said))))


def _typed(text: object, place: Place) -> Said:
    place.keep()
    history = History(place.data)
    number = history.page(LOCAL_OWNER)[0].id
    place.begin()
    view = HistoryView(HistoryAccess(history, LOCAL_OWNER), ENGLISH, "token")
    said = []
    for order, kind in enumerate(("correct", "search"), 1):
        values = {"id": str(number), "text": text, "day": text, "source": text}
        message = {"number": order, "kind": kind, "values": values}
        view.receive({"sender": "s", "messages": [message]})
        said += [view.take_problem(), str(view.data()["count"])]
    json.dumps(view.data())
    history.close()
    return Said("\n".join(filter(None, dict.fromkeys(said))))


def _models() -> Iterator[Case]:
    files = ("contract.json", "vocabulary.json", "encoder.onnx", "decoder.onnx", "confidence.npz")
    changes: dict[str, Callable[[Path], object]] = {
        "missing": Path.unlink,
        "empty": lambda path: path.write_bytes(b""),
        "half": lambda path: _cut(path, 0.5),
        "cut by a byte": lambda path: path.write_bytes(path.read_bytes()[:-1]),
        "of rubbish": lambda path: path.write_bytes(b"\xffrubbish" * 99),
        "with its middle of rubbish": lambda path: _filled(path, 0.4, 0.6, b"\xa7"),
        "with its head of zeros": lambda path: _filled(path, 0, 0.02, b"\0"),
        "a folder": lambda path: (path.unlink(), path.mkdir()),
        "a link to itself": lambda path: (path.unlink(), path.symlink_to(path.name)),
        "nested": lambda path: path.write_bytes(b"[" * 100_000),
        "a pointer of Git LFS": lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n"),
    }  # fmt: skip
    for name in files:
        for what, change in changes.items():
            yield Case("model", f"{name} {what}", partial(_with_model, name, change))
    for one, other in (("encoder.onnx", "decoder.onnx"), ("vocabulary.json", "contract.json"),
                       ("confidence.npz", "encoder.onnx")):  # fmt: skip
        yield Case("model", f"{one} and {other} exchanged", partial(_exchanged, one, other))
    contract = json.loads((TINY / "contract.json").read_text())
    odd: dict[str, tuple[object, ...]] = {
        "input_size": (0, -1, 10**9, 1.5, "x", None), "mean": ([], [0, 0], ["a"] * 3, None),
        "std": ([0, 0, 0], [1e400, 1, 1]), "grid": ([0, 0], [1], "ab"), "layers": (0, 99),
        "heads": (0, 7),
        "width": (0, 10**6), "max_length": (0, 10**6), "beam_size": (0, -1),
        "length_penalty": ("x", 1e400), "languages": ([], "en", [None], ["zz"], 5),
        "encoder_file": ("", ".", "../gone.onnx", "\0", 5), "decoder_file": ("", "/dev/null"),
        "vocabulary_file": ("", "contract.json"), "vocabulary_sha256": ("", "x"),
        "confidence_file": ("", "vocabulary.json"), "encoder_8bit_file": ("gone.onnx",),
        "encoder": ("", "x"),
    }  # fmt: skip
    for name, values in odd.items():
        for value in values:
            text = json.dumps(contract | {name: value})
            change = partial(_text_written, text)
            yield Case("model", f"{name} {value!r}", partial(_with_model, "contract.json", change))
    for assets in ("", ".", "/", "gone", "x" * 300, "a.jpg", "/dev/null", "a\n", "\udcff"):
        yield Case("model", f"in {assets[:20]!a}", partial(_elsewhere, assets))


def _text_written(text: str, path: Path) -> None:
    path.write_text(text)


def _with_model(name: str, change: Callable[[Path], object], place: Place) -> Said:
    model = shutil.copytree(TINY, place.home / "model")
    change(model / name)
    place.write("a.jpg")
    return place.command("a.jpg", assets=model)


def _exchanged(one: str, other: str, place: Place) -> Said:
    model = shutil.copytree(TINY, place.home / "model")
    (model / one).write_bytes((TINY / other).read_bytes())
    (model / other).write_bytes((TINY / one).read_bytes())
    place.write("a.jpg")
    return place.command("a.jpg", assets=model)


def _elsewhere(assets: str, place: Place) -> Said:
    place.write("a.jpg")
    return place.command("a.jpg", assets=assets)


def _folders() -> Iterator[Case]:
    """Where Vois's own folders should be."""
    for name, make in {
        "a file": lambda path: path.write_text("mine"),
        "a device": lambda path: path.symlink_to("/dev/null"),
        "a link to nothing": lambda path: path.symlink_to("gone"),
        "a link to itself": lambda path: path.symlink_to(path.name),
        "in the kernel": lambda path: path.symlink_to("/proc"),
        "a pipe": lambda path: os.mkfifo(path),
    }.items():
        for folder in ("data", "cache"):
            yield Case("folder of Vois", f"{folder} is {name}", partial(_own_folder, folder, make))


def _own_folder(folder: str, make: Callable[[Path], object], place: Place) -> Said:
    make(place.home / folder)
    place.write("a.jpg")
    return place.command("a.jpg", "--history")


def _messages() -> Iterator[Case]:
    """What a browser may send to the history's panel."""
    for name, sent in {
        "nothing": None, "a text": "x", "a number": 1e400, "a list": [],
        "no sender": {"messages": []},
        "a sender of a number": {"sender": 1, "messages": []},
        "messages of a text": {"sender": "s", "messages": "x"},
        "a message of a list": {"sender": "s", "messages": [[]]},
        "a number of text": {"sender": "s",
        "messages": [{"number": "1", "kind": "undo", "values": {}}]},
        "a number of true": {"sender": "s",
        "messages": [{"number": True, "kind": "undo", "values": {}}]},
        "a huge number": {"sender": "s",
        "messages": [{"number": 10**400, "kind": "undo", "values": {}}]},
        "an unknown kind": {"sender": "s",
        "messages": [{"number": 1, "kind": "__init__", "values": {}}]},
        "no values": {"sender": "s",
        "messages": [{"number": 1, "kind": "delete_all", "values": None}]},
        "a day of a list": {"sender": "s",
        "messages": [{"number": 1, "kind": "search", "values": {"day": []}}]},
        "a day in the year 9999": {"sender": "s", "messages": [
            {"number": 1, "kind": "search", "values": {"day": "9999-12-31"}}]},
        "a day in the year 1": {"sender": "s", "messages": [
            {"number": 1, "kind": "search", "values": {"day": "0001-01-01"}}]},
    }.items():  # fmt: skip
        yield Case("message", name, partial(_sent, sent))


def _sent(sent: object, place: Place) -> Said:
    place.keep()
    place.begin()
    history = History(place.data)
    view = HistoryView(HistoryAccess(history, LOCAL_OWNER), ENGLISH, "token")
    view.receive(sent)
    data = view.data()
    json.dumps(data, allow_nan=False)
    history.close()
    return Said(f"{data['count']}\n{view.take_problem()}".strip())
