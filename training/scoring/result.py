"""Results of an evaluation on one split of a data set."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from training.data.prepared import Photo
from training.scoring.bootstrap import Intervals
from training.scoring.metrics import Scores


@dataclass(frozen=True)
class Described:
    """A photo with the model's description; `confidence` is 0..1."""

    photo: Photo
    words: tuple[str, ...]
    text: str
    confidence: float


@dataclass(frozen=True)
class Evaluation:
    """Descriptions and scores of one split.

    Attributes:
        described: every photo with its description.
        cider: CIDEr-D by photo, x100.
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
        """Returns the scores of the whole split as JSON values."""
        return {
            "scores_without_java": dataclasses.asdict(self.plain),
            "scores_with_java": dataclasses.asdict(self.ptb) if self.ptb else None,
            "intervals_95_percent": dataclasses.asdict(self.around),
        }
