"""What was measured on one split of Flickr8k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.flickr8k import Photo
from training.scores import Intervals, Scores


@dataclass(frozen=True)
class Described:
    """A photo and what the model says of it; `confidence` is 0..1."""

    photo: Photo
    words: tuple[str, ...]
    text: str
    confidence: float


@dataclass(frozen=True)
class Evaluation:
    """Everything measured on one split.

    Attributes:
        described: every photo with its description.
        cider: by photo, x100.
        plain: scores with words cut without Java.
        ptb: scores with the PTB tokenizer and METEOR; None without Java.
        around: 95 % intervals of the plain scores.
    """

    described: tuple[Described, ...]
    cider: Mapping[str, float]
    plain: Scores
    ptb: Scores | None
    around: Intervals
