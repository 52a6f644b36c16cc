"""Ollama's own client against a running server, with no option but the address."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import ollama
import pytest

from pipeline.phrases import ENGLISH
from tests.api.server import photo

RED = "A red square on a pale ground."


@pytest.fixture
def vois(url: str) -> Iterator[ollama.Client]:
    client = ollama.Client(host=url)
    yield client
    client._client.close()


def test_it_describes(vois: ollama.Client) -> None:
    answer = vois.generate("vois", "Describe this image.", images=[photo()])
    assert (answer.response, answer.done, answer.done_reason) == (RED, True, "stop")
    assert answer.total_duration is not None
    assert answer.total_duration > 0
    french = vois.generate("llava", "Décris cette image.", images=[photo()])
    assert (french.response, french.model) == ("Un carré rouge sur un fond pâle.", "llava")


def test_it_streams(vois: ollama.Client) -> None:
    parts = list(vois.generate("vois", "Describe this image.", images=[photo()], stream=True))
    assert "".join(part.response for part in parts) == RED
    assert [part.done for part in parts] == [False] * len(RED.split()) + [True]
    chat = vois.chat("vois", [{"role": "user", "content": "", "images": [photo()]}], stream=True)
    assert "".join(part.message.content or "" for part in chat) == RED


def test_a_conversation_goes_on_about_its_photo(vois: ollama.Client) -> None:
    messages = [
        {"role": "user", "content": "Describe this image.", "images": [photo()]},
        {"role": "assistant", "content": RED},
        {"role": "user", "content": "How many people are there?"},
    ]
    assert vois.chat("vois", messages).message.content == f"{RED} {ENGLISH.only_describes}"
    first = vois.chat("vois", messages[:1])
    assert (first.message.role, first.message.content, first.done) == ("assistant", RED, True)


def test_without_a_photo_it_asks_for_one(vois: ollama.Client) -> None:
    assert vois.generate("vois", "Hello!").response == ENGLISH.send_photo
    loaded = vois.generate("vois")
    assert (loaded.response, loaded.done, loaded.done_reason) == ("", True, "load")
    assert vois.chat("vois", []).done_reason == "load"


def test_it_lists_its_model(vois: ollama.Client) -> None:
    (model,) = vois.list().models
    assert (model.model, len(model.digest or "")) == ("vois:latest", 64)
    assert "vision" in (vois.show("vois:latest").capabilities or [])


def test_wrong_photos_are_errors_that_the_client_understands(vois: ollama.Client) -> None:
    with pytest.raises(ollama.ResponseError, match="Try a JPEG or PNG photo") as caught:
        vois.generate("vois", "Describe this.", images=[b"no photo"])
    assert caught.value.status_code == 415


def test_curl_says_no_type(client: httpx.Client) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = json.dumps({"model": "vois", "prompt": "Hello!", "stream": False})
    answer = client.post("/api/generate", content=body, headers=form)
    assert answer.json()["response"] == ENGLISH.send_photo
    assert client.post("/api/generate", content="{", headers=form).status_code == 400
