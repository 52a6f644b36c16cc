"""Scores against a brute-force BLEU, hand-counted ROUGE-L, CIDEr's fixed points; the report."""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.contract import ModelContract
from training import evaluate, scores
from training.evaluate import Described, Evaluation, Row
from training.flickr8k import DataError, Photo

REFERENCES = {
    "dog.jpg": [
        "A black dog runs on the beach.",
        "The dog, a black one, runs!",
        "A dog is running",
    ],
    "boy.jpg": ["A boy's kite flies.", "The boy flies a red kite on the beach .", "Kite flying"],
    "car.jpg": ["Two men push a car", "Men pushing an old car up a hill .", "A car is pushed ."],
}
CANDIDATES = {
    "dog.jpg": "A black dog runs on the the beach",
    "boy.jpg": "A boy flies a kite",
    "car.jpg": "Two men push an old car",
}


def words(text: str) -> list[str]:
    return text.lower().replace(".", "").replace(",", "").replace("!", "").split()


def ngrams(sentence: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(sentence[at : at + size]) for at in range(len(sentence) - size + 1))


def brute_bleu(candidates: dict[str, str], references: dict[str, list[str]], order: int) -> float:
    """Papineni's definition, written without a look at pycocoevalcap."""
    logs = 0.0
    for size in range(1, order + 1):
        right = total = 0
        for name, text in candidates.items():
            said = ngrams(words(text), size)
            allowed: Counter[tuple[str, ...]] = Counter()
            for reference in references[name]:
                allowed |= ngrams(words(reference), size)
            right += sum((said & allowed).values())
            total += sum(said.values())
        logs += math.log(right / total) / order
    length = closest = 0
    for name, text in candidates.items():
        own = len(words(text))
        length += own
        sizes = [len(words(reference)) for reference in references[name]]
        closest += min(sizes, key=lambda size: (abs(size - own), size))
    return 100 * min(1.0, math.exp(1 - closest / length)) * math.exp(logs)


@pytest.mark.parametrize("short", [False, True])
def test_bleu_is_that_of_the_definition(short: bool) -> None:
    candidates = dict(CANDIDATES)
    if short:
        candidates["dog.jpg"] = "a black dog runs"
        candidates["boy.jpg"] = "kite"
    found = scores.score(candidates, REFERENCES)
    expected = [brute_bleu(candidates, REFERENCES, order) for order in (1, 2, 3, 4)]
    assert [found.bleu1, found.bleu2, found.bleu3, found.bleu4] == pytest.approx(expected)


def test_words_and_sentences_score_alike() -> None:
    cut = {name: words(text) for name, text in CANDIDATES.items()}
    assert scores.score(cut, REFERENCES) == scores.score(CANDIDATES, REFERENCES)


def test_rouge_is_counted_by_hand() -> None:
    # Longest common subsequence "a dog on beach": 4 of 5 words said, 4 of 6 in the reference.
    found = scores.score({"a": "a dog sits on beach"}, {"a": ["a dog runs on the beach"]})
    precision, recall = 4 / 5, 4 / 6
    f_measure = (1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision)
    assert found.rouge_l == pytest.approx(100 * f_measure)


def test_cider_is_1000_for_the_only_reference_and_0_without_a_common_word() -> None:
    references = {"a": ["two brown dogs run along"], "b": ["one small child sits there"]}
    candidates = {"a": "Two brown dogs run along.", "b": "grass"}
    by_photo = scores.cider_by_photo(candidates, references)
    assert by_photo == pytest.approx({"a": 1000.0, "b": 0.0})
    assert scores.score(candidates, references).cider == pytest.approx(500.0)


def test_cider_by_photo_follows_names_not_order() -> None:
    turned = dict(reversed(CANDIDATES.items()))
    assert scores.cider_by_photo(turned, REFERENCES) == scores.cider_by_photo(
        CANDIDATES, REFERENCES
    )


def test_intervals_hold_the_score_and_shrink_to_it_when_photos_are_alike() -> None:
    found = scores.score(CANDIDATES, REFERENCES)
    around = scores.intervals(CANDIDATES, REFERENCES)
    assert around.cider.low < found.cider < around.cider.high
    assert around.bleu4.low < found.bleu4 < around.bleu4.high
    few = [scores.intervals(CANDIDATES, REFERENCES, samples=3) for _ in range(5)]
    assert len(set(few)) == 1
    alike = {name: REFERENCES["dog.jpg"] for name in "abc"}
    candidates = dict.fromkeys(alike, CANDIDATES["dog.jpg"])
    same = scores.intervals(candidates, alike).bleu4
    bleu4 = scores.score(candidates, alike).bleu4
    assert (same.low, same.high) == pytest.approx((bleu4, bleu4))


def test_an_empty_description_scores_nothing_and_breaks_nothing() -> None:
    found = scores.score(dict.fromkeys(REFERENCES, ""), REFERENCES)
    assert (found.bleu1, found.cider) == pytest.approx((0.0, 0.0))
    assert scores.intervals(dict.fromkeys(REFERENCES, ""), REFERENCES).bleu4.high == 0


