"""How far scores would move with other photos: the percentile bootstrap (Koehn, 2004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider import Cider

from pipeline.languages import ENGLISH
from training.scoring.metrics import Cut, cut_words

SAMPLES = 1000


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval, in the unit of what lies in it: scores are x100."""

    low: float
    high: float


@dataclass(frozen=True)
class Intervals:
    """How far scores, or their ratio, would move with other photos of the same kind."""

    cider: Interval
    bleu4: Interval

    def __str__(self) -> str:
        """For the card: "CIDEr 57.2 to 64.9, BLEU-4 21.8 to 24.4"."""
        return (
            f"CIDEr {self.cider.low:.1f} to {self.cider.high:.1f}, "
            f"BLEU-4 {self.bleu4.low:.1f} to {self.bleu4.high:.1f}"
        )


def redraw(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    language: str = ENGLISH,
    samples: int = SAMPLES,
    seed: int = 0,
) -> NDArray[np.float64]:
    """CIDEr and BLEU-4 of photos that are drawn again with replacement; no Java.

    CIDEr's word frequencies stay those of all the references. What is drawn follows from the
    number of photos and the seed alone, by their order in `references`: whatever is scored on the
    same photos can be compared draw by draw.

    Returns:
        (samples, 2) float64, x100.

    Raises:
        ScoreError: as for `training.scoring.metrics.score`.
    """
    said, people = cut_words(candidates, references, language=language)
    _, cider = Cider().compute_score(people, said)
    photos = len(people)
    drawn = np.random.default_rng(seed).multinomial(photos, [1 / photos] * photos, size=samples)
    bleu4 = [_bleu(counts)[3] for counts in drawn @ _bleu_counts(said, people)]
    return 100 * np.column_stack([drawn @ cider / photos, bleu4])


def around(drawn: NDArray[np.float64]) -> Intervals:
    """The intervals that hold 95 % of what was drawn: (samples, 2), CIDEr and BLEU-4."""
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    cider, bleu4 = map(Interval, map(float, low), map(float, high))
    return Intervals(cider=cider, bleu4=bleu4)


def _bleu_counts(said: Cut, people: Cut) -> NDArray[np.int64]:
    """What BLEU sums over photos, so that photos can be drawn again without counting again.

    Returns:
        (photos, 10) int64: 1- to 4-grams that are right, 1- to 4-grams in all, the description's
        length and the closest reference's, in words.
    """
    scorer = BleuScorer(n=4)
    for name, references in people.items():
        scorer += (said[name][0], references)
    rows = []
    for counts in scorer.ctest:
        length = counts["testlen"]
        closest = min((abs(reference - length), reference) for reference in counts["reflen"])[1]
        rows.append([*counts["correct"], *counts["guess"], length, closest])
    return np.array(rows, dtype=np.int64)


def _bleu(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """BLEU-1 to BLEU-4, 0..1, of summed counts; the formula of BleuScorer.compute_score."""
    right, guessed, length, closest = counts[:4], counts[4:8], counts[8], counts[9]
    precisions = (right + 1e-15) / (guessed + 1e-9)
    ratio = (length + 1e-15) / (closest + 1e-9)
    penalty = np.exp(min(0.0, 1 - 1 / ratio))
    bleus: NDArray[np.float64] = penalty * np.cumprod(precisions) ** (1 / np.arange(1, 5))
    return bleus
