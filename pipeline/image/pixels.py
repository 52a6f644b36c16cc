"""rgb -> pixels: the model's resize and normalisation."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def squash(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resizes to a square without keeping the aspect, as the training photos were.

    An axis that shrinks is averaged by area, an axis that grows is interpolated linearly, and a
    photo of that size already is returned unchanged.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        size: side of the square in pixels.

    Returns:
        (size, size, 3) uint8, 0..255, RGB; `rgb` itself where nothing changes.
    """
    height, width = rgb.shape[:2]
    # Two steps: OpenCV drops area averaging as soon as one of the axes grows.
    kept = (min(width, size), min(height, size))
    if kept != (width, height):
        rgb = _uint8(cv2.resize(rgb, kept, interpolation=cv2.INTER_AREA))
    if kept != (size, size):
        rgb = _uint8(cv2.resize(rgb, (size, size), interpolation=cv2.INTER_LINEAR))
    return rgb


def to_pixels(
    rgb: NDArray[np.uint8], size: int, mean: Sequence[float], std: Sequence[float]
) -> NDArray[np.float32]:
    """Computes the encoder's input: (squash(rgb) / 255 - mean) / std.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        size: the encoder's input side in pixels.
        mean: per channel R, G, B, of values in 0..1.
        std: per channel R, G, B, of values in 0..1.

    Returns:
        (1, 3, size, size) float32, normalised, RGB, contiguous.
    """
    scaled = squash(rgb, size).astype(np.float32) / np.float32(255)
    normalised = (scaled - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis], np.float32)


def _uint8(values: object) -> NDArray[np.uint8]:
    # Only for the type checker: OpenCV's stubs lose the dtype, which a resize keeps. No copy.
    return np.asarray(values, np.uint8)
