"""`/api/speak`: a text as sound, in three formats."""

from __future__ import annotations

from dataclasses import replace

import httpx
import numpy as np
import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.errors import ErrorCode
from pipeline.phrases import FRENCH
from pipeline.speech import VoiceChain
from pipeline.speech.codec import decode
from pipeline.speech.text import MAX_CHARS
from tests.api.server import Beep, service, serving

CONTAINERS = {"wav": "wav", "mp3": "mp3", "opus": "ogg"}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_text_becomes_a_sound(client: httpx.Client, kind: str) -> None:
    answer = client.post("/api/speak", json={"text": "Hello. There.", "format": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["vois-voice"] == "beep"
    samples = decode(answer.content, CONTAINERS[kind], 24_000)
    assert 0.3 < len(samples) / 24_000 < 0.5  # two tones of a tenth of a second and a pause
    assert 0.2 < np.abs(samples).max() < 0.45


def test_pace_is_followed(client: httpx.Client) -> None:
    sizes = [
        len(client.post("/api/speak", json={"text": "Hello.", "rate": rate}).content)
        for rate in (0.5, 1, 2)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 3 * sizes[2]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "\u2603"}, 422),
        ({"text": "a" * (MAX_CHARS + 1)}, 422),
        ({"text": "a", "rate": 3}, 422),
        ({"text": "a", "format": "midi"}, 422),
        ({"text": "a", "colour": "red"}, 422),
        ({}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_said_is_a_problem(client: httpx.Client, body: object, status: int) -> None:
    answer = client.post("/api/speak", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_no_json_is_a_problem(client: httpx.Client) -> None:
    json = {"Content-Type": "application/json"}
    assert client.post("/api/speak", content=b"{", headers=json).status_code == 400
    assert client.post("/api/speak", content=b"\xff", headers=json).status_code == 400
    assert client.post("/api/speak", data={"text": "a"}).status_code == 415


def test_a_language_that_no_voice_speaks_is_a_problem(captioner: Captioner) -> None:
    english = VoiceChain([Beep(languages=frozenset({"en"}))])
    with serving(replace(service(captioner), voices=lambda: english)) as address:
        answer = httpx.post(f"{address}/api/speak", json={"text": "Bonjour.", "language": "fr"})
    assert answer.status_code == 503
    assert answer.json()["detail"] == FRENCH.errors[ErrorCode.API_NO_VOICE]
