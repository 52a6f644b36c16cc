"""Where the model looked: places in words, and the photo with one region bright."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.captioning.attention_map import DIM, Place, overlay, place
from pipeline.phrases import ENGLISH


def spot(row: int, column: int, side: int = 7) -> np.ndarray:
    """(side, side) float32 with nearly all weight on one place."""
    weights = np.full((side, side), 0.1 / side**2, np.float32)
    weights[row, column] += 0.9
    return weights


@pytest.mark.parametrize("side", [4, 7, 9])
def test_each_place_has_its_name(side: int) -> None:
    steps = (0, side // 2, side - 1)
    found = [place(spot(row, column, side)) for row in steps for column in steps]
    if side == 4:  # has no middle: the third of four is to the right of it
        assert [found[0], found[2], found[6], found[8]] == [
            Place.TOP_LEFT, Place.TOP_RIGHT, Place.BOTTOM_LEFT, Place.BOTTOM_RIGHT
        ]  # fmt: skip
    else:
        assert found == list(Place)[:9]


def test_weak_and_distant_places_do_not_move_the_strongest() -> None:
    weights = spot(0, 0)
    weights[6, 6] = 0.9 * weights[0, 0]  # as strong as the region asks, but not beside it
    weights[6, 0] = 0.3 * weights[0, 0]
    assert place(weights) is Place.TOP_LEFT


def test_what_is_spread_is_everywhere() -> None:
    assert place(np.full((7, 7), 1 / 49, np.float32)) is Place.EVERYWHERE
    half = np.full((7, 7), 0.1, np.float32)
    half[:4] = 1.0
    assert place(half) is Place.EVERYWHERE


def test_every_place_has_words() -> None:
    assert all(getattr(ENGLISH, f"look_{one}") for one in Place)


@pytest.mark.parametrize(("suffix", "height", "width"), [(".jpg", 300, 200), (".png", 210, 490)])
def test_the_photo_is_bright_there_and_dim_elsewhere(suffix: str, height: int, width: int) -> None:
    photo = np.full((height, width, 3), 200, np.uint8)
    data = cv2.imencode(suffix, photo)[1].tobytes()
    shown = cv2.imdecode(np.frombuffer(overlay(data, spot(5, 1)), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == photo.shape
    y, x = round(5.5 / 7 * height), round(1.5 / 7 * width)
    assert abs(int(shown[y, x, 0]) - 200) < 6
    assert abs(int(shown[height // 8, width * 7 // 8, 0]) - 200 * DIM) < 6
    # Between the two there are black and white, whatever the photo.
    line = shown[y, x:, 0]
    assert line.max() > 235
    assert line.min() < 30


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture"):
        overlay(b"words", spot(0, 0))
