"""The order in which people read the lines of a photo: columns, rows, blocks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.reading.written_page import Layout, Line

_COLUMN_LINES = 3  # a column has at least so many lines beside those of the other
# A page that is seen from the side has columns that lean against its lines.
_SLANTS = (0.0, -0.05, 0.05, -0.1, 0.1, -0.15, 0.15)
_ROUNDING = 0.25  # of a line's height, by which a column's left side may be uneven
_GUTTER = 0.8  # least width between columns, in heights of a line
_FILLED = 0.7  # lines of a column's text are mostly at least so wide, as a part of the column
_NUMBERS = 0.4  # from this share of digits on, what stands at the right are prices or times
_SAME_ROW = 0.5  # overlap of two boxes in height, as a part of the lower box
_NEXT_BLOCK = 0.7  # space between two blocks, in heights of a line
_OTHER_SIZE = 1.3  # ratio of the heights of two lines that are no block together
_RUNNING = (
    0.4  # from this share of lines that begin with a small letter on, sentences run over lines
)
_DIGITS = re.compile(r"[\d€$£%.,:/hH-]")


@dataclass(frozen=True)
class _Box:
    """A line's place after the text was turned to run rightwards."""

    left: float
    top: float
    right: float
    bottom: float
    line: Line

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class _Split:
    """Columns and what stands across them, in reading order.

    Attributes:
        parts: none when there are no columns.
        beside: lines that have others beside them.
        width: of the gutter.
    """

    parts: list[list[_Box]]
    beside: int = 0
    width: float = 0.0


_NO_SPLIT = _Split([])
_Row = list[_Box]


def ordered(lines: Sequence[Line], direction: float) -> list[tuple[Layout, list[Line]]]:
    """Sorts pieces of lines into blocks, and joins those that stand in one row of a block.

    Args:
        lines: in any order, each a whole line or a piece of one.
        direction: degrees, clockwise from rightwards, in which most of the text runs.

    Returns:
        The blocks in reading order, each with its lines in reading order.
    """
    blocks: list[list[_Row]] = []
    for column in _columns([_box(line, direction) for line in lines]):
        blocks += _blocks(_rows(column))
    if not blocks:
        return []
    body = float(np.median([_height(row) for block in blocks for row in block]))
    return [
        (_layout(rows, body, blocks[n + 1 :]), [_joined(row) for row in rows])
        for n, rows in enumerate(blocks)
    ]


def _box(line: Line, direction: float) -> _Box:
    radians = math.radians(direction)
    unit = np.array((math.cos(radians), math.sin(radians)))
    x, y = line.box.mean(0) @ np.stack((unit, (-unit[1], unit[0])), 1)
    half_width = math.hypot(*(line.box[1] - line.box[0])) / 2
    half_height = math.hypot(*(line.box[3] - line.box[0])) / 2
    return _Box(x - half_width, y - half_height, x + half_width, y + half_height, line)


def _columns(boxes: list[_Box]) -> list[list[_Box]]:
    """Splits side by side columns; a line across them stands before or after them."""
    if len(boxes) < 2 * _COLUMN_LINES:
        return [boxes] if boxes else []
    splits = (_split(boxes, slant, box) for slant in _SLANTS for box in boxes)
    best = max(splits, key=lambda split: (split.beside, split.width))
    if not best.parts:
        return [boxes]
    return [column for part in best.parts for column in _columns(part)]


def _split(boxes: list[_Box], slant: float, edge: _Box) -> _Split:
    """Splits at a gutter that ends at the left side of a box and leans as perspective makes it.

    Args:
        boxes: all of the part.
        slant: what the gutter moves to the right by with each pixel downwards.
        edge: the first box right of the gutter.
    """

    def of(box: _Box, x: float) -> float:
        return x - slant * box.middle

    gutter = of(edge, edge.left) - _ROUNDING * edge.height
    left = [box for box in boxes if of(box, box.right) <= gutter]
    right = [box for box in boxes if of(box, box.left) >= gutter]
    if min(len(left), len(right)) < _COLUMN_LINES or len(left) + len(right) < len(boxes) * 2 / 3:
        return _NO_SPLIT
    sides_of = {id(box): side for side, group in enumerate((left, right)) for box in group}
    across = sorted((box for box in boxes if id(box) not in sides_of), key=lambda box: box.middle)
    edges = [-math.inf, *(box.middle for box in across), math.inf]
    parts: list[list[_Box]] = []
    beside, width = 0, math.inf
    for n, (low, high) in enumerate(pairwise(edges)):
        sides = [[box for box in side if low < box.middle <= high] for side in (left, right)]
        space = 0.0
        if all(sides):
            space = min(of(box, box.left) for box in sides[1]) - max(
                of(box, box.right) for box in sides[0]
            )
        if all(sides) and _are_columns(sides[0], sides[1], space):
            parts += sides
            beside += sum(map(len, sides))
            width = min(width, space)
        elif any(sides):
            parts.append(sides[0] + sides[1])
        if n < len(across):
            parts.append([across[n]])
    return _Split(parts, beside, width) if beside else _NO_SPLIT


