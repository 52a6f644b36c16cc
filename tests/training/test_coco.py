"""COCO's own layouts in the form that training reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.samples import jpeg
from training import everyday
from training.data.coco import read_coco
from training.data.prepared import load, verify
from training.errors import DataError

SAID = ["A red cup.", "The cup is red", "A cup on\na table", "One red cup here", "Cup of coffee"]


def write_annotations(folder: Path, photos: dict[str, list[int]]) -> None:
    """Writes COCO's own files: photos' numbers by folder, each with SAID."""
    (folder / "annotations").mkdir(parents=True)
    for split, numbers in photos.items():
        images = [{"id": number, "file_name": f"{number:012}.jpg"} for number in numbers]
        said = [
            {"image_id": number, "id": 10 * number + place, "caption": caption}
            for place, caption in enumerate(SAID)
            for number in numbers
        ]
        document = {"info": {"year": 2017}, "annotations": said, "images": images}
        (folder / "annotations" / f"captions_{split}.json").write_text(json.dumps(document))
        (folder / split).mkdir()
        for number in numbers:
            (folder / split / f"{number:012}.jpg").write_bytes(jpeg(number, (320, 240)))


def test_cocos_own_files_are_prepared(tmp_path: Path) -> None:
    source, out = tmp_path / "coco", tmp_path / "out"
    write_annotations(source, {"train2017": [1, 2, 3], "val2017": [4, 5]})
    assert everyday.main(["--source", str(source), "--out", str(out)]) == 0
    photos = load(out)
    assert [photo.name for photo in photos["train"]] == [
        f"{number:012}.jpg" for number in (1, 2, 3)
    ]
    assert [photo.name for photo in photos["dev"]] == ["000000000004.jpg"]
    assert [photo.name for photo in photos["test"]] == ["000000000005.jpg"]
    assert photos["train"][0].captions == tuple(" ".join(said.split()) for said in SAID)
    assert verify(out) == {"train": 3, "dev": 1, "test": 1}


def test_karpathys_split_goes_before_cocos(tmp_path: Path) -> None:
    source, out = tmp_path / "coco", tmp_path / "out"
    write_annotations(source, {"train2014": [1], "val2014": [2, 3, 4]})
    places = [("train2014", 1, "train"), ("val2014", 2, "restval"), ("val2014", 3, "val")]
    images = [
        {
            "filepath": folder,
            "filename": f"{number:012}.jpg",
            "split": split,
            "sentences": [{"raw": said} for said in (*SAID, "No image here.", "!")],
        }
        for folder, number, split in (*places, ("val2014", 4, "test"))
    ]
    (source / "dataset_coco.json").write_text(json.dumps({"images": images, "dataset": "coco"}))
    assert everyday.main(["--source", str(source), "--out", str(out)]) == 0
    photos = load(out)
    assert [len(photos[split]) for split in ("train", "dev", "test")] == [2, 1, 1]
    # Crude captions are left out of training only.
    assert [len(photos[split][0].captions) for split in ("train", "dev")] == [5, 6]


READ_AND_MEASURE = """
import sys, tracemalloc
from pathlib import Path
from training.data.coco import read_coco
source = Path(sys.argv[1])
tracemalloc.start()
found = read_coco(source, source / "scratch.sqlite")
print(sum(len(captions) for captions in found.captions.values()))
print(tracemalloc.get_traced_memory()[1])
"""


def test_captions_stay_out_of_memory(tmp_path: Path) -> None:
    peaks = []
    for count in (200, 4000):
        source = tmp_path / str(count)
        (source / "annotations").mkdir(parents=True)
        (source / "train2017").mkdir()
        said = [
            {"image_id": number, "caption": f"A cup of number {number} and {place} " + "tea " * 20}
            for number in range(count)
            for place in range(5)
        ]
        images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(count)]
        for number in range(count):
            (source / "train2017" / f"{number}.jpg").touch()
        path = source / "annotations" / "captions_train2017.json"
        path.write_text(json.dumps({"images": images, "annotations": said}))
        # In a process of its own: what other tests' threads take would count here, too.
        command = [sys.executable, "-c", READ_AND_MEASURE, str(source)]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        captions, peak = map(int, run.stdout.split())
        assert captions == 5 * count
        peaks.append(peak)
    # Names alone are kept, a hundred bytes a photo; five such captions take 1,000.
    assert peaks[1] - peaks[0] < 250 * 3800


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"images": [', '"images": [!', "is damaged"),
        ('"caption"', '"said"', "is damaged"),
        ("000000000002.jpg", "x.jpg", "missing in .*train2017/x.jpg"),
        ('"Cup of coffee"', '""', "fewer than five captions: val2017/"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    write_annotations(tmp_path, {"train2017": [1, 2], "val2017": [4, 5]})
    for path in (tmp_path / "annotations").iterdir():
        text = path.read_text()
        path.write_text(text.replace(old, new))
    with pytest.raises(DataError, match=sentence):
        read_coco(tmp_path, tmp_path / "scratch.sqlite")
