"""The fits behind `training.calibrate`: the photos' space, logistic regressions, things, errors.

NumPy only, seconds on one processor core, and the same result each time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.confidence_features import Floats, Space, Words, sigmoid
from pipeline.captioning.vocabulary import normalise
from pipeline.languages import ARTICLES, ENGLISH, FRENCH, NEVER_LAST

COMPONENTS = 64  # 48 and 96 tell non-scenes from photos as well (training/LOG.md)
SHRINK = 0.05  # of the mean variance, added to each: few photos say little of the last components
RIDGE = 1.0  # for few numbers and a thousand photos
RIDGE_PLACE = 10.0  # for the coordinates, which are many
BINS = 10
FOLDS = 10

# A word is a thing when it often follows an article or a number, and often ends a phrase.
_COUNTED = {
    ENGLISH: frozenset("two three four several some many other".split()),
    FRENCH: frozenset("deux trois quatre plusieurs quelques autre autres".split()),
}
_OF = frozenset({"of", "de", "d'"})
_LEAST_SEEN, _LEAST_FIRST, _MOST_OF = 20, 0.15, 0.4
# A colour follows its thing in French: "chien" ends a phrase in 0.13 of its uses, "petit" in 0.02.
_LEAST_LAST = {ENGLISH: 0.3, FRENCH: 0.1}


def fit_space(features: Floats, weights: Floats) -> Space:
    """The principal components of the training photos' features.

    By subspace iteration (Halko and others, 2011), since a full decomposition of 3,840 dimensions
    would take minutes.

    Args:
        features: (N, D) as the encoder gives them.
        weights: (N,) what each photo counts.
    """
    rows = np.asarray(features, np.float64)
    rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)
    share = weights / weights.sum()
    centre = (share @ rows).astype(np.float32).astype(np.float64)  # as it is stored
    rows = (rows - centre) * np.sqrt(share)[:, None]
    count = max(1, min(COMPONENTS, min(rows.shape) // 2))
    basis = np.random.default_rng(0).normal(size=(rows.shape[1], min(count + 16, min(rows.shape))))
    for _ in range(6):
        basis, _ = np.linalg.qr(rows.T @ (rows @ basis))
    _, _, turned = np.linalg.svd(rows @ basis, full_matrices=False)
    axes = (basis @ turned.T)[:, :count].astype(np.float16).astype(np.float64)
    variance = ((rows @ axes) ** 2).sum(0)
    return Space(centre, axes, np.sqrt(variance + SHRINK * variance.mean() + 1e-12))


def fit_logistic(
    rows: Floats,
    labels: NDArray[np.bool_],
    weights: Floats,
    ridge: float,
    most: Floats | None = None,
) -> Floats:
    """Logistic regression with a ridge, by Fisher scoring.

    Platt's targets (1999) instead of 0 and 1 keep it finite when the labels are all the same.

    Args:
        rows: (N, F).
        labels: (N,).
        weights: (N,) what each row counts.
        ridge: penalty on squared weights, of rows scaled to deviation 1.
        most: (N,) above 0, to 1: what the logistic function is multiplied by, row by row, so that
            the product is what fits the labels; 1 where nothing is said.

    Returns:
        (F + 1,) weights for the rows as they are, and a constant.
    """
    mean, deviation = average(rows, weights)
    design = np.column_stack([(rows - mean) / deviation, np.ones(len(rows))])
    right, wrong = weights[labels].sum(), weights[~labels].sum()
    targets = np.where(labels, (right + 1) / (right + 2), 1 / (wrong + 2))
    penalty = ridge * np.eye(design.shape[1])
    penalty[-1, -1] = 1e-3
    found = np.zeros(design.shape[1])
    most = np.ones(len(rows)) if most is None else most
    for _ in range(50):
        part = sigmoid(design @ found)
        chance = most * part
        slope = (1 - part) / (1 - chance)  # 1 without `most`
        bend = design.T @ (design * (weights * chance * (1 - part) * slope)[:, None]) + penalty
        pull = weights * (targets - chance) * slope
        step = np.linalg.solve(bend, design.T @ pull - penalty @ found)
        found += step
        if np.abs(step).max() < 1e-8:
            break
    slopes = found[:-1] / deviation
    return np.append(slopes, found[-1] - slopes @ mean)


def average(rows: Floats, weights: Floats | None = None) -> Floats:
    """(2, F): weighted mean and deviation of rows; a constant column has deviation 1."""
    mean = np.average(rows, axis=0, weights=weights)
    deviation = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weights))
    return np.stack([mean, np.where(deviation < 1e-9, 1.0, deviation)])


def fit_strangeness(
    scenes: Sequence[Floats], strange: Floats, seen: Sequence[Floats], share: float
) -> Floats:
    """Weights that tell pictures that are no scenes from photos, by their `Space.place`.

    Args:
        scenes: photos of one set or several, each of which counts the same.
        strange: pictures that are no scenes, which count as much as all sets.
        seen: other photos, of one set or several, by which the threshold, 0, is set.
        share: of each set of `seen`, the most that may lie above it.
    """
    rows = np.concatenate([*scenes, strange])
    labels = np.arange(len(rows)) >= len(rows) - len(strange)
    counts = [1000.0] * len(scenes) + [1000.0 * len(scenes)]
    groups = [*scenes, strange]
    weights = np.concatenate(
        [np.full(len(one), count / len(one)) for one, count in zip(groups, counts, strict=True)]
    )
    found = fit_logistic(rows, labels, weights, RIDGE_PLACE)
    found[-1] -= max(np.quantile(one @ found[:-1] + found[-1], 1 - share) for one in seen)
    return found


def fit_sides(ones: Floats, others: Floats) -> Floats:
    """Weights that tell photos of one set from others by their `Space.place`; others lie above 0.

    Both sets count the same, whatever their size.
    """
    labels = np.arange(len(ones) + len(others)) >= len(ones)
    weights = np.where(labels, 1000 / len(others), 1000 / len(ones))
    return fit_logistic(np.concatenate([ones, others]), labels, weights, RIDGE_PLACE)


def predict_across(
    rows: Floats,
    labels: NDArray[np.bool_],
    ridge: float,
    most: Floats | None = None,
    asked: Floats | None = None,
) -> Floats:
    """(N,) probabilities, each from a `fit_logistic` that has not seen its row.

    Args:
        rows: (N, F) what is learned from.
        labels: (N,).
        ridge: see `fit_logistic`.
        most: likewise.
        asked: (N, F) the rows as they are asked for, where they differ.
    """
    most = np.ones(len(rows)) if most is None else most
    asked = rows if asked is None else asked
    found = np.zeros(len(rows))
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    for number in range(FOLDS):
        taught, left = fold != number, fold == number
        weights = np.ones(int(taught.sum()))
        fit = fit_logistic(rows[taught], labels[taught], weights, ridge, most[taught])
        found[left] = most[left] * sigmoid(asked[left] @ fit[:-1] + fit[-1])
    return found


@dataclass(frozen=True)
class Bin:
    """Descriptions of about the same probability.

    Attributes:
        count: how many.
        said: mean of their probabilities.
        right: share of them that are right.
    """

    count: int
    said: float
    right: float


def bins_of(chances: Floats, right: NDArray[np.bool_], *, equal_mass: bool) -> list[Bin]:
    """Descriptions by probability, in `BINS` bins of equal mass or of equal width."""
    order = np.argsort(chances, kind="stable")
    if equal_mass:
        groups = np.array_split(order, BINS)
    else:
        place = np.minimum((chances[order] * BINS).astype(int), BINS - 1)
        groups = [order[place == number] for number in range(BINS)]
    return [
        Bin(len(group), float(chances[group].mean()), float(right[group].mean()))
        for group in groups
        if len(group)
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini and others, 2015): mean gap over the bins, by mass."""
    every = sum(one.count for one in bins)
    return sum(one.count * abs(one.said - one.right) for one in bins) / every


