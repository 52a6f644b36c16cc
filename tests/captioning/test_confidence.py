"""How sure a description is, and in what manner it is said."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.beam_search import Hypothesis
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Confidence, Manner, Verdict
from pipeline.captioning.confidence_features import (
    DESCRIPTION_FEATURES,
    Words,
    description_features,
)
from pipeline.captioning.confidence_file import load_confidence, save_confidence
from pipeline.errors import ModelError
from pipeline.photo_quality import assess
from tests.data.tiny_files import TINY, tiny_confidence
from training.calibration.nonscenes import draw
from training.scoring.model_card import model_hash

LANGUAGES = ("en", "fr")  # the tiny network's
ASSETS = Path(__file__).parents[2] / "assets"
SAID = (("a", "brown", "dog", "runs"), ("a", "brown", "dog", "sits"), ("a", "cat", "sits"))
KNOWN = Words(
    {word: place for place, word in enumerate(("brown", "dog", "runs", "cat"))},
    np.array([-3.0, -1.0, -2.0, -3.0]),
    np.array([False, True, False, True]),
)


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(ASSETS, accelerate=False)


def found(*scores: Sequence[float]) -> list[Hypothesis]:
    return [Hypothesis((), tuple(each), sum(each) / len(each) ** 0.7, ()) for each in scores]


def judge(confidence: Confidence, *scores: Sequence[float], feature: float = 0.0) -> list[Verdict]:
    features = np.full(16, feature, np.float32)
    return confidence.judge(SAID[: len(scores)], found(*scores), features, "en")


def knowing(**changes: object) -> Confidence:
    """The tiny network's file with a rule for single words: their log-probability above -0.5."""
    word = np.array([0.0, 10.0, 0.0, 0.0, 5.0])
    words = {**tiny_confidence().words, "en": KNOWN}
    known = dataclasses.replace(tiny_confidence(), words=words, word=word, sure_from=0.5)
    return dataclasses.replace(known, **changes)


def test_the_features_are_what_they_are_called() -> None:
    scores = ((-0.1, -0.2, -0.3, -0.4, 0.0), (-1.0,) * 5, (-2.0,) * 4)
    rows = description_features(SAID, found(*scores), np.array([7.0, 8.0, 9.0]))
    first = dict(zip(DESCRIPTION_FEATURES, rows[0], strict=True))
    assert first["mean"] == pytest.approx(-0.2)
    assert first["least"] == -0.4
    assert first["margin"] == pytest.approx((-1.0 + 5.0) / 5**0.7)
    # Words shared by two beams: 3 of 5, 1 of 6 and 2 of 5.
    assert first["agreement"] == pytest.approx((3 / 5 + 1 / 6 + 2 / 5) / 3)
    assert first["length"] == 4
    assert first["beams"] == pytest.approx((-0.2 - 1 - 2) / 3 + 0.2)
    assert (first["outside"], first["inside"]) == (7.0, 8.0)
    assert rows[1][DESCRIPTION_FEATURES.index("margin")] == pytest.approx((-5.0 + 1.0) / 5**0.7)
    (alone,) = description_features(SAID[:1], found(scores[0]), np.zeros(3))
    assert (alone[2], alone[3]) == (0.0, 1.0)


def test_probabilities_rise_with_the_features_and_stay_between_0_and_1() -> None:
    confidence = tiny_confidence()
    chances = [judge(confidence, [score] * 5)[0].probability for score in (-1e4, -5, -2, -1, 0)]
    assert chances == sorted(chances)
    assert len(set(chances)) == len(chances)
    assert 0 <= chances[0] < chances[-1] <= 1
    # sigmoid(4 * (log-probability - log 0.25)), and the ood score only adds sigmoid(-10)
    assert chances[2] == pytest.approx(1 / (1 + math.exp(8 + 4 * math.log(0.25))), rel=1e-3)


def test_the_manner_follows_from_the_probability() -> None:
    confidence = dataclasses.replace(tiny_confidence(), plain_from=0.6, unknown_below=0.2)
    for score, manner in ((-1.0, Manner.PLAIN), (-1.38, Manner.PERHAPS), (-2.0, Manner.UNKNOWN)):
        assert judge(confidence, [score] * 5)[0].manner is manner
    exact = judge(confidence, [-1.38] * 5)[0].probability
    assert judge(dataclasses.replace(confidence, plain_from=exact), [-1.38] * 5)[0].manner is (
        Manner.PLAIN
    )


def test_photos_like_those_of_the_smaller_sets_need_more_to_be_plain() -> None:
    confidence = dataclasses.replace(
        tiny_confidence(), unlike_flickr8k=np.array([1.0, 0.0, 0.0, 5.0]), plain_from_unlike=0.9
    )
    for score, manners in ((-1.0, ("plain", "perhaps")), (-0.1, ("plain", "plain"))):
        found = [judge(confidence, [score] * 5, feature=feature)[0] for feature in (0.0, 1.0)]
        assert found[0].probability == pytest.approx(found[1].probability)
        assert tuple(one.manner for one in found) == manners


def test_out_of_distribution_is_unknown_however_likely_its_words() -> None:
    ood = dataclasses.replace(tiny_confidence(), ood=np.array([1.0, 0.0, 0.0, 5.0]))
    near, far = (judge(ood, [-0.1] * 5, feature=feature)[0] for feature in (0.0, 1.0))
    assert near.manner is Manner.PLAIN
    assert far.manner is Manner.UNKNOWN
    assert far.probability < 0.1 < 0.9 < near.probability


