"""Anchors, boxes and suppression of the detector, and the network itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.image import read_rgb
from pipeline.recognition.detector import (
    DETECTOR_FILE,
    LABELS,
    SIDE_PX,
    Box,
    Detector,
    anchors,
    decode,
    find_things,
)
from pipeline.recognition.recogniser import RECOGNITION_FOLDER

ASSETS = Path(__file__).parents[2] / "assets"
CAT, DOG, PERSON = (LABELS.index(label) for label in ("cat", "dog", "person"))


def anchor(side: float, aspect: float = 1.0) -> int:
    """The number of the anchor around the middle of the photo that is `side` pixels wide."""
    every = anchors()
    shape = np.array([side / aspect**0.5, side * aspect**0.5])
    distance = np.abs(every - [SIDE_PX / 2, SIDE_PX / 2, *shape]).sum(axis=1)
    return int(distance.argmin())


def found(*things: tuple[int, float, int], shifts: np.ndarray | None = None) -> list[tuple]:
    """What `find_things` makes of (anchor, score, class); the rest scores nothing."""
    count = len(anchors())
    scores, classes = np.zeros(count, np.float32), np.zeros(count, np.int64)
    for number, score, kind in things:
        scores[number], classes[number] = score, kind
    shifted = np.zeros((count, 4), np.float32) if shifts is None else shifts
    return [(one.label, round(one.score, 3)) for one in find_things(shifted, scores, classes)]


def test_anchors_cover_five_levels_of_nine_shapes() -> None:
    assert anchors().shape == (19206, 4)
    first, last = anchors()[0], anchors()[-1]
    assert first == pytest.approx([4, 4, 24, 24])
    assert last[:2] == pytest.approx([SIDE_PX - SIDE_PX / 6] * 2)
    assert last[2] == pytest.approx(2 * last[3])  # the last aspect is upright
    assert last[2] * last[3] == pytest.approx((SIDE_PX / 3 * 3 * 2 ** (2 / 3)) ** 2)


def test_a_shift_moves_by_shares_of_the_anchor_and_scales_by_powers() -> None:
    placed = np.array([[160, 160, 64, 32]], np.float32)
    assert decode(np.zeros((1, 4), np.float32), placed)[0] == pytest.approx(
        [144 / 320, 128 / 320, 176 / 320, 192 / 320]
    )
    moved = decode(np.array([[0.5, 1, np.log(2), 0]], np.float32), placed)[0]
    assert moved == pytest.approx([176 / 320, 128 / 320, 208 / 320, 256 / 320])
    beyond = decode(np.array([[9, -9, 0, 0]], np.float32), placed)[0]
    assert beyond.min() >= 0
    assert beyond.max() <= 1


def test_of_boxes_on_one_thing_the_best_is_kept() -> None:
    large, wider = anchor(96), anchor(96, 2.0)
    assert found((large, 0.5, CAT), (wider, 0.9, CAT)) == [("cat", 0.9)]
    assert found((large, 0.5, CAT), (large, 0.5, CAT)) == [("cat", 0.5)]


def test_a_part_of_a_thing_is_no_second_thing() -> None:
    whole, part = anchor(192), anchor(48)
    assert found((whole, 0.9, PERSON), (part, 0.5, PERSON)) == [("person", 0.9)]
    assert found((whole, 0.9, PERSON), (part, 0.5, DOG)) == [("person", 0.9), ("dog", 0.5)]


def test_one_place_has_one_name() -> None:
    shifts = np.zeros((len(anchors()), 4), np.float32)
    one, other = anchor(96), anchor(96 * 2 ** (1 / 3))
    shifts[other, 2:] = -np.log(2) / 3  # shrunk to the size of the first
    assert found((one, 0.5, DOG), (other, 0.9, CAT), shifts=shifts) == [("cat", 0.9)]
    assert len(found((one, 0.5, DOG), (other, 0.9, CAT))) == 2


def test_what_is_improbable_or_has_no_label_is_no_thing() -> None:
    nameless = LABELS.index("")
    assert found((anchor(96), 0.09, CAT)) == []
    assert found((anchor(96), 0.9, nameless)) == []


def test_the_shipped_network_finds_the_cat_and_where_it_is() -> None:
    detector = Detector(ASSETS / RECOGNITION_FOLDER / DETECTOR_FILE)
    rgb = read_rgb((ASSETS / "samples" / "cat.jpg").read_bytes())
    half = np.full_like(rgb, 128)
    half[:, : rgb.shape[1] // 2] = rgb[:, ::2][:, : rgb.shape[1] // 2]
    for photo, right in ((rgb, 1.0), (half, 0.5)):
        best = detector.detect(photo).things[0]
        assert best.label == "cat"
        assert best.box.right == pytest.approx(right, abs=0.12)
    assert detector.detect(rgb).presence[CAT] > 0.7


def test_a_missing_or_damaged_network_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Detector(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError):
        Detector(tmp_path / "bad.onnx")


def test_another_graph_is_told() -> None:
    other = Detector(ASSETS.parent / "tests" / "data" / "tiny" / "encoder.onnx")
    with pytest.raises(ModelError):
        other.detect(np.zeros((8, 8, 3), np.uint8))


def test_a_box_knows_its_share_of_the_photo() -> None:
    assert Box(0.25, 0.0, 0.75, 0.5).area == pytest.approx(0.25)
