"""What is asked of `/api/describe`, and what it answers."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.description import Description
from pipeline.history.entry import MAX_NAME_CHARS
from pipeline.photo_quality import Kind
from pipeline.reading.written_page import Line
from pipeline.recognition.recogniser import Recognised

Language = Literal["en", "fr"]
_MOST_BEAMS = 10  # the time grows with them, and no model was better with more than 5


def _true_or_false(value: object) -> object:
    """Only the words that the document names, since pydantic would take "on" and "1" as well."""
    known: dict[object, bool] = {"true": True, "false": False}
    return known.get(value, value) if isinstance(value, str) else value


Flag = Annotated[bool, Field(strict=True), BeforeValidator(_true_or_false)]


class DescribeOptions(BaseModel):
    """How a photo is described, in the address or, beside the photo, in the form."""

    model_config = ConfigDict(extra="forbid")

    language: Language = Field(default="en", description="Of the description and of errors.")
    form: Form = Field(default=Form.AUTO, description="Its length.")
    neutral: Flag = Field(default=True, description="Whether people are called people.")
    beams: int | None = Field(
        default=None, ge=1, le=_MOST_BEAMS,
        description="Captions that the search keeps at a time; without it, the model's own number.",
    )  # fmt: skip
    names: Flag = Field(default=True, description="Whether the things recognised are listed.")
    read: Flag = Field(default=False, description="Whether what is written in it is read.")
    history: Flag = Field(
        default=False, description="Whether the description is kept in the page's history."
    )
    name: str = Field(
        default="", max_length=MAX_NAME_CHARS, description="The photo's name in the history."
    )

    @property
    def style(self) -> DescriptionStyle:
        """Length, wording and search."""
        return DescriptionStyle(self.form, self.neutral, self.beams)


class Advice(BaseModel):
    """Why the photo was not described."""

    kind: Kind
    message: str = Field(description="What is wrong and what to do, in `language`.")


class Word(BaseModel):
    """A word of the caption."""

    word: str
    probability: float = Field(ge=0, le=1, description="That it follows the words before it.")


class Place(BaseModel):
    """A place in the photo, in shares of its width and height from its top left."""

    left: float
    top: float
    right: float
    bottom: float


class NamedThing(BaseModel):
    """A thing that was recognised."""

    name: str = Field(description="With its article, in `language`.")
    probability: float = Field(ge=0, le=1)
    box: Place | None = Field(description="Null where only the whole photo shows it.")


class ReadLine(BaseModel):
    """A line of what is written in the photo."""

    text: str
    probability: float = Field(ge=0, le=1)
    sure: bool
    corners: list[tuple[float, float]] = Field(
        description="x and y in pixels, from the text's own top left, clockwise."
    )


class WrittenText(BaseModel):
    """What is written in the photo, in reading order."""

    text: str
    lines: list[ReadLine]


class Milliseconds(BaseModel):
    """How long it took."""

    total: float
    decode: float
    assess: float
    describe: float
    read: float


class Described(BaseModel):
    """A description."""

    text: str = Field(description='All that the page would show, "It says:" included.')
    language: str = Field(description="Two-letter code of `text`.")
    confidence: float = Field(ge=0, le=1, description="That the caption is right.")
    certainty: Manner | None = Field(
        description="How it is worded by its confidence; null when the photo was not described."
    )
    guidance: Advice | None
    words: list[Word] = Field(description="Of the caption; none where `text` does not say it.")
    names: list[NamedThing] = Field(description="The most probable first.")
    read: WrittenText | None = Field(description="Null when reading was not asked for.")
    model: str
    kept: bool = Field(description="Whether it is in the history.")
    milliseconds: Milliseconds


def described(
    description: Description, options: DescribeOptions, model: str, kept: bool, total_s: float
) -> Described:
    """The answer for a description that took `total_s` seconds, the queue included."""
    language, guidance, timing = description.language, description.guidance, description.timing
    advice = None
    if guidance is not None:
        advice = Advice(kind=guidance.kind, message=guidance.message(language))
    words = zip(description.words, description.word_scores, strict=True)
    page, things = description.page, description.recognised if options.names else ()
    return Described(
        text=description.shown,
        language=language,
        confidence=_share(description.confidence),
        certainty=description.manner,
        guidance=advice,
        words=[Word(word=word, probability=_share(math.exp(score))) for word, score in words],
        names=[_named(thing, language) for thing in things],
        read=WrittenText(text=page.text, lines=[*map(_line, page.lines)]) if options.read else None,
        model=model,
        kept=kept,
        milliseconds=Milliseconds(
            total=_ms(total_s),
            decode=_ms(timing.read),
            assess=_ms(timing.assess),
            describe=_ms(timing.describe),
            read=_ms(timing.text),
        ),
    )


def _named(thing: Recognised, language: str) -> NamedThing:
    box = thing.box
    return NamedThing(
        name=thing.name.noun(language).one,
        probability=_share(thing.probability),
        box=None
        if box is None
        else Place(left=box.left, top=box.top, right=box.right, bottom=box.bottom),
    )


def _line(line: Line) -> ReadLine:
    corners = [(round(float(x), 1), round(float(y), 1)) for x, y in line.box]
    return ReadLine(
        text=line.text, probability=_share(line.probability), sure=line.is_sure, corners=corners
    )


def _share(value: float) -> float:
    """0..1: sums of float32 logarithms may be a little more."""
    return round(min(max(float(value), 0.0), 1.0), 4)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
