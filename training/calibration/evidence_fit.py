"""Fits `pipeline.recognition.evidence`: whether people name every thing that a caption says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence_features import Floats
from pipeline.captioning.vocabulary import normalise
from pipeline.image import read_rgb
from pipeline.recognition.evidence import Evidence, evidence, places_of
from pipeline.recognition.names import names
from training.calibration.fits import RIDGE, fit_logistic
from training.data.prepared import Photo

# Of the everyday dev photos 61 % are then said plainly, of which 8 % say a thing that nobody named
# (71 % and 22 % without evidence); below the second limit three in four do (training/LOG.md).
PLAIN_FROM, SAID_FROM = 0.55, 0.1


@dataclass(frozen=True)
class Witnessed:
    """Captions of photos, with what was recognised and what people said.

    Attributes:
        features: (P, F) float64, `evidence` of each best caption.
        named: (P,) bool, whether people name every thing of COCO's that it says.
    """

    features: Floats
    named: NDArray[np.bool_]


def witness(captioner: Captioner, photos: Sequence[Photo], note: str) -> Witnessed:
    """Captions photos in English; `note` labels the progress bar.

    Raises:
        VoisError: a photo or the model is broken.
    """
    features, named = [], []
    for photo in tqdm(photos, note, unit=" photos"):
        encoded = captioner.encode(read_rgb(photo.path.read_bytes()))
        recognising = captioner.recognise(encoded)
        best = captioner.captions(encoded, recognising=recognising)[0]
        features.append(evidence(best.words, recognising.result().presence))
        named.append(all_named(best.words, photo.captions))
    return Witnessed(np.array(features), np.array(named))


def all_named(words: Sequence[str], captions: Sequence[str]) -> bool:
    """Whether people's captions have each of COCO's things that the words say, by any of its words.

    Args:
        words: of the model's caption.
        captions: people's, as they wrote them.
    """
    said = set(normalise(" ".join(captions)))
    things = [places_of()[word] for word in words if word in places_of()]
    return all(any(names()[place].words & said for place in places) for places in things)


def fit_evidence(witnessed: Witnessed) -> Evidence:
    """Fits the weights; the limits are constants of this module."""
    ones = np.ones(len(witnessed.named))
    weights = fit_logistic(witnessed.features, witnessed.named, ones, RIDGE)
    return Evidence(weights, PLAIN_FROM, SAID_FROM)
