"""Flickr8k as training reads it: five captions a photo, the standard split, photos of 224x224.

    python -m training.flickr8k prepare --source DIR --out data/flickr8k
    python -m training.flickr8k verify --out data/flickr8k

The photos and captions are for non-commercial research and education; they are never committed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from pipeline.errors import ImageError
from pipeline.image import read_rgb, squash
from pipeline.vocabulary import normalise

SPLITS = ("train", "dev", "test")
STANDARD_SIZES = {"train": 6000, "dev": 1000, "test": 1000}
CAPTIONS_PER_PHOTO = 5
PHOTO_SIZE = 224
# Only reached by photos that are not 224x224 yet; full colour, since squashing already lost enough.
JPEG_QUALITY = 95

CAPTIONS_FILE, PHOTOS_FOLDER, SUMMARY_FILE = "captions.tsv", "photos", "summary.json"
OUR_NAMES = {CAPTIONS_FILE, PHOTOS_FOLDER, SUMMARY_FILE}
HEADER = "image\tsplit\tcaption"
MADE_BY = "training.flickr8k"

# As people keep the data set: the original archives (misspelt, too), Kaggle's form, and ours.
TOKEN_FILE, CSV_FILE = "flickr8k.token.txt", "captions.txt"
SPLIT_FILE = "Flickr_8k.{split}Images.txt"
PHOTO_FOLDERS = {"flicker8k_dataset", "flickr8k_dataset", "images"}
# Archives unpacked into a folder of their own name are nested twice; one level more is kindness.
DEPTH = 3


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


@dataclass(frozen=True)
class Source:
    """A data set as it was found, checked but for the photos' pixels.

    Attributes:
        photos: the folder of the original photos.
        splits: the photos' names by split.
        captions: five captions for every name in `splits`.
        unused: how many photos are in no split.
        stray: names that have captions but neither a photo nor a split.
    """

    photos: Path
    splits: Mapping[str, tuple[str, ...]]
    captions: Mapping[str, tuple[str, ...]]
    unused: int
    stray: tuple[str, ...]


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
        present = set(os.listdir(folder / PHOTOS_FOLDER))
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
    present = set(_names(photos))
    names = [name for split in SPLITS for name in splits[split]]
    missing = [name for name in names if name not in present]
    if missing:
        raise DataError(f"Photos of the split lists are missing in {photos}: {_some(missing)}.")
    captions = {name: every_caption.get(name, ()) for name in names}
    for name, sentences in captions.items():
        if len(sentences) != CAPTIONS_PER_PHOTO:
            raise DataError(f"The photo {name} has {len(sentences)} captions instead of five.")
        if not all(normalise(sentence) for sentence in sentences):
            raise DataError(f"The photo {name} has a caption without words.")
    jpegs = {name for name in present if name.lower().endswith(".jpg")}
    stray = tuple(sorted(set(every_caption) - present))
    return Source(photos, splits, captions, len(jpegs - set(names)), stray)


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
        table = "".join(f"{line}\n" for line in _table(source)).encode()
        (partial / CAPTIONS_FILE).write_bytes(table)
        summary: dict[str, object] = {
            "made_by": MADE_BY,
            "photos": {split: len(source.splits[split]) for split in SPLITS},
            "captions": CAPTIONS_PER_PHOTO * len(source.captions),
            "copied_unchanged": copied,
            "squashed_to_224x224": len(source.captions) - copied,
            "left_out_in_no_split": source.unused,
            "ignored_captions_without_a_photo": list(source.stray),
            "captions_sha256": hashlib.sha256(table).hexdigest(),
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
        raise DataError(f"Prepared photos are broken: {_some(broken)}.")
    return sizes


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 for data that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m training.flickr8k", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare", help="check Flickr8k and write what training reads")
    preparing.add_argument("--source", type=Path, required=True, help="Flickr8k as you have it")
    preparing.add_argument("--out", type=Path, required=True, help="the folder to write")
    preparing.add_argument("--splits", type=Path, help="where the three split lists lie")
    preparing.add_argument("--any-size", action="store_true", help="accept non-standard splits")
    verifying = commands.add_parser("verify", help="check what prepare wrote")
    verifying.add_argument("--out", type=Path, required=True, help="the prepared folder")
    options = parser.parse_args(arguments)
    try:
        if options.command == "verify":
            print(f"All is well in {options.out}: {_counts(verify(options.out))}.")
            return 0
        source = read_source(options.source, options.splits, options.any_size)
        if source.stray:
            print(f"Ignored captions without a photo: {_some(source.stray)}.")
        prepare(source, options.out)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = {split: len(names) for split, names in source.splits.items()}
    print(f"Prepared {options.out}: {_counts(sizes)}; {source.unused} in no split are left out.")
    return 0


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


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise DataError(f"The folder {folder} cannot be read.") from error


def _file(folders: Sequence[Path], name: str) -> Path | None:
    """The nearest file called `name` in any case."""
    for folder in folders:
        for entry in _names(folder):
            if entry.lower() == name.lower() and (folder / entry).is_file():
                return folder / entry
    return None


def _photos_folder(root: Path, folders: Sequence[Path]) -> Path:
    counts = {
        folder: sum(name.lower().endswith(".jpg") for name in _names(folder))
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
            f"The split lists hold {_counts(sizes)} instead of {_counts(STANDARD_SIZES)}: "
            "scores would not compare; --any-size accepts any split that is not empty."
        )
    return splits


def _table(source: Source) -> Iterator[str]:
    yield HEADER
    for split in SPLITS:
        for name in source.splits[split]:
            yield from (f"{name}\t{split}\t{caption}" for caption in source.captions[name])


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
            (folder / name).write_bytes(data)
            copied += 1
        else:
            squashed = Image.fromarray(squash(rgb, PHOTO_SIZE))
            squashed.save(folder / name, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    if broken:
        raise DataError(f"Photos are broken, get them again: {_some(broken)}.")
    return copied


def _write_summary(folder: Path, summary: Mapping[str, object]) -> None:
    text = json.dumps(summary, indent=2) + "\n"
    (folder / SUMMARY_FILE).write_text(text, encoding="utf-8")


def _check_ours(folder: Path) -> None:
    """Refuses a folder that `prepare` did not write or that holds more, since it is replaced."""
    if not folder.exists() or (folder.is_dir() and not _names(folder)):
        return
    try:
        summary = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
        ours = summary["made_by"] == MADE_BY and set(_names(folder)) <= OUR_NAMES
    except (OSError, ValueError, LookupError, TypeError):
        ours = False
    if not ours:
        raise DataError(f"{folder} holds other files: choose another --out, or move them away.")


def _counts(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{split} {size}" for split, size in sizes.items())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


if __name__ == "__main__":
    sys.exit(main())
