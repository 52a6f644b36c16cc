"""Fits `pipeline.recognition.probabilities`: how probable a name is, by people's captions.

A name is right when a caption of the photo has one of its words. People do not mention all that
there is, so the probabilities are too low for what lies about (a chair), and right for what a photo
is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence_features import Floats, sigmoid
from pipeline.captioning.vocabulary import normalise
from pipeline.image import read_rgb
from pipeline.recognition.names import names
from pipeline.recognition.probabilities import Calibration, kinds, log_odds
from pipeline.recognition.recogniser import Recogniser
from pipeline.recognition.wording import NAMED_FROM
from training.calibration.fits import RIDGE, fit_logistic
from training.data.prepared import Photo

# Outputs below these say that a thing is not there, and would outnumber the others in the fit.
LEAST_IMAGENET, LEAST_COCO = 0.02, 0.08
# Standard deviation of the names' own offsets, which are 0 for a name that was never seen.
OFFSET_DEVIATION = 1.0
_RANGES = ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0))


@dataclass(frozen=True)
class NamedPhotos:
    """What the networks put out for photos, and what people said.

    Attributes:
        imagenet: (P, N) float64, of each photo and name; see `Outputs`.
        coco: (P, N) float64, likewise.
        said: (P, N) bool, whether a caption has one of the name's words.
    """

    imagenet: Floats
    coco: Floats
    said: NDArray[np.bool_]


def name_photos(
    captioner: Captioner, recogniser: Recogniser, photos: Sequence[Photo], note: str
) -> NamedPhotos:
    """Runs the networks on photos; `note` labels the progress bar.

    Raises:
        VoisError: a photo or the model is broken.
    """
    imagenet, coco, said = [], [], []
    for photo in tqdm(photos, note, unit=" photos"):
        encoded = captioner.encode(read_rgb(photo.path.read_bytes()))
        outputs = recogniser.outputs(encoded.rgb, encoded.features)
        imagenet.append(outputs.imagenet)
        coco.append(outputs.coco)
        words = set(normalise(" ".join(photo.captions)))
        said.append([bool(name.words & words) for name in names()])
    return NamedPhotos(np.array(imagenet), np.array(coco), np.array(said))


def fit_names(photos: NamedPhotos) -> Calibration:
    """Fits the weights of each kind of name, then each name's own offset."""
    every = (photos.imagenet >= LEAST_IMAGENET) | (photos.coco >= LEAST_COCO)
    weights = np.zeros((3, 3))
    for kind in range(3):
        seen = every & (kinds() == kind)
        rows = np.column_stack([log_odds(photos.imagenet[seen]), log_odds(photos.coco[seen])])
        weights[kind] = fit_logistic(rows, photos.said[seen], np.ones(len(rows)), RIDGE)
    found = Calibration(weights, np.zeros(len(names())))
    odds = log_odds(found.probabilities(photos.imagenet, photos.coco))
    return Calibration(weights, _offsets(odds, photos.said, every))


def _offsets(odds: Floats, said: NDArray[np.bool_], every: NDArray[np.bool_]) -> Floats:
    """(N,) the most probable offsets, normally distributed around 0; Newton's method."""
    offsets = np.zeros(odds.shape[1])
    for _ in range(30):
        chances = sigmoid(odds + offsets)
        slope = ((said - chances) * every).sum(axis=0) - offsets / OFFSET_DEVIATION**2
        curvature = (chances * (1 - chances) * every).sum(axis=0) + 1 / OFFSET_DEVIATION**2
        offsets = offsets + slope / curvature
    return offsets


def join(parts: Sequence[NamedPhotos]) -> NamedPhotos:
    """The photos of all parts as one."""
    return NamedPhotos(
        np.concatenate([one.imagenet for one in parts]),
        np.concatenate([one.coco for one in parts]),
        np.concatenate([one.said for one in parts]),
    )


def report_names(named: Mapping[str, NamedPhotos], calibration: Calibration) -> str:
    """Formats as Markdown how many names of each probability people's captions have."""
    lines = [
        "Names by probability, and the share that people's captions have: people do not mention "
        "all that is there, so more of them are right. The detector was trained on most of the "
        "everyday photos.",
        "",
        f"| photos | {' | '.join(f'{low:.0%} to {high:.0%}' for low, high in _RANGES)} "
        f"| photos with a name from {NAMED_FROM:.0%} but a person |",
        f"| --- |{' --- |' * (len(_RANGES) + 1)}",
    ]
    person = next(place for place, name in enumerate(names()) if name.coco == "person")
    for name, photos in named.items():
        chances = calibration.probabilities(photos.imagenet, photos.coco)
        cells = []
        for low, high in _RANGES:
            within = (chances >= low) & (chances < high)
            share = f"{photos.said[within].mean():.0%}" if within.any() else "-"
            cells.append(f"{share} of {within.sum():,}")
        sure = np.delete(chances, person, axis=1) >= NAMED_FROM
        cells.append(f"{sure.any(axis=1).mean():.0%} of {len(sure):,}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
