"""Finds where text is: PP-OCRv6's detector, whose graph is in the wheel of rapidocr.

Differentiable binarisation (Liao and others, AAAI 2020): the network gives each pixel the
probability that it lies in the shrunken middle of a line of text; each connected piece becomes a
rectangle, which is grown back by the ratio that it was shrunk by. The limits are RapidOCR's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.onnx_session import Session

_STRIDE = 32  # the network's sides are multiples of it
_PIXEL_ABOVE = 0.3
_REGION_ABOVE = 0.5
_UNCLIP = 1.6  # what a rectangle grows by, over area / perimeter
_SMALLEST_PX = 3.0


class TextFinder:
    """The opened detector. Calls keep no state in it, so threads may share it."""

    def __init__(self, session: Session) -> None:
        """Takes the opened graph."""
        self._session = session

    def heat(self, rgb: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
        """Where text is, over the whole photo.

        Args:
            rgb: (H, W, 3) uint8, 0..255, RGB.
            side: most pixels of the longer side that the network sees.

        Returns:
            (h, w) float32, 0..1, h and w multiples of 32.
        """
        height, width = rgb.shape[:2]
        scale = min(1.0, side / max(height, width))
        size = (_multiple(width * scale), _multiple(height * scale))
        interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        bgr = cv2.resize(rgb, size, interpolation=interpolation)[:, :, ::-1]  # as it was trained
        pixels = np.ascontiguousarray(bgr.transpose(2, 0, 1)[np.newaxis], np.float32)
        pixels = pixels / np.float32(127.5) - np.float32(1)
        (heat,) = self._session.run(("fetch_name_0",), {"x": pixels})
        return np.asarray(heat[0, 0])


def regions(heat: NDArray[np.float32], width: int, height: int) -> list[NDArray[np.float32]]:
    """The pieces of lines of text, in no order.

    Args:
        heat: what `TextFinder.heat` returned.
        width: of the photo, in pixels.
        height: of the photo, in pixels.

    Returns:
        Rectangles: (4, 2) float32, pixels of the photo as x, y, one corner after the other.
    """
    scale = np.array((width / heat.shape[1], height / heat.shape[0]), np.float32)
    mask = cv2.dilate(is_text(heat).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        middle, (along, across), angle = cv2.minAreaRect(outline)
        if min(along, across) < _SMALLEST_PX:
            continue
        if _mean_within(heat, _corners(middle, along, across, angle)) < _REGION_ABOVE:
            continue
        grown = _UNCLIP * along * across / (along + across)
        found.append(_corners(middle, along + grown, across + grown, angle) * scale)
    return found


def is_text(heat: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which pixels of a heat map are text."""
    return np.asarray(heat > _PIXEL_ABOVE)


def _corners(
    middle: Sequence[float], width: float, height: float, degrees: float
) -> NDArray[np.float32]:
    points = cv2.boxPoints(((middle[0], middle[1]), (width, height), degrees))
    return np.asarray(points).astype(np.float32)


def _multiple(length: float) -> int:
    return max(_STRIDE, round(length / _STRIDE) * _STRIDE)


def _mean_within(heat: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    """The mean of the heat within a rectangle."""
    low = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    high = np.ceil(corners.max(0)).astype(int) + 1
    part = heat[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])
