"""Ollama's protocol: answers about photos, and the one model."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipeline.api.conversation import pieces, reply
from pipeline.api.ollama_format import (
    AnswerWords,
    Chatted,
    Generated,
    GenerateRequest,
    OllamaChatRequest,
    Piece,
    Shown,
    ShowRequest,
    Tag,
    Tags,
    Version,
)
from pipeline.api.openapi import VERSION
from pipeline.api.operation import JSON, Answer, Operation
from pipeline.api.request_body import json_of
from pipeline.api.service import Service, model_name

LINES = "application/x-ndjson"

# Makes a piece of the words and of what every piece has.
_Make = Callable[[str, Piece], Piece]


class OllamaRoutes:
    """The endpoints; they hold nothing of a request."""

    def __init__(self, service: Service) -> None:
        """Binds them to what does the work."""
        self._service = service
        self._since = _now()

    def operations(self) -> list[Operation]:
        """What is served."""
        wrong = (400, 408, 413, 422, 429)
        return [
            Operation(
                "POST", "/api/generate", self.generate, "Answers a prompt, as Ollama does.",
                (Answer(JSON, Generated), Answer(LINES)), body=GenerateRequest, statuses=wrong,
            ),
            Operation(
                "POST", "/api/chat", self.chat, "Answers a conversation, as Ollama does.",
                (Answer(JSON, Chatted), Answer(LINES)), body=OllamaChatRequest, statuses=wrong,
            ),
            Operation(
                "GET", "/api/tags", self.tags, "Lists the one model, as Ollama does.",
                (Answer(JSON, Tags),),
            ),
            Operation(
                "POST", "/api/show", self.show, "Says what the one model can do.",
                (Answer(JSON, Shown),), body=ShowRequest, statuses=(400, 408, 413, 422),
            ),
            Operation(
                "GET", "/api/version", self.version, "Says the version of the API.",
                (Answer(JSON, Version),),
            ),
        ]  # fmt: skip

    async def generate(self, request: Request) -> Response:
        """Answers a prompt; one without words and photos only has the model loaded."""
        started = time.perf_counter_ns()
        wanted = await json_of(request, GenerateRequest, any_type=True)

        def piece(words: str, common: Piece) -> Generated:
            return Generated(response=words, **dict(common))

        asks = bool(wanted.prompt or wanted.images)
        return await self._answered(request, wanted, asks, started, piece)

    async def chat(self, request: Request) -> Response:
        """Answers the newest question of a conversation; none only has the model loaded."""
        started = time.perf_counter_ns()
        wanted = await json_of(request, OllamaChatRequest, any_type=True)

        def piece(words: str, common: Piece) -> Chatted:
            return Chatted(message=AnswerWords(content=words), **dict(common))

        return await self._answered(request, wanted, bool(wanted.messages), started, piece)

    async def _answered(
        self,
        request: Request,
        wanted: GenerateRequest | OllamaChatRequest,
        asks: bool,
        started: int,
        piece: _Make,
    ) -> Response:
        """Answers what is asked; where nothing is, the model is only loaded."""
        if not asks:
            await run_in_threadpool(self._service.captioner)
            return _answer("", wanted.model, "load", started, piece, stream=False)
        text = await reply(self._service, request, wanted.question())
        return _answer(
            text, wanted.model, "stop", started, piece, stream=wanted.stream is not False
        )

    async def tags(self, request: Request) -> Response:
        """Lists the one model."""
        captioner = await run_in_threadpool(self._service.captioner)
        digest = hashlib.sha256(model_name(captioner).encode()).hexdigest()
        tag = Tag(modified_at=self._since, size=0, digest=digest)
        return Response(Tags(models=[tag]).model_dump_json(), media_type=JSON)

    async def show(self, request: Request) -> Response:
        """Says what the one model can do."""
        await json_of(request, ShowRequest, any_type=True)
        return Response(Shown().model_dump_json(), media_type=JSON)

    async def version(self, request: Request) -> Response:
        """Says the version of the API."""
        return Response(Version(version=VERSION).model_dump_json(), media_type=JSON)


def _answer(
    text: str,
    model: str,
    reason: Literal["load", "stop"],
    started_ns: int,
    make: _Make,
    *,
    stream: bool,
) -> Response:
    last = Piece(
        model=model,
        created_at=_now(),
        done=True,
        done_reason=reason,
        total_duration=time.perf_counter_ns() - started_ns,
        load_duration=0,
        prompt_eval_count=0,
        prompt_eval_duration=0,
        eval_count=len(text.split()),
        eval_duration=time.perf_counter_ns() - started_ns,
    )
    if not stream:
        return Response(make(text, last).model_dump_json(exclude_none=True), media_type=JSON)
    return StreamingResponse(_lines(text, last, make), media_type=LINES)


async def _lines(text: str, last: Piece, make: _Make) -> AsyncIterator[str]:
    """A piece for each word, then what it took."""
    common = Piece(model=last.model, created_at=last.created_at, done=False)
    for piece in pieces(text):
        yield make(piece, common).model_dump_json(exclude_none=True) + "\n"
    yield make("", last).model_dump_json(exclude_none=True) + "\n"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