def _are_columns(left: list[_Box], right: list[_Box], space: float) -> bool:
    """Whether two sides are read one after the other, and not row by row as a table is."""
    if min(len(left), len(right)) < _COLUMN_LINES:
        return False
    if space < _GUTTER * float(np.median([box.height for box in left + right])):
        return False
    beside = min(max(box.bottom for box in left), max(box.bottom for box in right)) - max(
        min(box.top for box in left), min(box.top for box in right)
    )
    if beside <= 2 * float(np.median([box.height for box in left])):
        return False
    text = "".join(box.line.text for box in right)
    if len(_DIGITS.findall(text)) > _NUMBERS * len(text):
        return False
    paired = sum(any(_overlap(box, other) > _SAME_ROW for other in left) for box in right)
    if paired < 0.6 * len(right):
        return True
    return all(_is_filled(side) for side in (left, right))


def _is_filled(side: list[_Box]) -> bool:
    """Whether most lines are about as wide as the widest, as those of running text are."""
    widths = np.array([box.right - box.left for box in side])
    return float(np.median(widths)) >= _FILLED * float(widths.max())


def _overlap(box: _Box, other: _Box) -> float:
    shared = min(box.bottom, other.bottom) - max(box.top, other.top)
    return shared / max(min(box.height, other.height), 1e-6)


def _rows(boxes: list[_Box]) -> list[_Row]:
    """Rows from top to bottom, each from left to right."""
    rows: list[_Row] = []
    for box in sorted(boxes, key=lambda box: box.top + box.bottom):
        fitting = [row for row in rows[-2:] if all(_overlap(box, one) > _SAME_ROW for one in row)]
        if fitting:
            fitting[-1].append(box)
        else:
            rows.append([box])
    rows.sort(key=lambda row: sum(box.top + box.bottom for box in row) / len(row))
    return [sorted(row, key=lambda box: box.left) for row in rows]


def _blocks(rows: list[_Row]) -> list[list[_Row]]:
    """Rows that stand closely below one another, in letters of about one size."""
    blocks: list[list[_Row]] = []
    for row in rows:
        if blocks:
            last = blocks[-1][-1]
            heights = sorted((_height(last), _height(row)))
            space = min(box.top for box in row) - max(box.bottom for box in last)
            near = space < _NEXT_BLOCK * heights[0]
            if near and heights[1] < _OTHER_SIZE * heights[0]:
                blocks[-1].append(row)
                continue
        blocks.append([row])
    return blocks


def _height(row: _Row) -> float:
    return float(np.median([box.height for box in row]))


def _layout(rows: list[_Row], body: float, later: list[list[_Row]]) -> Layout:
    if later and len(rows) <= 2 and _height(rows[0]) >= _OTHER_SIZE * body:
        return Layout.TITLE
    if len(rows) < 3 or not _is_filled([box for row in rows[:-1] for box in row]):
        return Layout.LINES
    begins = [row[0].line.text[:1] for row in rows[1:]]
    runs = sum(map(str.islower, begins)) >= _RUNNING * len(begins)
    return Layout.PARAGRAPH if runs else Layout.LINES


def _joined(row: _Row) -> Line:
    """One line of the pieces of a row, its box from the first piece to the last."""
    if len(row) == 1:
        return row[0].line
    lines = [box.line for box in row]
    lengths = [len(line.text) for line in lines]
    probability = float(np.average([line.probability for line in lines], weights=lengths))
    first, last = lines[0].box, lines[-1].box
    box = np.stack((first[0], last[1], last[2], first[3]))
    return Line(" ".join(line.text for line in lines), probability, box)
