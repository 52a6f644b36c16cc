"""What was read of a photo: lines, joined to blocks, joined to a page."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SURE_FROM = 0.95  # the probability of a line that is said without "something like"
# A sign or a label has fewer letters, and a poster in a street covers less of the photo.
_DOCUMENT_CHARS, _DOCUMENT_COVERAGE = 200, 0.15
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[a-zà-ÿœ])")

_GOES_ON = re.compile(r"(?<=[^.!?:;])\n(?=[a-zà-ÿœ])")


class Layout(StrEnum):
    """How the lines of a block follow one another."""

    TITLE = "title"  # of a page: larger than what follows
    PARAGRAPH = "paragraph"  # a sentence runs on over its lines
    LINES = "lines"  # each line is one of its own, as on a sign or a receipt


@dataclass(frozen=True)
class Line:
    """A line of text as it was read.

    Attributes:
        text: not empty.
        probability: 0..1, the mean of its characters.
        box: (4, 2) float32, pixels of the photo as x, y: the text's own top left corner, then
            clockwise.
    """

    text: str
    probability: float
    box: NDArray[np.float32]

    @property
    def is_sure(self) -> bool:
        """Whether it may be said without a doubt."""
        return self.probability >= SURE_FROM

    @property
    def height_px(self) -> float:
        """Of the text with a little space above and below it."""
        return math.hypot(*(self.box[3] - self.box[0]))


@dataclass(frozen=True)
class Block:
    """Lines that belong together, at least one.

    Attributes:
        lines: in reading order.
        layout: how they follow one another.
        language: two-letter code: the voice that speaks them.
    """

    lines: tuple[Line, ...]
    layout: Layout
    language: str

    @property
    def text(self) -> str:
        """The words; a sentence is one line, words broken at the end of a line are whole."""
        text = _BROKEN_WORD.sub("", "\n".join(line.text for line in self.lines))
        if self.layout is Layout.LINES:
            return _GOES_ON.sub(" ", text)
        return text.replace("\n", " ")


@dataclass(frozen=True)
class WrittenPage:
    """What was read of a photo, in reading order.

    Attributes:
        blocks: none when nothing was read.
        coverage: 0..1, the part of the photo that the text takes with the space between its lines.
        seen: the boxes of all lines, also of those that are not believed, as `Line.box`.
    """

    blocks: tuple[Block, ...] = ()
    coverage: float = 0.0
    seen: tuple[NDArray[np.float32], ...] = field(default=(), compare=False)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines."""
        return tuple(line for block in self.blocks for line in block.lines)

    @property
    def text(self) -> str:
        """All blocks, each beginning a line; "" when nothing was read."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def is_document(self) -> bool:
        """Whether it is a page to be read, more than a sign in a picture."""
        return len(self.text) >= _DOCUMENT_CHARS and self.coverage >= _DOCUMENT_COVERAGE

    def only(self, lines: Iterable[Line]) -> WrittenPage:
        """The page with these of its lines alone; blocks without any are left out."""
        kept = {id(line) for line in lines}
        blocks = (
            replace(block, lines=tuple(line for line in block.lines if id(line) in kept))
            for block in self.blocks
        )
        return replace(self, blocks=tuple(block for block in blocks if block.lines))
