"""Nouns that a translation must not lose: found in the English, looked for in the French.

A small translator has seen rare nouns seldom, and writes another word in their place: "a fork" was
"une poule". Where a noun of the table is not in the translation, a common one of the same gender,
which the translator knows, stands in for it, and the French words are exchanged afterwards.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.english_grammar import ADJECTIVES, takes_an
from pipeline.captioning.vocabulary import normalise
from pipeline.errors import ErrorCode, ModelError
from pipeline.languages import FRENCH

# Before any of these, or an adjective, a word such as "watches" is a noun.
_BEFORE = ADJECTIVES | frozenset(
    "a an the another his her their its some two three four five six several many of with in on "
    "at near by under behind".split()
)
# Well-known nouns, those first that stand well beside any verb.
_STAND_INS = (
    "cup book bag bottle plate tree cat dog cow giraffe elephant bird boy girl man pizza sandwich "
    "orange bread snow food grass kitchen bedroom park beach field street hat jacket helmet"
).split()
_MOST_WORDS = 4  # of an English noun
_TRIES = 3  # each with other nouns
_VOWEL = re.compile(r"[aeiouyhàâéèêëîïôûœ]")
# These begin with an h that allows no elision, or with a vowel's letter that is no vowel.
_NO_ELISION = re.compile(
    r"(hibou|hamster|hamburger|hangar|haut|haie|hanche|haricot|homard|hot-|husky|hutte|hockey|harde|"
    r"héron|hérisson|hublot|huit|onze|yacht|yaourt|hall|hache|hamac|handball|yorkshire|halter)"
)


def begins_with_vowel(text: str) -> bool:
    """Whether "le" and "de" lose their vowel before this French text."""
    return bool(_VOWEL.match(text)) and not _NO_ELISION.match(text)


@dataclass(frozen=True)
class Translation:
    """A translated caption.

    Attributes:
        words: in lower case, without punctuation; an elided word stands apart ("l'").
        sources: (words, source words) float32: how much each word looked at each word of the
            source; the sum is 1 for each word.
    """

    words: tuple[str, ...]
    sources: NDArray[np.float32]


@dataclass(frozen=True)
class Noun:
    """A row of the table; what comes in pairs is singular, then plural.

    Attributes:
        kind: what it names ("animal").
        feminine: its gender in French.
        plural: whether French has only its plural ("des toilettes").
        english: the words of each number.
        french: likewise, cut as the translator's are.
    """

    kind: str
    feminine: bool
    plural: bool
    english: tuple[tuple[str, ...], tuple[str, ...]]
    french: tuple[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of_row(
        cls, kind: str, gender: str, number: str, one: str, many: str, french: str, french_many: str
    ) -> Noun:
        """The noun of a row of nouns.tsv."""
        return cls(
            kind,
            gender == "f",
            number == "many",
            (tuple(one.split()), tuple(many.split())),
            (tuple(normalise(french, FRENCH)), tuple(normalise(french_many, FRENCH))),
        )

    def is_in(self, french: Sequence[str]) -> bool:
        """Whether a translation has it, in either number."""
        return any(_places(french, form) for form in self.french)

    def stands_for(self, other: Noun, many: bool) -> bool:
        """Whether the French words around the other, in a number, can stay for this one."""
        return (
            self is not other
            and self.feminine == other.feminine
            and (many or (self.kind == "mass") == (other.kind == "mass"))
            and (many or not (self.plural or other.plural))
            and begins_with_vowel(self.french[many][0]) == begins_with_vowel(other.french[many][0])
        )


@dataclass(frozen=True)
class Mention:
    """A noun in an English caption.

    Attributes:
        noun: of the table.
        many: whether it is plural in English.
        start: the place of its first word.
        end: the place after its last word.
    """

    noun: Noun
    many: bool
    start: int
    end: int


class Nouns:
    """The table of nouns."""

    def __init__(self, nouns: Sequence[Noun]) -> None:
        """Joins nouns, those first that are found first."""
        self._by_english: dict[tuple[str, ...], tuple[Noun, bool]] = {}
        for many in (True, False):  # "fries" are many
            for noun in nouns:
                self._by_english.setdefault(noun.english[many], (noun, many))
        self._stand_ins = [
            self._by_english[(word,)][0] for word in _STAND_INS if (word,) in self._by_english
        ]

    @classmethod
    def load(cls, path: Path) -> Nouns:
        """Reads a table like training/translation/nouns.tsv.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
            return cls([Noun.of_row(*row) for row in rows])
        except FileNotFoundError as error:
            raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name) from error
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error

    def mentions(self, words: Sequence[str]) -> list[Mention]:
        """The nouns of an English caption from left to right, the longest that the table has."""
        found, start = [], 0
        while start < len(words):
            end = start + 1
            for length in range(_MOST_WORDS, 0, -1):
                part = tuple(words[start : start + length])
                noun, many = self._by_english.get(part, (None, False))
                if noun is not None and (not start or words[start - 1] in _BEFORE):
                    end = start + len(part)
                    found.append(Mention(noun, many, start, end))
                    break
            start = end
        return found

    def mended(
        self,
        words: tuple[str, ...],
        found: Translation,
        translate: Callable[[tuple[str, ...]], Translation],
    ) -> Translation:
        """A translation with the nouns that it had lost; as it was where that does not succeed.

        Args:
            words: of the English caption.
            found: its translation.
            translate: translates a caption.
        """
        mentions = self.mentions(words)
        lost = [one for one in mentions if not one.noun.is_in(found.words)]
        kept = [one.noun for one in mentions if one not in lost]
        passed_over: list[Noun] = []
        for _ in range(_TRIES):
            swaps = self._swaps(lost, [*(one.noun for one in mentions), *passed_over])
            if not swaps:
                break
            changed, owners = _swapped(words, swaps)
            again = translate(changed)
            mended = _exchanged_all(Translation(again.words, again.sources @ owners), swaps)
            if mended is not None and all(noun.is_in(mended.words) for noun in kept):
                return mended
            passed_over += [noun for _, noun in swaps]
        return found

    def _swaps(self, lost: Sequence[Mention], taken: Sequence[Noun]) -> list[tuple[Mention, Noun]]:
        """The lost nouns, each with one that stands in for it, of its kind where there is one."""
        swaps: list[tuple[Mention, Noun]] = []
        for mention in lost:
            fitting = [
                noun
                for noun in self._stand_ins
                if noun not in taken and noun.stands_for(mention.noun, mention.many)
            ]
            alike = [noun for noun in fitting if noun.kind == mention.noun.kind]
            for noun in (*alike, *fitting)[:1]:
                taken = [*taken, noun]
                swaps.append((mention, noun))
        return swaps


