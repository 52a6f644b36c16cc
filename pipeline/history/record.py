"""Converts entries to JSON and back."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import TypeVar

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history.entry import (
    MAX_TEXT_CHARS,
    Draft,
    Entry,
    Incoming,
    Source,
    cleaned,
    to_microseconds,
)
from pipeline.photo_quality import Kind

FIELDS = (
    "uuid", "time", "source", "text", "correction", "language", "confidence", "guidance", "photo",
    "voice", "rate", "picture", "reading", "correction_language", "model",
)  # fmt: skip
# What archives of the first three versions do not have.
_LATER_FIELDS = {"reading": "", "correction_language": None, "model": ""}

_T = TypeVar("_T")

_LATEST_US = 2**53  # the year 2255, and the greatest integer that a float64 holds exactly


def to_values(entry: Entry) -> dict[str, str | float | bool | None]:
    """The values of `FIELDS` for an entry; `picture` is whether it has one."""
    return {
        "uuid": entry.uuid,
        "time": entry.time.isoformat(timespec="microseconds"),
        "source": entry.source.value,
        "text": entry.text,
        "correction": entry.correction,
        "language": entry.language,
        "confidence": entry.confidence,
        "guidance": None if entry.guidance is None else entry.guidance.value,
        "photo": entry.photo,
        "voice": entry.voice,
        "rate": entry.rate,
        "picture": entry.has_picture,
        "reading": entry.reading,
        "correction_language": entry.correction_language,
        "model": entry.model,
    }


def to_json(entry: Entry) -> str:
    """One line of JSON, without a line end."""
    return json.dumps(to_values(entry), ensure_ascii=False)


def read_json(line: bytes) -> tuple[Incoming, bool]:
    """Reads and checks a line as `to_json` writes it; it may come from anybody.

    Returns:
        The entry, and whether it has a picture.

    Raises:
        HistoryError: a field is missing, unknown, of another type or out of its range.
    """
    try:
        values = json.loads(line.decode())
        if not isinstance(values, dict):
            raise ValueError("not an entry")
        values = _LATER_FIELDS | values
        if set(values) != set(FIELDS):
            raise ValueError("not the fields of an entry")
        return _incoming(values), _typed(values["picture"], bool)
    except (HistoryError, ValueError, OverflowError, RecursionError) as error:
        raise HistoryError(ErrorCode.ARCHIVE_ENTRY_INVALID) from error


def _incoming(values: Mapping[str, object]) -> Incoming:
    """Raises ValueError, OverflowError or HistoryError."""
    name = _typed(values["uuid"], str)
    if str(uuid.UUID(name)) != name:  # it is part of file names, so only one spelling is accepted
        raise ValueError("not a uuid as it is written")
    time = dt.datetime.fromisoformat(_typed(values["time"], str))
    if time.tzinfo is None or not 0 < to_microseconds(time) < _LATEST_US:
        raise ValueError("no time")
    text = _typed(values["text"], str)
    correction, guidance = values["correction"], values["guidance"]
    if correction is not None:
        correction = cleaned(_typed(correction, str), MAX_TEXT_CHARS)
    draft = Draft(
        source=Source(_typed(values["source"], str)),
        text=text,
        language=_typed(values["language"], str),
        confidence=_number(values["confidence"]),
        guidance=None if guidance is None else Kind(_typed(guidance, str)),
        photo=_typed(values["photo"], str),
        voice=_typed(values["voice"], str),
        rate=_number(values["rate"]),
        time=time,
        reading=_typed(values["reading"], str),
        model=_typed(values["model"], str),
    )
    language = values["correction_language"]
    if language is not None:
        language = _typed(language, str)
    return Incoming(name, correction or None, draft, language)


def _typed(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise ValueError(f"{kind.__name__} expected")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("number expected")
    return float(value)
