"""In which language a person has corrected a description."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.history import Draft, History, Source
from pipeline.history.correction import correction_language


@pytest.mark.parametrize(
    ("old", "language", "page", "text", "expected"),
    [
        ("A dog runs.", "en", "fr", "A wolf runs.", "en"),  # the page says nothing about the words
        ("A dog runs on a field.", "en", "fr", "A dog runs on a beautiful field.", "en"),
        ("A dog runs.", "en", "fr", "Un loup court dans la neige.", "fr"),
        ("Un chien court.", "fr", "en", "The wolf runs in the snow.", "en"),
        ("Un chien court.", "fr", "en", "Un loup court.", "fr"),
        ("Un chien court.", "fr", "en", "Rex", "en"),  # nothing but the page says anything
        ("Un chien court.", "fr", "fr", "Rex", "fr"),
        ("Un chien court.", "fr", "en", "", "en"),
    ],
)
def test_the_words_decide(
    tmp_path: Path, old: str, language: str, page: str, text: str, expected: str
) -> None:
    history = History(tmp_path)
    entry = history.add("local", Draft(Source.UPLOAD, old, language))
    history.close()
    assert entry is not None
    assert correction_language(text, entry, page) == expected
