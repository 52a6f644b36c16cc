"""An answer in pieces becomes sentences, wherever it is cut."""

from __future__ import annotations

import random

import pytest

from pipeline.other_model.answer_text import MOST_CHARACTERS, AnswerText

ANSWER = (
    "<think>A photo. Let me see.</think>\n\n**A red cup** stands on a wooden table, near a `book`. "
    "Dr. Smith's? 3.5 cm of it\u2026 perhaps more! \n\n- It says: \u201cCLOSED.\u201d\n# Colours\n"
    "Il y a aussi un chat\u00a0! Et voilà."
)
SENTENCES = [
    "A red cup stands on a wooden table,",
    "near a book.",
    "Dr. Smith's?",
    "3.5 cm of it\u2026 perhaps more!",
    "It says: \u201cCLOSED.\u201d",
    "Colours",
    "Il y a aussi un chat !",
    "Et voilà.",
]


@pytest.mark.parametrize("seed", range(20))
def test_however_it_comes_the_sentences_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    text, sentences, rest = AnswerText(), [], ANSWER
    while rest:
        size = chance.randint(1, 1 + 2 * seed)
        sentences += text.add(rest[:size])
        rest = rest[size:]
    assert _joined([*sentences, *text.end()]) == _joined(SENTENCES)
    assert all(sentences)
    if seed == 0:  # one character after the other: each as soon as can be
        assert [*sentences, *text.end()] == SENTENCES[:-1]


def _joined(sentences: list[str]) -> str:
    return " ".join(sentences)


def test_a_sentence_is_given_when_the_next_one_begins() -> None:
    text = AnswerText()
    assert text.add("It is red. ") == []  # "3." may go on as "3.5", and "Dr." has a name
    assert text.add("It") == ["It is red."]
    assert text.end() == ["It"]
    assert text.end() == []


def test_an_endless_answer_is_full() -> None:
    text = AnswerText()
    sentences: list[str] = []
    for _ in range(MOST_CHARACTERS):
        if text.full:
            break
        sentences += text.add("It goes on and on. ")
    assert text.full
    sentences += text.end()
    assert MOST_CHARACTERS - 20 <= len(_joined(sentences)) <= MOST_CHARACTERS
    assert text.add("More. More.") == []


def test_nothing_to_say_is_nothing() -> None:
    text = AnswerText()
    assert text.add("<think>So I cannot") == []
    assert text.end() == []
    assert AnswerText().add("*** \U0001f600\u200d ... \x00") == []
