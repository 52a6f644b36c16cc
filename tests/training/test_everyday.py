"""The everyday photos in the form that training reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.samples import jpeg
from training import everyday
from training.data.prepared import load
from training.errors import DataError

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
        ("27.jpg\ttest\tA cup  five", "27.jpg\ttest\t!", "fewer than five captions: 27.jpg"),
    ],
)
def test_damaged_data_is_refused(source: Path, old: str, new: str, sentence: str) -> None:
    path = source / "captions.tsv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(DataError, match=sentence):
        everyday.read_everyday(source)


def test_photos_with_few_captions_are_for_training_only(source: Path, tmp_path: Path) -> None:
    path = source / "captions.tsv"
    lines = path.read_text().splitlines()
    # The first photo would be dev; the second keeps one caption, the third no good one.
    kept = [line for line in lines if not line.startswith(("00.jpg", "01.jpg", "02.jpg"))]
    said = ["00.jpg\ttrain\tA red cup", "00.jpg\ttrain\ta red cup.", "00.jpg\ttrain\tA cup on it"]
    said += ["01.jpg\ttrain\tUnable to see this image", "01.jpg\ttrain\tA white cup"]
    said += ["02.jpg\ttrain\tA cup", "02.jpg\ttrain\tUne tasse décorée de fleurs"]
    path.write_text("\n".join(kept + said) + "\n")
    found = everyday.read_everyday(source)
    assert found.splits["dev"] == ("03.jpg", "15.jpg")
    assert found.splits["train"][:2] == ("00.jpg", "01.jpg")
    assert "02.jpg" not in found.captions
    assert found.unused == 1
    assert found.captions["00.jpg"] == ("A red cup", "A cup on it")
    assert found.captions["01.jpg"] == ("A white cup",)
    assert everyday.main(["--source", str(source), "--out", str(tmp_path / "out")]) == 0
    assert load(tmp_path / "out")["train"][0].captions == ("A red cup", "A cup on it")


def test_no_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert everyday.main(["--source", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
