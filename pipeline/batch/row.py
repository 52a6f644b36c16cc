"""A row of the table: one photo and what Vois says of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pipeline.description import Description


@dataclass(frozen=True)
class Row:
    """One photo.

    Attributes:
        photo: its path, as it was given or found.
        text: the description as the page would show it; "" when there is none.
        language: two-letter code of `text`.
        confidence: 0..1, rounded to four digits.
        certainty: a value of `Manner`; "" when the photo was not described.
        advice: why it was not described, a value of `photo_quality.Kind`; "" otherwise.
        error: a sentence in place of a text; "" otherwise.
        corrected: whether a person wrote the text.
    """

    photo: str
    text: str = ""
    language: str = ""
    confidence: float = 0.0
    certainty: str = ""
    advice: str = ""
    error: str = ""
    corrected: bool = False

    @classmethod
    def of(cls, photo: str, description: Description) -> Row:
        """The row of a description."""
        manner, guidance = description.manner, description.guidance
        return cls(
            photo=photo,
            text=description.shown,
            language=description.language,
            confidence=round(description.confidence, 4),
            certainty="" if manner is None else manner.value,
            advice="" if guidance is None else guidance.kind.value,
        )

    @classmethod
    def read(cls, values: object) -> Row:
        """The row of a line's JSON.

        Raises:
            ValueError: it is none that `json` has made.
        """
        if not isinstance(values, dict):
            raise ValueError("no row")
        kinds: dict[str, type | tuple[type, ...]] = {"float": (float, int), "bool": bool}
        for field in fields(cls):
            if not isinstance(values.get(field.name), kinds.get(str(field.type), str)):
                raise ValueError(f"{field.name} is missing or wrong")
        if len(values) != len(fields(cls)):
            raise ValueError("more than a row")
        row = cls(**values)
        if not Path(row.photo).name or "\0" in row.photo:
            raise ValueError("no file has this name")
        return row

    def json(self) -> str:
        """One line of JSON, without a line end."""
        return json.dumps(asdict(self), ensure_ascii=False)


def encoded(line: str) -> bytes:
    """A line as UTF-8; what is no text in a file's name is written as JSON escapes it."""
    return line.encode(errors="backslashreplace")


COLUMNS = tuple(field.name for field in fields(Row))
