"""Attention of a word over a photo: as an overlay for people with low vision, and as a place name.

The region of the strongest attention stays bright with a black and white outline, and the rest is
dimmed; a colour map would need good eyesight and a legend. Attention does not explain a word: a
model may attend to the right place and choose the wrong word (Jain and Wallace, 2019).
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

# The region holds the grid cells with at least half of the largest weight: on Flickr8k's photos 1
# to 8 of 49 cells for nouns, and 12 to 26 for words such as "of".
OF_STRONGEST = 0.5
EVERYWHERE = 0.3  # a region that covers a larger share of the photo has no single place
DIM = 0.35  # brightness factor of the rest of the photo
JPEG_QUALITY = 85


class Place(StrEnum):
    """One of nine parts of a photo, or all of it; `look_<place>` in the phrases names it."""

    TOP_LEFT = "top_left"
    TOP_MIDDLE = "top_middle"
    TOP_RIGHT = "top_right"
    MIDDLE_LEFT = "middle_left"
    MIDDLE = "middle"
    MIDDLE_RIGHT = "middle_right"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_MIDDLE = "bottom_middle"
    BOTTOM_RIGHT = "bottom_right"
    EVERYWHERE = "everywhere"


_THIRDS = tuple(Place)[:9]  # row by row


def place(weights: NDArray[np.float32]) -> Place:
    """The place of the strongest region of (rows, columns) float32 weights."""
    # Nine cells for each third: the centre of a region is found between cells of a coarse grid.
    fine = _enlarge(weights, 27, 27)
    region = _region(fine)
    if region.mean() > EVERYWHERE:
        return Place.EVERYWHERE
    y, x = (int(np.average(axis, weights=fine[region])) // 9 for axis in np.nonzero(region))
    return _THIRDS[3 * y + x]


def overlay(photo: bytes, weights: NDArray[np.float32]) -> bytes:
    """A JPEG of the photo with the strongest region bright and outlined, and the rest dimmed.

    Args:
        photo: a JPEG or PNG, such as a description's preview.
        weights: (rows, columns) float32, on a grid over the whole photo.

    Raises:
        ValueError: the bytes are not a picture.
    """
    bgr = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("no picture to lay the attention over")
    height, width = bgr.shape[:2]
    region = _region(_enlarge(weights, height, width)).astype(np.uint8)
    shown = np.where(region[..., None] > 0, bgr, (bgr * np.float32(DIM)).astype(np.uint8))
    edges, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(2, round(max(height, width) / 160))
    # White on black has contrast on any photo.
    for colour, thickness in (((0, 0, 0), 3 * line), ((255, 255, 255), line)):
        shown = cv2.drawContours(shown, edges, -1, colour, thickness)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", shown, quality)[1].tobytes()


def _enlarge(weights: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    size = (width, height)
    return np.asarray(cv2.resize(weights, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _region(weights: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(rows, columns) bool: the strong cells connected to the strongest one."""
    strong = (weights >= OF_STRONGEST * weights.max()).astype(np.uint8)
    _, parts = cv2.connectedComponents(strong, connectivity=4)
    return np.asarray(parts == parts.flat[int(weights.argmax())])
