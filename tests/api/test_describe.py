"""`/api/describe`: the same description as everywhere else, and a problem for each fault."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import cv2
import httpx
import numpy as np
import pytest

from pipeline.api.description_format import Described
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import SHORT_WORDS
from pipeline.description import describe_file
from pipeline.errors import ErrorCode
from pipeline.history import LOCAL_OWNER, History, Source
from pipeline.image import MAX_BYTES
from pipeline.phrases import FRENCH, LANGUAGES
from tests.api.server import photo
from tests.data.bad_files import Described as Decoded
from tests.data.bad_files import difficult_files
from tests.data.written_pictures import photographed

JPEG = {"Content-Type": "image/jpeg"}


def describe(client: httpx.Client, data: bytes, **options: object) -> Described:
    answer = client.post("/api/describe", content=data, headers=JPEG, params=options)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return Described.model_validate_json(answer.content)


def noise() -> bytes:
    """What a greedy search and a wider one describe differently."""
    blocks = np.random.default_rng(5).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    big = cv2.resize(blocks, (256, 256), interpolation=cv2.INTER_NEAREST)
    return cv2.imencode(".png", big[..., ::-1])[1].tobytes()


def problem(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = json.loads(answer.content)
    assert found["status"] == status
    assert found["type"].startswith("urn:vois:")
    return found


def test_it_is_the_description_of_the_page(client: httpx.Client, captioner: Captioner) -> None:
    expected = describe_file(captioner, photo())
    found = describe(client, photo())
    assert (found.text, found.language) == (expected.text, "en")
    assert found.certainty == "plain"
    assert [word.word for word in found.words] == list(expected.words)
    assert all(0.1 < word.probability <= 1 for word in found.words)
    assert found.confidence == pytest.approx(expected.confidence, abs=1e-4)
    assert (found.guidance, found.read, found.kept) == (None, None, False)
    assert found.milliseconds.total >= found.milliseconds.describe > 0


def test_a_form_says_the_same_as_a_body(client: httpx.Client) -> None:
    form = client.post("/api/describe", files={"photo": photo()}, data={"language": "fr"})
    assert form.status_code == 200, form.text
    assert form.json()["text"] == describe(client, photo(), language="fr").text
    assert form.json()["text"] == "Un carré rouge sur un fond pâle."


def test_length_and_search_can_be_chosen(client: httpx.Client) -> None:
    short, full = (describe(client, photo(), form=form) for form in ("short", "full"))
    assert len(short.words) <= SHORT_WORDS < len(full.words)
    one, five = (describe(client, noise(), beams=beams) for beams in (1, 5))
    assert one.text != five.text
    problem(client.post("/api/describe?beams=11", content=photo(), headers=JPEG), 422)


def test_what_is_written_is_read_on_request(client: httpx.Client) -> None:
    sign = photographed(5, 640)
    found = describe(client, sign.jpeg, read="true")
    assert found.read is not None
    assert [line.text for line in found.read.lines] == list(sign.lines)
    assert found.text.endswith(found.read.text)
    assert all(len(line.corners) == 4 for line in found.read.lines)


def test_a_dark_photo_gets_advice(client: httpx.Client, captioner: Captioner) -> None:
    black = cv2.imencode(".png", np.zeros((256, 256, 3), np.uint8))[1].tobytes()
    expected = describe_file(captioner, black)
    found = describe(client, black)
    assert expected.guidance is not None
    assert found.guidance is not None
    assert found.guidance.kind == expected.guidance.kind
    assert found.text == found.guidance.message
    assert (found.certainty, found.words) == (None, [])


def test_it_is_kept_only_where_it_is_asked_for(client: httpx.Client) -> None:
    describe(client, photo())
    assert History().count(LOCAL_OWNER) == 0
    files = {"photo": ("C:/holiday/red.jpg", photo())}
    answer = client.post("/api/describe", files=files, data={"history": "true"})
    assert answer.json()["kept"] is True
    (entry,) = History().page(LOCAL_OWNER)
    assert (entry.source, entry.photo) == (Source.API, "red.jpg")
    assert entry.text == answer.json()["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_photo_is_a_problem_in_the_language(client: httpx.Client, language: str) -> None:
    answer = client.post(
        "/api/describe", params={"language": language}, content=b"no photo", headers=JPEG
    )
    detail = problem(answer, 415)["detail"]
    sentence = {"en": ErrorCode.PHOTO_FORMAT_UNKNOWN.value}.get(
        language, FRENCH.errors[ErrorCode.PHOTO_FORMAT_UNKNOWN]
    )
    assert detail == sentence


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"content": b"", "headers": JPEG}, 422),
        ({"content": photo(), "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": photo()}, 415),
        ({"content": photo(), "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"data": {"language": "en"}, "files": {"other": b"x"}}, 422),
        ({"files": {"photo": photo()}, "data": {"language": "xx"}}, 422),
        ({"files": {"photo": photo()}, "data": {"colour": "red"}}, 422),
        ({"content": photo(), "headers": JPEG, "params": {"read": "1"}}, 422),
        ({"content": photo(), "headers": JPEG, "params": [("read", "true")] * 2}, 422),
        ({"content": bytes(MAX_BYTES + 200_000), "headers": JPEG}, 413),
    ],
    ids=lambda value: "" if isinstance(value, dict) else str(value),
)
def test_a_wrong_request_is_a_problem(
    client: httpx.Client, arguments: dict[str, Any], status: int
) -> None:
    problem(client.post("/api/describe", **arguments), status)


def test_a_body_that_says_it_is_too_large_is_not_waited_for(url: str) -> None:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 60) as line:
        head = f"POST /api/describe HTTP/1.1\r\nHost: {address.netloc}\r\n"
        line.sendall(
            f"{head}Content-Type: image/jpeg\r\nContent-Length: 999999999\r\n\r\n".encode()
        )
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_body_of_unknown_length_is_read_no_further_than_the_limit(client: httpx.Client) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 10 * MAX_BYTES:
            sent += 1_000_000
            yield bytes(1_000_000)

    try:
        status = client.post("/api/describe", content=endless(), headers=JPEG).status_code
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        status = 413  # the server has hung up
    assert status == 413
    assert sent < 2 * MAX_BYTES


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_every_difficult_file_is_described_or_refused(client: httpx.Client) -> None:
    for file in difficult_files():
        answer = client.post("/api/describe", content=file.data, headers=JPEG)
        if isinstance(file.expectation, Decoded):
            assert answer.status_code == 200, file.name
        else:
            assert 413 <= answer.status_code <= 422, file.name


def test_there_is_nothing_elsewhere(client: httpx.Client) -> None:
    problem(client.get("/api/nothing"), 404)
    problem(client.get("/"), 404)
    answer = client.get("/api/describe")
    problem(answer, 405)
    assert answer.headers["allow"] == "POST"