def find_words(captions: Sequence[Sequence[str]], language: str) -> Words:
    """What the training captions tell of each word: how usual it is, and whether it is a thing.

    Args:
        captions: by photo, what people said of it.
        language: two-letter code.
    """
    first_ones = ARTICLES.get(language, frozenset()) | _COUNTED.get(language, frozenset())
    stops = NEVER_LAST.get(language, frozenset()) | {""}
    least_last = _LEAST_LAST.get(language, _LEAST_LAST[ENGLISH])
    seen, first, last, of, photos = (Counter[str]() for _ in range(5))
    for of_photo in captions:
        cut = [normalise(caption, language) for caption in of_photo]
        photos.update({word for words in cut for word in words})
        for words in cut:
            for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
                seen[word] += 1
                first[word] += before in first_ones
                last[word] += after in stops
                of[word] += after in _OF
    kept = sorted(word for word, count in seen.items() if count >= _LEAST_SEEN)
    thing = [
        word not in stops | first_ones
        and first[word] >= _LEAST_FIRST * seen[word]
        and last[word] >= least_last * seen[word]
        and of[word] <= _MOST_OF * seen[word]
        for word in kept
    ]
    share = [math.log(photos[word] / len(captions)) for word in kept]
    number = {word: place for place, word in enumerate(kept)}
    return Words(number, np.array(share, np.float32).astype(np.float64), np.array(thing, bool))
