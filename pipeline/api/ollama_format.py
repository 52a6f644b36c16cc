"""The part of Ollama's protocol that describes photos; other fields are ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from pipeline.api.conversation import MODEL, MOST_PHOTOS, Question

NAME = f"{MODEL}:latest"
Photos = Annotated[
    list[Annotated[str, WithJsonSchema({"type": "string", "format": "byte"})]],
    Field(max_length=MOST_PHOTOS),
]


class GenerateRequest(BaseModel):
    """A question about photos in base64."""

    model: str = Field(default=NAME, description="Any: there is one model.")
    prompt: str = ""
    system: str | None = None
    images: Photos | None = None
    stream: bool | None = True

    @property
    def streams(self) -> bool:
        """Whether the answer comes in pieces."""
        return self.stream is not False

    def question(self) -> Question:
        """What is asked."""
        return Question(self.prompt, tuple(self.images or ()), self.system or "")


class OllamaMessage(BaseModel):
    """A message of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    images: Photos | None = None


class OllamaChatRequest(BaseModel):
    """A conversation, whose newest question is answered."""

    model: str = Field(default=NAME, description="Any: there is one model.")
    messages: list[OllamaMessage] = Field(default=[])
    stream: bool | None = True

    @property
    def streams(self) -> bool:
        """Whether the answer comes in pieces."""
        return self.stream is not False

    def question(self) -> Question:
        """The newest question, about the newest photos."""
        asked = [message for message in self.messages if message.role == "user"]
        images = next(filter(None, (message.images for message in reversed(asked))), [])
        told = [one.content for one in self.messages if one.role == "system"]
        prompt = asked[-1].content if asked else ""
        return Question(prompt, tuple(images), "\n".join(told))


class Piece(BaseModel):
    """What an answer and every piece of a stream have; the durations stand in the last one."""

    model: str
    created_at: str
    done: bool
    done_reason: Literal["stop", "load"] | None = None
    total_duration: int | None = Field(default=None, description="In nanoseconds, as all of them.")
    load_duration: int | None = None
    prompt_eval_count: int | None = None
    prompt_eval_duration: int | None = None
    eval_count: int | None = Field(default=None, description="Words.")
    eval_duration: int | None = None


class Generated(Piece):
    """An answer, or a piece of a stream."""

    response: str


class AnswerWords(BaseModel):
    """The words of an answer."""

    role: Literal["assistant"] = "assistant"
    content: str


class Chatted(Piece):
    """An answer, or a piece of a stream."""

    message: AnswerWords


class Details(BaseModel):
    """What Ollama says of a model's kind."""

    parent_model: str = ""
    format: str = "onnx"
    family: str = MODEL
    families: list[str] = [MODEL]
    parameter_size: str = ""
    quantization_level: str = ""


class Tag(BaseModel):
    """The one model."""

    name: str = NAME
    model: str = NAME
    modified_at: str
    size: int
    digest: str
    details: Details = Details()


class Tags(BaseModel):
    """All models: one."""

    models: list[Tag]


class ShowRequest(BaseModel):
    """Which model is meant: there is one."""

    model: str = NAME


class Shown(BaseModel):
    """What the model can do."""

    details: Details = Details()
    capabilities: list[str] = ["completion", "vision"]
    model_info: dict[str, str] = Field(default={}, description="Nothing; a client insists on it.")


class Version(BaseModel):
    """Of Vois's API."""

    version: str
