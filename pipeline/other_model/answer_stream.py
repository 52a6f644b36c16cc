"""Asks a model, and reads its answer as it comes: OpenAI's chat completions, streamed or not.

https://platform.openai.com/docs/api-reference/chat-streaming; Ollama, LM Studio and llama.cpp send
the same events.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.other_model.bounded_exchange import Exchange
from pipeline.other_model.model_list import OtherModel
from pipeline.other_model.photo_question import PhotoQuestion, request_body

logger = logging.getLogger(__name__)

_LOGGED_CHARACTERS = 300
# How servers say that a model takes no pictures: llama.cpp "image input is not supported - hint: if
# this is unexpected, you may need to provide the mmproj", others "does not support images".
_BLIND = re.compile(r"image|vision|multimodal|mmproj|picture", re.IGNORECASE)


def answer_of(exchange: Exchange, model: OtherModel, question: PhotoQuestion) -> Iterator[str]:
    """Asks, and gives the answer piece by piece, as the model writes it.

    Args:
        exchange: with the model's server; nothing was sent yet.
        model: which one is asked.
        question: with the photo.

    Raises:
        OtherModelError: also between two pieces. After the last one when the answer breaks off.
    """
    exchange.send("POST", "/v1/chat/completions", request_body(model.id, question))
    if exchange.status != 200:
        raise _refusal(exchange, model)
    if exchange.media_type == "application/json":  # it cannot stream
        yield from _whole(exchange, model)
        return
    understood = said = False
    for event in _events(exchange, model):
        understood = True
        text, end = _content(event, model)
        if text:
            said = True
            yield text
        if end == "stop":
            break
        if end:  # the model's length, or a filter
            raise OtherModelError(ErrorCode.OTHER_MODEL_CUT, server=model.server.name)
    else:
        # The connection ended, and nothing has said that the answer does.
        raise OtherModelError(
            ErrorCode.OTHER_MODEL_CUT if understood else ErrorCode.OTHER_MODEL_UNREADABLE,
            server=model.server.name,
        )
    if not said:
        raise OtherModelError(ErrorCode.OTHER_MODEL_EMPTY, model=model.name)


def _events(exchange: Exchange, model: OtherModel) -> Iterator[Mapping[str, object]]:
    """The JSON objects of the stream's "data:" lines; "[DONE]" is an event that ends it."""
    rest = b""
    for piece in exchange.pieces():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            field, _, value = line.partition(b":")
            if field != b"data":
                continue  # a comment that keeps the connection open, or an event's name
            if value.strip() == b"[DONE]":
                yield {"choices": [{"finish_reason": "stop"}]}
                return
            try:
                event = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise OtherModelError(
                    ErrorCode.OTHER_MODEL_UNREADABLE, server=model.server.name
                ) from error
            if not isinstance(event, Mapping):
                raise OtherModelError(ErrorCode.OTHER_MODEL_UNREADABLE, server=model.server.name)
            yield event


def _content(event: Mapping[str, object], model: OtherModel) -> tuple[str, str]:
    """The words that an event adds, and why the answer ends with it, or "".

    What a model thinks before it answers (`reasoning`) is not what it answers.
    """
    if event.get("error"):
        raise _refused(str(event["error"]), 500, model)
    choices = event.get("choices")
    if not isinstance(choices, list):
        raise OtherModelError(ErrorCode.OTHER_MODEL_UNREADABLE, server=model.server.name)
    if not choices or not isinstance(choices[0], Mapping):  # the count of words, at the end
        return "", ""
    message = choices[0].get("delta") or choices[0].get("message")
    text = message.get("content") if isinstance(message, Mapping) else ""
    end = choices[0].get("finish_reason")
    return text if isinstance(text, str) else "", end if isinstance(end, str) else ""


def _whole(exchange: Exchange, model: OtherModel) -> Iterator[str]:
    event = exchange.json()
    if not isinstance(event, Mapping):
        raise OtherModelError(ErrorCode.OTHER_MODEL_UNREADABLE, server=model.server.name)
    text, end = _content(event, model)
    if not text:
        raise OtherModelError(ErrorCode.OTHER_MODEL_EMPTY, model=model.name)
    yield text
    if end not in ("", "stop"):
        raise OtherModelError(ErrorCode.OTHER_MODEL_CUT, server=model.server.name)


def _refusal(exchange: Exchange, model: OtherModel) -> OtherModelError:
    why = ""
    try:
        why = json.dumps(exchange.json(), ensure_ascii=False)
    except OtherModelError as error:
        logger.info("A refusal could not be read: %s", error)
    return _refused(why, exchange.status, model)


def _refused(why: str, status: int, model: OtherModel) -> OtherModelError:
    name = model.server.name
    logger.warning("%s: status %d, %s", name, status, why[:_LOGGED_CHARACTERS])
    if status in (401, 403):
        return OtherModelError(ErrorCode.OTHER_MODEL_KEY, server=name)
    if status == 404:
        return OtherModelError(ErrorCode.OTHER_MODEL_MISSING, server=name, model=model.name)
    if status in (429, 503):
        return OtherModelError(ErrorCode.OTHER_MODEL_BUSY, server=name)
    if _BLIND.search(why):
        return OtherModelError(ErrorCode.OTHER_MODEL_BLIND, model=model.name)
    return OtherModelError(ErrorCode.OTHER_MODEL_REFUSED, server=name)