def _swapped(
    words: Sequence[str], swaps: Sequence[tuple[Mention, Noun]]
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The caption with other nouns, and how its words are those of the caption.

    Returns:
        The words, and (words, words of the caption) float32, whose rows sum to 1.
    """
    changed: list[str] = []
    owners: list[range] = []
    by_start = {mention.start: (mention, noun) for mention, noun in swaps}
    place = 0
    while place < len(words):
        end, said = place + 1, tuple(words[place : place + 1])
        if place in by_start:
            mention, noun = by_start[place]
            end, said = mention.end, noun.english[mention.many]
            if changed and changed[-1] in ("a", "an"):
                changed[-1] = "an" if takes_an(said[0]) else "a"
        changed += said
        owners += [range(place, end)] * len(said)
        place = end
    shares = np.zeros((len(changed), len(words)), dtype=np.float32)
    for row, places in enumerate(owners):
        shares[row, places] = 1 / len(places)
    return tuple(changed), shares


def _exchanged_all(found: Translation, swaps: Sequence[tuple[Mention, Noun]]) -> Translation | None:
    """The translation with the lost nouns in place of those that stood in; None if one is not."""
    for mention, stand_in in swaps:
        form = stand_in.french[mention.many]
        places = _places(found.words, form)
        if len(places) != 1:
            return None
        found = _exchanged(found, places[0], len(form), mention.noun.french[mention.many])
    return found


def _exchanged(found: Translation, start: int, length: int, words: tuple[str, ...]) -> Translation:
    """The translation with other words in the place of `length` of its own."""
    end = start + length
    row = found.sources[start:end].mean(axis=0, keepdims=True)
    return Translation(
        (*found.words[:start], *words, *found.words[end:]),
        np.concatenate([found.sources[:start], row.repeat(len(words), 0), found.sources[end:]]),
    )


def _places(words: Sequence[str], part: Sequence[str]) -> list[int]:
    """Where the part begins in the words."""
    last = len(words) - len(part)
    return [at for at in range(last + 1) if tuple(words[at : at + len(part)]) == tuple(part)]
