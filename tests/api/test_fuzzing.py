"""The API holds to its document, whatever is sent; tests/bench/api.py does the same with more."""

from __future__ import annotations

import httpx
import numpy as np
import pytest

from tests.api.fuzzing import ask_by_document, mutated
from tests.api.server import photo

MUTATED = 60


def test_every_answer_is_as_the_document_says(url: str) -> None:
    seen = ask_by_document(url, examples=4)
    assert seen[200] > 20
    assert seen[422] > 4


@pytest.mark.filterwarnings("ignore")  # Pillow's, of damaged files
def test_a_photo_made_wrong_is_described_or_refused(client: httpx.Client) -> None:
    generator = np.random.default_rng(3)
    originals = [photo(suffix=suffix) for suffix in (".jpg", ".png", ".webp", ".bmp", ".tiff")]
    seen = set()
    for number in range(MUTATED):
        data = mutated(originals[number % len(originals)], generator)
        answer = client.post("/api/describe", content=data, headers={"Content-Type": "image/jpeg"})
        assert answer.status_code in (200, 413, 415, 422), answer.text
        seen.add(answer.status_code)
    assert {200, 415, 422} <= seen
