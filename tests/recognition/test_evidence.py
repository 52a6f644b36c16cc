"""Captions against what was recognised: features, ranking, manner."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.errors import ModelError
from pipeline.image import read_rgb
from pipeline.recognition.evidence import (
    FEATURES,
    Evidence,
    evidence,
    load_evidence,
    rank,
    save_evidence,
)
from pipeline.recognition.names import names
from training.calibration.evidence_fit import Witnessed, all_named, fit_evidence

ASSETS = Path(__file__).parents[2] / "assets"


def presence(**chances: float) -> np.ndarray:
    """The probability of each name: as given for COCO's labels, 0.01 for the others."""
    return np.array([chances.get(name.coco, 0.01) if name.coco else 0.01 for name in names()])


def odds(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def test_the_features_are_of_the_captions_things() -> None:
    seen = presence(dog=0.9, cat=0.2, car=0.8)
    found = evidence("a puppy chases a kitten".split(), seen)
    assert found == pytest.approx([odds(0.2), (odds(0.9) + odds(0.2)) / 2, odds(0.8), 0])
    assert evidence("a dog in a car".split(), seen)[2] == pytest.approx(odds(0.2))


def test_a_caption_without_such_a_thing_is_told_apart() -> None:
    found = evidence("a red wall in the light".split(), presence(dog=0.9))
    assert found[3] == 1
    assert found[0] == found[1] == 1.5


def test_a_beam_that_says_what_is_seen_ranks_higher() -> None:
    seen = presence(cup=0.9, scissors=0.001)
    assert rank(-1.0, ["a", "cup"], seen) > rank(-0.8, ["some", "scissors"], seen)
    assert rank(-1.0, ["a", "cup"], seen) < rank(-0.1, ["some", "scissors"], seen)


def test_the_fit_finds_what_tells_invented_things(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(400, len(FEATURES)))
    fitted = fit_evidence(Witnessed(rows, rows[:, 0] > 0))
    assert fitted.weights[0] > 10 * np.abs(fitted.weights[1:4]).max()
    save_evidence(fitted, tmp_path / "evidence.npz")
    loaded = load_evidence(tmp_path / "evidence.npz")
    assert np.array_equal(loaded.weights, fitted.weights)
    assert (loaded.plain_from, loaded.said_from) == (fitted.plain_from, fitted.said_from)


def test_a_missing_damaged_or_other_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    save_evidence(Evidence(np.zeros(2), 0.5, 0.1), tmp_path / "other.npz")
    for name in ("none.npz", "bad.npz", "other.npz"):
        with pytest.raises(ModelError):
            load_evidence(tmp_path / name)


@pytest.mark.parametrize(
    ("words", "expected"),
    [("a puppy runs", True), ("a dog and a cat", False), ("red walls in the light", True)],
)
def test_people_name_a_thing_by_any_of_its_words(words: str, expected: bool) -> None:
    assert all_named(words.split(), ("A dog runs.", "Two animals.")) is expected


@pytest.mark.parametrize(
    ("plain_from", "said_from", "manner"),
    [(0.0, 0.0, Manner.PLAIN), (1.1, 0.0, Manner.PERHAPS), (1.1, 1.1, Manner.UNKNOWN)],
)
def test_what_nobody_sees_is_said_with_more_care(
    plain_from: float, said_from: float, manner: Manner
) -> None:
    captioner = Captioner.load(ASSETS, accelerate=False)
    assert captioner.recogniser is not None
    neutral = Evidence.neutral()
    captioner.recogniser.evidence = dataclasses.replace(
        neutral, plain_from=plain_from, said_from=said_from
    )
    encoded = captioner.encode(read_rgb((ASSETS / "samples" / "temple.jpg").read_bytes()))
    recognising = captioner.recognise(encoded)
    assert captioner.captions(encoded)[0].manner is Manner.PLAIN
    assert captioner.captions(encoded, recognising=recognising)[0].manner is manner
    french = captioner.captions(encoded, language="fr")
    assert captioner.captions(encoded, language="fr", recognising=recognising) == french


def test_the_coffee_and_the_cat_are_not_called_something_else_plainly() -> None:
    captioner = Captioner.load(ASSETS, accelerate=False)
    for sample in ("coffee", "cat"):
        encoded = captioner.encode(read_rgb((ASSETS / "samples" / f"{sample}.jpg").read_bytes()))
        recognising = captioner.recognise(encoded)
        best = captioner.captions(encoded, recognising=recognising)[0]
        assert best.manner is not Manner.PLAIN
        assert captioner.captions(encoded)[0].words in {
            one.words for one in captioner.captions(encoded, recognising=recognising)
        }
