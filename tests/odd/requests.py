"""Odd arguments of the commands, and odd requests to the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from starlette.testclient import TestClient

from pipeline.api import Access, application
from pipeline.api import __main__ as api_command
from pipeline.captioning.captioner import Captioner
from tests.api.server import service
from tests.data.tiny_files import TINY
from tests.odd.case import PHOTO, Case, Place, Said, captured


def cases() -> list[Case]:
    """All of them."""
    return [*_arguments(), *_served(), *_requests()]


def _arguments() -> Iterator[Case]:
    for arguments in (
        [], [""], ["--"], ["-"], ["--", "--"], ["a.jpg", "--rate"], ["a.jpg", "--rate", ""],
        ["a.jpg", "--rate", "fast"], ["a.jpg", "--rate", "1,5"], ["a.jpg", "--rate", "0"],
        ["a.jpg", "--rate", "1e999"], ["a.jpg", "--rate", "-1"], ["a.jpg", "--rate", "٢"],
        ["a.jpg", "--language", "de"], ["a.jpg", "--language", ""], ["a.jpg", "--language", "EN"],
        ["a.jpg", "--form", "x"], ["a.jpg", "--voice", "\udcff"], ["a.jpg", "--voice", "x" * 9_000],
        ["a.jpg", "--voice", "offline"], ["a.jpg", "--speak"], ["a.jpg", "--speek", "x.wav"],
        ["--history"],
        ["a.jpg", "--as-written", "--no-as-written"], ["a.jpg", "-x"],
        ["a.jpg", "--rate=1", "--rate=9"],
        ["a.jpg", "--doctor", "x"], ["--doctor", "--language", "fr"], ["describe"],
        ["describe", "a.jpg"],
        ["describe", "--out", "t.csv"], ["describe", "a.jpg", "--apply", "x", "--out", "t.csv"],
        ["describe", "a.jpg", "--out", "t.csv", "--processes", "0"],
        ["describe", "a.jpg", "--out", "t.csv", "--processes", "-3"],
        ["describe", "a.jpg", "--out", "t.csv", "--processes", "many"],
        ["describe", "gone/", "--out", "gone/t.csv"], ["describe", "gone*", "--out", "a.jpg"],
        ["describe", "album", "--out", "t.csv"], ["describe", "", "--out", "t.xlsx"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "a.jpg"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "gone/page.html"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "t.csv"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "letter.txt"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "letter.html"],
        ["describe", "a.jpg", "--out", "t.csv", "--html", "album"],
        ["describe", "a.jpg", "--out", "t.csv", "--copies", "x" * 300],
    ):  # fmt: skip
        label = " ".join(arguments)
        yield Case("arguments", f"{label[:70]!a}", partial(_called, arguments))


def _called(arguments: list[str], place: Place) -> Said:
    place.write("a.jpg")
    place.write("letter.txt", "Dear aunt,")
    place.write("letter.html", "<!doctype html><p>Dear aunt,")
    (place.photos / "album").mkdir()
    return place.command(*arguments)


def _served() -> Iterator[Case]:
    for arguments in (
        ["--port", "-1"], ["--port", "65536"], ["--port", "99999999999999999999"], ["--port", "x"],
        ["--host", ""], ["--host", "a..b"], ["--host", "x" * 300], ["--host", "é" * 80],
        ["--host", "::zz"],
        ["--host", "256.1.1.1"], ["--host", "\udcff"], ["--host", "a b"], ["--host", "0.0.0.0"],
        ["--assets", "gone"], ["--assets", "/dev/null"], ["--assets", "x" * 300], ["--assets", ""],
    ):  # fmt: skip
        listens = arguments[-1] in ("", "0.0.0.0")  # with a token it would, and that is right
        for token in ("",) if listens else ("", "a token of more than sixteen letters"):
            label = f"{' '.join(arguments)[:40]!a}{', with a token' if token else ''}"
            yield Case("API's arguments", label, partial(_serving, arguments, token))


def _serving(arguments: list[str], token: str, place: Place) -> Said:
    import pytest

    place.begin()
    port = [] if "--port" in arguments else ["--port", "0"]
    with pytest.MonkeyPatch.context() as patch, place.own_folders(), captured() as said:
        patch.setenv("VOIS_API_TOKEN", token)
        try:
            said.status = api_command.main([*port, *arguments])
        except SystemExit as end:
            said.status = int(end.code or 0)
    return Said(said.text, said.status, said.noise)


@cache
def _client() -> TestClient:
    captioner = Captioner.load(TINY, threads=1)
    return TestClient(
        application(service(captioner), Access()), "http://127.0.0.1",
        raise_server_exceptions=False,
        client=("127.0.0.1", 5),
    )  # fmt: skip


def _requests() -> Iterator[Case]:
    """Requests, each with what it sends."""
    describe, json_type = "/api/describe", {"Content-Type": "application/json"}
    sent: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for name, body in {
        "nothing": b"", "rubbish": b"\xff\xfe", "nested": b"[" * 100_000, "null": b"null",
        "a list": b"[]",
        "half a sign": b'{"text": "\\ud800"}', "half a sign raw": b'{"text": "\xed\xa0\x80"}',
        "a rate of NaN": b'{"text": "a", "rate": NaN}',
        "a rate of 1e999": b'{"text": "a", "rate": 1e999}',
        "a rate of 10,000 digits": b'{"text": "a", "rate": ' + b"9" * 10_000 + b"}",
        "a field twice": b'{"text": "a", "text": ""}', "zeros": b'{"text": "\\u0000\\u0000"}',
        "10,001 letters": b'{"text": "' + b"a" * 10_001 + b'"}',
        "signs that none says": '{"text": "☃ ☃"}'.encode(),
        "a voice of a path": b'{"text": "a", "voice": "../../x"}',
        "UTF-16": '{"text": "a"}'.encode("utf-16"),
        "a mark": b'\xef\xbb\xbf{"text": "a"}', "an unknown field": b'{"text": "a", "x": 1}',
    }.items():  # fmt: skip
        sent[f"speak: {name}"] = ("POST", "/api/speak", {"content": body, "headers": json_type})
        for path in ("/v1/chat/completions", "/api/chat", "/api/generate", "/v1/audio/speech"):
            sent[f"{path}: {name}"] = ("POST", path, {"content": body, "headers": json_type})
    for name, kind in {
        "no type": "", "a type of words": "photo", "a type of rubbish": "\xff",
        "two types": "image/jpeg, image/png",
        "a form without a boundary": "multipart/form-data",
        "a form with an empty boundary": "multipart/form-data; boundary=",
        "a boundary of 9,000 letters": "multipart/form-data; boundary=" + "x" * 9_000,
        "SVG": "image/svg+xml",
    }.items():  # fmt: skip
        headers = {"Content-Type": kind.encode("latin-1")}
        sent[f"describe: {name}"] = ("POST", describe, {"content": PHOTO, "headers": headers})
    photo: dict[str, Any] = {"content": PHOTO, "headers": {"Content-Type": "image/jpeg"}}
    for query in (
        "language=xx", "language=", "language=en&language=fr", "x=1", "history=maybe", "form=%00",
        "%ff=%ff",
        "read=" + "1" * 9_000, "name=" + "x" * 9_000, "language=en%0d%0aX:1", "&&&", "=",
        "name=%ed%a0%80",
    ):  # fmt: skip
        sent[f"describe: {query[:30]!a}"] = ("POST", f"{describe}?{query}", photo)
    for name, form in {
        "no photo": {"data": {"language": "fr"}},
        "two photos": {"files": [("photo", PHOTO), ("photo", PHOTO)]},
        "a photo as text": {"data": {"photo": "words"}},
        "an empty photo": {"files": {"photo": b""}},
        "another field": {"files": {"file": PHOTO}},
        "an odd name": {"files": {"photo": ('a"\r\n\0.jpg', PHOTO)}},
        "a hundred fields": {"files": {"photo": PHOTO},
        "data": {str(number): "x" for number in range(100)}},
    }.items():  # fmt: skip
        sent[f"describe by a form: {name}"] = ("POST", describe, form)
    for method, path in (
        ("GET", describe), ("PUT", describe), ("DELETE", describe), ("X" * 50, describe),
        ("GET", "/api/none"),
        ("GET", "/api/../../etc/passwd"), ("GET", "/%00"), ("GET", "/" + "x" * 9_000),
        ("POST", "/api/describe/"),
    ):  # fmt: skip
        sent[f"{method[:9]} {path[:30]}"] = (method, path, {})
    for name, headers in {
        "a host of nobody": {"Host": "evil.example"}, "no host": {"Host": ""},
        "a host of rubbish": {"Host": "[::1"},
        "a port of letters": {"Host": "localhost:x"},
        "another page's": {"Origin": "https://evil.example"},
        "an origin of null": {"Origin": "null"}, "an origin of rubbish": {"Origin": "http://[x"},
        "a length of letters": {"Content-Length": "x"}, "a length of -1": {"Content-Length": "-1"},
        "a length of 10**30": {"Content-Length": "1" + "0" * 30},
        "a token of none": {"Authorization": "Bearer é"},
    }.items():  # fmt: skip
        plain = {key: value.encode("latin-1") for key, value in headers.items()}
        sent[f"describe: {name}"] = (
            "POST", describe, {"content": PHOTO, "headers": {"Content-Type": "image/jpeg"} | plain}
        )  # fmt: skip
    for name, url in {
        "of rubbish": "data:image/jpeg;base64,****", "of nothing": "data:,",
        "of another kind": "data:text/html;base64,aaaa",
        "of an address": "http://127.0.0.1/x.jpg", "of a file": "file:///etc/passwd",
        "of half a sign": "data:\ud800",
        "without a base": "data:image/jpeg,abc", "of padding": "data:image/jpeg;base64,=====",
        "of a number": 5,
    }.items():  # fmt: skip
        picture = [{"type": "image_url", "image_url": {"url": url}}]
        chat = json.dumps({"model": "vois", "messages": [{"role": "user", "content": picture}]})
        sent[f"chat: a picture {name}"] = (
            "POST", "/v1/chat/completions", {"content": chat, "headers": json_type}
        )  # fmt: skip
        asked = json.dumps({"model": "vois", "prompt": "?", "images": [url], "stream": False})
        sent[f"generate: a picture {name}"] = (
            "POST", "/api/generate", {"content": asked, "headers": json_type}
        )  # fmt: skip
    for name, (method, path, what) in sent.items():
        # Ollama's clients ask without words to have a model loaded, and expect none.
        silent = path in ("/api/chat", "/api/generate")
        yield Case("request", name, partial(_requested, method, path, what), silent=silent)


def _requested(method: str, path: str, what: dict[str, Any], place: Place) -> Said:
    place.begin()
    with place.own_folders(), captured() as said:
        answer = _client().request(method, path, **what)
    if answer.status_code >= 500:
        return Said(f"{said.text}{answer.status_code}: {answer.text}", answer.status_code)
    kind = answer.headers.get("content-type", "")
    if answer.status_code == 200:
        return Said(_of_answer(answer.content, kind), 200)
    return Said(answer.json()["detail"], answer.status_code)


def _of_answer(content: bytes, kind: str) -> str:
    """What a person hears of an answer; a sound stands for a sentence."""
    if not kind.startswith("application/json"):
        return "It says:" if content else ""
    found: Any = json.loads(content)
    for key in ("shown", "description", "text", "response"):
        if isinstance(found.get(key), str):
            return str(found[key])
    if "choices" in found:
        return str(found["choices"][0]["message"]["content"])
    return str(found.get("message", {}).get("content", ""))
