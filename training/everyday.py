"""Photos of rooms, food and streets in the form that training reads, beside Flickr8k.

    python -m training.everyday --source DIR --out data/everyday

DIR holds images/ and captions.tsv (image, split, caption; splits train and test). Every twelfth
training photo with five captions becomes "dev", so that nothing is ever chosen by the test photos.
The photos of COCO val2014, which came first, are counted first: so none that older models trained
on becomes "dev". The others are trained on without their crude captions, if any is left.

COCO's own layout is read, too: annotations/captions_*.json (or Karpathy's dataset_coco.json) beside
the folders of photos.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.captioning.vocabulary import normalise
from training.data.coco import is_coco, read_coco
from training.data.crude_captions import keep_good
from training.data.flickr8k_sources import (
    CAPTIONS_PER_PHOTO,
    SPLITS,
    Source,
    list_names,
    tell_sizes,
    tell_some,
)
from training.data.prepared import prepare
from training.errors import DataError

CAPTIONS_FILE, PHOTOS_FOLDER = "captions.tsv", "images"
DEV_EVERY = 12
FIRST_CAME = "COCO_val2014_"


def read_everyday(folder: Path) -> Source:
    """Reads the captions and checks that every photo is there.

    Raises:
        DataError: something is missing or damaged.
    """
    path = folder / CAPTIONS_FILE
    splits: dict[str, str] = {}
    captions: dict[str, list[str]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read.") from error
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != 3 or row[1] not in ("train", "test"):
            raise DataError(f"Line {number} of {path} is not 'image, split, caption'.")
        name, split, caption = row
        if splits.setdefault(name, split) != split:
            raise DataError(f"The photo {name} is in two splits.")
        if normalise(caption):
            captions.setdefault(name, []).append(" ".join(caption.split()))
    missing = sorted(set(splits) - set(list_names(folder / PHOTOS_FOLDER)))
    if missing or not splits:
        raise DataError(f"Photos are missing in {folder}: {tell_some(missing) or 'all of them'}.")
    rich = {name for name, said in captions.items() if len(said) >= CAPTIONS_PER_PHOTO}
    poor = [name for name, split in splits.items() if split == "test" and name not in rich]
    if poor:
        raise DataError(f"Test photos have fewer than five captions: {tell_some(poor)}.")
    train = sorted(
        (name for name, split in splits.items() if split == "train"),
        key=lambda name: (not name.startswith(FIRST_CAME), name),
    )
    dev = [name for name in train if name in rich][::DEV_EVERY]
    good = {name: keep_good(captions.get(name, ())) for name in set(train) - set(dev)}
    names = {
        "train": tuple(name for name in train if good.get(name)),
        "dev": tuple(dev),
        "test": tuple(sorted(name for name, split in splits.items() if split == "test")),
    }
    captions |= {name: list(said) for name, said in good.items()}
    every = {name: tuple(captions[name]) for split in SPLITS for name in names[split]}
    unused = len(splits) - len(every)
    return Source(folder / PHOTOS_FOLDER, names, every, unused, ())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 for data that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m training.everyday", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--source", type=Path, required=True, help="everyday photos, or COCO")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            if is_coco(options.source):
                source = read_coco(options.source, Path(scratch) / "captions.sqlite")
            else:
                source = read_everyday(options.source)
            prepare(source, options.out)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = {split: len(names) for split, names in source.splits.items()}
    print(f"Prepared {options.out}: {tell_sizes(sizes)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
