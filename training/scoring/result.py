"""What was measured on one split of a data set."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from training.data.prepared import Photo
from training.scoring.bootstrap import Intervals
from training.scoring.metrics import Scores


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

    def as_json(self) -> dict[str, object]:
        """The scores of the whole split, for a file."""
        return {
            "scores_without_java": dataclasses.asdict(self.plain),
            "scores_with_java": dataclasses.asdict(self.ptb) if self.ptb else None,
            "intervals_95_percent": dataclasses.asdict(self.around),
        }
