"""French beside English with one caption each, everyday photos, and their part of the card."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest

from pipeline.captioning.captioner import Captioner
from tests.data.tiny_files import TINY, write_world
from training import evaluate_everyday_and_french
from training.data.prepared import Photo, load
from training.errors import ScoreError
from training.evaluate import as_json
from training.scoring import metrics, model_card, peers
from training.scoring.bootstrap import bootstrap, intervals
from training.scoring.measure import describe, measure
from training.scoring.result import Described

ENGLISH = {
    "dog.jpg": ("a dog runs on the wet sand", [
        "A dog runs on the sand.", "The black dog is running on the wet sand.",
        "A dog runs on the wet sand.", "A wet dog runs.", "A dog plays on the sand by the sea.",
    ]),
    "boy.jpg": ("a boy flies a kite in the park", [
        "A boy flies a kite.", "The boy flies a red kite in the park.", "A boy with a kite.",
        "A kite flies over a boy.", "A boy flies a kite in the park.",
    ]),
    "car.jpg": ("two men push a car up the hill", [
        "Two men push a car.", "Men pushing an old car up the hill.", "A car is pushed.",
        "Two men push a car up the hill.", "Two men push an old car.",
    ]),
}  # fmt: skip
FRENCH = {
    "dog.jpg": ("un chien court sur l' eau", "Un chien court sur l'eau ."),
    "boy.jpg": ("un garçon joue avec un cerf-volant", "Un garçon fait voler un cerf-volant."),
    "car.jpg": ("l' homme pousse une voiture", "L\u2019homme pousse une vieille voiture bleue."),
}

WHO = ("**Vois**", "Another")
SAID = [(words, name) for name, (words, _) in ENGLISH.items()]


def described(words: str, name: str) -> Described:
    french = (FRENCH[name][1], "Une autre phrase.")
    photo = Photo(name, Path(name), tuple(ENGLISH[name][1]), french)
    return Described(photo, tuple(words.split()), "", 0.5)


@pytest.fixture
def both() -> tuple[list[Described], list[Described]]:
    in_french = [described(words, name) for name, (words, _) in FRENCH.items()]
    return in_french, [described(*said) for said in SAID]


def test_each_language_is_scored_against_one_caption(
    both: tuple[list[Described], list[Described]],
) -> None:
    one = evaluate_everyday_and_french.compare(*both)
    said = {name: words for name, (words, _) in ENGLISH.items()}
    singles = [{name: [every[at]] for name, (_, every) in ENGLISH.items()} for at in range(5)]
    rounds = [metrics.score(said, one_each) for one_each in singles]
    assert one.english.cider == pytest.approx(sum(one_each.cider for one_each in rounds) / 5)
    assert one.english.bleu4 == pytest.approx(sum(one_each.bleu4 for one_each in rounds) / 5)
    # The first French caption alone, cut as French is: 14 of 16 words are in it, written by hand.
    in_hand = {
        "dog.jpg": "un chien court sur l eau",
        "boy.jpg": "un garçon joue avec un cerfvolant",
        "car.jpg": "l homme pousse une voiture",
    }
    people = {
        "dog.jpg": ["un chien court sur l eau"],
        "boy.jpg": ["un garçon fait voler un cerfvolant"],
        "car.jpg": ["l homme pousse une vieille voiture bleue"],
    }
    assert one.french == metrics.score(in_hand, people)
    assert one.ratio == pytest.approx(
        (one.french.cider / one.english.cider, one.french.bleu4 / one.english.bleu4)
    )
    assert (one.photos, one.french.meteor) == (3, None)


def test_the_ratio_is_drawn_on_the_same_photos_in_both_languages(
    both: tuple[list[Described], list[Described]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = evaluate_everyday_and_french.compare(*both)
    assert one.ratio_around.cider.low < one.ratio[0] < one.ratio_around.cider.high
    people = {name: [caption] for name, (_, caption) in FRENCH.items()}
    said = {name: words.split() for name, (words, _) in FRENCH.items()}
    assert one.french_around == intervals(bootstrap(said, people, "fr"))
    assert one.english_around.cider.low < one.english.cider < one.english_around.cider.high
    # What the photos move in both alike does not move the ratio: a language beside itself.
    french = [
        dataclasses.replace(each, photo=dataclasses.replace(each.photo, captions=(caption,) * 5))
        for each in both[0]
        for caption in each.photo.french[:1]
    ]
    monkeypatch.setattr(evaluate_everyday_and_french, "FRENCH", "en")
    itself = evaluate_everyday_and_french.compare(french, french)
    assert itself.ratio == pytest.approx((1, 1))
    limits = itself.ratio_around.cider, itself.ratio_around.bleu4
    assert [(one.low, one.high) for one in limits] == [pytest.approx((1, 1))] * 2


def test_nothing_to_compare_with_is_said(
    both: tuple[list[Described], list[Described]],
) -> None:
    french, _ = both
    silent = [described("xyz", one.photo.name) for one in french]
    with pytest.raises(ScoreError, match="English scores nothing"):
        evaluate_everyday_and_french.compare(french, silent)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command's options, for a copy of the tiny model and peers of its own."""
    kept = tmp_path / "peers.json"
    kept.write_text("{}")
    load_measured_models = peers.load_measured_models
    monkeypatch.setattr(
        evaluate_everyday_and_french, "load_measured_models", lambda: load_measured_models(kept)
    )
    monkeypatch.setattr(evaluate_everyday_and_french, "java_found", lambda: False)
    write_world(tmp_path / "flickr8k", {"train": 1, "dev": 1, "test": 7})
    write_world(tmp_path / "everyday", {"train": 1, "dev": 1, "test": 6}, seed=1)
    # One test photo has no French caption, and everyday photos have none.
    (tmp_path / "everyday" / "captions.fr.tsv").unlink()
    french = tmp_path / "flickr8k" / "captions.fr.tsv"
    lines = french.read_text(encoding="utf-8").splitlines(keepends=True)
    french.write_text("".join(lines[:-1]), encoding="utf-8")
    shutil.copytree(TINY, tmp_path / "assets")
    options = [f"--{name}={tmp_path / name}" for name in ("everyday", "assets")]
    return [f"--data={tmp_path / 'flickr8k'}", *options]


