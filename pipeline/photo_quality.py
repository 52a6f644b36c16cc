"""Checks whether a photo is fit to describe, and gives guidance on how to take a better one.

Thresholds were chosen on up to 1,500 training photos of Flickr8k and as many everyday photos of
COCO, then fixed. Measured by tests/bench/photo_quality.py at 224 x 224, as the share of photos that
got guidance:

- False alarms on untouched photos: 1 of 1,000 of Flickr8k's dev photos, 0 of 570 everyday dev
  photos (2 with brightness alone as a reason).
- 80 degraded dev photos, as before a camera: light x 0.12 or less 100 %, lens cap 100 %, finger
  100 %, blank wall 100 %, 85 % of the picture white 97.5 %, 95 % white 98.8 %, Gaussian blur of
  2 px 98.8 %, of 3 px and more 100 % (also with noise of 3 levels), shaken by 15 px 100 %.
- Not reported on purpose, since the photo can still be described: light x 0.3 (0 %), blur of
  1 px (1.2 %); as a file, also what is too bright but shows something.

It took 3 ms, without the resize of the photo, before marks and clipped colours were looked at.
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

# Brightness alone says little: letters, drawings and screens are white or black all over, with
# marks on them. A mark is a block whose luma differs by so much; the shares are of all blocks.
_MARK_FROM = 30  # noise of 4 levels stays below
_MARKED_FROM = 0.01  # one short line of text
_BRIGHT_MARK_FROM = 60  # a photo with an eighth of its light has none
_BRIGHTLY_MARKED_FROM = 0.03  # more than one lamp
# A drawing or a screen on a plain ground: blocks without even noise, and their share.
_FLAT_TO = 3
_FLAT_ABOVE = 0.7

# Each lies between untouched and clearly degraded photos; the figures for untouched ones exclude
# the worst 0.1 %.
_DARK_BELOW = 36.0  # 98th percentile of the luma; untouched: 97 and more
_WHITE_FROM = 245  # luma
_WHITE_ABOVE = 0.6  # share of the picture that is white; untouched: 0.52 and less
# Share of what is not white in which light has filled one channel: ink on paper has none, and 19 of
# 20 photos that were made too bright have more.
_CLIPPED_FROM = 250
_CLIPPED_ABOVE = 0.08
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
        of_file: whether the photo is a file, which nobody can take again from here.
    """

    kind: Kind
    of_file: bool = False

    def message(self, language: str) -> str:
        """One or two sentences in a two-letter language: what is wrong and what to do."""
        say = phrases(language)
        if self.of_file:
            return {
                Kind.DARK: say.guidance_file_dark,
                Kind.BRIGHT: say.guidance_file_bright,
                Kind.BLANK: say.guidance_file_blank,
                Kind.BLURRED: say.guidance_file_blurred,
            }[self.kind]
        messages = {
            Kind.DARK: say.guidance_dark,
            Kind.BRIGHT: say.guidance_bright,
            Kind.BLANK: say.guidance_blank,
            Kind.BLURRED: say.guidance_blurred,
        }
        return messages[self.kind]


def assess(rgb: NDArray[np.uint8], of_file: bool = False) -> Guidance | None:
    """Checks a photo before it is described.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        of_file: whether it is a file and not what a camera shows now. A file may be a screen or a
            drawing in pastel, whose colours look like those of too much light.

    Returns:
        The first thing that is wrong, or None when the photo is fit.
    """
    small = squash(rgb, SIDE)
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    ranges = _ranges(luma)
    marked = bool(np.mean(ranges >= _MARK_FROM) >= _MARKED_FROM)
    dark = np.percentile(luma, 98) < _DARK_BELOW
    if dark and np.mean(ranges >= _BRIGHT_MARK_FROM) < _BRIGHTLY_MARKED_FROM:
        return Guidance(Kind.DARK, of_file)
    white = np.mean(luma >= _WHITE_FROM) > _WHITE_ABOVE
    if white and (not marked or (not of_file and _clipped(small, luma) > _CLIPPED_ABOVE)):
        return Guidance(Kind.BRIGHT, of_file)
    if not marked and _relief(luma) < _BLANK_BELOW:
        return Guidance(Kind.BLANK, of_file)
    # Sharpness is that of the strongest hundredth of a picture, and one line of text is less.
    sparse = white or dark or np.mean(ranges <= _FLAT_TO) > _FLAT_ABOVE
    # An enlarged picture is soft because it is small, which guidance cannot change.
    if not sparse and min(rgb.shape[:2]) >= SIDE and _sharpness(luma) < _BLURRED_BELOW:
        return Guidance(Kind.BLURRED, of_file)
    return None


def _ranges(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightest less darkest place of each block."""
    blocks = luma.reshape(SIDE // _BLOCK, _BLOCK, SIDE // _BLOCK, _BLOCK)
    return np.asarray(blocks.max((1, 3)) - blocks.min((1, 3)), np.float32)


def _clipped(small: NDArray[np.uint8], luma: NDArray[np.float32]) -> float:
    """Share of what is not white in which a channel is full: more light than the sensor takes."""
    rest = luma < _WHITE_FROM
    full = small.max(axis=2) >= _CLIPPED_FROM
    return float(np.mean(full[rest])) if rest.any() else 1.0


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