def test_the_sure_words_are_things_with_their_sure_adjectives() -> None:
    confidence = knowing(unknown_below=1.0, plain_from=1.0)
    for scores, expected in (
        ((-0.1, -0.1, -0.1, -9.0, -9.0), ("a brown dog",)),
        ((-0.1, -0.9, -0.1, -9.0, -9.0), ("dog",)),
        ((-0.1, -0.1, -0.9, -0.1, -0.1), ()),  # neither "brown" nor "runs" can stand alone
    ):
        (verdict,) = judge(confidence, scores)
        assert verdict.manner is Manner.UNKNOWN
        assert verdict.sure == expected
    assert judge(knowing(), [-0.1] * 5)[0].sure == ()


def test_words_that_other_beams_lack_are_less_sure() -> None:
    word = np.array([10.0, 0.0, 0.0, 0.0, -5.0])  # more than half of the beams say it
    confidence = knowing(word=word, unknown_below=1.0, plain_from=1.0)
    dog, _, cat = judge(confidence, [-0.1] * 5, [-0.1] * 5, [-0.1] * 4)
    assert dog.sure == ("a brown dog",)
    assert cat.sure == ()


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "confidence.npz"
    save_confidence(knowing(), path)
    first = path.read_bytes()
    again = load_confidence(path, LANGUAGES)
    save_confidence(again, path)
    assert path.read_bytes() == first
    assert again.words["en"].number == KNOWN.number
    assert judge(again, [-1.0] * 5) == judge(knowing(), [-1.0] * 5)
    assert (TINY / "confidence.npz").stat().st_size < 4000


def rewritten(path: Path, name: str, array: object) -> None:
    with np.load(path) as file:
        arrays = {each: file[each] for each in file.files}
    if array is None:
        del arrays[name]
    else:
        arrays[name] = np.asarray(array)
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("centre", None),
        ("centre", np.zeros(15)),
        ("spread", np.zeros(1)),
        ("ood", np.zeros(3)),
        ("right", np.full(len(DESCRIPTION_FEATURES) + 1, np.nan)),
        ("right", np.zeros(2)),
        ("word", np.zeros(2)),
        ("unlike_flickr8k", np.zeros(3)),
        ("limits", [0.2, 0.5, 0.3, 0.5]),
        ("limits", [0.5, 0.2, 0.3, 0.5]),
        ("limits", [0.5, 1.2, 0.0, 0.5]),
        ("limits", [0.5, 0.5, 0.1, 1.5]),
        ("limits", [0.5, 0.1, 0.5]),
        ("feature_scale_en", np.zeros((2, len(DESCRIPTION_FEATURES)))),
        ("words_en", ["dog"]),
        ("languages", ["de"]),
    ],
)
def test_a_damaged_file_is_said_in_a_sentence(name: str, array: object, tmp_path: Path) -> None:
    path = tmp_path / "confidence.npz"
    save_confidence(tiny_confidence(), path)
    load_confidence(path, LANGUAGES)
    rewritten(path, name, array)
    with pytest.raises(ModelError, match=r"model file confidence\.npz is damaged\."):
        load_confidence(path, LANGUAGES)


def test_a_file_that_is_no_archive_or_gone_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "confidence.npz"
    with pytest.raises(ModelError, match=r"is missing: there is no confidence\.npz") as caught:
        load_confidence(path, LANGUAGES)
    assert str(tmp_path) not in str(caught.value)
    path.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="is damaged"):
        load_confidence(path, LANGUAGES)


def test_another_models_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "confidence.npz"
    save_confidence(tiny_confidence(), path)
    with pytest.raises(ModelError, match="do not fit together"):
        load_confidence(path, ("en",))
    with pytest.raises(ModelError, match="do not fit together"):
        tiny_confidence().judge(SAID[:1], found([-1.0] * 5), np.zeros(15, np.float32), "en")


def test_it_was_fitted_for_the_model_that_is_shipped(captioner: Captioner) -> None:
    assert captioner.confidence.model == model_hash(ASSETS, captioner.contract)
    path = ASSETS / captioner.contract.confidence_file
    assert path.stat().st_size < 1e6
    things = captioner.confidence.words["en"]
    for word, thing in (("dog", True), ("building", True), ("brown", False), ("runs", False)):
        assert things.thing[things.number[word]] == thing


def test_judging_takes_a_millisecond(captioner: Captioner) -> None:
    encoded = captioner.encode(np.zeros((224, 224, 3), np.uint8))
    captions = captioner.captions(encoded)
    said = [caption.words for caption in captions]
    hypotheses = found(*(caption.word_scores for caption in captions))
    times = []
    for _ in range(50):
        began = time.perf_counter()
        captioner.confidence.judge(said, hypotheses, encoded.features, "en")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.002


@pytest.mark.parametrize("family", ["screens", "noise", "diagrams", "drawings", "surfaces"])
def test_the_shipped_model_does_not_describe_what_is_no_scene(
    captioner: Captioner, family: str
) -> None:
    for one in draw(4, 77, [family]):
        caption = captioner.describe(one.rgb)
        assert assess(one.rgb) is not None or caption.manner is Manner.UNKNOWN, one.kind
        assert not caption.sure
