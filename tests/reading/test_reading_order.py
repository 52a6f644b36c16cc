"""The order of lines, blocks and columns, from boxes alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.reading.reading_order import ordered
from pipeline.reading.written_page import Layout, Line

LEFT = [f"left {n} of a column" for n in range(4)]
RIGHT = [f"right {n} of a column" for n in range(4)]


def line(
    text: str, x: float, y: float, *, width: float = 300, height: float = 20, degrees: float = 0
) -> Line:
    """A line whose top left corner is at x, y of a page that is turned about its origin."""
    corners = np.array(
        ((x, y), (x + width, y), (x + width, y + height), (x, y + height)), np.float64
    )
    radians = math.radians(degrees)
    turn = np.array(
        ((math.cos(radians), math.sin(radians)), (-math.sin(radians), math.cos(radians)))
    )
    return Line(text, 1.0, (corners @ turn).astype(np.float32))


def texts(lines: list[Line], degrees: float = 0) -> list[str]:
    shuffled = [lines[n] for n in np.random.default_rng(0).permutation(len(lines))]
    return [one.text for _, block in ordered(shuffled, degrees) for one in block]


def columns(degrees: float = 0, slant: float = 0) -> list[Line]:
    """A title over two columns of four lines."""
    title = line("Title", 0, 0, width=640, height=40, degrees=degrees)
    sides = [
        line(text, x + slant * y, y, degrees=degrees)
        for x, column in ((0, LEFT), (340, RIGHT))
        for text, y in zip(column, range(80, 180, 25), strict=True)
    ]
    return [title, *sides]


@pytest.mark.parametrize("degrees", [0, -20, 20, 90, 180, 200])
def test_columns_are_read_one_after_the_other(degrees: float) -> None:
    assert texts(columns(degrees), degrees) == ["Title", *LEFT, *RIGHT]


@pytest.mark.parametrize("slant", [-0.3, 0.3])
def test_columns_that_lean_are_told_apart(slant: float) -> None:
    """The gutter is 40 pixels wide, and the last lines stand 30 beside the first."""
    assert texts(columns(slant=slant)) == ["Title", *LEFT, *RIGHT]


def test_prices_stay_beside_what_they_are_for() -> None:
    goods = [line(f"Good {n}", 0, 30 * n, width=150 + 30 * n) for n in range(4)]
    prices = [line(f"{n},50 €", 400, 30 * n, width=60) for n in range(4)]
    assert texts(goods + prices) == [f"Good {n} {n},50 €" for n in range(4)]


def test_pieces_of_a_row_are_one_line_in_their_order() -> None:
    pieces = [line("the", 120, 2, width=40), line("Mind", 0, 0, width=100), line("gap", 180, -2)]
    (block,) = ordered(pieces, 0)
    (whole,) = block[1]
    assert whole.text == "Mind the gap"
    assert whole.box[0].tolist() == [0, 0]
    assert whole.box[2].tolist() == [480, 18]


def test_a_larger_line_above_is_a_title_and_running_lines_a_paragraph() -> None:
    lines = [line("News", 0, 0, width=100, height=40)]
    running = [
        "The bridge will be closed",
        "until the end of March. The",
        "buses go by the school.",
    ]
    lines += [line(text, 0, 60 + 25 * n) for n, text in enumerate(running)]
    assert [layout for layout, _ in ordered(lines, 0)] == [Layout.TITLE, Layout.PARAGRAPH]


def test_a_menu_has_lines_of_its_own() -> None:
    lines = [line(text, 0, 25 * n) for n, text in enumerate(("Settings", "Sound", "Battery"))]
    assert [layout for layout, _ in ordered(lines, 0)] == [Layout.LINES]


def test_nothing_has_no_order() -> None:
    assert ordered([], 0) == []
