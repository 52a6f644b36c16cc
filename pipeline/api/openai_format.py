"""The part of OpenAI's protocol that describes photos and speaks; other fields are ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from pipeline.api.conversation import MODEL, MOST_PHOTOS, Question
from pipeline.api.sound_answer import Sayable
from pipeline.captioning.detail import Form

_DATA_URL = {
    "type": "string",
    "format": "data-url",
    "pattern": r"^data:image/[a-z+.-]+;base64,",
    "description": "A data URL; no other address is fetched.",
}
DataUrl = Annotated[str, WithJsonSchema(_DATA_URL)]
_FORMS = {"low": Form.SHORT, "high": Form.FULL}
SLOWEST, FASTEST = 0.25, 4.0  # of OpenAI; the voices here speak at half to twice their pace


class ImageAddress(BaseModel):
    """A photo."""

    url: DataUrl
    detail: Literal["auto", "low", "high"] | None = Field(
        default=None, description="low: a short description; high: a full one."
    )


class TextPart(BaseModel):
    """Words."""

    type: Literal["text"]
    text: str


class ImagePart(BaseModel):
    """A photo."""

    type: Literal["image_url"]
    image_url: ImageAddress | DataUrl

    @property
    def url(self) -> str:
        """The data URL."""
        return self.image_url if isinstance(self.image_url, str) else self.image_url.url

    @property
    def form(self) -> Form:
        """The wished length."""
        detail = None if isinstance(self.image_url, str) else self.image_url.detail
        return _FORMS.get(detail or "", Form.AUTO)


Parts = Annotated[list[TextPart | ImagePart], Field(max_length=MOST_PHOTOS)]


class ChatMessage(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | Annotated[list[TextPart | ImagePart], Field(max_length=MOST_PHOTOS)] | None = (
        None
    )

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if isinstance(part, TextPart))

    @property
    def images(self) -> list[ImagePart]:
        """Its photos."""
        if isinstance(self.content, str):
            return []
        return [part for part in self.content or () if isinstance(part, ImagePart)]


class StreamOptions(BaseModel):
    """What a stream has beside the words."""

    include_usage: bool | None = False


class CompletionRequest(BaseModel):
    """A conversation, whose newest question is answered."""

    model: str = Field(default=MODEL, description="Any: there is one model.")
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None

    def question(self) -> Question:
        """The newest question, about the newest photos."""
        asked = [message for message in self.messages if message.role == "user"]
        images = next(filter(None, (message.images for message in reversed(asked))), [])
        told = [one.text for one in self.messages if one.role in ("system", "developer")]
        return Question(
            prompt=asked[-1].text if asked else "",
            photos=tuple(image.url for image in images),
            instructions="\n".join(told),
            form=images[0].form if images else Form.AUTO,
        )


class Usage(BaseModel):
    """Words, since Vois has no tokens of such a model."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The one answer."""

    index: Literal[0] = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Completion(BaseModel):
    """An answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage


class Delta(BaseModel):
    """What a piece of a stream adds."""

    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    """The one answer, as it grows."""

    index: Literal[0] = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class Chunk(BaseModel):
    """A piece of a stream."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str = MODEL
    choices: list[ChunkChoice]
    usage: Usage | None = None


class ModelCard(BaseModel):
    """The one model."""

    id: Literal["vois"] = "vois"
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: Literal["vois"] = "vois"


class ModelList(BaseModel):
    """All models: one."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class SpeechRequest(BaseModel):
    """A text to speak; its language is guessed."""

    model: str = Field(default=MODEL, description="Any.")
    input: Sayable
    voice: str = Field(
        default="", description="A voice of this machine; any other: the best of the language."
    )
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: float = Field(default=1.0, ge=SLOWEST, le=FASTEST)
