"""Turns what the networks put out into probabilities: logistic regressions (Platt, 1999).

`training.name_calibration` fits them on photos that neither network was trained on.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ErrorCode, ModelError
from pipeline.recognition.names import names

CALIBRATION_FILE = "calibration.npz"
# Which networks know a name: each case has weights of its own.
IMAGENET_ONLY, COCO_ONLY, BOTH = 0, 1, 2
_LEAST = 1e-4  # of an output whose log-odds are taken
_UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """The fitted weights.

    Attributes:
        weights: (3, 3) of the log-odds of ImageNet's classes, of the detector's score, and a bias,
            for names that only ImageNet, only COCO or both have.
        offset: (N,) for each name, added to the log-odds: some names are mostly wrong.
    """

    weights: Floats
    offset: Floats

    @classmethod
    def neutral(cls) -> Calibration:
        """Before anything is fitted: every name is as probable as not, and none is said."""
        return cls(np.zeros((3, 3)), np.zeros(len(names())))

    def probabilities(self, imagenet: Floats, coco: Floats) -> Floats:
        """How probable it is that each name is right.

        Args:
            imagenet: (..., N) float64, 0..1, the sum over each name's classes of ImageNet.
            coco: (..., N) float64, 0..1, the detector's score of each name.

        Returns:
            (..., N) float64, 0..1.
        """
        of_name = self.weights[kinds()]
        odds = of_name[:, 0] * log_odds(imagenet) + of_name[:, 1] * log_odds(coco) + of_name[:, 2]
        return np.asarray(1 / (1 + np.exp(-(odds + self.offset))), np.float64)


def log_odds(shares: Floats) -> Floats:
    """The natural logarithm of the odds of shares 0..1, within about -9 to 9."""
    within = np.clip(shares, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(within / (1 - within)), np.float64)


def kinds() -> NDArray[np.int64]:
    """(N,) int64: `IMAGENET_ONLY`, `COCO_ONLY` or `BOTH` of each name."""
    return np.array(
        [(BOTH if name.imagenet else COCO_ONLY) if name.coco else IMAGENET_ONLY for name in names()]
    )


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Writes an npz file whose arrays have the names of the attributes."""
    with path.open("wb") as file:
        np.savez_compressed(file, weights=calibration.weights, offset=calibration.offset)


def load_calibration(path: Path) -> Calibration:
    """Reads what `save_calibration` wrote.

    Raises:
        ModelError: the file is missing or damaged, or was fitted for another table of names.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found = Calibration(file["weights"], file["offset"])
    except FileNotFoundError as error:
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name) from error
    except _UNREADABLE as error:
        raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error
    if found.weights.shape != (3, 3) or found.offset.shape != (len(names()),):
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
    return found
