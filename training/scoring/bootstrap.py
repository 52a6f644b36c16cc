"""Confidence intervals of scores by the percentile bootstrap over photos (Koehn, 2004)."""

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
    """A 95 % confidence interval, in the unit of the estimate: scores are x100."""

    low: float
    high: float


@dataclass(frozen=True)
class Intervals:
    """95 % confidence intervals of CIDEr and BLEU-4, or of the ratios of two systems' scores."""

    cider: Interval
    bleu4: Interval

    def __str__(self) -> str:
        """Formats for the card: "CIDEr 57.2 to 64.9, BLEU-4 21.8 to 24.4"."""
        return (
            f"CIDEr {self.cider.low:.1f} to {self.cider.high:.1f}, "
            f"BLEU-4 {self.bleu4.low:.1f} to {self.bleu4.high:.1f}"
        )


def bootstrap(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    language: str = ENGLISH,
    samples: int = SAMPLES,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Computes CIDEr and BLEU-4 of bootstrap samples of the photos; needs no Java.

    CIDEr keeps the document frequencies of all references. The samples depend only on the number
    of photos and the seed, in the order of `references`, so systems that are scored on the same
    photos can be compared sample by sample.

    Args:
        candidates: by photo, the description: a sentence or its words.
        references: by photo, people's captions; the same photos.
        language: of the captions.
        samples: number of bootstrap samples.
        seed: of the random generator.

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


def intervals(drawn: NDArray[np.float64]) -> Intervals:
    """Computes 95 % intervals from bootstrap samples (samples, 2): CIDEr and BLEU-4, x100."""
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    cider, bleu4 = map(Interval, map(float, low), map(float, high))
    return Intervals(cider=cider, bleu4=bleu4)


def _bleu_counts(said: Cut, people: Cut) -> NDArray[np.int64]:
    """Counts the n-grams that BLEU sums over photos, once for all bootstrap samples.

    Returns:
        (photos, 10) int64: matching 1- to 4-grams, all 1- to 4-grams, and the lengths in words of
        the description and of the closest reference.
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
    """Computes BLEU-1 to BLEU-4, 0..1, from summed counts as `BleuScorer.compute_score` does."""
    right, guessed, length, closest = counts[:4], counts[4:8], counts[8], counts[9]
    precisions = (right + 1e-15) / (guessed + 1e-9)
    ratio = (length + 1e-15) / (closest + 1e-9)
    penalty = np.exp(min(0.0, 1 - 1 / ratio))
    bleus: NDArray[np.float64] = penalty * np.cumprod(precisions) ** (1 / np.arange(1, 5))
    return bleus
