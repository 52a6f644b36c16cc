"""Length and wording of descriptions, as a person chooses them. Importing it loads no model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """The length of a description."""

    AUTO = "auto"  # the model's own length; SHORT for the camera while scenes change fast
    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True)
class DescriptionStyle:
    """Length and wording of descriptions.

    Attributes:
        form: the length.
        neutral: whether words of gender are replaced by neutral ones ("man" by "person").
        beams: captions that the search keeps at a time; None is the model's own number.
    """

    form: Form = Form.AUTO
    neutral: bool = True
    beams: int | None = None


DEFAULT_STYLE = DescriptionStyle()
