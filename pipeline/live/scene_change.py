"""Has what the camera shows changed since it was last described?

Looks are compared by the cosine distance of the encoder's features: 0 alike, 0.7 for two unrelated
photos. Thresholds belong to the model in assets/. They were chosen on films made of 40 training
photos of Flickr8k and 40 everyday photos of COCO, about 5 looks a second, then fixed. Measured by
tests/bench/scenes.py on films of 50 dev photos of Flickr8k / 50 other everyday photos:

- The same scene, as the share of films that anything was said about: noise of 3, 6 and 10 levels, a
  hand's tremor, light x 0.6 and x 1.4, an exposure step, small pans and zooms, somebody passing for
  0.6 s: 0 % / 0 %; WebRTC's blurred start 0 % / 2 %, somebody swaying in front 2 % / 0 %.
- A cut to another photo: none missed, each described once, 90 % / 98 % as CUT, after 0.53 s
  (median) and 1.07 s (longest); 0.53 s and 1.13 s when held in a hand.
- A pan of a whole width in 3 s: all end described, 1.00 / 1.04 descriptions each, 2 at most. One of
  half a width: 88 % / 82 % described, 2 % / 2 % as CUT. Somebody walks in and stays: 88 % / 88 %.
- Turning round for 12 s: 3.4 / 3.2 descriptions.

Tried and rejected. Features centred by their mean, as square roots or as logarithms: the farthest
percent of calm films and the nearest percent of cuts are 2.7, 2.6 and 2.6 times apart, against 2.5
for plain ones, which is not worth a stored mean; squared: 2.2. One hold of 0.35 s for all: 63 % of
the films with a passer-by were spoken over. Rest within 0.15: most pans were described half way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

_FARTHEST = 1.0  # cosine distance of features that are never negative


class Change(StrEnum):
    """What the picture is, compared with what was last described."""

    NONE = "none"  # the same scene
    SETTLING = "settling"  # it differs, but it still moves or was seen too briefly
    NEW = "new"  # another scene, to be described when the voice is free
    CUT = "cut"  # quite another scene: worth interrupting a sentence for


@dataclass(frozen=True)
class Thresholds:
    """When a picture counts as another one.

    Attributes:
        enter: distance from the reference from which on a look differs; somebody who sways in
            front of the camera reaches 0.24, the end of half a pan 0.38 (median).
        leave: distance from the reference below which it no longer does; a hand's tremor, noise and
            small pans stay below 0.18.
        cut: distance from the reference above which it is quite another scene; unrelated photos
            0.70 (median), half a pan 0.56 (95 %).
        steady: distance that a picture at rest stays within; in 0.4 s a hand's tremor reaches 0.07
            (95 %), a pan of a width in 3 s 0.09 (median).
        hold_s: seconds that another scene must have been at rest: two or three looks.
        brief_s: seconds that it must have differed, unless it is quite another scene: longer than
            the 0.6 s of a passer-by.
        first_s: seconds at rest when nothing has been described yet: two looks.
        patience_s: seconds of differing after which a picture that never rests is new all the same;
            as long as the slow pan, which is better described at its end.
        gap_s: seconds that a gap between two looks counts for at most: what happened was not seen.
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
    """Decides look by look; the looks may come at irregular times. For one thread."""

    def __init__(self, thresholds: Thresholds = Thresholds()) -> None:
        """Starts with nothing described."""
        self._thresholds = thresholds
        self._reference: NDArray[np.float32] | None = None
        self._distance = _FARTHEST
        self._latest: NDArray[np.float32] | None = None
        self._latest_at = 0.0
        self._rest: NDArray[np.float32] | None = None  # where the picture came to rest
        self._rest_at = 0.0
        self._differs = False
        self._differed_s = 0.0
        self._found = False  # NEW or CUT was said and holds

    def forget(self) -> None:
        """Nothing is described yet: the next steady picture is NEW."""
        self._reference = self._latest = self._rest = None
        self._distance = _FARTHEST
        self._return()

    def accept(self) -> None:
        """What was looked at last is being described now: it becomes the reference."""
        if self._latest is None:
            return
        self._reference = self._latest
        self._distance = 0.0
        self._return()

    @property
    def distance(self) -> float:
        """Of the last look from the reference, 0..1; 1 when nothing is described yet."""
        return self._distance

    def look(self, features: NDArray[np.float32], at: float) -> Change:
        """Compares a picture with what was last described.

        Args:
            features: (D,) float32, of any length but not all zero, as Captioner.encode gives them.
            at: when it was seen, in seconds on any clock, not before the previous look.

        Returns:
            NEW or CUT, once found, until `accept` or until the picture is the reference again.
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
            far, steady = False, rested_s >= limits.first_s  # there is no sentence to interrupt
            due = steady
        else:
            steady = rested_s >= limits.hold_s
            due = steady and (far or self._differed_s >= limits.brief_s)
        if due or self._differed_s >= limits.patience_s:
            self._found = True
        if not self._found:
            return Change.SETTLING
        # What moves is not worth interrupting a sentence for.
        return Change.CUT if far and steady else Change.NEW

    def _see(self, latest: NDArray[np.float32], at: float) -> float:
        """Takes in features of length 1; returns the seconds since the previous look."""
        passed_s = 0.0 if self._latest is None else at - self._latest_at
        self._latest, self._latest_at = latest, at
        # Distance from where it came to rest, not from the previous look: that would depend on how
        # often one looks, and a slow pan would seem to rest.
        if self._rest is None or _distance(latest, self._rest) > self._thresholds.steady:
            self._rest, self._rest_at = latest, at
        if self._reference is not None:
            self._distance = _distance(latest, self._reference)
        return passed_s

    def _return(self) -> None:
        """The picture is the reference."""
        self._differs = False
        self._differed_s = 0.0
        self._found = False


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Cosine distance of two vectors of length 1."""
    return max(0.0, 1.0 - float(one @ other))
