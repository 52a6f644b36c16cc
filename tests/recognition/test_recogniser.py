"""The recogniser: its files, its probabilities, and what it says of the sample photos."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.errors import ModelError
from pipeline.image import read_rgb
from pipeline.recognition.classifier import Classifier, Head, load_classifier, save_classifier
from pipeline.recognition.names import names
from pipeline.recognition.probabilities import (
    BOTH,
    COCO_ONLY,
    IMAGENET_ONLY,
    Calibration,
    kinds,
    load_calibration,
    save_calibration,
)
from pipeline.recognition.recogniser import (
    NOTHING,
    RECOGNITION_FOLDER,
    Recogniser,
    Recognition,
)
from tests.data.tiny_files import TINY

ASSETS = Path(__file__).parents[2] / "assets"
COUNT = len(names())


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(ASSETS, accelerate=False)


def recognise(captioner: Captioner, sample: str) -> Recognition:
    rgb = read_rgb((ASSETS / "samples" / f"{sample}.jpg").read_bytes())
    return captioner.recognise(captioner.encode(rgb)).result()


def place(english: str) -> int:
    return next(number for number, name in enumerate(names()) if name.english.one == english)


def test_the_samples_are_named_rightly(captioner: Captioner) -> None:
    coffee, cat = recognise(captioner, "coffee").things, recognise(captioner, "cat").things
    assert coffee[0].name.english.one == "a cup of espresso"
    assert coffee[0].box is None
    assert {one.name.english.one for one in coffee[1:3]} == {"a cup", "a table"}
    assert cat[0].name.french.one == "un chat"
    assert cat[0].box is not None
    assert cat[0].box.area > 0.7
    assert cat[0].probability > 0.9


def test_things_come_by_probability_and_each_name_has_one(captioner: Captioner) -> None:
    found = recognise(captioner, "astronaut")
    chances = [one.probability for one in found.things]
    assert chances == sorted(chances, reverse=True)
    assert found.presence.shape == (COUNT,)
    assert found.presence.max() == pytest.approx(chances[0])
    person = found.presence[place("a person")]
    assert max(one.probability for one in found.things if one.box) == pytest.approx(person)


def test_a_model_without_a_recogniser_names_nothing() -> None:
    tiny = Captioner.load(TINY)
    assert tiny.recogniser is None
    assert tiny.recognise(tiny.encode(np.zeros((9, 9, 3), np.uint8))).result() == NOTHING


def test_the_classes_belong_to_one_encoder(captioner: Captioner) -> None:
    with pytest.raises(ModelError):
        Recogniser.load(ASSETS / RECOGNITION_FOLDER, "another")


def test_a_head_reads_its_own_features(tmp_path: Path) -> None:
    weights = np.zeros((2, 1000), np.float32)
    weights[0, 7], weights[1, 8] = 20, 20
    bias = np.zeros(1000, np.float32)
    saved = Classifier("tiny", (Head(0, weights, bias), Head(2, weights, bias)))
    save_classifier(saved, tmp_path / "heads.npz")
    loaded = load_classifier(tmp_path / "heads.npz")
    chances = loaded.probabilities(np.array([1, 0, 0, 1], np.float32))
    assert loaded.encoder == "tiny"
    assert chances[[7, 8]] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert chances.sum() == pytest.approx(1)


@pytest.mark.parametrize("load", [load_classifier, load_calibration])
def test_a_missing_or_damaged_file_is_told(load, tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path / "bad.npz"):
        (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 no archive")
        with pytest.raises(ModelError):
            load(path)


def test_a_calibration_of_another_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "calibration.npz"
    save_calibration(Calibration(np.zeros((3, 3)), np.zeros(COUNT - 1)), path)
    with pytest.raises(ModelError):
        load_calibration(path)


def test_each_kind_of_name_has_its_weights_and_each_name_its_offset(tmp_path: Path) -> None:
    assert kinds()[place("a flower")] == IMAGENET_ONLY
    assert kinds()[place("a person")] == COCO_ONLY
    assert kinds()[place("a cat")] == BOTH
    weights = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float64)
    offset = np.zeros(COUNT)
    offset[place("a person")] = -50
    calibration = Calibration(weights, offset)
    save_calibration(calibration, tmp_path / "calibration.npz")
    loaded = load_calibration(tmp_path / "calibration.npz")
    outputs = np.full(COUNT, 0.8)
    chances = loaded.probabilities(outputs, outputs)
    assert chances[place("a flower")] == pytest.approx(0.8)
    assert chances[place("a cat")] == pytest.approx(16 / 17)
    assert chances[place("a person")] < 1e-9
    assert dataclasses.replace(loaded, offset=np.zeros(COUNT)).probabilities(outputs, outputs)[
        place("a person")
    ] == pytest.approx(0.8)
