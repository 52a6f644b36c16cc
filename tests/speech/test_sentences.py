"""Sentences: where a reader would stop, in English and French."""

from __future__ import annotations

import pytest

from pipeline.speech.sentences import MOST_CHARS, split
from pipeline.speech.text import clean


@pytest.mark.parametrize(
    "sentences",
    [
        ["A dog runs.", "A man sits."],
        ["a dog runs.", "a man sits."],  # captions are often written small
        ["Mr. Smith saw 3.5 dogs... and a cat.", "It ran!"],
        ["“Stop!” he said.", "Nobody did."],
        ["“Stop.”", "Nobody did (or so it seems).", "So it went on."],
        ["Is it a dog?", "No.", "It is a cat."],
        ["No. 5 won the race.", "Well done!"],
        ["J. R. Smith, e.g. a man, walks.", "What?!", "Why?"],
        ["It is at St. Mary's vs. the Dr. next door.", "I know that I am I.", "Good."],
        ["Wait...", "Nothing came.", "So… it left."],
        ["Cats, dogs, etc. run there.", "Cats, dogs, etc.", "They run."],
        ["At 9.30 a.m. the bus left with 1,250 people.", "It was late"],
        ["M. Dupont et Mme. Martin marchent.", "Ils ont 3,5 km à faire."],
        ["« Quoi ? » dit-il.", "Rien !", "« Tant mieux. »", "Il part."],
        ["Le n° 5, cf. la fig. 3, date de 50 av. J.-C. environ.", "C'est vieux…", "Oui."],
        ["Elle hésite… puis elle part.", "Voilà ?!"],
        ["Perhaps: a dog runs"],
        ["First line", "Second line.", "Third"],
    ],
)
def test_sentences_are_found_again(sentences: list[str]) -> None:
    joint = "\n" if sentences[0] == "First line" else " "
    assert split(clean(joint.join(sentences))) == sentences


def test_long_sentence_is_cut_where_a_reader_breathes() -> None:
    clause = "a man in a red shirt walks along the shore with two dogs"
    sentence = ", ".join([clause] * 12) + "."
    pieces = split(sentence)
    assert all(20 < len(piece) <= MOST_CHARS for piece in pieces)
    assert " ".join(pieces) == sentence
    assert all(piece.endswith((",", ".")) for piece in pieces)
    words = " ".join(["word"] * 200)
    assert " ".join(split(words)) == words
    assert max(map(len, split("x" * 1000))) <= MOST_CHARS
    assert "".join(split("x" * 1000)) == "x" * 1000


def test_nothing_to_say_is_no_sentence() -> None:
    assert split("A dog. ... !!! A cat.") == ["A dog.", "A cat."]
    assert split("...") == []
    assert split("") == []
