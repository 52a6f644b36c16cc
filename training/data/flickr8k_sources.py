"""Flickr8k as people keep it: the photos, captions and split lists, found and checked.

Three forms are read: the original archives, Kaggle's, and photos beside the captions and lists.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.captioning.vocabulary import normalise
from pipeline.languages import FRENCH
from training.errors import DataError

SPLITS = ("train", "dev", "test")
STANDARD_SIZES = {"train": 6000, "dev": 1000, "test": 1000}
CAPTIONS_PER_PHOTO = 5

# As people keep the data set: the original archives (misspelt, too), Kaggle's form, and ours.
TOKEN_FILE, CSV_FILE = "flickr8k.token.txt", "captions.txt"
# Human translations of Multi30k: image, flickr8k_split, multi30k_split, caption_en, caption_fr.
FRENCH_FILE = "captions.fr.tsv"
SPLIT_FILE = "Flickr_8k.{split}Images.txt"
PHOTO_FOLDERS = {"flicker8k_dataset", "flickr8k_dataset", "images"}
# Archives unpacked into a folder of their own name are nested twice; one level more is kindness.
DEPTH = 3


@dataclass(frozen=True)
class Source:
    """A data set as it was found, checked but for the photos' pixels.

    Attributes:
        photos: the folder of the original photos.
        splits: the photos' names by split; COCO's are paths below `photos`.
        captions: five captions for every name in `splits`, of everyday training photos fewer.
        unused: how many photos are in no split.
        stray: names that have captions but neither a photo nor a split.
        french: French captions of some of the names.
    """

    photos: Path
    splits: Mapping[str, tuple[str, ...]]
    captions: Mapping[str, tuple[str, ...]]
    unused: int
    stray: tuple[str, ...]
    french: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_source(folder: Path, splits_folder: Path | None = None, any_size: bool = False) -> Source:
    """Finds the photos, captions and split lists under `folder` and checks that they agree.

    Args:
        folder: where the data set lies, in any of its three forms.
        splits_folder: where the split lists lie, when not under `folder`.
        any_size: accept splits of other sizes than 6000, 1000 and 1000.

    Raises:
        DataError: something is missing, or does not hold what Flickr8k holds.
    """
    if not folder.is_dir():
        raise DataError(f"The source folder {folder} does not exist.")
    folders = list(_folders(folder))
    photos = _photos_folder(folder, folders)
    every_caption = _captions(folder, folders)
    splits = _splits(list(_folders(splits_folder)) if splits_folder else folders, any_size)
    present = set(list_names(photos))
    names = [name for split in SPLITS for name in splits[split]]
    missing = [name for name in names if name not in present]
    if missing:
        raise DataError(f"Photos of the split lists are missing in {photos}: {tell_some(missing)}.")
    captions = {name: every_caption.get(name, ()) for name in names}
    for name, sentences in captions.items():
        if len(sentences) != CAPTIONS_PER_PHOTO:
            raise DataError(f"The photo {name} has {len(sentences)} captions instead of five.")
        if not all(normalise(sentence) for sentence in sentences):
            raise DataError(f"The photo {name} has a caption without words.")
    jpegs = {name for name in present if name.lower().endswith(".jpg")}
    stray = tuple(sorted(set(every_caption) - present))
    french = _french(folders, splits)
    return Source(photos, splits, captions, len(jpegs - set(names)), stray, french)


def list_names(folder: Path) -> list[str]:
    """The names in a folder, sorted.

    Raises:
        DataError: the folder cannot be read.
    """
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read.") from error


def tell_sizes(sizes: Mapping[str, int]) -> str:
    """The sizes of splits in words: "train 6000, dev 1000"."""
    return ", ".join(f"{split} {size}" for split, size in sizes.items())


def tell_some(names: Sequence[str]) -> str:
    """The first three names, and how many more there are."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _folders(root: Path) -> Iterator[Path]:
    """`root` and the folders down to DEPTH below it, nearest first."""
    level = [root]
    for _ in range(DEPTH + 1):
        yield from level
        level = [child for folder in level for child in _children(folder)]


def _children(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir()]
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read.") from error
    # Archivers leave __MACOSX, full of files that only look like photos.
    return [folder / name for name in sorted(names) if not name.startswith((".", "__"))]


def _file(folders: Sequence[Path], name: str) -> Path | None:
    """The nearest file called `name` in any case."""
    for folder in folders:
        for entry in list_names(folder):
            if entry.lower() == name.lower() and (folder / entry).is_file():
                return folder / entry
    return None


