"""Where the model looked as it chose a word: as a picture that low vision can read, and in words.

The photo stays bright where it looked most and goes dark elsewhere, with a line of two tones around
the bright part: a rainbow over a photo needs good eyes and a legend. Attention is a hint, not a
reason: a model may look at the right place and say the wrong word (Jain and Wallace, 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

# A place belongs to the region when it got half as much as the strongest: on Flickr8k's photos
# that is 1 to 8 of 49 places for things, and 12 to 26 for words such as "of".
OF_STRONGEST = 0.5
EVERYWHERE = 0.3  # a region that holds more of the photo than this is no place in it
DIM = 0.35  # how bright the rest of the photo stays
JPEG_QUALITY = 85


class Place(StrEnum):
    """Where in a photo, or nowhere in particular; phrases have these names."""

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
    """Where the strongest region of (rows, columns) float32 weights lies."""
    # Nine cells to a third, so that the middle of a coarse grid's region is found.
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
        ValueError: the bytes are no picture.
    """
    bgr = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("no picture to lay the attention over")
    height, width = bgr.shape[:2]
    region = _region(_enlarge(weights, height, width)).astype(np.uint8)
    shown = np.where(region[..., None] > 0, bgr, (bgr * np.float32(DIM)).astype(np.uint8))
    edges, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(2, round(max(height, width) / 160))
    # White on black is seen on any photo.
    for colour, thickness in (((0, 0, 0), 3 * line), ((255, 255, 255), line)):
        shown = cv2.drawContours(shown, edges, -1, colour, thickness)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", shown, quality)[1].tobytes()


def merged(weights: NDArray[np.float32], parts: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """The weights of words that stand for others.

    Args:
        weights: (words, rows, columns) float32.
        parts: of each new word, the places of those it stands for; at least one.

    Returns:
        (new words, rows, columns) float32, the mean over those words.
    """
    new = [weights[list(places)].mean(axis=0) for places in parts]
    return np.reshape(new, (len(parts), *weights.shape[1:])).astype(np.float32)


def _enlarge(weights: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    size = (width, height)
    return np.asarray(cv2.resize(weights, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _region(weights: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The places around the strongest one that got at least half as much."""
    strong = (weights >= OF_STRONGEST * weights.max()).astype(np.uint8)
    _, parts = cv2.connectedComponents(strong, connectivity=4)
    return np.asarray(parts == parts.flat[int(weights.argmax())])
