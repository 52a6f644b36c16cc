"""Flickr8k as training reads it: five captions a photo, the standard split, photos of 224x224.

The photos and captions are for non-commercial research and education; they are never committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "dev", "test")
CAPTIONS_PER_PHOTO = 5
CAPTIONS_FILE, PHOTOS_FOLDER, SUMMARY_FILE = "captions.tsv", "photos", "summary.json"
HEADER = "image\tsplit\tcaption"


class DataError(ValueError):
    """The data set is missing, incomplete or broken; the message is one sentence for a person."""


@dataclass(frozen=True)
class Photo:
    """One photo and what people said about it.

    Attributes:
        name: the photo's file name in Flickr8k.
        path: the prepared JPEG, 224x224, RGB.
        captions: five English sentences as people wrote them, in the order of the data set.
    """

    name: str
    path: Path
    captions: tuple[str, ...]


def load(folder: Path) -> dict[str, list[Photo]]:
    """Reads what `prepare` wrote, without opening the photos.

    Returns:
        The photos of "train", "dev" and "test", each in the order of its split list.

    Raises:
        DataError: the folder was not prepared, or a line or a photo is missing.
    """
    path = folder / CAPTIONS_FILE
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        present = {entry.name for entry in (folder / PHOTOS_FOLDER).iterdir()}
    except (OSError, ValueError) as error:
        raise DataError(
            f"There is no prepared data in {folder}: run 'python -m training.flickr8k prepare'."
        ) from error
    captions: dict[tuple[str, str], list[str]] = {}
    for number, line in enumerate(lines, start=2):
        fields = line.split("\t")
        if header != HEADER or len(fields) != 3 or fields[1] not in SPLITS:
            raise DataError(f"Line {number} of {path} is damaged: prepare the data again.")
        captions.setdefault((fields[1], fields[0]), []).append(fields[2])
    photos: dict[str, list[Photo]] = {split: [] for split in SPLITS}
    for (split, name), sentences in captions.items():
        if len(sentences) != CAPTIONS_PER_PHOTO or name not in present:
            raise DataError(f"The prepared photo {name} is incomplete: prepare the data again.")
        photos[split].append(Photo(name, folder / PHOTOS_FOLDER / name, tuple(sentences)))
    return photos
