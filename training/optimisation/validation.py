"""Builds the validation sets and the vocabulary of a training run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.captioning.vocabulary import Vocabulary, normalise
from pipeline.languages import ENGLISH, FRENCH
from training.data.prepared import Photo


@dataclass(frozen=True)
class ValidationSet:
    """Dev photos that are scored together.

    Attributes:
        name: in the table of curves, as folder number and language.
        language: of the captions.
        places: the photos' indices among all dev photos.
    """

    name: str
    language: str
    places: list[int]


def validation_sets_of(dev: list[list[Photo]], languages: Sequence[str]) -> list[ValidationSet]:
    """Makes a validation set for each data folder and each language it has captions in."""
    sets, first = [], 0
    for number, photos in enumerate(dev):
        for language in languages:
            places = [first + place for place, photo in enumerate(photos) if photo.said(language)]
            if places:
                sets.append(ValidationSet(f"{number}_{language}", language, places))
        first += len(photos)
    return sets


def vocabulary_of(photos: list[Photo], min_count: int) -> Vocabulary:
    """Builds the vocabulary of all languages from the photos' captions; see `Vocabulary.build`."""
    captions = {
        language: [caption for photo in photos for caption in photo.said(language)]
        for language in (ENGLISH, FRENCH)
    }
    return Vocabulary.build({code: said for code, said in captions.items() if said}, min_count)


def word_lists(photos: list[Photo], language: str) -> list[list[list[str]]]:
    """Cuts the captions into normalised words: one list a photo, of one list a caption."""
    return [[normalise(said, language) for said in photo.said(language)] for photo in photos]
