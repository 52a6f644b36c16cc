"""The fits of `training.calibrate`: principal components, logistic regressions, word statistics.

Also the expected calibration error. NumPy only, deterministic, seconds on one CPU core.
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

COMPONENTS = 64  # 48 and 96 separate non-scenes from photos as well (training/LOG.md)
# Share of the mean variance added to each variance: few photos estimate the last ones badly.
SHRINK = 0.05
RIDGE = 1.0  # for a handful of features and a thousand photos
RIDGE_PLACE = 10.0  # for the many coordinates of `Space.place`
BINS = 10
FOLDS = 10

# A word names a thing when it often follows an article or a number, and often ends a phrase.
_COUNTED = {
    ENGLISH: frozenset("two three four several some many other".split()),
    FRENCH: frozenset("deux trois quatre plusieurs quelques autre autres".split()),
}
_OF = frozenset({"of", "de", "d'"})
_LEAST_SEEN, _LEAST_FIRST, _MOST_OF = 20, 0.15, 0.4
# In French a colour follows its noun: "chien" ends a phrase in 0.13 of its uses, "petit" in 0.02.
_LEAST_LAST = {ENGLISH: 0.3, FRENCH: 0.1}


def fit_space(features: Floats, weights: Floats) -> Space:
    """Computes the principal components of the training photos' features.

    Uses subspace iteration (Halko et al., 2011), since a full decomposition of 3,840 dimensions
    would take minutes.

    Args:
        features: (N, D) float, from the encoder, not normalised.
        weights: (N,) float, the weight of each photo.
    """
    rows = np.asarray(features, np.float64)
    rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)
    share = weights / weights.sum()
    centre = (share @ rows).astype(np.float32).astype(np.float64)  # as stored in the file
    rows = (rows - centre) * np.sqrt(share)[:, None]
    count = max(1, min(COMPONENTS, min(rows.shape) // 2))
    basis = np.random.default_rng(0).normal(size=(rows.shape[1], min(count + 16, min(rows.shape))))
    for _ in range(6):
        basis, _ = np.linalg.qr(rows.T @ (rows @ basis))
    _, _, rotation = np.linalg.svd(rows @ basis, full_matrices=False)
    axes = (basis @ rotation.T)[:, :count].astype(np.float16).astype(np.float64)
    variance = ((rows @ axes) ** 2).sum(0)
    return Space(centre, axes, np.sqrt(variance + SHRINK * variance.mean() + 1e-12))


def fit_logistic(
    rows: Floats,
    labels: NDArray[np.bool_],
    weights: Floats,
    ridge: float,
    upper: Floats | None = None,
) -> Floats:
    """Fits a ridge-penalised logistic regression by Fisher scoring.

    Platt's targets (1999) replace 0 and 1, so that the weights stay finite when all labels are
    equal.

    Args:
        rows: (N, F) float features.
        labels: (N,) bool.
        weights: (N,) float, the weight of each row.
        ridge: penalty on the squared weights of standardised features.
        upper: (N,) float, 0 < upper <= 1: the highest probability of each row. The model is
            `upper * sigmoid(...)`; 1 by default.

    Returns:
        (F + 1,) float64: weights of the unscaled features, then the bias.
    """
    mean, deviation = average(rows, weights)
    design = np.column_stack([(rows - mean) / deviation, np.ones(len(rows))])
    positive, negative = weights[labels].sum(), weights[~labels].sum()
    targets = np.where(labels, (positive + 1) / (positive + 2), 1 / (negative + 2))
    penalty = ridge * np.eye(design.shape[1])
    penalty[-1, -1] = 1e-3
    found = np.zeros(design.shape[1])
    upper = np.ones(len(rows)) if upper is None else upper
    for _ in range(50):
        logistic = sigmoid(design @ found)
        chance = upper * logistic
        slope = (1 - logistic) / (1 - chance)  # 1 without `upper`
        information = weights * chance * (1 - logistic) * slope
        hessian = design.T @ (design * information[:, None]) + penalty
        residual = weights * (targets - chance) * slope
        step = np.linalg.solve(hessian, design.T @ residual - penalty @ found)
        found += step
        if np.abs(step).max() < 1e-8:
            break
    slopes = found[:-1] / deviation
    return np.append(slopes, found[-1] - slopes @ mean)


def average(rows: Floats, weights: Floats | None = None) -> Floats:
    """Computes the weighted mean and standard deviation of each column.

    Args:
        rows: (N, F) float.
        weights: (N,) float; equal by default.

    Returns:
        (2, F) float64: means, then deviations; the deviation of a constant column is 1.
    """
    mean = np.average(rows, axis=0, weights=weights)
    deviation = np.sqrt(np.average((rows - mean) ** 2, axis=0, weights=weights))
    return np.stack([mean, np.where(deviation < 1e-9, 1.0, deviation)])


def fit_ood(
    scenes: Sequence[Floats], nonscenes: Floats, held_out: Sequence[Floats], share: float
) -> Floats:
    """Fits the out-of-distribution (OOD) score, which separates non-scenes from photos.

    All rows are (N, 2 + K) positions from `Space.place`.

    Args:
        scenes: training photos, one array a data set; the sets have equal weight.
        nonscenes: pictures that are no scenes; they weigh as much as all sets together.
        held_out: other photos, one array a data set; they shift the bias so that the threshold
            is 0.
        share: 0..1, the largest share of any set of `held_out` whose score may exceed 0.

    Returns:
        (2 + K + 1,) float64 weights and bias; a score above 0 is out of distribution.
    """
    rows = np.concatenate([*scenes, nonscenes])
    labels = np.arange(len(rows)) >= len(rows) - len(nonscenes)
    counts = [1000.0] * len(scenes) + [1000.0 * len(scenes)]
    groups = [*scenes, nonscenes]
    weights = np.concatenate(
        [np.full(len(one), count / len(one)) for one, count in zip(groups, counts, strict=True)]
    )
    found = fit_logistic(rows, labels, weights, RIDGE_PLACE)
    found[-1] -= max(np.quantile(one @ found[:-1] + found[-1], 1 - share) for one in held_out)
    return found


def fit_data_set_classifier(ones: Floats, others: Floats) -> Floats:
    """Fits a classifier that separates two sets of photos by their `Space.place`.

    Both sets have equal weight, whatever their size.

    Args:
        ones: (N, 2 + K) positions, the negative class.
        others: (M, 2 + K) positions, the positive class.

    Returns:
        (2 + K + 1,) float64 weights and bias.
    """
    labels = np.arange(len(ones) + len(others)) >= len(ones)
    weights = np.where(labels, 1000 / len(others), 1000 / len(ones))
    return fit_logistic(np.concatenate([ones, others]), labels, weights, RIDGE_PLACE)


def cross_validate(
    rows: Floats,
    labels: NDArray[np.bool_],
    ridge: float,
    upper: Floats | None = None,
    inputs: Floats | None = None,
) -> Floats:
    """Predicts each row with a `fit_logistic` on the other folds (10-fold cross-validation).

    Args:
        rows: (N, F) float features to fit.
        labels: (N,) bool.
        ridge: see `fit_logistic`.
        upper: see `fit_logistic`.
        inputs: (N, F) float features to predict from; `rows` by default.

    Returns:
        (N,) float64 probabilities.
    """
    upper = np.ones(len(rows)) if upper is None else upper
    inputs = rows if inputs is None else inputs
    found = np.zeros(len(rows))
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    for number in range(FOLDS):
        fitted, left_out = fold != number, fold == number
        weights = np.ones(int(fitted.sum()))
        fit = fit_logistic(rows[fitted], labels[fitted], weights, ridge, upper[fitted])
        found[left_out] = upper[left_out] * sigmoid(inputs[left_out] @ fit[:-1] + fit[-1])
    return found


@dataclass(frozen=True)
class Bin:
    """Descriptions of similar predicted probability.

    Attributes:
        count: number of descriptions.
        predicted: mean predicted probability, 0..1.
        right: share that is right, 0..1.
    """

    count: int
    predicted: float
    right: float


def bin_by_probability(chances: Floats, right: NDArray[np.bool_], *, equal_mass: bool) -> list[Bin]:
    """Groups descriptions into `BINS` bins of equal mass or of equal width; drops empty bins.

    Args:
        chances: (N,) float predicted probabilities, 0..1.
        right: (N,) bool, whether each description is right.
        equal_mass: equal numbers of descriptions, instead of equal widths of probability.
    """
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
    """Computes the expected calibration error, 0..1 (Naeini et al., 2015).

    The mean over the bins of |predicted - right|, weighted by their counts.
    """
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.predicted - one.right) for one in bins) / total


def word_statistics(captions: Sequence[Sequence[str]], language: str) -> Words:
    """Counts how often the training captions use each word, and whether it names a thing.

    Args:
        captions: by photo, people's captions; words seen fewer than 20 times are dropped.
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
