"""Which things are said, and how they are listed."""

from __future__ import annotations

import pytest

from pipeline.recognition.detector import Box
from pipeline.recognition.names import Name, names
from pipeline.recognition.recogniser import Recognised
from pipeline.recognition.wording import MOST_NAMES, NAMED_FROM, listed, sure_things

LEFT, MIDDLE, RIGHT = Box(0.0, 0, 0.3, 1), Box(0.4, 0, 0.6, 1), Box(0.7, 0, 1.0, 1)
WIDE = Box(0.0, 0, 0.7, 1)


def name_of(english: str) -> Name:
    return next(name for name in names() if name.english.one == english)


def thing(english: str, box: Box | None = None, probability: float = 0.9) -> Recognised:
    return Recognised(name_of(english), probability, box)


CUP, CAR, DOG = name_of("a cup"), name_of("a car"), name_of("a dog")


@pytest.mark.parametrize(
    ("things", "english", "french"),
    [
        ([thing("a cup of espresso")], "a cup of espresso", "une tasse d'expresso"),
        ([thing("a cat"), thing("a bed")], "a cat and a bed", "un chat et un lit"),
        (
            [thing("a cat"), thing("a bed"), thing("a book")],
            "a cat, a bed and a book",
            "un chat, un lit et un livre",
        ),
        (
            [thing("a car", LEFT), thing("a dog", RIGHT), thing("a car", LEFT)],
            "two cars on the left and a dog on the right",
            "deux voitures à gauche et un chien à droite",
        ),
        ([thing("a horse", LEFT)] * 3, "three horses on the left", "trois chevaux à gauche"),
        ([thing("a sheep", RIGHT)] * 5, "several sheep on the right", "plusieurs moutons à droite"),
        ([thing("a dog", LEFT), thing("a dog", RIGHT)], "two dogs", "deux chiens"),
        ([thing("a dog", MIDDLE)], "a dog", "un chien"),
        ([thing("a bed", WIDE)], "a bed", "un lit"),
    ],
)
def test_things_are_listed_with_number_and_place(
    things: list[Recognised], english: str, french: str
) -> None:
    assert listed(things, "en", places=True) == english
    assert listed(things, "fr", places=True) == french


def test_places_are_left_out_unless_asked_for() -> None:
    assert listed([thing("a car", LEFT)], "en") == "a car"


def test_only_what_is_probable_is_said() -> None:
    things = [thing("a cat", probability=NAMED_FROM), thing("a dog", probability=NAMED_FROM - 0.01)]
    assert [one.name.english.one for one in sure_things(things)] == ["a cat"]


def test_what_a_caption_says_is_not_said_again() -> None:
    things = [thing("a car"), thing("a dog")]
    assert sure_things(things, "a puppy in the grass".split()) == (things[0],)


def test_few_names_are_said_but_all_things_of_each() -> None:
    four = ["a car", "a bed", "a book", "a clock"]
    things = [thing(one, probability=0.9) for one in [*four[:MOST_NAMES], four[0], four[3]]]
    assert [one.name.english.one for one in sure_things(things)] == [*four[:MOST_NAMES], four[0]]


def test_one_thing_gets_one_name() -> None:
    things = [thing("a cup of espresso", probability=0.8), thing("a cup", LEFT, 0.7)]
    assert [one.name.english.one for one in sure_things(things)] == ["a cup of espresso"]