def test_human_scores_leave_each_caption_out_once() -> None:
    found = scores.human_scores(REFERENCES)
    rounds = []
    for turn in range(3):
        candidates = {name: every[turn] for name, every in REFERENCES.items()}
        rest = {name: every[:turn] + every[turn + 1 :] for name, every in REFERENCES.items()}
        rounds.append(scores.score(candidates, rest))
    assert found.bleu4 == pytest.approx(sum(one.bleu4 for one in rounds) / 3)
    assert found.cider == pytest.approx(sum(one.cider for one in rounds) / 3)
    assert found.meteor is None


@pytest.mark.parametrize(
    ("candidates", "references", "sentence"),
    [
        ({"a": "x"}, {"b": ["x"]}, "not of the same photos"),
        ({}, {}, "not of the same photos"),
        ({"a": "x"}, {"a": []}, "no reference"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    candidates: dict[str, str], references: dict[str, list[str]], sentence: str
) -> None:
    with pytest.raises(scores.ScoreError, match=sentence):
        scores.score(candidates, references)


def test_people_with_unequal_captions_are_refused() -> None:
    with pytest.raises(scores.ScoreError, match="same number"):
        scores.human_scores({"a": ["x", "y", "z"], "b": ["x", "y"]})
    with pytest.raises(scores.ScoreError, match="two or more"):
        scores.human_scores({"a": ["x"]})


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    scores.score(CANDIDATES, REFERENCES)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not scores.java_found(), reason="needs Java")
def test_java_adds_meteor_and_cuts_possessives(capfd: pytest.CaptureFixture[str]) -> None:
    with_java = scores.score(CANDIDATES, REFERENCES, java=True)
    assert capfd.readouterr() == ("", "")
    assert with_java.meteor is not None
    # METEOR 1.5 says 44.1; other releases of Java may round otherwise.
    assert with_java.meteor == pytest.approx(44.13, abs=0.1)
    # The PTB tokenizer parts "boy's" into "boy" and "'s"; ours keeps it.
    assert with_java.bleu2 > scores.score(CANDIDATES, REFERENCES).bleu2


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_java_that_only_says_where_to_get_one_is_no_java(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not scores.java_found()


def test_java_that_does_not_run_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not scores.java_found()
    with pytest.raises(scores.ScoreError, match="score without Java"):
        scores.score(CANDIDATES, REFERENCES, java=True)


CONTRACT = ModelContract(
    encoder="tiny",
    encoder_file="encoder.onnx",
    decoder_file="decoder.onnx",
    vocabulary_file="vocabulary.json",
    vocabulary_sha256="0123456789abcdef" * 4,
    input_size=8,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    layers=1,
    heads=1,
    width=4,
    max_length=5,
    beam_size=3,
    length_penalty=0.7,
    languages=("en",),
    unsure_below=0.2,
)
COLOURS = {"dog.jpg": (250, 0, 0), "boy.jpg": (0, 250, 0), "car.jpg": (0, 0, 250)}


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    described = []
    for name, text in CANDIDATES.items():
        Image.new("RGB", (224, 224), COLOURS[name]).save(tmp_path / name, "PNG")
        photo = Photo(name, tmp_path / name, tuple(REFERENCES[name]))
        described.append(Described(photo, tuple(words(text)), f"{text}.", 0.25))
    return evaluate.measure(described, java=False)


def test_the_table_keeps_unknown_whole_and_measured_numbers_apart() -> None:
    rows = [Row("ours", (63.04, 41.96, 1, None, 0.0, 100.0, 58.9), "here"), evaluate.PUBLISHED[0]]
    lines = evaluate.table(rows).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == ["system, x100", *evaluate.COLUMNS, "source"]
    assert set(cells[1][0]) == {"-"}
    assert cells[2] == ["ours", "63.0", "42.0", "1", "-", "0.0", "100.0", "58.9", "here"]
    assert cells[3][:5] == ["Google NIC", "63", "41", "27", "-"]
    assert len({len(line) for line in lines}) == 1


def test_the_columns_hold_what_they_say() -> None:
    plain = scores.Scores(1, 2, 3, 4, rouge_l=6, cider=7, meteor=None)
    ptb = dataclasses.replace(plain, meteor=5, bleu1=11)
    with_java, without = evaluate.rows_of("Vois", plain, ptb)
    assert with_java.scores == (11, 2, 3, 4, 5, 6, 7)
    assert without.scores == (1, 2, 3, 4, None, 6, 7)
    assert "without Java" in without.system
    assert len(evaluate.rows_of("Vois", plain, None)) == 1
    assert all(len(row.scores) == len(evaluate.COLUMNS) for row in evaluate.PUBLISHED)


def test_the_report_names_what_was_measured(evaluation: Evaluation) -> None:
    human = [Row("person", (1,) * 7, "here")]
    text = evaluate.report(evaluation, CONTRACT, "test", 5, human)
    assert "3 photos of Flickr8k's split test, beam 5, length penalty 0.7" in text
    assert "vocabulary 0123456789ab." in text
    assert "Mean confidence 0.250" in text
    found = scores.score(CANDIDATES, REFERENCES)
    assert f" {found.bleu4:.1f} " in text
    assert f" {found.cider:.1f} " in text
    around = scores.intervals(CANDIDATES, REFERENCES)
    assert f"CIDEr {around.cider.low:.1f} to {around.cider.high:.1f}" in text
    assert f"BLEU-4 {around.bleu4.low:.1f} to {around.bleu4.high:.1f}" in text
    assert "Adaptive attention" in text
    assert "| person" in text
    # Others report the test split only: nothing to set beside another one.
    assert "Adaptive attention" not in evaluate.report(evaluation, CONTRACT, "dev", 5, [])


def test_the_card_is_begun_and_then_only_its_scores_change(tmp_path: Path) -> None:
    path = tmp_path / "MODEL_CARD.md"
    evaluate.write_card(path, "SCORES 1\n", "the command")
    first = path.read_text(encoding="utf-8")
    for heading in ("Data", "Recipe", "Intended use", "Scores", "Known failures", "Terms"):
        assert f"## {heading}\n" in first
    assert "`the command`" in first
    path.write_text(f"My own prose.\n{first}And more.\n", encoding="utf-8")
    evaluate.write_card(path, "SCORES 2\n", "the command")
    expected = f"My own prose.\n{first.replace('SCORES 1', 'SCORES 2')}And more.\n"
    assert path.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("lost", [evaluate.CARD_BEGIN, evaluate.CARD_END])
def test_a_card_without_its_markers_is_left_alone(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "MODEL_CARD.md"
    text = evaluate.CARD.replace(lost, "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="scores:begin"):
        evaluate.write_card(path, "scores", "the command")
    assert path.read_text(encoding="utf-8") == text


def test_the_contact_sheet_shows_every_photo_with_words_below_the_best_first(
    evaluation: Evaluation,
) -> None:
    sheet = evaluate.contact_sheet(evaluation)
    pixels = np.asarray(sheet)
    best_first = sorted(evaluation.cider, key=lambda name: -evaluation.cider[name])
    step = 224 + evaluate.SHEET_MARGIN
    for place, name in enumerate(best_first):
        left = evaluate.SHEET_MARGIN + place * step
        middle = pixels[evaluate.SHEET_MARGIN + 112, left + 112]
        assert tuple(middle) == COLOURS[name]
        below = pixels[evaluate.SHEET_MARGIN + 230 :, left : left + 224]
        assert (below < 100).sum() > 300
        # Nothing runs over into the next photo's words.
        assert (pixels[evaluate.SHEET_MARGIN + 230 :, left + 226 : left + 234] == 255).all()
    assert sheet.width == 3 * step + evaluate.SHEET_MARGIN


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
    sheet = evaluate.contact_sheet(larger)
    assert sheet.width == 6 * (224 + evaluate.SHEET_MARGIN) + evaluate.SHEET_MARGIN
    assert 4 * 224 < sheet.height < 4 * 420
    assert sheet.tobytes() == evaluate.contact_sheet(larger).tobytes()
    assert sheet.tobytes() != evaluate.contact_sheet(larger, seed=1).tobytes()


def test_json_holds_our_words_and_no_caption_of_the_data_set(evaluation: Evaluation) -> None:
    values = evaluate.as_json(evaluation, CONTRACT, "dev", 2)
    text = json.dumps(values)
    assert "A black dog runs on the the beach." in text
    assert not any(caption in text for every in REFERENCES.values() for caption in every)
    assert (values["beam_size"], values["photos"], values["split"]) == (2, 3, "dev")


def test_unsure_below_parts_off_the_lowest_fifth() -> None:
    confidence = [place / 100 for place in range(100)]
    cider = [float(place) for place in range(100)]
    found = evaluate.suggest_unsure_below(confidence, cider)
    assert sum(value < found.unsure_below for value in confidence) == 20
    assert (found.hits, found.cider_unsure, found.cider_sure) == (1.0, 9.5, 59.5)
    assert evaluate.suggest_unsure_below(confidence, cider[::-1]).hits == 0


@pytest.mark.parametrize("confidence", [[], [0.5], [0.5] * 10])
def test_confidences_that_tell_nothing_suggest_nothing(confidence: list[float]) -> None:
    with pytest.raises(scores.ScoreError, match="too few or too much alike"):
        evaluate.suggest_unsure_below(confidence, [1.0] * len(confidence))


def test_what_is_missing_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ["--data", str(tmp_path), "--assets", str(tmp_path)]
    assert evaluate.main(missing) == 2
    assert capsys.readouterr().err.startswith("There is no prepared data")


@pytest.mark.parametrize(
    "options", [["--card", "--limit", "5"], ["--card", "--split", "dev"], ["--beam", "0"]]
)
def test_options_that_would_mislead_are_refused(options: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(["--data", "data", "--assets", "assets", *options])
