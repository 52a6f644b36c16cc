"""Does anybody else see what a caption says? Its things against what was recognised.

A caption is judged by its things among COCO's 80, which the detector looks for. Captions in other
languages than English are not judged: the names' words are English.
"""

from __future__ import annotations

import functools
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import ErrorCode, ModelError
from pipeline.recognition.names import names
from pipeline.recognition.probabilities import Floats, log_odds

EVIDENCE_FILE = "evidence.npz"
FEATURES = (
    "least",  # log-odds of the caption's least probable thing
    "mean",  # mean of its things
    "unsaid",  # log-odds of the most probable name that it does not say
    "none",  # 1 when it says none of the things
)
# Words of COCO's things that mean something else as often: "a traffic light", "in the light".
_AMBIGUOUS = frozenset(
    """light lights stop hot fire signal sign signs traffic pot meter board teeth brush stuffed toy
    cell surf flower plant kitchen baseball tennis soccer basketball football volleyball""".split()
)
_NO_THING = 1.5  # log-odds of a caption without such a thing: about the mean of others
_LIKELY = 8  # names that are looked at for what is unsaid
# How much the least thing counts when beams are ranked; chosen on the dev photos (training/LOG.md).
_RANK_WEIGHT, _RANK_RANGE = 0.1, (-6.0, 2.0)
_UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Evidence:
    """The fitted logistic regression and its thresholds.

    Attributes:
        weights: (len(FEATURES) + 1,) float64, of the features and a bias.
        plain_from: least probability of a caption that is said plainly.
        said_from: least probability of a caption that is said at all.
    """

    weights: Floats
    plain_from: float
    said_from: float

    @classmethod
    def neutral(cls) -> Evidence:
        """The evidence of a model that is not calibrated: no caption is changed."""
        return cls(np.zeros(len(FEATURES) + 1), 0.0, 0.0)

    def probability(self, words: Sequence[str], presence: Floats) -> float:
        """How probable it is that people name every thing that the caption says.

        Args:
            words: of the caption, in English.
            presence: (N,) float64, `Recognition.presence`.
        """
        odds = evidence(words, presence) @ self.weights[:-1] + self.weights[-1]
        return float(1 / (1 + np.exp(-odds)))


def evidence(words: Sequence[str], presence: Floats) -> Floats:
    """(len(FEATURES),) float64 of a caption; the arguments are those of `Evidence.probability`."""
    odds, said = log_odds(presence), frozenset(words)
    things = [odds[list(places_of()[word])].max() for word in words if word in places_of()]
    likely = np.argsort(-presence)[:_LIKELY]
    unsaid = [odds[place] for place in likely if not names()[place].words & said]
    return np.array(
        [
            min(things, default=_NO_THING),
            np.mean(things) if things else _NO_THING,
            max(unsaid, default=-9.0),
            float(not things),
        ]
    )


def rank(score: float, words: Sequence[str], presence: Floats) -> float:
    """A beam's score, raised or lowered by how probable its least probable thing is."""
    least = float(np.clip(evidence(words, presence)[0], *_RANK_RANGE))
    return score + _RANK_WEIGHT * least


@functools.cache
def places_of() -> dict[str, tuple[int, ...]]:
    """By word, the places in `names()` of the things of COCO that it can mean."""
    found: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names()):
        for word in name.words - _AMBIGUOUS if name.coco else ():
            found[word] = (*found.get(word, ()), place)
    return found


def save_evidence(fitted: Evidence, path: Path) -> None:
    """Writes an npz file with the weights and the limits."""
    limits = np.array([fitted.plain_from, fitted.said_from])
    with path.open("wb") as file:
        np.savez_compressed(file, weights=fitted.weights, limits=limits)


def load_evidence(path: Path) -> Evidence:
    """Reads what `save_evidence` wrote.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            weights, (plain_from, said_from) = file["weights"], file["limits"]
    except FileNotFoundError as error:
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name) from error
    except _UNREADABLE as error:
        raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error
    if weights.shape != (len(FEATURES) + 1,):
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
    return Evidence(weights, float(plain_from), float(said_from))
