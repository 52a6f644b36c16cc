"""OpenAI's own client against a running server, with no option but the address."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from pipeline.api import Access
from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.other_model import (
    ASKING,
    Exchange,
    ModelServer,
    OtherModel,
    PhotoQuestion,
    answer_of,
    find_models,
)
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.speech.codec import decode
from tests.api.server import photo, service, serving
from tests.data.written_pictures import photographed

RED = "A red square on a pale ground."
CONTAINERS = {"mp3": "mp3", "opus": "ogg", "aac": "aac", "flac": "flac", "wav": "wav"}


@pytest.fixture
def vois(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        yield client


def data_url(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


def question(prompt: str, *photos: bytes, detail: str = "auto") -> Any:
    images = [
        {"type": "image_url", "image_url": {"url": data_url(data), "detail": detail}}
        for data in photos
    ]
    return [{"role": "user", "content": [{"type": "text", "text": prompt}, *images]}]


def ask(vois: openai.OpenAI, messages: Any) -> str:
    answer = vois.chat.completions.create(model="gpt-4o-mini", messages=messages)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    words = answer.choices[0].message.content or ""
    assert answer.usage.completion_tokens == len(words.split())
    return words


def test_it_describes_in_the_language_of_the_prompt(vois: openai.OpenAI) -> None:
    assert ask(vois, question("Describe this image.", photo())) == RED
    french = ask(vois, question("Décris cette image.", photo()))
    assert french == "Un carré rouge sur un fond pâle."
    numbered = ask(vois, question("What do you see?", photo(), photo("blue")))
    assert numbered == f"Photo 1: {RED}\nPhoto 2: {RED.replace('red', 'blue')}"


@pytest.mark.parametrize(("words", "language"), [("", "en"), ("Que vois-tu ?", "fr")])
def test_a_vois_that_asks_another_model_understands_it(url: str, words: str, language: str) -> None:
    asked = PhotoQuestion(words, language, True, photo())
    server = ModelServer("another Vois", url)
    with Exchange(server, ASKING) as exchange:
        pieces = list(answer_of(exchange, OtherModel(server, "vois"), asked))
    assert len(pieces) > 1
    assert "".join(pieces).startswith(RED if language == "en" else "Un carré rouge")
    assert find_models([server]) == ()  # but it is not taken for another model


def test_it_streams_the_same_words(vois: openai.OpenAI) -> None:
    stream = vois.chat.completions.create(
        model="vois", messages=question("Describe this image.", photo()), stream=True,
        stream_options={"include_usage": True},
    )  # fmt: skip
    chunks = list(stream)
    pieces = [one.choices[0].delta.content for one in chunks if one.choices]
    assert "".join(piece for piece in pieces if piece) == RED
    assert len(pieces) > len(RED.split())
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len(RED.split())


def test_it_reads_what_is_written(vois: openai.OpenAI) -> None:
    sign = photographed(5, 640)
    assert ask(vois, question("What does it say?", sign.jpeg)) == "\n".join(sign.lines)
    assert ask(vois, question("What does it say?", photo())) == f"{ENGLISH.no_text_found} {RED}"
    both = ask(vois, question("Describe it, and read the text.", sign.jpeg))
    assert both.endswith("\n".join(sign.lines))
    assert not both.startswith(sign.lines[0])


def test_other_questions_get_the_description_and_a_plain_sentence(vois: openai.OpenAI) -> None:
    asked = question("What colour is the dog?", photo())
    assert ask(vois, asked) == f"{RED} {ENGLISH.only_describes}"
    follow_up = [
        *question("Describe this image.", photo()),
        {"role": "assistant", "content": RED},
        {"role": "user", "content": "Est-ce que tu es sûr de toi ?"},
    ]
    assert ask(vois, follow_up).endswith(FRENCH.only_describes)
    hello = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello!"}]
    assert ask(vois, hello) == ENGLISH.send_photo


def test_detail_is_a_length(vois: openai.OpenAI, captioner: Captioner) -> None:
    low, high = (
        ask(vois, question("Describe this.", photo(), detail=detail)) for detail in ("low", "high")
    )
    assert len(low.split()) < len(high.split())
    assert low == describe_file(captioner, photo()).text


def test_no_address_is_fetched(vois: openai.OpenAI) -> None:
    for address in (
        "http://127.0.0.1:9/a.jpg",
        "file:///etc/passwd",
        "data:text/plain,a",
        "ftp://x",
    ):
        message = question("Describe this.", photo())
        message[0]["content"][1]["image_url"]["url"] = address
        with pytest.raises(openai.UnprocessableEntityError, match="fetches no pictures"):
            ask(vois, message)


def test_wrong_photos_are_errors_that_the_client_understands(vois: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match="Try a JPEG or PNG photo") as caught:
        ask(vois, question("Describe this.", b"no photo"))
    assert caught.value.status_code == 415
    assert caught.value.code == "photo_format_unknown"
    with pytest.raises(openai.APIStatusError, match="Ce fichier est vide"):
        ask(vois, question("Décris ceci.", b""))
    message = question("Describe this.", photo())
    message[0]["content"][1]["image_url"]["url"] = "data:image/jpeg;base64,%%%"
    with pytest.raises(openai.BadRequestError):
        ask(vois, message)
    with pytest.raises(openai.UnprocessableEntityError):
        ask(vois, question("Describe these.", *[photo()] * 16))
    with pytest.raises(openai.UnprocessableEntityError):
        ask(vois, [])


def test_it_lists_its_model(vois: openai.OpenAI) -> None:
    assert [model.id for model in vois.models.list()] == ["vois"]
    assert vois.models.retrieve("vois").owned_by == "vois"
    with pytest.raises(openai.NotFoundError, match="There is vois"):
        vois.models.retrieve("gpt-4o-mini")


@pytest.mark.parametrize("kind", [*CONTAINERS, "pcm"])
def test_it_speaks(vois: openai.OpenAI, kind: Any) -> None:
    sound = vois.audio.speech.create(
        model="tts-1", voice="alloy", input="Hello.", response_format=kind
    ).read()
    if kind == "pcm":
        assert len(sound) == 2 * 2_400
        return
    assert 0.09 < len(decode(sound, CONTAINERS[kind], 24_000)) / 24_000 < 0.2


def test_speech_is_streamed_into_a_file_at_a_pace(vois: openai.OpenAI, tmp_path: Any) -> None:
    with vois.audio.speech.with_streaming_response.create(
        model="vois", voice="nova", input="Bonjour, ceci est un texte.", speed=2.0,
        response_format="wav",
    ) as answer:  # fmt: skip
        answer.stream_to_file(tmp_path / "a.wav")
    samples = decode((tmp_path / "a.wav").read_bytes(), "wav", 24_000)
    assert len(samples) == pytest.approx(1_200, abs=10)


def test_the_key_is_the_token(captioner: Captioner) -> None:
    token = "correct-horse-battery"
    with serving(service(captioner), Access(token)) as address:
        for key, allowed in ((token, True), ("another", False)):
            with openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0) as client:
                if allowed:
                    assert ask(client, question("Describe this.", photo())) == RED
                else:
                    with pytest.raises(openai.AuthenticationError):
                        ask(client, question("Describe this.", photo()))
