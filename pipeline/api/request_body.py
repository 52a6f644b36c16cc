"""The body of a request: read up to a limit, as bytes, a form or JSON."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from pipeline.api.problems import wrong_value
from pipeline.errors import ApiError, ErrorCode
from pipeline.image import MAX_BYTES

_FORM_BYTES = 100_000  # what a form has beside its photo
UPLOAD_BYTES = MAX_BYTES + _FORM_BYTES
# Base64 is a third larger than what it holds; some photos of a conversation are sent again.
JSON_BYTES = 2 * MAX_BYTES
_MEGABYTE = 1_000_000
_MOST_FIELDS = 20

_Model = TypeVar("_Model", bound=BaseModel)


def media_type(request: Request) -> str:
    """The type of the body in lower case, without its parameters; "" when none is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_bytes(request: Request, most: int) -> bytes:
    """Reads a body; of one that says that it is too large, nothing is read.

    Raises:
        ApiError: it has more than `most` bytes, or breaks off.
    """
    too_large = ApiError(ErrorCode.API_BODY_TOO_LARGE, most=most // _MEGABYTE)
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise too_large
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise too_large
            parts.append(part)
    except ClientDisconnect as error:
        raise ApiError(ErrorCode.API_BODY_INVALID, why="it breaks off") from error
    return b"".join(parts)


async def form_of(request: Request) -> FormData:
    """Reads a multipart form of one file at most; whoever calls closes it.

    Raises:
        ApiError: it is too large, or no such form.
    """
    data = await body_bytes(request, UPLOAD_BYTES)

    async def stream() -> AsyncGenerator[bytes, None]:
        yield data

    parser = MultiPartParser(
        request.headers,
        stream(),
        max_files=1,
        max_fields=_MOST_FIELDS,
        max_part_size=_FORM_BYTES,
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise ApiError(ErrorCode.API_BODY_INVALID, why=error.message.rstrip(".")) from error
    except (KeyError, ValueError, LookupError) as error:  # no boundary; an unknown charset
        raise ApiError(ErrorCode.API_BODY_INVALID, why="not a multipart form") from error


async def json_of(request: Request, model: type[_Model], *, any_type: bool = False) -> _Model:
    """Reads a body of JSON.

    Args:
        request: whose body.
        model: what is in it.
        any_type: whether the type of the body does not matter: curl calls all bodies forms.

    Raises:
        ApiError: it is too large, no JSON, or not as the model wants it.
    """
    kind = media_type(request)
    if not any_type and kind != "application/json":
        raise ApiError(ErrorCode.API_BODY_TYPE, type=kind or '""', expected="application/json")
    data = await body_bytes(request, JSON_BYTES)
    try:
        return model.model_validate_json(data, strict=True)  # 1 is not true
    except ValidationError as error:
        raise wrong_value(error) from error
