"""Describes photos and drawn pictures and labels the descriptions, for `training.calibrate`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.captioning.beam_search import Hypothesis
from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner, Encoded
from pipeline.captioning.confidence_features import Floats, description_features
from pipeline.captioning.contract import ModelContract
from pipeline.image import read_rgb
from training.calibration.nonscenes import draw
from training.data.prepared import Photo
from training.scoring.metrics import cider_by_photo

RIGHT_FROM = 40.0  # CIDEr x100; a description that reaches it is right


@dataclass(frozen=True)
class DescribedPhotos:
    """Pictures with the model's descriptions, in one language.

    Attributes:
        photos: the photos; empty for drawn pictures.
        features: (N, D) float64, the mean of each feature map.
        captions: by picture, all beams, the best first.
    """

    photos: tuple[Photo, ...]
    features: Floats
    captions: tuple[tuple[Caption, ...], ...]

    def right(self) -> NDArray[np.bool_]:
        """(N,) bool: whether the CIDEr of each best caption reaches `RIGHT_FROM`."""
        best = {
            photo.name: one[0].words for photo, one in zip(self.photos, self.captions, strict=True)
        }
        found = cider_by_photo(best, {photo.name: photo.captions for photo in self.photos})
        return np.array([found[photo.name] >= RIGHT_FROM for photo in self.photos])

    def description_features(self, places: Floats, contract: ModelContract) -> Floats:
        """Computes the features of the best captions.

        Args:
            places: (N, 2 + K) positions from `Space.place`.
            contract: of the model, for its length penalty.

        Returns:
            (N, len(DESCRIPTION_FEATURES)) float64.
        """
        rows = []
        for captions, place in zip(self.captions, places, strict=True):
            said = [one.words for one in captions]
            rows.append(description_features(said, hypotheses(captions, contract), place)[0])
        return np.array(rows)


def describe_photos(
    captioner: Captioner, photos: Sequence[Photo], language: str, note: str
) -> DescribedPhotos:
    """Describes photos and keeps all beams; `note` labels the progress bar.

    Raises:
        VoisError: a photo or the model is broken.
    """
    pictures = (read_rgb(photo.path.read_bytes()) for photo in photos)
    encoded = (captioner.encode(rgb) for rgb in pictures)
    return _describe(captioner, encoded, len(photos), language, note, tuple(photos))


def describe_drawn(
    captioner: Captioner, count: int, seed: int, note: str
) -> tuple[DescribedPhotos, list[str]]:
    """Describes `count` drawn non-scenes; also returns the family of each.

    The arguments `count` and `seed` are those of `nonscenes.draw`.
    """
    families: list[str] = []

    def encoded() -> Iterable[Encoded]:
        for one in draw(count, seed):
            families.append(one.family)
            yield captioner.encode(one.rgb)

    described = _describe(captioner, encoded(), count, captioner.contract.languages[0], note, ())
    return described, families


def encode(captioner: Captioner, photos: Sequence[Photo], note: str) -> Floats:
    """Encodes photos: (N, D) float64, the mean of each feature map."""
    return np.array(
        [
            captioner.encode(read_rgb(photo.path.read_bytes())).features
            for photo in tqdm(photos, note, unit=" photos")
        ],
        np.float64,
    )


def hypotheses(captions: Sequence[Caption], contract: ModelContract) -> list[Hypothesis]:
    """Rebuilds the beam search's hypotheses from captions, without tokens and attention."""
    return [
        Hypothesis(
            (),
            one.word_scores,
            sum(one.word_scores) / len(one.word_scores) ** contract.length_penalty,
            (),
        )
        for one in captions
    ]


def _describe(
    captioner: Captioner,
    encoded: Iterable[Encoded],
    count: int,
    language: str,
    note: str,
    photos: tuple[Photo, ...],
) -> DescribedPhotos:
    features, captions = [], []
    for one in tqdm(encoded, note, total=count, unit=" photos"):
        features.append(one.features)
        captions.append(tuple(captioner.captions(one, language=language)))
    return DescribedPhotos(photos, np.array(features, np.float64), tuple(captions))
