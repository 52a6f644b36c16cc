"""The prepared data folder: writes it, reads it and verifies it.

A folder holds `photos/` (JPEGs of 224x224), `captions.tsv` (image, split, caption), perhaps
`captions.fr.tsv` in the same form, and `summary.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from pipeline.errors import ImageError
from pipeline.image import read_rgb, squash
from pipeline.languages import ENGLISH
from training.data.flickr8k_sources import (
    CAPTIONS_PER_PHOTO,
    FRENCH_FILE,
    SPLITS,
    Source,
    list_names,
    tell_some,
)
from training.errors import DataError

PHOTO_SIZE = 224


# Only reached by photos that are not 224x224 yet; full colour, since squashing already lost enough.
JPEG_QUALITY = 95


CAPTIONS_FILE, PHOTOS_FOLDER, SUMMARY_FILE = "captions.tsv", "photos", "summary.json"


OUR_NAMES = {CAPTIONS_FILE, FRENCH_FILE, PHOTOS_FOLDER, SUMMARY_FILE}


HEADER = "image\tsplit\tcaption"


MADE_BY = "training.flickr8k"


@dataclass(frozen=True)
class Photo:
    """One photo and what people said about it.

    Attributes:
        name: the photo's file name in Flickr8k.
        path: the prepared JPEG, 224x224, RGB.
        captions: English sentences as people wrote them, in the data set's order: five or more, and
            of a training photo at least one.
        french: French ones; Flickr8k has one for most photos, others have none.
    """

    name: str
    path: Path
    captions: tuple[str, ...]
    french: tuple[str, ...] = ()

    def said(self, language: str) -> tuple[str, ...]:
        """What people said of it in a language, "en" or "fr"."""
        return self.captions if language == ENGLISH else self.french


def load(folder: Path) -> dict[str, list[Photo]]:
    """Reads what `prepare` wrote, without opening the photos.

    Returns:
        The photos of "train", "dev" and "test", each in the order of its split list.

    Raises:
        DataError: the folder was not prepared, or a line or a photo is missing.
    """
    try:
        present = set(os.listdir(folder / PHOTOS_FOLDER))
        captions = _read_table(folder / CAPTIONS_FILE)
        french = _read_table(folder / FRENCH_FILE) if (folder / FRENCH_FILE).exists() else {}
    except OSError as error:
        raise DataError(
            f"There is no prepared data in {folder}: run 'python -m training.flickr8k prepare'."
        ) from error
    photos: dict[str, list[Photo]] = {split: [] for split in SPLITS}
    for (split, name), sentences in captions.items():
        # Training photos may have fewer captions; scores would not compare with fewer than five.
        fewest = 1 if split == "train" else CAPTIONS_PER_PHOTO
        if len(sentences) < fewest or name not in present:
            raise DataError(f"The prepared photo {name} is incomplete: prepare the data again.")
        path, translated = folder / PHOTOS_FOLDER / name, french.get((split, name), ())
        photos[split].append(Photo(name, path, tuple(sentences), tuple(translated)))
    return photos


def _read_table(path: Path) -> dict[tuple[str, str], list[str]]:
    """Captions by split and photo.

    Raises:
        DataError: a line is damaged.
        OSError: there is no such file.
    """
    header, *lines = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    captions: dict[tuple[str, str], list[str]] = {}
    for number, line in enumerate(lines, start=2):
        fields = line.split("\t")
        if header != HEADER or len(fields) != 3 or fields[1] not in SPLITS:
            raise DataError(f"Line {number} of {path} is damaged: prepare the data again.")
        captions.setdefault((fields[1], fields[0]), []).append(fields[2])
    return captions


def prepare(source: Source, out: Path) -> dict[str, object]:
    """Writes `out` as `load` reads it, whole or not at all.

    The work is done in `out` + ".partial", which takes the place of `out` at the end. An older
    `out` is replaced only when `prepare` wrote it and nothing else was put there.

    Returns:
        What is written to summary.json.

    Raises:
        DataError: photos are broken, or `out` holds something that is not ours.
    """
    out = out.absolute()
    partial, old = (out.with_name(out.name + suffix) for suffix in (".partial", ".old"))
    for folder in (out, partial, old):
        _check_ours(folder)
    for folder in (partial, old):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        # First, so that what a killed run leaves behind is known as ours.
        _write_summary(partial, {"made_by": MADE_BY})
        (partial / PHOTOS_FOLDER).mkdir()
        copied = _write_photos(source, partial / PHOTOS_FOLDER)
        digest = hashlib.sha256()
        with (partial / CAPTIONS_FILE).open("wb") as file:
            for line in _table(source):
                data = f"{line}\n".encode()
                digest.update(data)
                file.write(data)
        if source.french:
            lines = (HEADER, *_rows(source.splits, source.french))
            text = "".join(f"{line}\n" for line in lines)
            (partial / FRENCH_FILE).write_text(text, encoding="utf-8")
        summary: dict[str, object] = {
            "made_by": MADE_BY,
            "photos": {split: len(source.splits[split]) for split in SPLITS},
            "captions": sum(map(len, source.captions.values())),
            "french_captions": sum(map(len, source.french.values())),
            "copied_unchanged": copied,
            "squashed_to_224x224": len(source.captions) - copied,
            "left_out_in_no_split": source.unused,
            "ignored_captions_without_a_photo": list(source.stray),
            "captions_sha256": digest.hexdigest(),
        }
        _write_summary(partial, summary)
        if out.exists():
            out.rename(old)
        partial.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise DataError(f"The prepared data cannot be written to {out}: {error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return summary


def verify(out: Path) -> dict[str, int]:
    """Checks prepared data to the last pixel: nothing missing, nothing changed.

    Returns:
        How many photos each split holds.

    Raises:
        DataError: the data is incomplete, was changed, or a photo is broken.
    """
    photos = load(out)
    try:
        summary = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))
        expected, sha256 = summary["photos"], summary["captions_sha256"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(f"{out / SUMMARY_FILE} is damaged: prepare the data again.") from error
    sizes = {split: len(photos[split]) for split in SPLITS}
    changed = hashlib.sha256((out / CAPTIONS_FILE).read_bytes()).hexdigest() != sha256
    if changed or sizes != expected:
        raise DataError(f"{out / CAPTIONS_FILE} was changed: prepare the data again.")
    broken = []
    for photo in tqdm([photo for split in SPLITS for photo in photos[split]], unit=" photos"):
        try:
            sound = read_rgb(photo.path.read_bytes()).shape == (PHOTO_SIZE, PHOTO_SIZE, 3)
        except (ImageError, OSError):
            sound = False
        if not sound:
            broken.append(photo.name)
    if broken:
        raise DataError(f"Prepared photos are broken: {tell_some(broken)}.")
    return sizes


def _table(source: Source) -> Iterator[str]:
    yield HEADER
    yield from _rows(source.splits, source.captions)


def _rows(
    splits: Mapping[str, Sequence[str]], captions: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    for split in SPLITS:
        for name in splits.get(split, ()):
            said = captions.get(name, ())
            yield from (f"{Path(name).name}\t{split}\t{caption}" for caption in said)


def _write_photos(source: Source, folder: Path) -> int:
    """Writes every photo; returns how many were 224x224 already and were copied byte by byte."""
    copied, broken = 0, []
    for name in tqdm(source.captions, unit=" photos"):
        try:
            data = (source.photos / name).read_bytes()
            rgb = read_rgb(data)
        except (ImageError, OSError):
            broken.append(name)
            continue
        if rgb.shape == (PHOTO_SIZE, PHOTO_SIZE, 3):
            (folder / Path(name).name).write_bytes(data)
            copied += 1
        else:
            squashed = Image.fromarray(squash(rgb, PHOTO_SIZE))
            squashed.save(folder / Path(name).name, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    if broken:
        raise DataError(f"Photos are broken, get them again: {tell_some(broken)}.")
    return copied


def _write_summary(folder: Path, summary: Mapping[str, object]) -> None:
    text = json.dumps(summary, indent=2) + "\n"
    (folder / SUMMARY_FILE).write_text(text, encoding="utf-8")


def _check_ours(folder: Path) -> None:
    """Refuses a folder that `prepare` did not write or that holds more, since it is replaced."""
    if not folder.exists() or (folder.is_dir() and not list_names(folder)):
        return
    try:
        summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
        ours = summary["made_by"] == MADE_BY and set(list_names(folder)) <= OUR_NAMES
    except (OSError, ValueError, LookupError, TypeError):
        ours = False
    if not ours:
        raise DataError(f"{folder} holds other files: choose another --out, or move them away.")
