"""Errors as HTTP answers: problem+json (RFC 9457), in the language of the request."""

from __future__ import annotations

import http

from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from pipeline.errors import ApiError, ErrorCode, ImageError, VoisError
from pipeline.languages import ENGLISH
from pipeline.phrases import phrases

PROBLEM_JSON = "application/problem+json"

_OF_OLLAMA = ("/api/generate", "/api/chat", "/api/tags", "/api/show", "/api/version")

# What is not listed is 422 for a photo, and 503 for all else: Vois's own files and voices.
_STATUS = {
    ErrorCode.PHOTO_TOO_LARGE: 413,
    ErrorCode.PHOTO_FORMAT_UNKNOWN: 415,
    ErrorCode.PHOTO_VIDEO: 415,
    ErrorCode.API_HOST_UNKNOWN: 400,
    ErrorCode.API_ORIGIN_REFUSED: 403,
    ErrorCode.API_TOKEN_WRONG: 401,
    ErrorCode.API_ELSEWHERE: 403,
    ErrorCode.API_BUSY: 429,
    ErrorCode.API_BODY_TOO_LARGE: 413,
    ErrorCode.API_BODY_SLOW: 408,
    ErrorCode.API_BODY_TYPE: 415,
    ErrorCode.API_BODY_INVALID: 400,
    ErrorCode.API_VALUE_WRONG: 422,
    ErrorCode.API_PHOTO_MISSING: 422,
    ErrorCode.API_ADDRESS_NOT_FETCHED: 422,
    ErrorCode.API_MODEL_UNKNOWN: 404,
    ErrorCode.API_NO_SUCH_PATH: 404,
    ErrorCode.API_NO_SUCH_METHOD: 405,
    ErrorCode.API_FAILED: 500,
    ErrorCode.TEXT_EMPTY: 422,
    ErrorCode.TEXT_TOO_LONG: 422,
}


class OpenAiError(BaseModel):
    """The error as OpenAI's clients read it."""

    message: str
    type: str
    code: str


class Problem(BaseModel):
    """What went wrong, and what to do about it."""

    type: str = Field(description="A stable name of this kind of problem.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="A sentence for the person, in the language of the request.")
    error: OpenAiError | str | None = Field(
        default=None, description="The same for clients of OpenAI's and Ollama's protocols."
    )


def status_of(error: VoisError) -> int:
    """The HTTP status of an error."""
    return _STATUS.get(error.code, 422 if isinstance(error, ImageError) else 503)


def wrong_value(error: ValidationError) -> ApiError:
    """The first of what pydantic finds wrong, by its place."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "body"
    if first["type"] == "json_invalid":
        return ApiError(ErrorCode.API_BODY_INVALID, why=first["msg"])
    return ApiError(ErrorCode.API_VALUE_WRONG, field=field, why=first["msg"])


def problem_response(error: VoisError, connection: HTTPConnection) -> Response:
    """The answer for an error; 429 says when to try again, 401 how to."""
    language = getattr(connection.state, "language", ENGLISH)
    status = status_of(error)
    kind, detail = error.code.name.lower(), phrases(language).error_sentence(error)
    problem = Problem(
        type=f"urn:vois:{kind}",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        error=_as_others_read_it(connection.scope["path"], kind, detail),
    )
    headers = {}
    if error.code is ErrorCode.API_BUSY:
        headers["Retry-After"] = str(error.fields["seconds"])
    if status in (408, 413):
        headers["Connection"] = "close"  # the rest of the body is not read
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        problem.model_dump_json(exclude_none=True), status, headers, media_type=PROBLEM_JSON
    )


def _as_others_read_it(path: str, kind: str, detail: str) -> OpenAiError | str | None:
    if "/v1/" in path:
        return OpenAiError(message=detail, type="invalid_request_error", code=kind)
    return detail if path.endswith(_OF_OLLAMA) else None


async def on_vois_error(request: Request, error: Exception) -> Response:
    """Answers an error that has a sentence."""
    if not isinstance(error, VoisError):
        raise error
    return problem_response(error, request)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answers what the router refuses."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        found = ApiError(ErrorCode.API_NO_SUCH_PATH)
    elif error.status_code == 405:
        found = ApiError(ErrorCode.API_NO_SUCH_METHOD, method=request.method)
    else:
        found = ApiError(ErrorCode.API_BODY_INVALID, why=error.detail)
    response = problem_response(found, request)
    response.headers.update(error.headers or {})
    return response


async def on_failure(request: Request, error: Exception) -> Response:
    """Answers an error that nobody has foreseen; the server writes it down."""
    return problem_response(ApiError(ErrorCode.API_FAILED), request)