def test_the_cards_part_is_written_and_written_again(line: list[str], tmp_path: Path) -> None:
    path = tmp_path / "assets" / model_card.CARD_FILE
    model_card.write_card(path, "SCORES\n", "a command")
    begun = path.read_text(encoding="utf-8")
    assert evaluate_everyday_and_french.main([*line, "--card"]) == 0
    first = path.read_text(encoding="utf-8")
    before, after = first.split(model_card.markers(model_card.OTHERS_PART)[0])
    part, rest = after.split(model_card.markers(model_card.OTHERS_PART)[1])
    assert begun.startswith(before)
    assert begun.endswith(rest)
    assert "Written by `python -m training.evaluate_everyday_and_french " in part
    assert "7 test photos of Flickr8k and 6 everyday ones" in part
    assert "for 6 of Flickr8k's test photos" in part
    assert re.search(r"French / English: CIDEr \d\.\d\d \(\d\.\d\d to \d\.\d\d\), BLEU-4 ", part)
    model = model_card.model_hash(tmp_path / "assets", Captioner.load(TINY).contract)
    assert f"model {model}." in part
    assert evaluate_everyday_and_french.main([*line, "--card"]) == 0
    assert path.read_text(encoding="utf-8") == first


def test_the_parts_rows_are_those_of_their_photos(
    line: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    captioner = Captioner.load(TINY)
    worse = {}
    for name, count in (("flickr8k", 7), ("everyday", 6)):
        photos = load(tmp_path / name)["test"]
        assert len(photos) == count
        # Another model, which says the same of everything.
        found = [dataclasses.replace(one, words=("a", "red", "square", "is", "seen"))
                 for one in describe(captioner, photos, 1)]  # fmt: skip
        worse[name] = measure(found, java=False)
        text = json.dumps(as_json(worse[name], captioner.contract, "test", 1))
        (tmp_path / f"{name}.json").write_text(text)
    files = (tmp_path / f"{name}.json" for name in ("flickr8k", "everyday"))
    peers.take_peer("Another", *files, tmp_path / "peers.json")
    assert evaluate_everyday_and_french.main(line) == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if "(tiny, beam" in row]
    names = [row.split("|")[1].split("(")[0].strip() for row in rows]
    assert names == [f"{where}: {who}" for where in ("Flickr8k", "Everyday") for who in WHO]
    for row, one in ((rows[1], worse["flickr8k"]), (rows[3], worse["everyday"])):
        assert f"| {one.plain.cider:.1f} " in row
        assert f"| {one.around} " in row
    ours = measure(describe(captioner, load(tmp_path / "everyday")["test"], None), java=False)
    assert f"| {ours.plain.cider:.1f} " in rows[2]
    assert f"| {ours.around} " in rows[2]


def test_a_model_of_english_alone_has_no_french_part() -> None:
    measured = measure([described(*said) for said in SAID], java=False)
    ours = peers.MeasuredModel("Ours", measured, measured)
    text = evaluate_everyday_and_french.report(ours, [], None)
    assert "Everyday: Ours" in text
    assert "French" not in text


@pytest.mark.parametrize(
    "wrong",
    [["--card", "--limit", "5"], ["--peer", "x"]],
)
def test_options_that_would_mislead_are_refused(line: list[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        evaluate_everyday_and_french.main([*line, *wrong])


def test_missing_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [f"--{name}={tmp_path}" for name in ("data", "everyday", "assets")]
    assert evaluate_everyday_and_french.main(folders) == 2
    assert capsys.readouterr().err.startswith("There is no prepared data")
