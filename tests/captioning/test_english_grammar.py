"""Which words the search may not write next in English."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.beam_search import Rules, beam_search
from pipeline.captioning.english_grammar import EnglishGrammar
from pipeline.captioning.vocabulary import END, Vocabulary

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(ASSETS / "vocabulary.json")


@pytest.fixture(scope="module")
def grammar(vocabulary: Vocabulary) -> EnglishGrammar:
    return EnglishGrammar(vocabulary)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("a", "oven"),
        ("an", "dog"),
        ("an", "uniform"),
        ("a", "cabinets"),
        ("a kitchen with a white", "cabinets"),
        ("a red and white", "skis"),
        ("a person wearing a red hat and", "hat"),
        ("a white toilet in a bathroom with a", "toilet"),
        ("flowers on a table with a", "flower"),
        ("a plate of food with", "food"),
        ("a black dog and a", "dog"),
        ("two elephants next to an", "elephant"),
    ],
)
def test_a_word_that_would_be_wrong_cannot_follow(
    grammar: EnglishGrammar, vocabulary: Vocabulary, said: str, word: str
) -> None:
    assert vocabulary.token(word) in grammar.never_next(list(map(vocabulary.token, said.split())))


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("", "a"),
        ("a", "dog"),
        ("an", "oven"),
        ("a", "uniform"),
        ("a red and", "white"),
        ("a clock tower with a", "clock"),
        ("a black dog and a white", "dog"),
        ("a man watches another", "man"),
        ("a man and two", "men"),
        ("a white dog on a white", "couch"),
        ("a group of red", "buses"),
        ("the side of a building on the", "side"),
    ],
)
def test_a_word_that_is_right_can_follow(
    grammar: EnglishGrammar, vocabulary: Vocabulary, said: str, word: str
) -> None:
    tokens = list(map(vocabulary.token, said.split()))
    assert vocabulary.token(word) not in grammar.never_next(tokens)


def test_the_search_takes_the_next_best_word(
    grammar: EnglishGrammar, vocabulary: Vocabulary
) -> None:
    """A model that is sure of "a oven" says "an oven"."""
    a, an, oven = map(vocabulary.token, ("a", "an", "oven"))
    table = np.full((len(vocabulary), len(vocabulary)), -50, dtype=np.float32)
    table[:, a], table[:, an] = -1, -3
    table[a, oven] = table[an, oven] = -0.1
    table[a, a] = table[a, an] = table[an, a] = -50
    table[oven, END] = -0.1
    best = beam_search(
        lambda tokens, state: (table[tokens], state),
        lambda state, rows: state,
        None,
        beam_size=3,
        length_penalty=0.8,
        max_length=4,
        rules=Rules(never_next=grammar.never_next),
    )[0]
    assert vocabulary.decode(best.tokens) == ["an", "oven"]
