"""Detects a change of scene since the last description of the camera.

Frames are compared by the cosine distance of the encoder's features: 0 for equal, 0.7 for two
unrelated photos. The thresholds belong to the model in assets/. They were chosen on films made of
40 training photos of Flickr8k and 40 everyday photos of COCO, about 5 frames a second, then fixed.
Measured by tests/bench/scenes.py on films of 50 dev photos of Flickr8k / 50 other everyday photos:

- The same scene, as the share of films with a false description: noise of 3, 6 and 10 levels, a
  hand's tremor, light x 0.6 and x 1.4, an exposure step, small pans and zooms, somebody passing for
  0.6 s: 0 % / 0 %; WebRTC's blurred start 0 % / 2 %, somebody swaying in front 2 % / 0 %.
- A cut to another photo: none missed, each described once, 90 % / 98 % as CUT, after 0.53 s
  (median) and 1.07 s (longest); 0.53 s and 1.13 s when held in a hand.
- A pan of a whole width in 3 s: all end described, 1.00 / 1.04 descriptions each, 2 at most. One of
  half a width: 88 % / 82 % described, 2 % / 2 % as CUT. Somebody walks in and stays: 88 % / 88 %.
- Turning round for 12 s: 3.4 / 3.2 descriptions.

Tried and rejected. Features centred by their mean, as square roots or as logarithms: the farthest
percent of calm films and the nearest percent of cuts are 2.7, 2.6 and 2.6 times apart, against 2.5
for plain ones, which does not justify storing a mean; squared: 2.2. One hold of 0.35 s: 63 % of the
films with a passer-by got a description. `steady` of 0.15: most pans were described half way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_MAX_DISTANCE = 1.0  # cosine distance of features that are never negative


class Change(StrEnum):
    """The relation of a frame to the frame described last."""

    NONE = "none"  # the same scene
    SETTLING = "settling"  # differs, but still moves or is too recent
    NEW = "new"  # another scene: describe it when the voice is free
    CUT = "cut"  # a very different scene: describe it at once, interrupting the voice


@dataclass(frozen=True)
class Thresholds:
    """When a frame shows another scene.

    Attributes:
        enter: a frame differs from this distance to the reference on; a person swaying in front of
            the camera reaches 0.24, the end of half a pan 0.38 (median).
        leave: a frame that differs stops to differ below this distance; a hand's tremor, noise and
            small pans stay below 0.18.
        cut: above this distance the scene is CUT; unrelated photos have 0.70 (median), half a pan
            0.56 (95 %).
        steady: a picture at rest moves less than this distance; in 0.4 s a hand's tremor reaches
            0.07 (95 %), a pan of a width in 3 s 0.09 (median).
        hold_s: least seconds at rest before a scene is new: two or three frames.
        brief_s: least seconds of differing, unless the scene is CUT: longer than the 0.6 s of a
            passer-by.
        first_s: least seconds at rest when nothing has been described yet: two frames.
        patience_s: seconds of differing after which a picture that never rests is NEW; as long as a
            slow pan, which is better described at its end.
        gap_s: most seconds that a gap between two frames adds to the time of differing.
    """

    enter: float = 0.28
    leave: float = 0.18
    cut: float = 0.60
    steady: float = 0.08
    hold_s: float = 0.35
    brief_s: float = 0.65
    first_s: float = 0.08
    patience_s: float = 3.0
    gap_s: float = 1.0


class SceneGate:
    """Detects new scenes frame by frame, at irregular times. Not thread-safe."""

    def __init__(self, thresholds: Thresholds = Thresholds()) -> None:
        """Starts with nothing described."""
        self._thresholds = thresholds
        self._reference: NDArray[np.float32] | None = None
        self._distance = _MAX_DISTANCE
        self._latest: NDArray[np.float32] | None = None
        self._latest_at = 0.0
        self._rest: NDArray[np.float32] | None = None  # where the picture came to rest
        self._rest_at = 0.0
        self._differs = False
        self._differed_s = 0.0
        self._found = False  # NEW or CUT was returned, and nothing has ended it

    def forget(self) -> None:
        """Nothing is described yet: the next steady picture is NEW."""
        self._reference = self._latest = self._rest = None
        self._distance = _MAX_DISTANCE
        self._return()

    def accept(self) -> None:
        """The last frame is being described now: it becomes the reference."""
        if self._latest is None:
            return
        self._reference = self._latest
        self._distance = 0.0
        self._return()

    @property
    def distance(self) -> float:
        """Distance of the last frame from the reference, 0..1; 1 when there is no reference."""
        return self._distance

    def look(self, features: NDArray[np.float32], at: float) -> Change:
        """Compares a frame with the frame described last.

        Args:
            features: (D,) float32, not all zero, from `Captioner.encode`.
            at: seconds on any clock, not before the previous frame.

        Returns:
            NEW or CUT, once found, until `accept` or until the frame is like the reference again.
        """
        limits = self._thresholds
        passed_s = self._see(features / np.linalg.norm(features), at)
        if self._distance < (limits.leave if self._differs else limits.enter):
            self._return()
            return Change.NONE
        if self._differs:
            self._differed_s += min(passed_s, limits.gap_s)
        self._differs = True

        far = self._distance > limits.cut
        rested_s = at - self._rest_at
        if self._reference is None:
            far, steady = False, rested_s >= limits.first_s  # no sentence to interrupt
            due = steady
        else:
            steady = rested_s >= limits.hold_s
            due = steady and (far or self._differed_s >= limits.brief_s)
        if due or self._differed_s >= limits.patience_s:
            self._found = True
        if not self._found:
            return Change.SETTLING
        # A moving picture does not interrupt a sentence.
        return Change.CUT if far and steady else Change.NEW

    def _see(self, latest: NDArray[np.float32], at: float) -> float:
        """Stores features of length 1; returns the seconds since the previous frame."""
        passed_s = 0.0 if self._latest is None else at - self._latest_at
        self._latest, self._latest_at = latest, at
        # Distance from where it came to rest, not from the previous frame: that would depend on the
        # frame rate, and a slow pan would count as rest.
        if self._rest is None or _distance(latest, self._rest) > self._thresholds.steady:
            self._rest, self._rest_at = latest, at
        if self._reference is not None:
            self._distance = _distance(latest, self._reference)
        return passed_s

    def _return(self) -> None:
        """The frame is like the reference."""
        self._differs = False
        self._differed_s = 0.0
        self._found = False


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Cosine distance of two vectors of length 1."""
    return max(0.0, 1.0 - float(one @ other))
