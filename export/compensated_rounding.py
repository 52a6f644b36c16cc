"""Rounds a layer's weights to 8-bit integers so that its outputs, not its weights, stay near.

GPTQ (Frantar et al., 2022), as published: weights are rounded one input after another, and those
not rounded yet make up for the error, by the second moments of what the layer's inputs were.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# CPUs without VNNI add two products of 8-bit integers in 16 bits, which weights beyond 63 overflow.
LARGEST = 63
# Shares of a row's largest weight that become LARGEST: cutting a few off may round the others
# better.
_SHARES = np.linspace(1.0, 0.75, 11)
_DAMPING = 0.01  # of the mean second moment, added to each: some inputs are always zero


def compensated(
    weights: NDArray[np.float32], moments: NDArray[np.float64], largest: int = LARGEST
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rounds the weights of a layer.

    Args:
        weights: (outputs, inputs) float32.
        moments: (inputs, inputs) float64, the mean of x x^T over the layer's inputs x.
        largest: largest magnitude of an integer.

    Returns:
        Integers of the shape of `weights`, and the scale of each output, (outputs,) float32.
    """
    scale = _scales(weights, np.diagonal(moments), largest)
    damped = moments + np.eye(len(moments)) * (_DAMPING * np.diagonal(moments).mean() + 1e-12)
    factor = np.linalg.cholesky(np.linalg.inv(damped)).T
    left = weights.astype(np.float64)
    rounded = np.zeros(weights.shape, np.int8)
    for column in range(weights.shape[1]):
        values = np.clip(np.rint(left[:, column] / scale), -largest, largest)
        rounded[:, column] = values
        error = (left[:, column] - values * scale) / factor[column, column]
        left[:, column + 1 :] -= np.outer(error, factor[column, column + 1 :])
    return rounded, scale.astype(np.float32)


def plain(
    weights: NDArray[np.float32], largest: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rounds each weight to the nearest integer; arguments and results as `compensated`."""
    scale = np.maximum(np.abs(weights).max(axis=1), 1e-12) / largest
    return np.rint(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def _scales(
    weights: NDArray[np.float32], importance: NDArray[np.float64], largest: int
) -> NDArray[np.float64]:
    """(outputs,) float64: the scale of each output with the least error, weighted by input."""
    most = np.maximum(np.abs(weights).max(axis=1), 1e-12).astype(np.float64)
    tried = most * _SHARES[:, None] / largest
    errors = []
    for scale in tried:
        values = np.clip(np.rint(weights / scale[:, None]), -largest, largest) * scale[:, None]
        errors.append(((values - weights) ** 2 * importance).sum(axis=1))
    return np.asarray(tried[np.argmin(errors, axis=0), np.arange(len(weights))])
