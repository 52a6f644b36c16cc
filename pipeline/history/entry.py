"""The types of the history and the ranges of their fields."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipeline.errors import ErrorCode, HistoryError
from pipeline.languages import ENGLISH
from pipeline.photo_quality import Kind
from pipeline.phrases import phrases

if TYPE_CHECKING:  # the history needs neither the model nor a voice
    from pipeline.description import Description

LOCAL_OWNER = (
    "local"  # the person at this machine; on a shared server each browser session is an owner
)

MAX_TEXT_CHARS = 2_000  # a description has about 60; a correction by hand may be a paragraph
MAX_READING_CHARS = 10_000  # of what was read: as much as the voices say at once, four full pages
MAX_NAME_CHARS = 255  # of a file, as every file system has it
MAX_OWNER_CHARS = 200
MAX_VOICE_CHARS = 64
MAX_MODEL_CHARS = 64
_SLOWEST_RATE, _FASTEST_RATE = 0.1, 10.0  # wider than the range of any voice, which clamps it
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Source(StrEnum):
    """Where a photo came from."""

    CAMERA = "camera"
    UPLOAD = "upload"
    API = "api"
    COMMAND_LINE = "command line"


@dataclass(frozen=True)
class Draft:
    """A description to be stored.

    Attributes:
        source: where the photo came from.
        text: what was shown and spoken, 1 to `MAX_TEXT_CHARS` characters once it is cleaned.
        language: its code ("en"); the voice speaks it too.
        confidence: 0..1; 0 when the photo was not described.
        guidance: why the photo was not described, or None.
        photo: the file's name, or "".
        voice: the mode of the voices: "offline" or "best".
        rate: pace, 1 being the voice's own. The sound can be remade from text, voice and rate.
        time: when, with a time zone; None for now.
        picture: a JPEG of any size, of which a small copy is kept; b"" for none.
        reading: what was read in the photo, in lines; "" for nothing.
        model: the name of another model that wrote the text; "" for Vois itself.
    """

    source: Source
    text: str
    language: str = ENGLISH
    confidence: float = 0.0
    guidance: Kind | None = None
    photo: str = ""
    voice: str = "offline"
    rate: float = 1.0
    time: dt.datetime | None = None
    picture: bytes = b""
    reading: str = ""
    model: str = ""

    @classmethod
    def of(cls, description: Description, source: Source, photo: str = "") -> Draft:
        """The draft of a description that was made now.

        Raises:
            HistoryError: its text is empty.
        """
        guidance = description.guidance
        return cls(
            source=source,
            text=description.text or phrases(description.language).only_text,
            language=description.language,
            confidence=description.confidence,
            guidance=None if guidance is None else guidance.kind,
            photo=photo,
            picture=description.preview,
            reading=description.read,
        )

    def __post_init__(self) -> None:
        """Cleans the text, so that every stored entry can be exported and imported again.

        Raises:
            HistoryError: the text is empty or a field is out of its range.
        """
        object.__setattr__(self, "text", cleaned(self.text, MAX_TEXT_CHARS))
        object.__setattr__(self, "reading", cleaned_lines(self.reading, MAX_READING_CHARS))
        object.__setattr__(self, "photo", cleaned(self.photo, MAX_NAME_CHARS))
        object.__setattr__(self, "model", cleaned(self.model, MAX_MODEL_CHARS))
        if not self.text:
            raise HistoryError(ErrorCode.HISTORY_TEXT_EMPTY)
        sound = (
            is_language(self.language)
            and 0 <= self.confidence <= 1
            and _SLOWEST_RATE <= self.rate <= _FASTEST_RATE
            and math.isfinite(self.rate)
            and self.voice == cleaned(self.voice, MAX_VOICE_CHARS) != ""
            and (self.time is None or self.time.tzinfo is not None)
        )
        if not sound:
            raise HistoryError(ErrorCode.HISTORY_ENTRY_INVALID)


@dataclass(frozen=True)
class Entry:
    """A stored description.

    Attributes:
        id: unique in this file; a later entry has a greater one.
        uuid: the same on every machine; an import recognises existing entries by it.
        time: when it was made, in UTC, to the microsecond.
        source: where the photo came from.
        text: what was shown and spoken.
        correction: what a person wrote in its place, or None; `text` stays beside it.
        language: code of `text`.
        confidence: 0..1.
        guidance: why the photo was not described, or None.
        photo: the file's name, or "".
        voice: who spoke.
        rate: the pace, 1 being the voice's own.
        has_picture: whether `History.picture` gives one.
        reading: what was read in the photo, in lines; "" for nothing.
        correction_language: code of `correction`; None for that of `text`.
        model: the name of another model that wrote the text; "" for Vois itself.
    """

    id: int
    uuid: str
    time: dt.datetime
    source: Source
    text: str
    correction: str | None
    language: str
    confidence: float
    guidance: Kind | None
    photo: str
    voice: str
    rate: float
    has_picture: bool
    reading: str
    correction_language: str | None
    model: str

    @property
    def words(self) -> str:
        """The text to show and speak: the correction if there is one."""
        return self.text if self.correction is None else self.correction

    @property
    def words_language(self) -> str:
        """Code of `words`, in whose voice they are spoken."""
        return self.correction_language or self.language


@dataclass(frozen=True)
class Filter:
    """Selects entries; the default is all.

    Attributes:
        text: as a person types it; every word must begin a word of the description, of its
            correction, of what was read or of the photo's name. Accents and case do not count, and
            "oe" is "œ".
        source: only from there.
        day: only of this day, as the clock of `zone` shows it.
        zone: None is this machine's own.
    """

    text: str = ""
    source: Source | None = None
    day: dt.date | None = None
    zone: dt.tzinfo | None = None


@dataclass(frozen=True)
class Privacy:
    """What may be stored of an owner.

    Attributes:
        history: False stores nothing new.
        pictures: False stores new entries without a picture.
        days: entries older than this are hidden and then removed by `History.purge`; of imported
            ones and of those brought back since, the days count anew. None keeps them for good.
    """

    history: bool = True
    pictures: bool = True
    days: int | None = None

    def __post_init__(self) -> None:
        """Checks the days.

        Raises:
            HistoryError: they are not 1 to 36,500.
        """
        if self.days is not None and not 1 <= self.days <= 36_500:
            raise HistoryError(ErrorCode.HISTORY_DAYS_OUT_OF_RANGE)


@dataclass(frozen=True)
class Incoming:
    """An entry to be imported.

    Attributes:
        uuid: its own, in lower case with hyphens.
        correction: what a person wrote, or None.
        draft: all else, `draft.time` included.
        correction_language: as in `Entry`.

    Raises:
        HistoryError: `correction_language` is no code, or there is no correction that it is of.
    """

    uuid: str
    correction: str | None
    draft: Draft
    correction_language: str | None = None

    def __post_init__(self) -> None:
        """Checks the correction's language."""
        if self.correction_language is None:
            return
        if self.correction is None or not is_language(self.correction_language):
            raise HistoryError(ErrorCode.HISTORY_ENTRY_INVALID)


@dataclass(frozen=True)
class Imported:
    """The result of an import, in entries.

    Attributes:
        added: new, or restored after they were deleted.
        known: already present and unchanged.
    """

    added: int
    known: int


def is_language(code: str) -> bool:
    """Whether this has the form of a language's code: "en", "pt-BR"."""
    return _LANGUAGE.fullmatch(code) is not None


def cleaned(text: str, limit: int) -> str:
    """One line without control characters or lone surrogates, at most `limit` characters.

    SQLite's functions end a text at a NUL, and half a surrogate pair is no UTF-8.
    """
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    return " ".join(plain.split())[:limit].strip()


def cleaned_lines(text: str, limit: int) -> str:
    """Lines, each as `cleaned` leaves it, without empty ones; at most `limit` characters."""
    lines = (cleaned(line, limit) for line in text.split("\n"))
    return "\n".join(filter(None, lines))[:limit].strip()


def to_microseconds(time: dt.datetime) -> int:
    """Microseconds since 1970 of a time with a time zone."""
    return (time - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> dt.datetime:
    """The UTC time of microseconds since 1970."""
    return _EPOCH + microseconds * _MICROSECOND
