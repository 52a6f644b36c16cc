"""Some 1,000 odd inputs: each ends in a sentence of Vois, and nothing of the person's is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.odd import archives, files, photos, requests, states
from tests.odd.case import judge

# The photos one by one, and whatever needs a process of its own: `tests.bench.odd_inputs`.
PARTS = (files, archives, states, requests)
CASES = [photos.together(), *(case for part in PARTS for case in part.cases())]
KINDS = sorted({case.kind for case in CASES})


@pytest.mark.skipif(sys.platform == "win32", reason="has neither such names nor such devices")
@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_in_a_sentence_and_loses_nothing(kind: str, tmp_path: Path) -> None:
    """All cases of a kind in one test: a test for each would take longer than the cases."""
    chosen = [case for case in CASES if case.kind == kind]
    verdicts = {str(case): judge(case, tmp_path / str(n)) for n, case in enumerate(chosen)}
    assert {name: verdict for name, verdict in verdicts.items() if verdict.faults} == {}
