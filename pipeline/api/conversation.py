"""Answers the newest question of a conversation about photos, as other programs put it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from starlette.requests import Request

from pipeline.api.prompt import Wish, wish_of
from pipeline.api.service import Service
from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.description import Description
from pipeline.errors import ApiError, ErrorCode
from pipeline.phrases import Phrases, phrases

MODEL = "vois"
MOST_PHOTOS = 16  # of one question

_DATA_URL = re.compile(r"data:[^,]*;base64,", re.IGNORECASE)
_PIECES = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Question:
    """The newest question of a conversation.

    Attributes:
        prompt: its words.
        photos: the newest photos of the conversation, each in base64 or as a data URL.
        instructions: what the program says beside it.
        form: the length of the descriptions.
    """

    prompt: str
    photos: tuple[str, ...]
    instructions: str = ""
    form: Form = Form.AUTO


async def reply(service: Service, request: Request, question: Question) -> str:
    """Answers a question.

    Args:
        service: describes.
        request: takes the language of the question, for errors.
        question: what is asked.

    Returns:
        One or more sentences in the language of the question.

    Raises:
        ApiError: a photo is an address or no base64, or too many requests wait.
        ImageError: a photo cannot be read.
        ModelError: the model failed, or is missing.
    """
    wish = wish_of(question.prompt, question.instructions)
    request.state.language = wish.language
    say, style = phrases(wish.language), DescriptionStyle(question.form)
    if not question.photos:
        return say.send_photo
    texts = []
    for data in [decoded(photo) for photo in question.photos]:
        found = await service.describe(data, wish.language, style, wish.reads)
        texts.append(_said(found, wish, say))
    if len(texts) > 1:
        texts = [say.numbered.format(number=n, text=text) for n, text in enumerate(texts, 1)]
    if wish.is_more:
        texts.append(say.only_describes)
    return ("\n" if len(question.photos) > 1 else " ").join(texts)


def _said(description: Description, wish: Wish, say: Phrases) -> str:
    """What is said of one photo."""
    if wish.describes or not wish.reads:
        return description.shown
    return description.read or f"{say.no_text_found} {description.text}"


def decoded(photo: str) -> bytes:
    """The bytes of a photo in base64, with or without what a data URL begins with.

    Raises:
        ApiError: it is another address, which is not fetched, or no base64.
    """
    if _DATA_URL.match(photo):
        photo = photo.partition(",")[2]
    elif "://" in photo[:20] or photo[:5].lower() == "data:":
        raise ApiError(ErrorCode.API_ADDRESS_NOT_FETCHED)
    try:
        return base64.b64decode(photo, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ApiError(ErrorCode.API_BODY_INVALID, why="a picture is no base64") from error


def pieces(text: str) -> list[str]:
    """A text word by word, for a stream; joined they are the text."""
    return _PIECES.findall(text)
