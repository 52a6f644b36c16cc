"""Has what the camera shows changed since it was last described?

Looks are compared by the cosine distance of the encoder's features, 0 (alike) to 1.
The thresholds are provisional.
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
        enter: distance from the reference from which on a look differs.
        leave: distance from the reference below which it no longer does.
        cut: distance from the reference above which it is quite another scene.
        steady: distance that a picture at rest stays within.
        hold_s: seconds that another scene must have been at rest.
        brief_s: seconds that it must have differed, unless it is quite another scene.
        first_s: seconds at rest when nothing has been described yet.
        patience_s: seconds of differing after which a picture that never rests is new all the same.
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
