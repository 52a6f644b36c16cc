"""Vois's own operations: describe, speak, health."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pipeline.api.access import Access
from pipeline.api.description_format import (
    Described,
    DescribeOptions,
    Language,
    described,
)
from pipeline.api.operation import JSON, PHOTO_TYPES, Answer, Operation
from pipeline.api.problems import wrong_value
from pipeline.api.request_body import UPLOAD_BYTES, body_bytes, form_of, json_of, media_type
from pipeline.api.service import Service, model_name
from pipeline.api.sound_answer import SOUND_TYPES, Sayable, check_sayable, sound_response
from pipeline.errors import ApiError, ErrorCode
from pipeline.phrases import LANGUAGES
from pipeline.speech import FASTEST_RATE, SLOWEST_RATE
from pipeline.speech.codec import SoundFormat

PHOTO_FIELD = "photo"


class SpeakRequest(BaseModel):
    """What to say, and how."""

    model_config = ConfigDict(extra="forbid")

    text: Sayable
    language: Language = Field(default="en")
    voice: str = Field(
        default="", max_length=64,
        description="A voice that `/api/health` names; any other text: the best of the language.",
    )  # fmt: skip
    rate: float = Field(default=1.0, ge=SLOWEST_RATE, le=FASTEST_RATE, description="1 is its own.")
    format: Literal["wav", "mp3", "opus"] = Field(default="wav")


class Health(BaseModel):
    """What is ready."""

    status: Literal["ok"] = "ok"
    model: str
    languages: list[str] = Field(description="That photos are described in.")
    voices: list[str] = Field(description="Of this machine; none of them sends a text away.")
    waiting: int = Field(description="Photos that wait to be described.")


@dataclass(frozen=True)
class _Upload:
    """A photo and how it is to be described."""

    photo: bytes
    options: DescribeOptions


class OwnRoutes:
    """The endpoints; they hold nothing of a request."""

    def __init__(self, service: Service, access: Access) -> None:
        """Binds them to what does the work, and to who may have it kept."""
        self._service, self._access = service, access

    def operations(self) -> list[Operation]:
        """What is served."""
        photos = (400, 408, 413, 415, 422, 429)
        sounds = tuple(Answer(SOUND_TYPES[kind]) for kind in tuple(SoundFormat)[:3])
        return [
            Operation(
                "POST", "/api/describe", self.describe, "Describes a photo.",
                (Answer(JSON, Described),), query=DescribeOptions, takes_photo=True,
                statuses=photos,
            ),
            Operation(
                "POST", "/api/speak", self.speak, "Speaks a text, on this machine.", sounds,
                body=SpeakRequest, statuses=photos,
            ),
            Operation(
                "GET", "/api/health", self.health, "Says what is ready.", (Answer(JSON, Health),)
            ),
        ]  # fmt: skip

    async def describe(self, request: Request) -> Response:
        """Describes a photo; keeps the description if that was asked for."""
        started = time.perf_counter()
        upload = await _upload_of(request)
        options = upload.options
        if options.history and not self._access.is_local(request):
            raise ApiError(ErrorCode.API_ELSEWHERE)  # the history is this machine's own person's
        service = self._service
        description = await service.describe(
            upload.photo, options.language, options.style, options.read
        )
        kept = options.history and await service.keep(description, options.name)
        took_s = time.perf_counter() - started
        answer = described(description, options, model_name(service.captioner()), kept, took_s)
        return Response(answer.model_dump_json(), media_type=JSON)

    async def speak(self, request: Request) -> Response:
        """Speaks a text."""
        wanted = await json_of(request, SpeakRequest)
        request.state.language = wanted.language
        check_sayable(wanted.text)
        sound = await self._service.speak(wanted.text, wanted.language, wanted.voice, wanted.rate)
        return await sound_response(sound, SoundFormat(wanted.format))

    async def health(self, request: Request) -> Response:
        """Says what is ready; loads the model if nobody has."""
        captioner = await run_in_threadpool(self._service.captioner)
        voices = self._service.voices().choose("offline")
        answer = Health(
            model=model_name(captioner),
            languages=list(captioner.languages),
            voices=[voice.name for voice in voices],
            waiting=self._service.describing.waiting,
        )
        return Response(answer.model_dump_json(), media_type=JSON)


async def _upload_of(request: Request) -> _Upload:
    language = request.query_params.get("language")
    if language in LANGUAGES:
        request.state.language = language
    given = _once(request.query_params.multi_items())
    kind = media_type(request)
    if kind == "multipart/form-data":
        return await _form_upload(request, given)
    if kind not in PHOTO_TYPES:
        expected = f"multipart/form-data, {', '.join(PHOTO_TYPES)}"
        raise ApiError(ErrorCode.API_BODY_TYPE, type=kind[:100] or '""', expected=expected)
    options = _options(given)
    return _Upload(await body_bytes(request, UPLOAD_BYTES), options)


async def _form_upload(request: Request, given: dict[str, str]) -> _Upload:
    form = await form_of(request)
    try:
        fields = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
        options = _options(given | _once(fields))  # what the form says is what counts
        request.state.language = options.language
        file = form.get(PHOTO_FIELD)
        if not isinstance(file, UploadFile):
            raise ApiError(ErrorCode.API_PHOTO_MISSING)
        if not options.name:
            options = options.model_copy(update={"name": file.filename or ""})
        return _Upload(await file.read(), options)
    finally:
        await form.close()


def _once(items: list[tuple[str, str]]) -> dict[str, str]:
    """Options by name: pydantic's input, where a dict has to stand for a type."""
    given = dict(items)
    for name in given:
        if sum(name == other for other, _ in items) > 1:
            raise ApiError(ErrorCode.API_VALUE_WRONG, field=name[:100], why="given twice")
    return given


def _options(given: dict[str, str]) -> DescribeOptions:
    try:
        return DescribeOptions.model_validate(given)
    except ValidationError as error:
        raise wrong_value(error) from error
