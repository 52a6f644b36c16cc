"""Scores against a brute-force BLEU, hand-counted ROUGE-L, CIDEr's fixed points."""

from __future__ import annotations

import math
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.training.samples import CANDIDATES, REFERENCES, words
from training.scoring import metrics
from training.scoring.bootstrap import bootstrap, intervals


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
    found = metrics.score(candidates, REFERENCES)
    expected = [brute_bleu(candidates, REFERENCES, order) for order in (1, 2, 3, 4)]
    assert [found.bleu1, found.bleu2, found.bleu3, found.bleu4] == pytest.approx(expected)


def test_words_and_sentences_score_alike() -> None:
    cut = {name: words(text) for name, text in CANDIDATES.items()}
    assert metrics.score(cut, REFERENCES) == metrics.score(CANDIDATES, REFERENCES)


def test_rouge_is_counted_by_hand() -> None:
    # Longest common subsequence "a dog on beach": 4 of 5 words said, 4 of 6 in the reference.
    found = metrics.score({"a": "a dog sits on beach"}, {"a": ["a dog runs on the beach"]})
    precision, recall = 4 / 5, 4 / 6
    f_measure = (1 + 1.2**2) * precision * recall / (recall + 1.2**2 * precision)
    assert found.rouge_l == pytest.approx(100 * f_measure)


def test_cider_is_1000_for_the_only_reference_and_0_without_a_common_word() -> None:
    references = {"a": ["two brown dogs run along"], "b": ["one small child sits there"]}
    candidates = {"a": "Two brown dogs run along.", "b": "grass"}
    by_photo = metrics.cider_by_photo(candidates, references)
    assert by_photo == pytest.approx({"a": 1000.0, "b": 0.0})
    assert metrics.score(candidates, references).cider == pytest.approx(500.0)


def test_cider_by_photo_follows_names_not_order() -> None:
    turned = dict(reversed(CANDIDATES.items()))
    assert metrics.cider_by_photo(turned, REFERENCES) == metrics.cider_by_photo(
        CANDIDATES, REFERENCES
    )


def test_intervals_hold_the_score_and_shrink_to_it_when_photos_are_alike() -> None:
    found = metrics.score(CANDIDATES, REFERENCES)
    limits = intervals(bootstrap(CANDIDATES, REFERENCES))
    assert limits.cider.low < found.cider < limits.cider.high
    assert limits.bleu4.low < found.bleu4 < limits.bleu4.high
    few = [intervals(bootstrap(CANDIDATES, REFERENCES, samples=3)) for _ in range(5)]
    assert len(set(few)) == 1
    alike = {name: REFERENCES["dog.jpg"] for name in "abc"}
    candidates = dict.fromkeys(alike, CANDIDATES["dog.jpg"])
    same = intervals(bootstrap(candidates, alike)).bleu4
    bleu4 = metrics.score(candidates, alike).bleu4
    assert (same.low, same.high) == pytest.approx((bleu4, bleu4))


def test_an_empty_description_scores_nothing_and_breaks_nothing() -> None:
    found = metrics.score(dict.fromkeys(REFERENCES, ""), REFERENCES)
    assert (found.bleu1, found.cider) == pytest.approx((0.0, 0.0))
    assert intervals(bootstrap(dict.fromkeys(REFERENCES, ""), REFERENCES)).bleu4.high == 0


def test_human_scores_leave_each_caption_out_once() -> None:
    found = metrics.human_scores(REFERENCES)
    rounds = []
    for index in range(3):
        candidates = {name: every[index] for name, every in REFERENCES.items()}
        others = {name: every[:index] + every[index + 1 :] for name, every in REFERENCES.items()}
        rounds.append(metrics.score(candidates, others))
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
    with pytest.raises(metrics.ScoreError, match=sentence):
        metrics.score(candidates, references)


def test_people_with_unequal_captions_are_refused() -> None:
    with pytest.raises(metrics.ScoreError, match="same number"):
        metrics.human_scores({"a": ["x", "y", "z"], "b": ["x", "y"]})
    with pytest.raises(metrics.ScoreError, match="two or more"):
        metrics.human_scores({"a": ["x"]})


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    metrics.score(CANDIDATES, REFERENCES)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not metrics.java_found(), reason="needs Java")
def test_java_adds_meteor_and_cuts_possessives(capfd: pytest.CaptureFixture[str]) -> None:
    with_java = metrics.score(CANDIDATES, REFERENCES, java=True)
    assert capfd.readouterr() == ("", "")
    assert with_java.meteor is not None
    # METEOR 1.5 says 44.1; other releases of Java may round otherwise.
    assert with_java.meteor == pytest.approx(44.13, abs=0.1)
    # The PTB tokenizer parts "boy's" into "boy" and "'s"; ours keeps it.
    assert with_java.bleu2 > metrics.score(CANDIDATES, REFERENCES).bleu2


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_java_that_only_says_where_to_get_one_is_no_java(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not metrics.java_found()


def test_java_that_does_not_run_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert not metrics.java_found()
    with pytest.raises(metrics.ScoreError, match="score without Java"):
        metrics.score(CANDIDATES, REFERENCES, java=True)
