"""English or French, also of a few words in capitals."""

from __future__ import annotations

import pytest

from pipeline.reading.language_guess import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("BOULANGERIE PÂTISSERIE", "fr"),
        ("Sortie de secours", "fr"),
        ("Travaux dans votre rue", "fr"),
        ("C'est fermé", "fr"),
        ("Me le rappeler plus tard", "fr"),
        ("NO PARKING", "en"),
        ("Works in your street", "en"),
        ("Don't walk", "en"),
        ("Remind me later", "en"),
        ("Coffee and cakes", "en"),
    ],
)
def test_the_language_of_signs(text: str, language: str) -> None:
    other = "fr" if language == "en" else "en"
    assert language_of(text, other) == language


@pytest.mark.parametrize("text", ["", "12:30", "RER B", "Taxi"])
def test_what_may_be_either_is_of_the_pages_language(text: str) -> None:
    assert language_of(text, "en") == "en"
    assert language_of(text, "fr") == "fr"
