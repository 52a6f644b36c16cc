"""An operation of the API: what serves it, and what the document says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]

JSON = "application/json"
PHOTO_TYPES = (
    "image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif", "image/gif",
    "image/tiff", "image/bmp", "application/octet-stream",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One kind of answer.

    Attributes:
        media_type: of its body.
        model: its JSON; None for another body.
    """

    media_type: str
    model: type[BaseModel] | None = None


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        method: in upper case.
        path: may hold one parameter, as Starlette writes it ("/v1/models/{model}").
        endpoint: answers it.
        summary: what it does, in one sentence.
        answers: what status 200 may bring.
        query: its options in the address, or None.
        body: its JSON body, or None.
        takes_photo: whether its body is a photo, or a form of a photo and the options.
        statuses: of its problems, beside those of every operation.
        is_open: whether it needs no token.
    """

    method: str
    path: str
    endpoint: Endpoint
    summary: str
    answers: tuple[Answer, ...]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    takes_photo: bool = False
    statuses: tuple[int, ...] = ()
    is_open: bool = False
