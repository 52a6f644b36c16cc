"""COCO as people keep it; its captions pass through an SQLite file, not through memory.

Two layouts are read: Karpathy's `dataset_coco.json`, which holds captions and split, and else
COCO's own `annotations/captions_*.json`. The folders of photos lie beside them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import ijson

from pipeline.captioning.vocabulary import normalise
from training.data.crude_captions import keep_good
from training.data.flickr8k_sources import CAPTIONS_PER_PHOTO, SPLITS, Source, tell_some
from training.errors import DataError

KARPATHY_FILE, ANNOTATIONS = "dataset_coco.json", "annotations"
# Karpathy and Fei-Fei (2015) train on what is left of val2014, too.
_KARPATHYS_SPLITS = {"train": "train", "restval": "train", "val": "dev", "test": "test"}
_TABLES = """
create table photos (number integer primary key, path text unique, split text);
create table captions (number integer primary key, photo integer, caption text);
create index of_photo on captions (photo);
"""


class StoredCaptions(Mapping[str, tuple[str, ...]]):
    """The captions of photos by their path, read from an SQLite file when they are asked for."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Takes a connection to a file that `read_coco` filled."""
        self._database = database

    def __getitem__(self, path: str) -> tuple[str, ...]:
        """Reads a photo's captions, of a training photo without the crude ones."""
        rows = self._database.execute(
            "select split, caption from photos join captions on photo = photos.number"
            " where path = ? order by captions.number",
            (path,),
        ).fetchall()
        captions = tuple(caption for _, caption in rows)
        if not captions:
            raise KeyError(path)
        return keep_good(captions) if rows[0][0] == "train" else captions

    def __iter__(self) -> Iterator[str]:
        """Goes through the paths of all photos."""
        rows = self._database.execute("select path from photos order by path")
        return (path for (path,) in rows)

    def __len__(self) -> int:
        """Counts the photos."""
        return int(self._database.execute("select count(*) from photos").fetchone()[0])


def is_coco(folder: Path) -> bool:
    """Whether a folder has one of COCO's two layouts."""
    return _karpathys(folder) is not None or bool(_annotations(folder))


def read_coco(folder: Path, scratch: Path) -> Source:
    """Reads captions and splits, a photo at a time.

    Training photos lose their crude captions, dev and test photos keep all. With COCO's own files
    train* is trained on, and the photos of val* are dev and test in turn.

    Args:
        folder: with `dataset_coco.json` (there or in annotations/), or annotations/captions_*.json.
        scratch: an SQLite file to create; it must stay while the result is used.

    Returns:
        The source; its photos are named by their path in `folder`, "val2014/COCO_val2014_1.jpg".

    Raises:
        DataError: something is missing or damaged.
    """
    database = sqlite3.connect(scratch)
    database.executescript(_TABLES)
    karpathys = _karpathys(folder)
    for path in [karpathys] if karpathys else _annotations(folder):
        try:
            with path.open("rb") as file:
                if karpathys:
                    _store_karpathys(file, database)
                else:
                    _store_annotations(file, path.stem.removeprefix("captions_"), database)
        except (ijson.JSONError, OSError, LookupError, TypeError, sqlite3.Error) as error:
            raise DataError(f"{path} is damaged: get it again.") from error
    captions = StoredCaptions(database)
    _drop_photos_without_good_captions(captions, database)
    _check(folder, captions, database)
    splits = {
        split: tuple(
            path
            for (path,) in database.execute(
                "select path from photos where split = ? order by path", (split,)
            )
        )
        for split in SPLITS
    }
    return Source(folder, splits, captions, 0, ())


def _karpathys(folder: Path) -> Path | None:
    found = [folder / KARPATHY_FILE, folder / ANNOTATIONS / KARPATHY_FILE]
    return next((path for path in found if path.is_file()), None)


def _annotations(folder: Path) -> list[Path]:
    return sorted((folder / ANNOTATIONS).glob("captions_*.json"))


def _store_karpathys(file: Any, database: sqlite3.Connection) -> None:
    for number, image in enumerate(ijson.items(file, "images.item")):
        path = str(PurePosixPath(image.get("filepath", ""), image["filename"]))
        split = _KARPATHYS_SPLITS[image["split"]]
        database.execute("insert into photos values (?, ?, ?)", (number, path, split))
        for sentence in image["sentences"]:
            _store_caption(number, sentence["raw"], database)


def _store_annotations(file: Any, folder: str, database: sqlite3.Connection) -> None:
    """Stores a captions file of COCO's own, whose photos lie in `folder`."""
    for place, image in enumerate(ijson.items(file, "images.item")):
        split = "train" if folder.startswith("train") else ("dev", "test")[place % 2]
        path = str(PurePosixPath(folder, image["file_name"]))
        database.execute("insert into photos values (?, ?, ?)", (int(image["id"]), path, split))
    file.seek(0)  # the photos may stand after their captions
    for annotation in ijson.items(file, "annotations.item"):
        _store_caption(int(annotation["image_id"]), annotation["caption"], database)


def _store_caption(photo: int, caption: str, database: sqlite3.Connection) -> None:
    if normalise(caption):
        row = (photo, " ".join(caption.split()))
        database.execute("insert into captions (photo, caption) values (?, ?)", row)


def _drop_photos_without_good_captions(
    captions: StoredCaptions, database: sqlite3.Connection
) -> None:
    poor = [
        path
        for (path,) in database.execute("select path from photos where split = 'train'")
        if not captions.get(path)
    ]
    database.executemany("delete from photos where path = ?", ((path,) for path in poor))


def _check(folder: Path, captions: StoredCaptions, database: sqlite3.Connection) -> None:
    missing = [path for path in captions if not (folder / path).is_file()]
    if missing or not len(captions):
        raise DataError(f"Photos are missing in {folder}: {tell_some(missing) or 'all of them'}.")
    rows = database.execute(
        "select path from photos left join captions on photo = photos.number"
        " where split != 'train' group by path having count(caption) < ?",
        (CAPTIONS_PER_PHOTO,),
    )
    poor = [path for (path,) in rows]
    if poor:
        raise DataError(f"Dev and test photos have fewer than five captions: {tell_some(poor)}.")
