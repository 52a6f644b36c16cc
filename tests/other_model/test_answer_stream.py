"""Another model is asked over a real socket: whole, slow, cut, garbled and refused answers."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.other_model import Exchange, ModelServer, OtherModel, PhotoQuestion, answer_of
from pipeline.other_model.bounded_exchange import ASKING, Limits
from tests.other_model.local_models import (
    CHAT,
    Answer,
    Chat,
    LocalModels,
    refusing,
    running,
    saying,
)

LATE = ErrorCode.OTHER_MODEL_SLOW
SHORT = Limits(connect_s=5, first_s=20, pause_s=20, total_s=20, most_bytes=100_000)


def _jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), "red").save(file, "JPEG")
    return file.getvalue()


QUESTION = PhotoQuestion("What colour is it?", "en", True, _jpeg())


def model_of(models: LocalModels) -> OtherModel:
    return OtherModel(models.server, "llava:latest", True)


def ask(models: LocalModels, limits: Limits = ASKING) -> tuple[str, OtherModelError | None]:
    """What came, and the error that ended it."""
    text = ""
    with Exchange(models.server, limits) as exchange:
        try:
            for piece in answer_of(exchange, model_of(models), QUESTION):
                text += piece
        except OtherModelError as error:
            return text, error
    return text, None


@pytest.fixture
def models() -> Iterator[LocalModels]:
    with running() as serving:
        yield serving


def test_the_photo_is_sent_and_the_answer_streams(models: LocalModels) -> None:
    models.answers[CHAT] = saying("It is red.", "All of it.")
    assert ask(models) == ("It is red. All of it. ", None)
    asked = models.question
    assert (asked["model"], asked["stream"]) == ("llava:latest", True)
    words, picture = asked["messages"][-1]["content"]
    assert words["text"].startswith("What colour is it?\n")
    kind, _, data = picture["image_url"]["url"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data) == QUESTION.photo
    assert models.paths() == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (QUESTION, ("in English", "persons", "What colour is it?")),
        (replace(QUESTION, words="", language="fr"), ("en français", "personnes", "en détail")),
        (replace(QUESTION, words="", neutral=False), ("in English", "in detail")),
    ],
)
def test_the_language_and_the_wording_are_asked_for(
    models: LocalModels, question: PhotoQuestion, parts: tuple[str, ...]
) -> None:
    models.answers[CHAT] = saying("Red.")
    with Exchange(models.server, ASKING) as exchange:
        list(answer_of(exchange, model_of(models), question))
    rules, asked = models.question["messages"]
    sent = f"{rules['content']} {asked['content'][0]['text']}"
    assert all(part in sent for part in parts)
    assert ("person" in sent.replace("for a person who", "")) is question.neutral


def test_each_piece_is_there_before_the_next_one_is_written(models: LocalModels) -> None:
    def slowly(answer: Answer) -> None:
        answer.begin()
        answer.words("One.")
        answer.wait()
        answer.words("Two.", "stop")
        answer.done()

    models.answers[CHAT] = slowly
    with Exchange(models.server, ASKING) as exchange:
        pieces = answer_of(exchange, model_of(models), QUESTION)
        assert next(pieces) == "One."
        models.goes_on.set()
        assert list(pieces) == ["Two."]


def _cut(answer: Answer) -> None:
    answer.begin()
    answer.words("A red")


def _cut_in_a_chunk(answer: Answer) -> None:
    _cut(answer)
    answer.handler.wfile.write(b"40\r\ndata: {")


def _too_long(answer: Answer) -> None:
    answer.begin()
    answer.words("A red", "length")
    answer.done()


def _garbage_later(answer: Answer) -> None:
    answer.begin()
    answer.words("A red")
    answer.raw(b"data: {\xff\xfe\n\n")
    answer.done()


def _error_later(answer: Answer) -> None:
    answer.begin()
    answer.words("A red")
    answer.event({"error": {"message": "model runner has unexpectedly stopped"}})


@pytest.mark.parametrize(
    ("chat", "code"),
    [
        (_cut, ErrorCode.OTHER_MODEL_CUT),
        (_cut_in_a_chunk, ErrorCode.OTHER_MODEL_CUT),
        (_too_long, ErrorCode.OTHER_MODEL_CUT),
        (_garbage_later, ErrorCode.OTHER_MODEL_UNREADABLE),
        (_error_later, ErrorCode.OTHER_MODEL_REFUSED),
    ],
)
def test_what_came_is_there_before_the_error(
    models: LocalModels, chat: Chat, code: ErrorCode
) -> None:
    models.answers[CHAT] = chat
    text, error = ask(models, SHORT)
    assert text == "A red"
    assert error is not None
    assert error.code is code


def _page(answer: Answer) -> None:
    answer.begin(200, "text/html")
    answer.raw(b"<html>It works!</html>\n")
    answer.handler.wfile.write(b"0\r\n\r\n")


def _no_http(answer: Answer) -> None:
    answer.handler.wfile.write(b"\x16\x03\x01\x00 garbage\r\n\r\n")


def _list(answer: Answer) -> None:
    answer.begin()
    answer.event([1, 2])


def _no_words(answer: Answer) -> None:
    answer.begin()
    answer.event({"choices": [{"delta": {"reasoning": "Hm."}, "finish_reason": None}]})
    answer.done()


def _one_endless_line(answer: Answer) -> None:
    answer.begin()
    while True:
        answer.raw(b"x" * 50_000)


def _elsewhere(answer: Answer) -> None:
    answer.begin(307, Location=f"{answer.models.server.address}/elsewhere", Content_Length="0")


@pytest.mark.parametrize(
    ("chat", "code"),
    [
        (_page, ErrorCode.OTHER_MODEL_UNREADABLE),
        (_no_http, ErrorCode.OTHER_MODEL_UNREADABLE),
        (_list, ErrorCode.OTHER_MODEL_UNREADABLE),
        (_one_endless_line, ErrorCode.OTHER_MODEL_UNREADABLE),
        (_no_words, ErrorCode.OTHER_MODEL_EMPTY),
        (_elsewhere, ErrorCode.OTHER_MODEL_MOVED),
        (refusing(500, "image input is not supported"), ErrorCode.OTHER_MODEL_BLIND),
        (refusing(400, "out of memory"), ErrorCode.OTHER_MODEL_REFUSED),
        (refusing(401, "no token"), ErrorCode.OTHER_MODEL_KEY),
        (refusing(404, "model not found"), ErrorCode.OTHER_MODEL_MISSING),
        (refusing(503, "loading"), ErrorCode.OTHER_MODEL_BUSY),
    ],
)
def test_a_server_without_an_answer_is_an_error(
    models: LocalModels, chat: Chat, code: ErrorCode
) -> None:
    models.answers[CHAT] = chat
    text, error = ask(models, SHORT)
    assert text == ""
    assert error is not None
    assert error.code is code
    assert models.paths() == ["/v1/chat/completions"]  # sent once, and nowhere else
    assert "{" not in str(error)


@pytest.mark.parametrize(
    ("begun", "limits"), [(False, replace(SHORT, first_s=0.3)), (True, replace(SHORT, pause_s=0.3))]
)
def test_a_server_that_falls_silent_is_waited_for_no_longer(
    models: LocalModels, begun: bool, limits: Limits
) -> None:
    def silent(answer: Answer) -> None:
        if begun:
            answer.begin()
            answer.words("A red")
        answer.models.goes_on.wait(5)
        answer.handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")

    models.answers[CHAT] = silent
    text, error = ask(models, limits)
    assert text == ("A red" if begun else "")
    assert error is not None
    assert error.code is LATE


def test_an_answer_in_one_piece_is_taken_too(models: LocalModels) -> None:
    message = {"role": "assistant", "content": "It is red."}
    models.answers[CHAT] = {"choices": [{"message": message, "finish_reason": "stop"}]}
    assert ask(models) == ("It is red.", None)


def test_a_server_that_trickles_has_a_limit_for_all_of_it(models: LocalModels) -> None:
    def trickle(answer: Answer) -> None:
        answer.begin()
        for _ in range(200):  # 4 s
            answer.models.goes_on.wait(0.02)
            answer.raw(b": still there\n\n")
        answer.words("Too late.", "stop")
        answer.done()

    models.answers[CHAT] = trickle
    text, error = ask(models, replace(SHORT, total_s=0.3))
    assert text == ""
    assert error is not None
    assert error.code is LATE
    assert models.gone.wait(20)


def test_nobody_there() -> None:
    with running() as models:
        address = models.server.address
    server = ModelServer("Ollama", address)  # its port is closed by now
    _, error = ask(LocalModels(server=server))
    assert error is not None
    assert str(error) == "Ollama does not answer. Check that it is running."


@pytest.mark.parametrize("begun", [False, True])
def test_another_thread_ends_it_and_the_server_learns_of_it(
    models: LocalModels, begun: bool
) -> None:
    def endless(answer: Answer) -> None:
        if begun:
            answer.begin()
            answer.words("One.")
            answer.wait()
        answer.models.goes_on.wait(20)

    models.answers[CHAT] = endless
    with Exchange(models.server, ASKING) as exchange:
        pieces = answer_of(exchange, model_of(models), QUESTION)
        if begun:
            assert next(pieces) == "One."
        threading.Timer(0.1, exchange.close).start()
        with pytest.raises(OtherModelError):
            list(pieces)
    if begun:
        assert models.gone.wait(20)


def test_no_proxy_gets_the_photo(models: LocalModels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    models.answers[CHAT] = saying("Red.")
    assert ask(models) == ("Red. ", None)
