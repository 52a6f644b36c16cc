"""The features from which `pipeline.captioning.confidence` computes probabilities. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.beam_search import Hypothesis

Floats = NDArray[np.float64]

# Features of a caption, in order; the weights end with a bias.
DESCRIPTION_FEATURES = (
    "mean",  # mean log-probability of the words and END
    "least",  # lowest log-probability of them
    "margin",  # score minus the best score of another beam
    "agreement",  # intersection over union of two beams' words, mean over the pairs
    "length",  # number of words
    "beams",  # "mean" averaged over all beams, minus this beam's
    "outside",  # log squared distance from the training photos' principal subspace
    "inside",  # log mean squared coordinate within it, in standard deviations
)
# Features of a single word, in order; the weights end with a bias.
WORD_FEATURES = ("beams that say it", "log-probability", "log share in captions", "ood score")
MAX_OOD = 10.0  # word features clip the ood score to -MAX_OOD..MAX_OOD


@dataclass(frozen=True)
class Space:
    """The principal subspace of the training photos' features.

    Attributes:
        centre: (D,) mean of the feature vectors, each scaled to length 1.
        axes: (D, K) principal components, rounded to float16.
        spread: (K,) standard deviation along each component, shrunk towards the mean.
    """

    centre: Floats
    axes: Floats
    spread: Floats

    def place(self, features: NDArray[np.floating]) -> Floats:
        """Positions of photos relative to the training photos.

        Args:
            features: (N, D), from the encoder.

        Returns:
            (N, 2 + K) float64: "outside", "inside" and the K coordinates in standard deviations.
        """
        rows = np.asarray(features, np.float64)
        rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9) - self.centre
        along = rows @ self.axes
        outside = np.maximum((rows**2).sum(1) - (along**2).sum(1), 1e-9)
        along = along / self.spread
        inside = np.maximum((along**2).mean(1), 1e-9)
        return np.column_stack([np.log(outside), np.log(inside), along])


@dataclass(frozen=True)
class Words:
    """Statistics of one language's words in the training captions.

    Attributes:
        number: the index of a word in the arrays.
        share: (W,) natural log of the share of training captions with the word.
        thing: (W,) bool, whether it can be named alone ("dog", not "brown" or "runs").
    """

    number: dict[str, int]
    share: Floats
    thing: NDArray[np.bool_]


def sigmoid(values: NDArray[np.float64] | float) -> Floats:
    """The logistic function, of any shape; never overflows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))), np.float64)


def description_features(
    said: Sequence[Sequence[str]], hypotheses: Sequence[Hypothesis], place: Floats
) -> Floats:
    """Features of all captions of one photo.

    Args:
        said: the words of each caption.
        hypotheses: the same captions, as `beam_search` returned them.
        place: (2 + K,), a row of `Space.place`.

    Returns:
        (beams, len(DESCRIPTION_FEATURES)) float64.
    """
    means = np.array([np.mean(one.word_scores) for one in hypotheses])
    scores = [one.score for one in hypotheses]
    sets = [set(words) for words in said]
    shared = [len(one & other) / max(1, len(one | other)) for one, other in combinations(sets, 2)]
    agreement = float(np.mean(shared)) if shared else 1.0
    rows = []
    for number, one in enumerate(hypotheses):
        others = scores[:number] + scores[number + 1 :]
        margin = scores[number] - max(others) if others else 0.0
        rows.append(
            [
                means[number],
                min(one.word_scores),
                margin,
                agreement,
                len(said[number]),
                means.mean() - means[number],
                place[0],
                place[1],
            ]
        )
    return np.array(rows, np.float64)


def word_features(
    words: Sequence[str],
    scores: Sequence[float],
    said: Sequence[Sequence[str]],
    ood_score: float,
    known: Words,
) -> Floats:
    """Features of each word of one caption.

    Args:
        words: of the caption.
        scores: natural log-probability of each word, then of END.
        said: the words of all captions of the photo.
        ood_score: of the photo.
        known: statistics of the caption's language.

    Returns:
        (words, len(WORD_FEATURES)) float64.
    """
    rarest = float(known.share.min()) if known.share.size else 0.0
    far = float(np.clip(ood_score, -MAX_OOD, MAX_OOD))
    rows = []
    for word, score in zip(words, scores, strict=False):  # the last score is END's
        number = known.number.get(word)
        share = rarest if number is None else float(known.share[number])
        rows.append([np.mean([word in other for other in said]), score, share, far])
    return np.array(rows, np.float64).reshape(len(words), len(WORD_FEATURES))
