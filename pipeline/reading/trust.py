"""Which lines are believed: a recogniser answers for every texture that resembles letters.

Of 1,000 test photos of Flickr8k and 500 everyday ones, 224 pixels wide, what was read was compared
with the photo by eye (tests/bench/reading.py prints it); the limits come from there, and held on
1,000 unlabelled ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.reading.written_page import SURE_FROM, Line

_HEDGED_FROM = 0.9  # nearly every line below it was wrong
SEEN_FROM = 0.8  # such a line is text, whatever it says: the edge cuts it, say
_LEAST_SIGNS = 3  # letters and digits of a line that is believed by itself
_SMALLEST_PX = 8.0  # of a line's height with the space around it: smaller letters run together


def trusted(lines: Sequence[Line]) -> list[Line]:
    """The lines that may be said, in the order given.

    A line that is sure by itself lends its trust to short or less sure ones beside it ("3", "OK");
    without any, nothing was read.
    """
    if not any(_is_sure(line) for line in lines):
        return []
    return [line for line in lines if line.probability >= _HEDGED_FROM]


def _is_sure(line: Line) -> bool:
    signs = sum(map(str.isalnum, line.text))
    return (
        line.probability >= SURE_FROM and signs >= _LEAST_SIGNS and line.height_px >= _SMALLEST_PX
    )
