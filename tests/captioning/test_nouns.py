"""Nouns that a translation must not lose, with the real translator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.translation.nouns import Noun, Nouns, Translation, begins_with_vowel
from pipeline.captioning.translation.translator import FOLDER, Translator
from pipeline.captioning.vocabulary import joined
from pipeline.errors import ModelError

TRANSLATION = Path(__file__).parents[2] / "assets" / FOLDER


@pytest.fixture(scope="module")
def translator() -> Translator:
    return Translator.load(TRANSLATION)


@pytest.fixture(scope="module")
def nouns(translator: Translator) -> Nouns:
    return translator.open().nouns


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "a sandwich on a plate with a fork on it",
            "un sandwich sur une assiette avec une fourchette dessus",
        ),
        ("a person holding two forks", "une personne tenant deux fourchettes"),
        ("a chandelier in a room", "un lustre dans une pièce"),
        ("a cookie on a plate", "un biscuit sur une assiette"),
        ("a bowl of potatoes on a table", "un bol de pommes de terre sur une table"),
        (
            "a sandwich on a plate with fries on it",
            "un sandwich sur une assiette avec des frites dessus",
        ),
        ("a brown dog runs on the beach", "un chien brun court sur la plage"),
    ],
)
def test_rare_nouns_are_translated_too(translator: Translator, english: str, french: str) -> None:
    words = tuple(english.split())
    found = translator.translate(words)
    assert joined(found.words) == french
    assert found.sources.shape == (len(found.words), len(words))
    assert found.sources.sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_what_stood_in_looked_at_the_noun(translator: Translator) -> None:
    found = translator.translate(tuple("a bowl of potatoes on a table".split()))
    first = found.words.index("pommes")
    assert found.sources[first : first + 3].argmax(axis=1).tolist() == [3, 3, 3]


@pytest.mark.parametrize(
    ("english", "found"),
    [
        ("a person watches a fire truck", ["fire truck"]),  # and no "watches"
        ("a red fire truck and forks", ["fire truck"]),  # after "and" a noun is not certain
        ("forks on the bed", ["forks", "bed"]),
        ("a picture of a cat", ["cat"]),  # "picture" has several good translations
    ],
)
def test_nouns_are_found_where_no_verb_can_stand(
    nouns: Nouns, english: str, found: list[str]
) -> None:
    mentions = nouns.mentions(english.split())
    assert [" ".join(english.split()[one.start : one.end]) for one in mentions] == found


def test_a_translation_that_cannot_be_mended_stays(nouns: Nouns) -> None:
    words = ("a", "fork")
    lost = Translation(("une", "poule"), np.eye(2, dtype=np.float32))
    asked = []

    def stubborn(others: tuple[str, ...]) -> Translation:
        asked.append(others)
        return lost

    assert nouns.mended(words, lost, stubborn) is lost
    assert len(set(asked)) == len(asked) > 1  # each time with another noun
    assert nouns.mended(("a", "person"), lost, stubborn) is lost
    asked.clear()
    no_stand_in = Nouns([Noun.of_row("thing", "f", "one", "fork", "forks", "fourchette", "")])
    assert no_stand_in.mended(words, lost, stubborn) is lost
    assert not asked  # the same sentence once more would be the same


def test_elision() -> None:
    assert [begins_with_vowel(word) for word in ("arbre", "homme", "hibou", "chat")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Nouns.load(tmp_path / "nouns.tsv")
    (tmp_path / "nouns.tsv").write_text("kind\nthing\tf\n", encoding="utf-8")
    with pytest.raises(ModelError):
        Nouns.load(tmp_path / "nouns.tsv")