def _photos_folder(root: Path, folders: Sequence[Path]) -> Path:
    counts = {
        folder: sum(name.lower().endswith(".jpg") for name in list_names(folder))
        for folder in folders
        if folder.name.lower() in PHOTO_FOLDERS
    }
    best = max(counts, key=lambda folder: counts[folder], default=None)
    if best is None or not counts[best]:
        raise DataError(
            f"There are no photos in {root}: a folder Flicker8k_Dataset or Images is expected."
        )
    return best


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as UTF-8 text.") from error


def _captions(root: Path, folders: Sequence[Path]) -> dict[str, tuple[str, ...]]:
    """Every name in the captions file with its captions, one space between words."""
    if path := _file(folders, TOKEN_FILE):
        pairs = _token_pairs(path)
    elif path := _file(folders, CSV_FILE):
        pairs = _csv_pairs(path)
    else:
        raise DataError(
            f"There are no captions in {root}: Flickr8k.token.txt or captions.txt is expected."
        )
    captions: dict[str, list[str]] = {}
    for name, caption in pairs:
        captions.setdefault(name, []).append(" ".join(caption.split()))
    return {name: tuple(sentences) for name, sentences in captions.items()}


def _french(
    folders: Sequence[Path], splits: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The French captions of photos in our splits; none when there is no such file.

    The file's own `multi30k_split` is never looked at: its training part holds test photos.
    """
    path = _file(folders, FRENCH_FILE)
    if path is None:
        return {}
    split_of = {name: split for split, names in splits.items() for name in names}
    captions: dict[str, list[str]] = {}
    for number, row in enumerate(csv.DictReader(_lines(path), delimiter="\t", quoting=3), 2):
        name, split, caption = (row.get(key) for key in ("image", "flickr8k_split", "caption_fr"))
        if name is None or split is None or caption is None or not normalise(caption, FRENCH):
            raise DataError(f"Line {number} of {path} is damaged.")
        if split_of.get(name, "none") != split.replace("val", "dev"):
            raise DataError(f"Line {number} of {path} puts {name} into another split than ours.")
        if name in split_of:
            captions.setdefault(name, []).append(" ".join(caption.split()))
    return {name: tuple(sentences) for name, sentences in captions.items()}


def _token_pairs(path: Path) -> list[tuple[str, str]]:
    """Reads `photo.jpg#2<TAB>caption`, sorted by the number within a photo."""
    rows: dict[tuple[str, str], str] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        key, tab, caption = line.partition("\t")
        name, mark, index = key.rpartition("#")
        if not (tab and mark and index.isdigit()) or (name, index) in rows:
            raise DataError(f"Line {number} of {path} is not a new 'photo.jpg#0<TAB>caption'.")
        rows[name, index] = caption
    return [(name, rows[name, index]) for name, index in sorted(rows)]


def _csv_pairs(path: Path) -> list[tuple[str, str]]:
    rows = csv.reader(_lines(path), strict=True)
    pairs = []
    try:
        if [field.strip().lower() for field in next(rows, [])] != ["image", "caption"]:
            raise DataError(f"{path} does not begin with the header 'image,caption'.")
        for row in filter(None, rows):
            if len(row) < 2:
                raise DataError(f"Line {rows.line_num} of {path} is not 'photo.jpg,caption'.")
            # A caption that was written without quotes is cut at its commas: put it together.
            pairs.append((row[0], ",".join(row[1:])))
    except csv.Error as error:
        raise DataError(f"Line {rows.line_num} of {path} is damaged: {error}.") from error
    return pairs


def _splits(folders: Sequence[Path], any_size: bool) -> dict[str, tuple[str, ...]]:
    splits: dict[str, tuple[str, ...]] = {}
    taken: dict[str, str] = {}
    for split in SPLITS:
        path = _file(folders, SPLIT_FILE.format(split=split))
        if path is None:
            lists = ", ".join(SPLIT_FILE.format(split=one) for one in SPLITS)
            raise DataError(
                f"A split list is missing: put {lists} (in Flickr8k_text.zip) into {folders[0]}, "
                "or name their folder with --splits."
            )
        names = tuple(line.strip() for line in _lines(path) if line.strip())
        for name in names:
            if name in taken:
                raise DataError(f"The photo {name} is listed twice: in {taken[name]} and {split}.")
            if Path(name).name != name or "\\" in name or "\t" in name:
                raise DataError(f"{path} holds {name!r}, which is no file name.")
            taken[name] = split
        splits[split] = names
    sizes = {split: len(names) for split, names in splits.items()}
    if sizes != STANDARD_SIZES and (not any_size or 0 in sizes.values()):
        raise DataError(
            f"The split lists hold {tell_sizes(sizes)} instead of {tell_sizes(STANDARD_SIZES)}: "
            "scores would not compare; --any-size accepts any split that is not empty."
        )
    return splits
