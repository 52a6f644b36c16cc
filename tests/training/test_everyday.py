"""The everyday photos in the form that training reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.samples import jpeg
from training import everyday
from training.flickr8k import DataError, load

NAMES = {f"{number:02}.jpg": "test" if number >= 26 else "train" for number in range(30)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "images").mkdir(parents=True)
    lines = ["image\tsplit\tcaption"]
    for seed, (name, split) in enumerate(NAMES.items()):
        (folder / "images" / name).write_bytes(jpeg(seed, (224, 224)))
        lines += [f'{name}\t{split}\tA "cup" {word} .' for word in "one two three four".split()]
        lines += [f"{name}\t{split}\t...", f"{name}\t{split}\tA cup  five"]
    (folder / "captions.tsv").write_text("\n".join(lines) + "\n")
    return folder


def test_every_twelfth_training_photo_becomes_dev_and_tests_stay(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert everyday.main(["--source", str(source), "--out", str(out)]) == 0
    photos = load(out)
    assert [photo.name for photo in photos["dev"]] == ["00.jpg", "12.jpg", "24.jpg"]
    assert [photo.name for photo in photos["test"]] == ["26.jpg", "27.jpg", "28.jpg", "29.jpg"]
    assert len(photos["train"]) == 23
    assert photos["test"][0].captions == (
        *(f'A "cup" {word} .' for word in ("one", "two", "three", "four")),
        "A cup five",
    )
    assert photos["test"][0].french == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("03.jpg\ttrain\tA cup  five", "", "Line"),
        ("03.jpg\ttrain\tA cup  five", "03.jpg\ttest\tA cup five", "03.jpg is in two splits"),
        ("03.jpg\ttrain\tA cup  five", "x.jpg\ttrain\tA cup", "missing .* x.jpg"),
        ("03.jpg\ttrain\tA cup  five", "03.jpg\ttrain\t!", "fewer than five captions: 03.jpg"),
    ],
)
def test_damaged_data_is_refused(source: Path, old: str, new: str, sentence: str) -> None:
    path = source / "captions.tsv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(DataError, match=sentence):
        everyday.read_everyday(source)


def test_no_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert everyday.main(["--source", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
