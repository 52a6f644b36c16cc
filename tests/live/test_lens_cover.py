"""What looks like a hand over the lens."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.live.lens_cover import BRIGHT_S, COVERED_S, UNCOVERED_S, LensCover, is_covered
from pipeline.photo_quality import assess

LOOK_S = 0.2


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((0, 0, 0), True),
        ((120, 40, 30), True),  # a finger that the light shines through
        ((120, 115, 100), False),  # a wall
        ((255, 255, 255), False),
    ],
    ids=["dark", "finger", "wall", "glare"],
)
def test_a_hand_and_the_dark(colour: tuple[int, int, int], expected: bool) -> None:
    noise = np.random.default_rng(1).normal(0, 3, (480, 640, 3))
    rgb = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    assert is_covered(rgb, assess(rgb)) is expected


def show(cover: LensCover, covered: bool, seconds: float, at: float) -> float:
    for _ in range(round(seconds / LOOK_S)):
        cover.see(covered, at)
        at += LOOK_S
    return at


def test_on_after_two_seconds_and_off_again() -> None:
    cover = LensCover()
    at = show(cover, False, BRIGHT_S + LOOK_S, 0.0)
    at = show(cover, True, COVERED_S, at)
    assert (cover.on, cover.begins) == (False, True)
    at = show(cover, True, LOOK_S, at)
    assert cover.on
    at = show(cover, False, UNCOVERED_S, at)  # a gap between two fingers
    assert cover.on
    at = show(cover, True, LOOK_S, at)
    at = show(cover, False, UNCOVERED_S + LOOK_S, at)
    assert (cover.on, cover.begins) == (False, False)
    show(cover, True, COVERED_S, at)
    assert not cover.on


def test_never_without_light_before() -> None:
    cover = LensCover()
    at = show(cover, False, BRIGHT_S - LOOK_S, 0.0)
    show(cover, True, 60.0, at)
    assert (cover.on, cover.begins) == (False, False)
