"""What the model says of many pictures, and whether it is right: what `training.calibrate` fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.captioning.beam_search import Hypothesis
from pipeline.captioning.captioner import Caption, Captioner, Encoded
from pipeline.captioning.confidence_features import Floats, description_features
from pipeline.captioning.contract import ModelContract
from pipeline.image import read_rgb
from training.calibration.nonscenes import draw
from training.flickr8k import Photo
from training.scoring.metrics import cider_by_photo

RIGHT_FROM = 40.0  # CIDEr x100


@dataclass(frozen=True)
class Told:
    """What the model says of pictures, in one language.

    Attributes:
        photos: where they come from; none for drawn pictures.
        features: (N, D).
        captions: by picture, all beams, the best first.
    """

    photos: tuple[Photo, ...]
    features: Floats
    captions: tuple[tuple[Caption, ...], ...]

    def right(self) -> NDArray[np.bool_]:
        """Whether each description is right."""
        best = {
            photo.name: one[0].words for photo, one in zip(self.photos, self.captions, strict=True)
        }
        found = cider_by_photo(best, {photo.name: photo.captions for photo in self.photos})
        return np.array([found[photo.name] >= RIGHT_FROM for photo in self.photos])

    def evidence(self, places: Floats, contract: ModelContract) -> Floats:
        """(N, len(DESCRIPTION_FEATURES)) of the best captions."""
        rows = []
        for captions, place in zip(self.captions, places, strict=True):
            said = [one.words for one in captions]
            rows.append(description_features(said, hypotheses(captions, contract), place)[0])
        return np.array(rows)


def tell(captioner: Captioner, photos: Sequence[Photo], language: str, note: str) -> Told:
    """Describes photos with all beams."""
    pictures = (read_rgb(photo.path.read_bytes()) for photo in photos)
    encoded = (captioner.encode(rgb) for rgb in pictures)
    return _told(captioner, encoded, len(photos), language, note, tuple(photos))


def tell_drawn(captioner: Captioner, count: int, seed: int, note: str) -> tuple[Told, list[str]]:
    """Describes drawn pictures that are no scenes; also gives their families."""
    families: list[str] = []

    def encoded() -> Iterable[Encoded]:
        for one in draw(count, seed):
            families.append(one.family)
            yield captioner.encode(one.rgb)

    told = _told(captioner, encoded(), count, captioner.contract.languages[0], note, ())
    return told, families


def encode(captioner: Captioner, photos: Sequence[Photo], note: str) -> Floats:
    """(N, D): the features of photos."""
    return np.array(
        [
            captioner.encode(read_rgb(photo.path.read_bytes())).features
            for photo in tqdm(photos, note, unit=" photos")
        ],
        np.float64,
    )


def hypotheses(captions: Sequence[Caption], contract: ModelContract) -> list[Hypothesis]:
    """The search's own form of captions."""
    return [
        Hypothesis(
            (),
            one.word_scores,
            sum(one.word_scores) / len(one.word_scores) ** contract.length_penalty,
            (),
        )
        for one in captions
    ]


def _told(
    captioner: Captioner,
    encoded: Iterable[Encoded],
    count: int,
    language: str,
    note: str,
    photos: tuple[Photo, ...],
) -> Told:
    features, captions = [], []
    for one in tqdm(encoded, note, total=count, unit=" photos"):
        features.append(one.features)
        captions.append(tuple(captioner.captions(one, language=language)))
    return Told(photos, np.array(features, np.float64), tuple(captions))
