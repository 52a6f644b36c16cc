"""Drawn photos are read with the real models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.image import read_rgb
from pipeline.reading.reader import Reader
from pipeline.reading.written_page import Layout
from tests.data.written_pictures import Written, photographed

ROOT = Path(__file__).resolve().parents[2]
SIGN, LETTER, HARD_LABEL = 20, 3, 11  # of one line; of two columns; turned and dark
TURNED_LETTER = 18  # of two columns, seen from the side


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def lines(reader: Reader, rgb: NDArray[np.uint8]) -> list[str]:
    return [line.text for line in reader.read(rgb).lines]


def picture(number: int, side: int | None = None) -> tuple[Written, NDArray[np.uint8]]:
    written = photographed(number, side)
    return written, read_rgb(written.jpeg)


@pytest.mark.parametrize("number", [HARD_LABEL, 2, 5, 9])
def test_signs_labels_receipts_and_screens_are_read(reader: Reader, number: int) -> None:
    written, rgb = picture(number, 960)
    assert lines(reader, rgb) == list(written.lines)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_photo_is_read(reader: Reader, turns: int) -> None:
    written, rgb = picture(2, 960)
    assert lines(reader, np.ascontiguousarray(np.rot90(rgb, turns))) == list(written.lines)


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_skewed_photo_is_read(reader: Reader, degrees: float) -> None:
    written, rgb = picture(2, 960)
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    turned = cv2.warpAffine(rgb, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    assert lines(reader, np.asarray(turned, np.uint8)) == list(written.lines)


def test_a_page_is_a_document_with_a_title_and_columns(reader: Reader) -> None:
    written, rgb = picture(LETTER, 1280)
    page = reader.read(rgb)
    assert [line.text for line in page.lines] == list(written.lines)
    assert page.is_document
    layouts = [block.layout for block in page.blocks]
    assert layouts[0] is Layout.TITLE
    assert set(layouts[1:]) == {Layout.PARAGRAPH}
    assert "\n" not in page.blocks[1].text


def test_columns_that_touch_in_fewer_pixels_are_read_one_after_the_other(reader: Reader) -> None:
    written, rgb = picture(TURNED_LETTER)
    # One letter of 885 is read as another.
    wrong = [
        one for one, read in zip(written.lines, lines(reader, rgb), strict=True) if one != read
    ]
    assert len(wrong) <= 1


def test_boxes_are_where_the_lines_are(reader: Reader) -> None:
    _, rgb = picture(2, 960)
    boxes = [line.box for line in reader.read(rgb).lines]
    middles = [box.mean(0) for box in boxes]
    height, width = rgb.shape[:2]
    assert all((box >= 0).all() and (box <= (width, height)).all() for box in boxes)
    assert [y for _, y in middles] == sorted(y for _, y in middles)
    # What is left when the lines are painted over has no text.
    for box in boxes:
        cv2.fillConvexPoly(rgb, box.round().astype(np.int32), (250, 250, 246))
    assert lines(reader, rgb) == []


@pytest.mark.parametrize("name", ["cat", "coffee", "flower", "temple"])
def test_photos_without_text_have_none(reader: Reader, name: str) -> None:
    assert lines(reader, read_rgb((ROOT / f"assets/samples/{name}.jpg").read_bytes())) == []


def test_missing_models_are_said(tmp_path: Path) -> None:
    _, rgb = picture(SIGN)
    with pytest.raises(ModelError, match="PP-OCRv6_det_small"):
        Reader(tmp_path).read(rgb)


def test_nothing_is_opened_before_the_first_photo() -> None:
    """Nor does the wheel that has the models run any code of its own."""
    program = (
        "import sys; import pipeline.description; from pipeline.reading.reader import Reader;"
        "reader = Reader(); assert reader._finder is None;"
        "import numpy as np; reader.read(np.zeros((64, 64, 3), np.uint8));"
        "assert reader._transcriber is None and 'rapidocr' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
