"""OpenAI's protocol: chat completions about photos, models, speech."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pipeline.api.conversation import MODEL, pieces, reply
from pipeline.api.openai_format import (
    AnswerMessage,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    CompletionRequest,
    Delta,
    ModelCard,
    ModelList,
    SpeechRequest,
    Usage,
)
from pipeline.api.operation import JSON, Answer, Operation
from pipeline.api.request_body import json_of
from pipeline.api.service import Service
from pipeline.api.sound_answer import SOUND_TYPES, check_sayable, sound_response
from pipeline.errors import ApiError, ErrorCode
from pipeline.languages import ENGLISH
from pipeline.reading.language_guess import language_of
from pipeline.speech.codec import SoundFormat

EVENTS = "text/event-stream"


class OpenAiRoutes:
    """The endpoints; they hold nothing of a request."""

    def __init__(self, service: Service) -> None:
        """Binds them to what does the work."""
        self._service = service

    def operations(self) -> list[Operation]:
        """What is served."""
        wrong = (400, 408, 413, 415, 422, 429)
        return [
            Operation(
                "POST", "/v1/chat/completions", self.chat_completions,
                "Answers a question about a photo, as OpenAI's models do.",
                (Answer(JSON, Completion), Answer(EVENTS)), body=CompletionRequest, statuses=wrong,
            ),
            Operation(
                "GET", "/v1/models", self.models, "Lists the one model.", (Answer(JSON, ModelList),)
            ),
            Operation(
                "GET", "/v1/models/{model}", self.model, "Says whether there is a model.",
                (Answer(JSON, ModelCard),), statuses=(404,),
            ),
            Operation(
                "POST", "/v1/audio/speech", self.audio_speech, "Speaks a text, as OpenAI's does.",
                tuple(map(Answer, SOUND_TYPES.values())), body=SpeechRequest, statuses=wrong,
            ),
        ]  # fmt: skip

    async def chat_completions(self, request: Request) -> Response:
        """Answers the newest question of a conversation, at once or as a stream."""
        wanted = await json_of(request, CompletionRequest)
        question = wanted.question()
        text = await reply(self._service, request, question)
        said, asked = len(text.split()), len(question.prompt.split())
        usage = Usage(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)
        name, now = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
        if not wanted.stream:
            choice = Choice(message=AnswerMessage(content=text))
            answer = Completion(id=name, created=now, choices=[choice], usage=usage)
            return Response(answer.model_dump_json(), media_type=JSON)
        told = wanted.stream_options is not None and wanted.stream_options.include_usage
        chunks = _chunks(name, now, text, usage if told else None)
        return StreamingResponse(chunks, media_type=EVENTS, headers={"Cache-Control": "no-cache"})

    async def models(self, request: Request) -> Response:
        """Lists the one model."""
        return Response(ModelList(data=[ModelCard()]).model_dump_json(), media_type=JSON)

    async def model(self, request: Request) -> Response:
        """The one model; 404 for another name."""
        name = request.path_params["model"]
        if name != MODEL:
            raise ApiError(ErrorCode.API_MODEL_UNKNOWN, name=name[:100], known=MODEL)
        return Response(ModelCard().model_dump_json(), media_type=JSON)

    async def audio_speech(self, request: Request) -> Response:
        """Speaks a text in the language that it seems to be in."""
        wanted = await json_of(request, SpeechRequest)
        language = language_of(wanted.input, ENGLISH)
        request.state.language = language
        check_sayable(wanted.input)
        sound = await self._service.speak(wanted.input, language, wanted.voice, wanted.speed)
        return await sound_response(sound, SoundFormat(wanted.response_format))


async def _chunks(name: str, now: int, text: str, usage: Usage | None) -> AsyncIterator[str]:
    """The events of a stream: the role, the words, the end, what it took, and a mark."""
    words = [Delta(content=piece) for piece in pieces(text)]
    for delta in (Delta(role="assistant", content=""), *words):
        yield _event(Chunk(id=name, created=now, choices=[ChunkChoice(delta=delta)]))
    end = ChunkChoice(delta=Delta(), finish_reason="stop")
    yield _event(Chunk(id=name, created=now, choices=[end]))
    if usage is not None:
        yield _event(Chunk(id=name, created=now, choices=[], usage=usage))
    yield "data: [DONE]\n\n"


def _event(chunk: Chunk) -> str:
    return f"data: {chunk.model_dump_json(exclude_none=True)}\n\n"
