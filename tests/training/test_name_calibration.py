"""The command that fits and measures how probable names are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from training import name_calibration

ASSETS = Path(__file__).parents[2] / "assets"


def test_the_test_photos_are_measured_by_the_kept_calibration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    lines = ["image\tsplit\tcaption"]
    for name, caption in (("cat", "A cat looks up."), ("temple", "A house among trees.")):
        shutil.copy(ASSETS / "samples" / f"{name}.jpg", photos)
        lines += [f"{name}.jpg\ttest\t{caption}"] * 5
    (tmp_path / "captions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    asked = ["--data", str(tmp_path), "--assets", str(ASSETS), "--split", "test"]
    assert name_calibration.main(asked) == 0
    (row,) = re.findall(r"Flickr8k, test photos \|(.*)\|", capsys.readouterr().out)
    *shares, sure = [cell.strip() for cell in row.split("|")]
    assert shares[-1] == "100% of 1"  # the cat
    assert "- of 0" in shares
    assert sure.endswith("% of 2")
