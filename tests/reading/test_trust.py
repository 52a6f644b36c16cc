"""Which lines are believed."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.reading.trust import trusted
from pipeline.reading.written_page import SURE_FROM, Line


def line(text: str, probability: float, height: float = 20) -> Line:
    box = np.array(((0, 0), (100, 0), (100, height), (0, height)), np.float32)
    return Line(text, probability, box)


SURE = line("OPEN", SURE_FROM)


@pytest.mark.parametrize(
    "doubtful",
    [line("OPEN", SURE_FROM - 0.01), line("OK", 1.0), line("- 3 -", 1.0), line("OPEN", 1.0, 7)],
)
def test_a_doubtful_line_alone_is_nothing(doubtful: Line) -> None:
    assert trusted([doubtful]) == []


def test_a_sure_line_lends_its_trust() -> None:
    short, hedged, wrong = line("3", 1.0), line("SUNDAYZ", 0.9), line("ILIL", 0.89)
    assert trusted([short, hedged, wrong, SURE]) == [short, hedged, SURE]
    assert (SURE.is_sure, hedged.is_sure) == (True, False)


def test_none_are_none() -> None:
    assert trusted([]) == []
