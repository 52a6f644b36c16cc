"""Which way the lines of a photo run, and each line cut out upright."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

_LONG = 2.0  # from this ratio of its sides on, a rectangle shows by itself how its text runs
_ALONE = 3.5  # and from this one on also against the others: one letter is never so tall
_ACROSS_DEGREES = 45.0


def direction_of(corners: list[NDArray[np.float32]]) -> float:
    """The direction in which most of the text runs, up to its being upside down.

    Args:
        corners: of the rectangles of text, (4, 2) each, pixels as x, y.

    Returns:
        Degrees, clockwise from rightwards, -45 to 135; 0 when no rectangle is long.
    """
    angles, weights = [], []
    for rectangle in corners:
        long, short = _sides(rectangle)
        length = math.hypot(*long)
        if length >= _LONG * math.hypot(*short):
            angles.append(math.degrees(math.atan2(long[1], long[0])))
            weights.append(length)
    if not angles:
        return 0.0
    # The median of the angles about the strongest one, for perspective turns a few of them more.
    strongest = angles[int(np.argmax(weights))]
    turned = np.array([(angle - strongest + 90) % 180 - 90 for angle in angles])
    order = np.argsort(turned)
    half = np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2)
    return float((strongest + turned[order][half] + 45) % 180 - 45)


def upright(rectangle: NDArray[np.float32], direction: float) -> NDArray[np.float32]:
    """The corners of a rectangle in the order of its text, which runs about in a direction.

    Args:
        rectangle: (4, 2) float32, corners one after the other.
        direction: degrees, clockwise from rightwards.

    Returns:
        (4, 2) float32: the text's top left corner, then clockwise.
    """
    long, short = _sides(rectangle)
    ratio = math.hypot(*long) / max(math.hypot(*short), 1e-6)
    away = abs((math.degrees(math.atan2(long[1], long[0])) - direction + 90) % 180 - 90)
    along = short if away > _ACROSS_DEGREES and ratio < _ALONE else long
    radians = math.radians(direction)
    towards = np.array((math.cos(radians), math.sin(radians)), np.float32)
    if along @ towards < 0:
        along = -along
    unit = along / max(math.hypot(*along), 1e-6)
    down = np.array((-unit[1], unit[0]), np.float32)
    middle = rectangle.mean(0)
    half = np.abs((rectangle - middle) @ np.stack((unit, down), 1)).max(0)
    signs = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)), np.float32) * half
    ordered = middle + signs[:, :1] * unit + signs[:, 1:] * down
    return np.asarray(ordered, np.float32)


def cut_out(rgb: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The line within corners as `upright` orders them: (h, w, 3) uint8, text to the right."""
    width = max(round(math.hypot(*(corners[1] - corners[0]))), 1)
    height = max(round(math.hypot(*(corners[3] - corners[0]))), 1)
    target = np.array(((0, 0), (width, 0), (width, height)), np.float32)
    affine = cv2.getAffineTransform(corners[:3], target)
    line = cv2.warpAffine(
        rgb, affine, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(line, np.uint8)


def _sides(rectangle: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Its longer and its shorter side."""
    first, second = rectangle[1] - rectangle[0], rectangle[2] - rectangle[1]
    if math.hypot(*first) >= math.hypot(*second):
        return first, second
    return second, first
