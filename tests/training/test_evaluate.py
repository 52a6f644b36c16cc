"""The table, the card, the contact sheet, the calibration and the command line of evaluate."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.contract import ModelContract
from tests.data.tiny_files import TINY, write_world
from tests.training.samples import CANDIDATES, CONTRACT, REFERENCES, words
from training import evaluate
from training.data.prepared import Photo
from training.errors import DataError
from training.scoring import metrics, model_card
from training.scoring.bootstrap import bootstrap, intervals
from training.scoring.contact_sheet import SHEET_MARGIN, contact_sheet
from training.scoring.measure import measure
from training.scoring.model_card import Row
from training.scoring.result import Described, Evaluation

COLOURS = {"dog.jpg": (250, 0, 0), "boy.jpg": (0, 250, 0), "car.jpg": (0, 0, 250)}


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    described = []
    for name, text in CANDIDATES.items():
        Image.new("RGB", (224, 224), COLOURS[name]).save(tmp_path / name, "PNG")
        photo = Photo(name, tmp_path / name, tuple(REFERENCES[name]))
        described.append(Described(photo, tuple(words(text)), f"{text}.", 0.25))
    return measure(described, java=False)


def test_the_table_keeps_unknown_whole_and_measured_numbers_apart() -> None:
    rows = [Row("ours", (63.04, 41.96, 1, None, 0.0, 100.0, 58.9), "here"), model_card.PUBLISHED[0]]
    lines = model_card.table(rows).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["system, x100", *model_card.COLUMNS, "source"]
    assert set(cells[1][0]) == {"-"}
    assert cells[2] == ["ours", "63.0", "42.0", "1", "-", "0.0", "100.0", "58.9", "here"]
    assert cells[3][:5] == ["Google NIC", "63", "41", "27", "-"]
    assert len({len(line) for line in lines}) == 1


def test_the_columns_hold_what_they_say() -> None:
    plain = metrics.Scores(1, 2, 3, 4, rouge_l=6, cider=7, meteor=None)
    ptb = dataclasses.replace(plain, meteor=5, bleu1=11)
    with_java, without = model_card.rows_of("Vois", plain, ptb)
    assert with_java.scores == (11, 2, 3, 4, 5, 6, 7)
    assert without.scores == (1, 2, 3, 4, None, 6, 7)
    assert "without Java" in without.system
    assert len(model_card.rows_of("Vois", plain, None)) == 1
    assert all(len(row.scores) == len(model_card.COLUMNS) for row in model_card.PUBLISHED)


def test_the_report_names_what_was_measured(evaluation: Evaluation) -> None:
    human = [Row("person", (1,) * 7, "here")]
    text = model_card.report(evaluation, CONTRACT, "test", 5, "abc123", human)
    assert "3 photos of Flickr8k's split test, beam 5, length penalty 0.7" in text
    assert "model abc123." in text
    assert "Mean confidence 0.250" in text
    found = metrics.score(CANDIDATES, REFERENCES)
    assert f" {found.bleu4:.1f} " in text
    assert f" {found.cider:.1f} " in text
    limits = intervals(bootstrap(CANDIDATES, REFERENCES))
    assert f"CIDEr {limits.cider.low:.1f} to {limits.cider.high:.1f}" in text
    assert f"BLEU-4 {limits.bleu4.low:.1f} to {limits.bleu4.high:.1f}" in text
    assert "Adaptive attention" in text
    assert "| person" in text
    # Others report the test split only: nothing to set beside another one.
    assert "Adaptive attention" not in model_card.report(evaluation, CONTRACT, "dev", 5, "abc123")


def test_the_report_says_what_compression_costs(evaluation: Evaluation) -> None:
    better = dataclasses.replace(evaluation.plain, cider=evaluation.plain.cider + 0.25)
    other = dataclasses.replace(evaluation, plain=better)
    text = model_card.report(evaluation, CONTRACT, "test", 5, "abc123", uncompressed=other)
    assert "costs 0.25 CIDEr" in text
    assert "32 bits, beam 5" in text
    assert "32 bits" not in model_card.report(evaluation, CONTRACT, "test", 5, "abc123")


def test_the_models_hash_changes_with_each_of_its_files(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    contract = ModelContract.load(tmp_path / "tiny")
    seen = {model_card.model_hash(tmp_path / "tiny", contract)}
    for name in (contract.encoder_file, contract.decoder_file, contract.vocabulary_file):
        with (tmp_path / "tiny" / name).open("ab") as file:
            file.write(b" ")
        seen.add(model_card.model_hash(tmp_path / "tiny", contract))
    assert len(seen) == 4


def test_a_whole_evaluation_writes_the_card(tmp_path: Path) -> None:
    write_world(tmp_path / "data", {"train": 6, "dev": 6, "test": 6})
    assets = tmp_path / "assets"
    shutil.copytree(TINY, assets)
    where = ["--data", str(tmp_path / "data"), "--assets", str(assets)]
    assert evaluate.main([*where, "--card", "--uncompressed", str(assets)]) == 0
    text = (assets / model_card.CARD_FILE).read_text(encoding="utf-8")
    assert "6 photos of Flickr8k's split test" in text
    assert "costs 0.00 CIDEr" in text


def test_the_card_is_begun_and_then_only_its_scores_change(tmp_path: Path) -> None:
    path = tmp_path / "MODEL_CARD.md"
    model_card.write_card(path, "SCORES 1\n", "the command")
    first = path.read_text(encoding="utf-8")
    for heading in ("Data", "Recipe", "Intended use", "Scores", "Known failures", "Terms"):
        assert f"## {heading}\n" in first
    assert "`the command`" in first
    path.write_text(f"My own prose.\n{first}And more.\n", encoding="utf-8")
    model_card.write_card(path, "SCORES 2\n", "the command")
    expected = f"My own prose.\n{first.replace('SCORES 1', 'SCORES 2')}And more.\n"
    assert path.read_text(encoding="utf-8") == expected


def test_each_part_of_the_card_is_written_alone(tmp_path: Path) -> None:
    path = tmp_path / "MODEL_CARD.md"
    model_card.write_card(path, "SCORES\n", "one")
    model_card.write_card(path, "ERRORS\n", "two", model_card.CONFIDENCE_PART)
    text = path.read_text(encoding="utf-8")
    assert text.index("## Scores") < text.index("SCORES") < text.index("## Confidence")
    assert text.index("## Confidence") < text.index("ERRORS") < text.index("## Known failures")


@pytest.mark.parametrize("lost", model_card.markers(model_card.SCORES_PART))
def test_a_card_without_its_markers_is_left_alone(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "MODEL_CARD.md"
    text = model_card.empty_card().replace(lost, "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="scores:begin"):
        model_card.write_card(path, "scores", "the command")
    assert path.read_text(encoding="utf-8") == text


def test_the_contact_sheet_shows_every_photo_with_words_below_the_best_first(
    evaluation: Evaluation,
) -> None:
    sheet = contact_sheet(evaluation)
    pixels = np.asarray(sheet)
    best_first = sorted(evaluation.cider, key=lambda name: -evaluation.cider[name])
    step = 224 + SHEET_MARGIN
    for place, name in enumerate(best_first):
        left = SHEET_MARGIN + place * step
        middle = pixels[SHEET_MARGIN + 112, left + 112]
        assert tuple(middle) == COLOURS[name]
        below = pixels[SHEET_MARGIN + 230 :, left : left + 224]
        assert (below < 100).sum() > 300
        # Nothing runs over into the next photo's words.
        assert (pixels[SHEET_MARGIN + 230 :, left + 226 : left + 234] == 255).all()
    assert sheet.width == 3 * step + SHEET_MARGIN


def test_the_contact_sheet_takes_24_at_random_but_always_the_same(evaluation: Evaluation) -> None:
    many = [
        dataclasses.replace(
            one, photo=dataclasses.replace(one.photo, name=f"{number}{one.photo.name}")
        )
        for number in range(20)
        for one in evaluation.described
    ]
    cider = {one.photo.name: float(place) for place, one in enumerate(many)}
    larger = dataclasses.replace(evaluation, described=tuple(many), cider=cider)
    sheet = contact_sheet(larger)
    assert sheet.width == 6 * (224 + SHEET_MARGIN) + SHEET_MARGIN
    assert 4 * 224 < sheet.height < 4 * 420
    assert sheet.tobytes() == contact_sheet(larger).tobytes()
    assert sheet.tobytes() != contact_sheet(larger, seed=1).tobytes()


def test_json_holds_our_words_and_no_caption_of_the_data_set(evaluation: Evaluation) -> None:
    values = evaluate.as_json(evaluation, CONTRACT, "dev", 2)
    text = json.dumps(values)
    assert "A black dog runs on the the beach." in text
    assert not any(caption in text for every in REFERENCES.values() for caption in every)
    assert (values["beam_size"], values["photos"], values["split"]) == (2, 3, "dev")


def test_what_is_missing_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ["--data", str(tmp_path), "--assets", str(tmp_path)]
    assert evaluate.main(missing) == 2
    assert capsys.readouterr().err.startswith("There is no prepared data")


def test_neutral_wording_is_scored_against_both_wordings(tmp_path: Path) -> None:
    photo = Photo("a.jpg", tmp_path / "a.jpg", ("A man runs.", "A man runs on the grass."))
    other = Photo("b.jpg", tmp_path / "b.jpg", ("Two dogs play.", "Two dogs play in snow."))
    described = [
        Described(photo, ("a", "man", "runs", "on", "the", "grass"), "A man runs.", 0.5),
        Described(other, ("two", "dogs", "play", "in", "snow"), "Two dogs play.", 0.5),
    ]
    rows = evaluate.rows_of_wording(described)
    bleu1 = [row.scores[0] for row in rows]
    assert [row.system.split(",")[0] for row in rows] == ["as the model wrote"] * 2 + [
        "neutral"
    ] * 2
    # Each wording says each word of its own people, and misses one of eleven of the others'.
    assert bleu1[0] == bleu1[3] == pytest.approx(100)
    assert bleu1[1] == bleu1[2] == pytest.approx(100 * 10 / 11)


def test_forms_and_wordings_are_evaluated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_world(tmp_path / "data", {"train": 6, "dev": 6, "test": 6})
    where = ["--data", str(tmp_path / "data"), "--assets", str(TINY)]
    assert evaluate.main([*where, "--form", "short", "--neutral"]) == 0
    printed = capsys.readouterr().out
    assert "Form short: " in printed
    assert "neutral, against people's captions" in printed


@pytest.mark.parametrize(
    "options",
    [
        ["--card", "--form", "full"],
        ["--beam", "3", "--form", "short"],
        ["--card", "--limit", "5"],
        ["--card", "--split", "dev"],
        ["--beam", "0"],
    ],
)
def test_options_that_would_mislead_are_refused(options: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(["--data", "data", "--assets", "assets", *options])
