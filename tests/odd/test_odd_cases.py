"""Some 1,000 odd inputs: each ends in a sentence of Vois, and nothing of the person's is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.odd import archives, files, photos, requests, states
from tests.odd.case import Case, judge

# The photos one by one, and whatever needs a process of its own: `tests.bench.odd_inputs`.
PARTS = (files, archives, states, requests)
CASES = [photos.together(), *(case for part in PARTS for case in part.cases())]


@pytest.mark.skipif(sys.platform == "win32", reason="has neither such names nor such devices")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_ends_in_a_sentence_and_loses_nothing(case: Case, tmp_path: Path) -> None:
    verdict = judge(case, tmp_path / "home")
    assert verdict.faults == (), verdict.said
