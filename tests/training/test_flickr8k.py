"""Flickr8k in the forms people keep it in, and everything that can be wrong with it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.image import read_rgb, squash
from tests.training.samples import jpeg
from tests.waiting import until
from training import flickr8k
from training.data.flickr8k_sources import read_source
from training.data.prepared import load, prepare, verify
from training.errors import DataError

NAMES = {"train": ["b.jpg", "a.jpg", "c.jpg"], "dev": ["d.jpg"], "test": ["e.jpg"]}
SPARE = "z.jpg"  # in no split
STRAY = "2258277193_586949ec62.jpg.1"
ENDINGS = ["runs .", 'sits , or "rests" .', "plays", "jumps , then , stops .", "sleeps  on grass"]


def captions(name: str) -> list[str]:
    return [f"The dog {name[0]} {ending}" for ending in ENDINGS]


def cleaned(name: str) -> tuple[str, ...]:
    return tuple(" ".join(caption.split()) for caption in captions(name))


def photo_names() -> list[str]:
    return [*NAMES["train"], *NAMES["dev"], *NAMES["test"], SPARE]


def write_photos(folder: Path, size: tuple[int, int] = (50, 30)) -> None:
    folder.mkdir(parents=True)
    for seed, name in enumerate(photo_names()):
        (folder / name).write_bytes(jpeg(seed, size))


def write_tokens(path: Path) -> None:
    rows = [
        f"{name}#{number}\t{caption}"
        for name in [*photo_names(), STRAY]
        for number, caption in enumerate(captions(name))
    ]
    path.write_text("\n".join(rows[::-1]) + "\n", encoding="utf-8")


def write_lists(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for split, names in NAMES.items():
        (folder / f"Flickr_8k.{split}Images.txt").write_text("\n".join(names) + "\n")


def prepared_form(folder: Path) -> Path:
    write_photos(folder / "images", (224, 224))
    write_tokens(folder / "Flickr8k.token.txt")
    write_lists(folder)
    return folder


def original_form(folder: Path, photos: str = "Flicker8k_Dataset") -> Path:
    write_photos(folder / photos)
    write_lists(folder / "Flickr8k_text")
    write_tokens(folder / "Flickr8k_text" / "Flickr8k.token.txt")
    # The archives hold these, too: none must be taken for what it is not.
    (folder / "Flickr8k_text" / "Flickr8k.lemma.token.txt").write_text("a.jpg#0\tdog\n")
    leftovers = folder / "__MACOSX" / "Flicker8k_Dataset"
    leftovers.mkdir(parents=True)
    for number in range(20):
        (leftovers / f"._{number}.jpg").write_bytes(b"\0")
    return folder


def kaggle_form(folder: Path) -> Path:
    write_photos(folder / "Images")
    with (folder / "captions.txt").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "caption"])
        writer.writerows([name, caption] for name in photo_names() for caption in captions(name))
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return prepared_form(tmp_path / "source")


def run(*arguments: object) -> int:
    return flickr8k.main([str(argument) for argument in arguments])


def prepare_all(source: Path, out: Path) -> int:
    return run("prepare", "--source", source, "--out", out, "--any-size")


def check_prepared(out: Path) -> None:
    photos = load(out)
    assert {split: [photo.name for photo in photos[split]] for split in photos} == NAMES
    for photo in (photo for every in photos.values() for photo in every):
        assert photo.captions == cleaned(photo.name)
        assert read_rgb(photo.path.read_bytes()).shape == (224, 224, 3)
    assert not (out / "photos" / SPARE).exists()
    assert SPARE not in (out / "captions.tsv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "photos",
    ["Flicker8k_Dataset", "Flickr8k_Dataset", "Flickr8k_Dataset/Flicker8k_Dataset"],
)
def test_original_archives_are_read(tmp_path: Path, photos: str) -> None:
    assert prepare_all(original_form(tmp_path / "source", photos), tmp_path / "out") == 0
    check_prepared(tmp_path / "out")


def test_kaggle_form_is_read_once_it_has_split_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kaggle_form(tmp_path / "source")
    assert prepare_all(folder, tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert "put Flickr_8k.trainImages.txt, Flickr_8k.devImages.txt" in said
    assert "--splits" in said
    assert "Traceback" not in said
    write_lists(tmp_path / "lists")
    found = read_source(folder, tmp_path / "lists", any_size=True)
    prepare(found, tmp_path / "out")
    check_prepared(tmp_path / "out")
    write_lists(folder)
    assert read_source(folder, any_size=True) == found


def test_kaggle_captions_written_without_quotes_keep_their_commas(tmp_path: Path) -> None:
    folder = kaggle_form(tmp_path / "source")
    write_lists(folder)
    rows = [f"{name},A dog , a cat , a bird" for name in photo_names() for _ in range(5)]
    (folder / "captions.txt").write_text("\n".join(["image,caption", *rows]))
    assert read_source(folder, any_size=True).captions["a.jpg"][0] == "A dog , a cat , a bird"


def test_photos_of_the_right_size_are_copied_to_the_byte(source: Path, tmp_path: Path) -> None:
    assert prepare_all(source, tmp_path / "out") == 0
    check_prepared(tmp_path / "out")
    original = (source / "images" / "a.jpg").read_bytes()
    assert (tmp_path / "out" / "photos" / "a.jpg").read_bytes() == original
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["copied_unchanged"], summary["squashed_to_224x224"]) == (5, 0)


def test_other_photos_are_squashed_as_the_app_does(tmp_path: Path) -> None:
    folder = original_form(tmp_path / "source")
    assert prepare_all(folder, tmp_path / "out") == 0
    rgb = read_rgb((folder / "Flicker8k_Dataset" / "a.jpg").read_bytes())
    written = read_rgb((tmp_path / "out" / "photos" / "a.jpg").read_bytes())
    # Quality 95 leaves smooth colours within a few steps; another resize or colour order does not.
    assert np.abs(written.astype(int) - squash(rgb, 224)).max() < 12
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["copied_unchanged"], summary["squashed_to_224x224"]) == (0, 5)


def test_what_is_left_out_is_named_and_counted(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert prepare_all(source, tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert f"Ignored captions without a photo: {STRAY}." in said
    assert "train 3, dev 1, test 1; 1 in no split are left out" in said
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["photos"] == {"train": 3, "dev": 1, "test": 1}
    assert summary["captions"] == 25
    assert summary["left_out_in_no_split"] == 1
    assert summary["ignored_captions_without_a_photo"] == [STRAY]


def test_the_table_holds_five_rows_a_photo_in_order(source: Path, tmp_path: Path) -> None:
    prepare_all(source, tmp_path / "out")
    lines = (tmp_path / "out" / "captions.tsv").read_text(encoding="utf-8").split("\n")
    assert lines[0] == "image\tsplit\tcaption"
    assert lines[1:6] == [f"b.jpg\ttrain\t{caption}" for caption in cleaned("b.jpg")]
    assert lines[21:26] == [f"e.jpg\ttest\t{caption}" for caption in cleaned("e.jpg")]
    assert len(lines) == 27


def test_standard_sizes_are_asked_for(source: Path) -> None:
    with pytest.raises(DataError, match="train 3, dev 1, test 1 instead of train 6000, dev 1000"):
        read_source(source)


def test_an_empty_split_is_refused_at_any_size(source: Path) -> None:
    (source / "Flickr_8k.devImages.txt").write_text("\n")
    with pytest.raises(DataError, match="dev 0"):
        read_source(source, any_size=True)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_missing_photo_is_named(source: Path) -> None:
    (source / "images" / "c.jpg").unlink()
    with pytest.raises(DataError, match=r"missing in .*images: c\.jpg\."):
        read_source(source, any_size=True)


def test_four_captions_are_not_enough(source: Path) -> None:
    change(source / "Flickr8k.token.txt", f"d.jpg#4\t{captions('d.jpg')[4]}\n", "")
    with pytest.raises(DataError, match=r"d\.jpg has 4 captions"):
        read_source(source, any_size=True)


def test_a_photo_without_captions_is_refused(source: Path) -> None:
    change(source / "Flickr_8k.devImages.txt", "d.jpg", "d.jpg\nnew.jpg")
    (source / "images" / "new.jpg").write_bytes(jpeg(9, (224, 224)))
    with pytest.raises(DataError, match=r"new\.jpg has 0 captions"):
        read_source(source, any_size=True)


def test_a_caption_without_words_is_refused(source: Path) -> None:
    change(source / "Flickr8k.token.txt", captions("a.jpg")[2], " . ")
    with pytest.raises(DataError, match=r"a\.jpg has a caption without words"):
        read_source(source, any_size=True)


@pytest.mark.parametrize(
    "line", ["a.jpg#0 no tab", "a.jpg\tno number", "a.jpg#x\tno digit", "a.jpg#0\tagain"]
)
def test_a_damaged_token_line_is_numbered(source: Path, line: str) -> None:
    path = source / "Flickr8k.token.txt"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    with pytest.raises(DataError, match=r"Line 36 of .*token\.txt"):
        read_source(source, any_size=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("photo;text\n", "header 'image,caption'"),
        ("", "header 'image,caption'"),
        ("image,caption\na.jpg\n", "Line 2 of"),
        ('image,caption\na.jpg,"never closed\n', "damaged"),
    ],
)
def test_a_damaged_csv_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    folder = kaggle_form(tmp_path / "source")
    write_lists(folder)
    (folder / "captions.txt").write_text(text)
    with pytest.raises(DataError, match=sentence):
        read_source(folder, any_size=True)


def test_splits_must_not_overlap(source: Path) -> None:
    change(source / "Flickr_8k.testImages.txt", "e.jpg", "e.jpg\na.jpg")
    with pytest.raises(DataError, match=r"a\.jpg is listed twice: in train and test"):
        read_source(source, any_size=True)


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_a_missing_list_is_asked_for(source: Path, split: str) -> None:
    (source / f"Flickr_8k.{split}Images.txt").unlink()
    with pytest.raises(DataError, match=r"--splits"):
        read_source(source, any_size=True)


@pytest.mark.parametrize("name", ["../a.jpg", "..\\\\a.jpg"])
def test_a_list_cannot_lead_out_of_the_folder(source: Path, name: str) -> None:
    change(source / "Flickr_8k.testImages.txt", "e.jpg", name)
    with pytest.raises(DataError, match="no file name"):
        read_source(source, any_size=True)


def test_a_wrong_layout_is_explained(source: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_source(tmp_path / "nowhere")
    (source / "Flickr8k.token.txt").rename(source / "notes.txt")
    with pytest.raises(DataError, match="no captions"):
        read_source(source, any_size=True)
    (source / "images").rename(source / "pictures")
    with pytest.raises(DataError, match="no photos"):
        read_source(source, any_size=True)


def test_text_that_is_not_utf8_is_refused(source: Path) -> None:
    (source / "Flickr_8k.devImages.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match="UTF-8"):
        read_source(source, any_size=True)


@pytest.mark.parametrize("content", ["truncated", "text"])
def test_a_broken_last_photo_leaves_nothing_behind(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = source / "images" / "e.jpg"
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] if content == "truncated" else b"not a photo")
    assert prepare_all(source, tmp_path / "out") == 2
    assert "Photos are broken, get them again: e.jpg." in capsys.readouterr().err
    assert [entry.name for entry in tmp_path.iterdir()] == ["source"]


def test_a_broken_run_keeps_the_older_data(source: Path, tmp_path: Path) -> None:
    assert prepare_all(source, tmp_path / "out") == 0
    (source / "images" / "e.jpg").write_bytes(b"not a photo")
    assert prepare_all(source, tmp_path / "out") == 2
    check_prepared(tmp_path / "out")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "source"]


def test_preparing_again_replaces_what_it_wrote(source: Path, tmp_path: Path) -> None:
    assert prepare_all(source, tmp_path / "out") == 0
    (source / "images" / "e.jpg").write_bytes(jpeg(77, (224, 224)))
    # As a killed run would leave it.
    shutil.copytree(tmp_path / "out", tmp_path / "out.partial")
    assert prepare_all(source, tmp_path / "out") == 0
    assert (tmp_path / "out" / "photos" / "e.jpg").read_bytes() == jpeg(77, (224, 224))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "source"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_killed_run_leaves_no_data_and_is_not_in_the_way(source: Path, tmp_path: Path) -> None:
    last, partial = source / "images" / "e.jpg", tmp_path / "out.partial"
    data = last.read_bytes()
    last.unlink()
    os.mkfifo(last)  # nobody writes to it: the run stops there, in the middle of its work
    command = [sys.executable, "-m", "training.flickr8k", "prepare", "--any-size"]
    command += ["--source", str(source), "--out", str(tmp_path / "out")]
    root = Path(flickr8k.__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stderr=subprocess.DEVNULL) as process:
        until((partial / "photos" / "d.jpg").exists, limit_s=60.0)
        process.kill()
    assert (partial / "photos" / "d.jpg").exists()
    assert not (tmp_path / "out").exists()
    last.unlink()
    last.write_bytes(data)
    assert prepare_all(source, tmp_path / "out") == 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "source"]


@pytest.mark.parametrize("suffix", ["", ".partial", ".old"])
@pytest.mark.parametrize(
    "layout", ["other file", "only photos", "other summary", "ours and more", "a file"]
)
def test_what_it_did_not_write_is_never_replaced(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, layout: str
) -> None:
    precious = tmp_path / f"out{suffix}"
    if layout == "other file":
        precious.mkdir()
        (precious / "thesis.txt").write_text("mine")
    elif layout == "only photos":
        (precious / "photos").mkdir(parents=True)
        (precious / "photos" / "holiday.jpg").write_bytes(b"mine")
    elif layout == "other summary":
        precious.mkdir()
        (precious / "summary.json").write_text('{"made_by": "another program"}')
    elif layout == "ours and more":
        prepare_all(source, tmp_path / "ours")
        (tmp_path / "ours").rename(precious)
        (precious / "features.npy").write_bytes(b"mine")
    else:
        precious.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert prepare_all(source, tmp_path / "out") == 2
    assert "choose another --out" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_may_be_filled(source: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert prepare_all(source, tmp_path / "out") == 0
    check_prepared(tmp_path / "out")


@pytest.fixture
def out(source: Path, tmp_path: Path) -> Path:
    assert prepare_all(source, tmp_path / "out") == 0
    return tmp_path / "out"


def test_verify_is_content_with_what_prepare_wrote(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("verify", "--out", out) == 0
    assert "train 3, dev 1, test 1." in capsys.readouterr().out


@pytest.mark.parametrize(
    "data", [jpeg(1, (224, 224))[:900], jpeg(1, (224, 200)), b""], ids=["cut", "size", "empty"]
)
def test_verify_names_a_broken_photo(out: Path, data: bytes) -> None:
    (out / "photos" / "c.jpg").write_bytes(data)
    with pytest.raises(DataError, match=r"broken: c\.jpg\."):
        verify(out)


def test_verify_notices_a_changed_caption_and_a_damaged_summary(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(out / "captions.tsv", "sits", "stands")
    assert run("verify", "--out", out) == 2
    assert "was changed" in capsys.readouterr().err
    (out / "summary.json").write_text("{}")
    with pytest.raises(DataError, match=r"summary\.json is damaged"):
        verify(out)


def test_verify_notices_photos_that_the_summary_does_not_count(out: Path) -> None:
    text = (out / "captions.tsv").read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(keepends=True) if "a.jpg" not in line)
    (out / "captions.tsv").write_bytes(text.encode())
    summary = json.loads((out / "summary.json").read_text())
    summary["captions_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (out / "summary.json").write_text(json.dumps(summary))
    with pytest.raises(DataError, match="was changed"):
        verify(out)


def test_load_says_how_to_prepare(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"run .python -m training\.flickr8k prepare."):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("image\tsplit", "photo\tsplit", "Line 2 of"),
        ("b.jpg\ttrain", "b.jpg\tvalid", "Line 2 of"),
        ("b.jpg\ttrain\t", "b.jpg\ttrain\tmore\t", "Line 2 of"),
        ("d.jpg\tdev", "c.jpg\tdev", r"photo c\.jpg is incomplete"),
    ],
)
def test_load_refuses_a_damaged_table(out: Path, old: str, new: str, sentence: str) -> None:
    change(out / "captions.tsv", old, new)
    with pytest.raises(DataError, match=sentence):
        load(out)


def test_load_notices_a_photo_that_is_gone(out: Path) -> None:
    (out / "photos" / "e.jpg").unlink()
    with pytest.raises(DataError, match=r"e\.jpg is incomplete"):
        load(out)


FRENCH = "image\tflickr8k_split\tmulti30k_split\tcaption_en\tcaption_fr\n"


def with_french(source: Path, *rows: str) -> Path:
    (source / "captions.fr.tsv").write_text(FRENCH + "".join(f"{row}\n" for row in rows))
    return source


def test_french_captions_follow_our_splits_and_not_their_own(source: Path, out: Path) -> None:
    with_french(
        source,
        "b.jpg\ttrain\ttest_2016\tA dog\tUn  chien .",
        "d.jpg\tval\ttrain\tA dog\tDes chiens",
        f"{SPARE}\tnone\ttrain\tA dog\tUn chat",
    )
    shutil.rmtree(out)
    assert prepare_all(source, out) == 0
    photos = load(out)
    french = {p.name: p.french for split in photos.values() for p in split if p.french}
    assert french == {"b.jpg": ("Un chien .",), "d.jpg": ("Des chiens",)}
    (photo,) = photos["dev"]
    assert (photo.said("en"), photo.said("fr")) == (cleaned("d.jpg"), ("Des chiens",))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("b.jpg\ttest\ttrain\tA dog\tUn chien", "another split"),
        ("b.jpg\ttrain\ttrain\tA dog\t...", "Line 2 .* is damaged"),
        ("b.jpg\ttrain", "Line 2 .* is damaged"),
    ],
)
def test_damaged_french_captions_are_refused(source: Path, row: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        read_source(with_french(source, row), any_size=True)
