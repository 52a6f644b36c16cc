"""Checks whether a photo is fit to describe, and gives guidance on how to take a better one.

Thresholds were chosen on up to 1,500 training photos of Flickr8k and as many everyday photos of
COCO, then fixed. Measured by tests/bench/photo_quality.py at 224 x 224, as the share of photos that
got guidance:

- False alarms on untouched photos: 1 of 1,000 of Flickr8k's dev photos, 0 of 1,500 training photos,
  5 of 1,000 everyday photos.
- 250 degraded dev photos: light x 0.12 or less 100 %, lens cap 100 %, finger 100 %, blank wall
  100 %, 85 % of the picture white 98.0 %, 95 % white 99.6 %, Gaussian blur of 2 px 99.2 %, of 3 px
  and more 100 % (also with noise of 3 levels), shaken by 15 px 99.6 %, by 25 px 100 %.
- Not reported on purpose, since the photo can still be described: light x 0.3 (1.6 %), blur of
  1 px (0.8 %).

It takes 3 ms, without the resize of the photo.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.image import squash
from pipeline.phrases import phrases

SIDE = 224  # pixels; the thresholds were measured at this size
_BLOCK = 8  # pixels; divides SIDE

# Each lies between untouched and clearly degraded photos; the figures for untouched ones exclude
# the worst 0.1 %.
_DARK_BELOW = 36.0  # 98th percentile of the luma; untouched: 97 and more
_BRIGHT_ABOVE = 0.6  # share of the picture at luma 245 and more; untouched: 0.52 and less
_BLANK_BELOW = 3.0  # deviation of blocks from their surroundings; untouched: 7.7, walls: 1.7
_BLURRED_BELOW = 0.45  # fine detail over coarse detail; untouched: 0.454 and more


class Kind(StrEnum):
    """What makes a photo unfit to describe."""

    DARK = "dark"
    BRIGHT = "bright"
    BLANK = "blank"
    BLURRED = "blurred"


@dataclass(frozen=True)
class Guidance:
    """Advice about a photo.

    Attributes:
        kind: what is wrong.
    """

    kind: Kind

    def message(self, language: str) -> str:
        """One or two sentences in a two-letter language: what is wrong and what to do."""
        say = phrases(language)
        messages = {
            Kind.DARK: say.guidance_dark,
            Kind.BRIGHT: say.guidance_bright,
            Kind.BLANK: say.guidance_blank,
            Kind.BLURRED: say.guidance_blurred,
        }
        return messages[self.kind]


def assess(rgb: NDArray[np.uint8]) -> Guidance | None:
    """Checks a photo before it is described.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.

    Returns:
        The first thing that is wrong, or None when the photo is fit.
    """
    grey = cv2.cvtColor(squash(rgb, SIDE), cv2.COLOR_RGB2GRAY)
    luma = np.asarray(grey, np.float32)
    if np.percentile(luma, 98) < _DARK_BELOW:
        return Guidance(Kind.DARK)
    if np.mean(luma >= 245) > _BRIGHT_ABOVE:
        return Guidance(Kind.BRIGHT)
    if _relief(luma) < _BLANK_BELOW:
        return Guidance(Kind.BLANK)
    # An enlarged picture is soft because it is small, which guidance cannot change.
    if min(rgb.shape[:2]) >= SIDE and _sharpness(luma) < _BLURRED_BELOW:
        return Guidance(Kind.BLURRED)
    return None


def _relief(luma: NDArray[np.float32]) -> float:
    """Contrast of blocks with their surroundings, without shading and noise; 0 for a blank wall."""
    blocks = luma.reshape(SIDE // _BLOCK, _BLOCK, SIDE // _BLOCK, _BLOCK).mean((1, 3))
    return float(np.std(blocks - cv2.GaussianBlur(blocks, (0, 0), 2.5)))


def _sharpness(luma: NDArray[np.float32]) -> float:
    """The lowest sharpness of four directions, about 0.67 for a sharp photo.

    Motion blur keeps the edges parallel to the movement, so one direction is not enough.
    """
    middle = ((SIDE - 1) / 2, (SIDE - 1) / 2)
    slanted = cv2.warpAffine(luma, cv2.getRotationMatrix2D(middle, 45, 1), (SIDE, SIDE))
    inner = slice(40, SIDE - 40)  # all of it lies inside the turned picture
    views = (luma, luma.T, slanted[inner, inner], slanted[inner, inner].T)
    return min(_sharpness_across(np.ascontiguousarray(view, np.float32)) for view in views)


def _sharpness_across(luma: NDArray[np.float32]) -> float:
    """Ratio of the strongest detail at 1 to 2 pixels to that at 2 to 4 pixels, along the rows.

    A ratio does not depend on contrast. The 99th percentile allows a soft background. Detail finer
    than a pixel is smoothed away in both directions, because it is mostly noise.
    """
    fine, middle, coarse = (
        cv2.GaussianBlur(luma, (0, 0), sigmaX=sigma, sigmaY=1) for sigma in (1.0, 2.0, 4.0)
    )
    strongest = [np.percentile(np.abs(band), 99) for band in (fine - middle, middle - coarse)]
    return float(strongest[0] / (strongest[1] + 1))
