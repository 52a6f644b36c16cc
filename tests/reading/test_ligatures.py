"""Words with œ, as the recogniser writes them."""

from __future__ import annotations

import pytest

from pipeline.reading.ligatures import with_ligatures


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Eufs frais", "Œufs frais"),
        ("6 EUFS", "6 ŒUFS"),
        ("du boeuf et des oeufs", "du bœuf et des œufs"),
        ("l'oeil, d'oeuvre", "l'œil, d'œuvre"),
        ("Hors-d'oeuvre", "Hors-d'œuvre"),
        ("SACRE-COEUR DU COEUR", "SACRE-COEUR DU CŒUR"),
        ("ma soeur a un beau poème", "ma sœur a un beau poème"),
        ("ceux et celles, coexister, does, phoenix", "ceux et celles, coexister, does, phoenix"),
    ],
)
def test_only_words_that_are_known_change(read: str, meant: str) -> None:
    assert with_ligatures(read) == meant
