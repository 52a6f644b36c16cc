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
        enter: distance from the reference above which a look differs.
        leave: distance from the reference below which it no longer does.
        cut: distance from the reference above which a steady picture is quite another scene.
        steady: distance that a steady picture stays within.
        hold_s: seconds that another scene must have been steady.
        first_s: likewise when nothing has been described yet.
        patience_s: seconds of differing after which a picture that never rests is new all the same.
        gap_s: seconds between two looks that count towards `patience_s` at most.
    """

    enter: float = 0.30
    leave: float = 0.20
    cut: float = 0.45
    steady: float = 0.15
    hold_s: float = 0.35
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
        self._same()

    def accept(self) -> None:
        """What was looked at last is being described now: it becomes the reference."""
        if self._latest is None:
            return
        self._reference = self._latest
        self._distance = 0.0
        self._same()

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
        latest = features / np.linalg.norm(features)
        passed = 0.0 if self._latest is None else at - self._latest_at
        self._latest, self._latest_at = latest, at
        # Distance from where it came to rest, not from the previous look: that would depend on how
        # often one looks, and a slow pan would look steady.
        if self._rest is None or _distance(latest, self._rest) > limits.steady:
            self._rest, self._rest_at = latest, at

        if self._reference is not None:
            self._distance = _distance(latest, self._reference)
        if self._distance < (limits.leave if self._differs else limits.enter):
            self._same()
            return Change.NONE
        if self._differs:
            # What happened during a long gap was not seen.
            self._differed_s += min(passed, limits.gap_s)
        self._differs = True

        hold_s = limits.first_s if self._reference is None else limits.hold_s
        steady = at - self._rest_at >= hold_s
        self._found = self._found or steady or self._differed_s >= limits.patience_s
        if not self._found:
            return Change.SETTLING
        # Without a reference there is no sentence to interrupt, and what moves is not worth it.
        far = self._reference is not None and self._distance > limits.cut
        return Change.CUT if far and steady else Change.NEW

    def _same(self) -> None:
        """The picture is the reference."""
        self._differs = False
        self._differed_s = 0.0
        self._found = False


def _distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Cosine distance of two vectors of length 1."""
    return max(0.0, 1.0 - float(one @ other))
