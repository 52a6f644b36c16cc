"""What a photo and the words found for it tell about whether they are right. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.beam_search import Hypothesis

Floats = NDArray[np.float64]

# What a description's probability is computed from, in order.
EVIDENCE = (
    "mean",  # word log-probability, the end's too
    "least",  # the lowest of them
    "margin",  # score over that of the best other beam
    "agreement",  # words that two beams share, of those that they have: mean over the pairs
    "length",  # words
    "beams",  # mean word log-probability of all beams, over this one's
    "outside",  # log squared distance from the training photos' principal space
    "inside",  # log mean squared distance within it, in deviations
)
# What a word's probability is computed from, in order; then comes a constant.
WORD_EVIDENCE = ("beams that say it", "log-probability", "log share in captions", "strangeness")
FARTHEST = 10.0  # strangeness beyond this says nothing more about words


@dataclass(frozen=True)
class Space:
    """Where the training photos lie.

    Attributes:
        centre: (D,) their mean, each feature vector being scaled to length 1.
        axes: (D, K) their principal components, to float16's precision.
        spread: (K,) their deviation along each, shrunk towards the mean.
    """

    centre: Floats
    axes: Floats
    spread: Floats

    def place(self, features: NDArray[np.floating]) -> Floats:
        """(N, D) features -> (N, 2 + K): outside, inside, and the coordinates in deviations."""
        rows = np.asarray(features, np.float64)
        rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9) - self.centre
        along = rows @ self.axes
        outside = np.maximum((rows**2).sum(1) - (along**2).sum(1), 1e-9)
        along = along / self.spread
        inside = np.maximum((along**2).mean(1), 1e-9)
        return np.column_stack([np.log(outside), np.log(inside), along])


@dataclass(frozen=True)
class Words:
    """What is known of one language's words.

    Attributes:
        number: where a word stands in the arrays.
        share: (W,) natural log of the share of training captions that hold it.
        thing: (W,) bool, whether it can be named alone ("dog", not "brown" or "runs").
    """

    number: dict[str, int]
    share: Floats
    thing: NDArray[np.bool_]


def sigmoid(values: NDArray[np.float64] | float) -> Floats:
    """The logistic function, of any shape; never overflows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))), np.float64)


def evidence(
    said: Sequence[Sequence[str]], hypotheses: Sequence[Hypothesis], place: Floats
) -> Floats:
    """What the beams of a photo tell.

    Args:
        said: the words of each.
        hypotheses: the same captions, as the search gave them.
        place: (2 + K,) of `Space.place`.

    Returns:
        (beams, len(EVIDENCE)) float64.
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


def word_evidence(
    words: Sequence[str],
    scores: Sequence[float],
    said: Sequence[Sequence[str]],
    strangeness: float,
    known: Words,
) -> Floats:
    """What tells whether each word of a caption is right: (words, len(WORD_EVIDENCE)) float64."""
    rarest = float(known.share.min()) if known.share.size else 0.0
    far = float(np.clip(strangeness, -FARTHEST, FARTHEST))
    rows = []
    for word, score in zip(words, scores, strict=False):  # the last score is the end's
        number = known.number.get(word)
        share = rarest if number is None else float(known.share[number])
        rows.append([np.mean([word in other for other in said]), score, share, far])
    return np.array(rows, np.float64).reshape(len(words), len(WORD_EVIDENCE))
