"""The names that Vois can give to a thing, in each language; the table is names.tsv."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

from pipeline.languages import FRENCH

TABLE = Path(__file__).with_name("names.tsv")
IMAGENET_CLASSES = 1000


@dataclass(frozen=True)
class Noun:
    """A thing's name in one language.

    Attributes:
        one: with its article ("a cup", "une tasse"); without where it takes none ("scissors").
        many: the plural, without an article ("cups", "tasses").
        gender: "m" or "f" in French; "" in English.
    """

    one: str
    many: str
    gender: str = ""


@dataclass(frozen=True)
class Name:
    """A kind of thing.

    Classes that a person would call by one everyday name share it: all of ImageNet's breeds are "a
    dog".

    Attributes:
        english: the English name.
        french: the French name.
        imagenet: numbers of ImageNet's classes that mean it, 0 to 999; may be empty.
        coco: the detector's label that means it ("dining table"), or "".
        words: English caption words that say it or something that it is ("dog", "puppy").
    """

    english: Noun
    french: Noun
    imagenet: tuple[int, ...]
    coco: str
    words: frozenset[str]

    def noun(self, language: str) -> Noun:
        """The name in a language, "en" or "fr"."""
        return self.french if language == FRENCH else self.english


@functools.cache
def names() -> tuple[Name, ...]:
    """All names, in the table's order, by which other arrays count them.

    Classes in no row are never named: what they are called is obscure, or they say nothing about
    the photo ("website").
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Name(
                english=Noun(row["english"], row["english_plural"]),
                french=Noun(row["french"], row["french_plural"], row["gender"]),
                imagenet=tuple(int(number) for number in row["imagenet"].split(",") if number),
                coco=row["coco"],
                words=frozenset(row["words"].split()),
            )
            for row in rows
        )
