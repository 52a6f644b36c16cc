"""A hand over the lens: the pause that needs neither the page nor a key."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.photo_quality import Guidance, Kind

COVERED_S = 2.0  # a bag that passes by takes less
UNCOVERED_S = 0.4  # two looks of the camera's thread
BRIGHT_S = (
    1.0  # so long there must have been light: a camera that starts in the dark is not covered
)
# Median luma. A hand that lets light through is blank; so is a wall, which is brighter: the fingers
# and walls of tests/bench/photo_quality.py have up to 70 and from 90 on.
_DIM_BELOW = 80


def is_covered(rgb: NDArray[np.uint8], guidance: Guidance | None) -> bool:
    """Whether this may be a hand over the lens; the light going off looks the same.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        guidance: what `assess` said of it.
    """
    if guidance is None or guidance.kind not in (Kind.DARK, Kind.BLANK):
        return False
    if guidance.kind is Kind.DARK:
        return True
    return bool(np.median(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)) < _DIM_BELOW)


class LensCover:
    """Follows frame by frame whether the lens was covered on purpose.

    Attributes:
        on: whether it is covered, for so long that the camera pauses.
        begins: whether it may just be on its way there.
    """

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.on = False
        self.begins = False
        self._was_bright = False
        self._since: float | None = None  # of frames that are all covered, or all not
        self._covered = False

    def see(self, covered: bool, at: float) -> None:
        """Notes a frame.

        Args:
            covered: as `is_covered` says.
            at: seconds on any clock that never goes back.
        """
        if self._since is None or covered is not self._covered:
            self._covered, self._since = covered, at
        lasted_s = at - self._since
        if covered:
            self.begins = self._was_bright
            self.on = self.on or (self._was_bright and lasted_s >= COVERED_S)
        else:
            self.begins = False
            self.on = self.on and lasted_s < UNCOVERED_S
            self._was_bright = self._was_bright or lasted_s >= BRIGHT_S
