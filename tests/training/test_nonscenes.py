"""Pictures that are no scenes: the same each time, different from one another, as described."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from training.calibration import nonscenes
from training.calibration.drawn_pictures import HEIGHT, WIDTH
from training.calibration.nonscenes import FAMILIES, LEARNED_SEED, MEASURED_SEED, draw


def test_the_same_seed_draws_the_same_pixels() -> None:
    first, again, other = (list(draw(16, seed)) for seed in (5, 5, 6))
    for one, two, three in zip(first, again, other, strict=True):
        assert np.array_equal(one.rgb, two.rgb)
        assert not np.array_equal(one.rgb, three.rgb)
    assert LEARNED_SEED != MEASURED_SEED


def test_every_kind_comes_in_turn_and_then_through_a_camera() -> None:
    drawn = list(draw(32, 3))
    assert len({one.kind for one in drawn}) == sum(map(len, FAMILIES.values())) == 16
    assert {one.family for one in drawn} == set(FAMILIES)
    assert len(FAMILIES) == 8
    for one, seen in zip(drawn[:16], drawn[16:], strict=True):
        assert one.kind == seen.kind
        for picture in (one.rgb, seen.rgb):
            assert picture.shape == (HEIGHT, WIDTH, 3)
            assert picture.dtype == np.uint8
            assert picture.std() > 0.5, one.kind
    # A drawn sheet has few colours; a camera's noise gives it many.
    few, many = (len(np.unique(drawn[n].rgb.reshape(-1, 3), axis=0)) for n in (3, 19))
    assert few < 1000 < 10_000 < many


def test_a_family_is_left_out() -> None:
    kept = [family for family in FAMILIES if family != "screens"]
    assert {one.family for one in draw(12, 1, kept)} == set(kept)


def test_the_command_writes_what_is_measured(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(nonscenes, "MEASURED", 3)
    assert nonscenes.main(["--out", str(tmp_path / "drawn")]) == 0
    files = sorted((tmp_path / "drawn").glob("*.png"))
    assert [path.stem for path in files] == [
        "000-screens-code", "001-screens-document", "002-screens-chat"
    ]  # fmt: skip
    expected = [one.rgb for one in draw(3, MEASURED_SEED)]
    for path, rgb in zip(files, expected, strict=True):
        assert np.array_equal(np.asarray(Image.open(path)), rgb)
