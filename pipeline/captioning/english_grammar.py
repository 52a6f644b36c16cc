"""English that a caption never writes: "a apple", "a cabinets", "a hat and hat".

The rules are applied in the search, so that the next best words are chosen, and not mended after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.vocabulary import Vocabulary

# Words between an article and its noun.
ADJECTIVES = frozenset(
    "black white red blue green yellow brown orange pink purple gray grey tan blond blonde golden "
    "silver dark light bright small little large big tall short long tiny huge young old older "
    "elderly new wooden metal plastic glass stone brick round square empty full open cute nice "
    "beautiful colorful striped spotted snowy grassy sandy rocky muddy dirty wet dry clean hot "
    "cold fresh ripe sliced cooked fluffy furry smaller larger different smiling asian "
    "female male".split()
)
PLURALS = frozenset("people men women children feet teeth geese mice oxen knives shelves".split())
# They look like plurals of other words.
NO_PLURALS = frozenset("grass gras sports news this his as is has was us its bus gas yes".split())
# Parts, amounts and what is no thing: "on the side of a table on the side of a road" is odd, but no
# thing stands beside itself.
NO_THINGS = frozenset(
    "top side front back middle edge end corner group bunch couple pair piece lot row herd number "
    "set kind type part one other each two three four five time day night way close line hand it "
    "air background view color left right up down out over off in on at by".split()
)
# Names of things whose plural captions hardly write.
SINGLE = frozenset(
    "water food grass snow broccoli luggage furniture traffic sand dirt ice fruit pizza meat bread "
    "cheese coffee wine rice graffiti hay mud smoke rain sheep kitchen bathroom bedroom restroom "
    "keyboard beach ocean sky airport runway tarmac zoo harbor refrigerator microwave toaster oven "
    "television tv skateboard toilet bathtub fireplace restaurant garage office library "
    "stadium".split()
)
# Of these there may be two, when the second is told apart: "a black dog and a white dog".
LIVING = frozenset(
    "man woman boy girl child kid person baby toddler lady guy player surfer skier skateboarder "
    "snowboarder rider cyclist runner climber skater biker wrestler boxer dancer people men women "
    "children dog cat horse cow sheep elephant giraffe zebra bear bird goat duck puppy kitten "
    "animal monkey lion bull calf lamb team".split()
)
APART = frozenset({"another", "other", "second"})
NUMBERS = frozenset("two three four five six several many".split())
_IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "foot": "feet",
    "tooth": "teeth", "goose": "geese", "mouse": "mice", "knife": "knives", "shelf": "shelves",
}  # fmt: skip
_VOWEL = re.compile(r"[aeiou](?<!u)|u(?!ni|se|te)|hour|honest|heir")
_CONSONANT_SOUND = re.compile(r"one|once|eu|ewe")
_SPELLED_OUT = frozenset({"suv", "suvs", "mp3", "nypd", "fbi", "rv", "x", "l", "m", "n", "s"})


def takes_an(word: str) -> bool:
    """Whether a word follows "an" and not "a"."""
    return bool(_VOWEL.match(word)) and not _CONSONANT_SOUND.match(word)


def plural_of(word: str) -> str:
    """The plural of a noun."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word[-1:] == "y" and word[-2:-1] not in "aeiou" else f"{word}s"


class EnglishGrammar:
    """The tokens that cannot follow the beginning of a caption."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Sorts the vocabulary's words into those that take "an", plurals and names of things."""
        words = vocabulary.words
        known = set(words)
        # Of "hors", which is French, and "horse" the longer has the plural "horses".
        shorter_first = sorted(known, key=len)
        plural = {form: word for word in shorter_first if (form := plural_of(word)) in known}
        self._plurals = {
            word
            for word in known
            if word in PLURALS
            or (word in plural and word not in NO_PLURALS and not word.endswith("ss"))
        }
        # A thing's name by each of its forms: "dogs" and "dog" are one.
        self._thing = {word: word for word in SINGLE & known}
        nameless = NO_THINGS | ADJECTIVES
        for several, one in plural.items():
            if one not in nameless and several not in NO_PLURALS:
                self._thing[one] = self._thing[several] = one
        self._words = words
        self._of_thing: dict[str, list[int]] = {}
        for form, one in self._thing.items():
            self._of_thing.setdefault(one, []).append(vocabulary.token(form))
        letters = [
            token
            for token, word in enumerate(words)
            if token >= vocabulary.special and word not in _SPELLED_OUT
        ]
        many = sorted(vocabulary.token(word) for word in self._plurals)
        with_an = {token for token in letters if takes_an(words[token])}
        self._after_a = np.array(sorted({*many, *with_an}))
        self._after_an = np.array(sorted({*many, *(set(letters) - with_an)}))
        self._many = np.array(many, dtype=np.int64)

    def never_next(self, tokens: Sequence[int]) -> NDArray[np.int64]:
        """The tokens that cannot follow these."""
        words = [self._words[token] for token in tokens]
        found = [np.array(self._said(words), dtype=np.int64)]
        if words and words[-1] == "a":
            found.append(self._after_a)
        elif words and words[-1] == "an":
            found.append(self._after_an)
        elif _article_waits(words):
            found.append(self._many)
        return np.concatenate(found)

    def _said(self, words: Sequence[str]) -> list[int]:
        """The tokens of the things that were named, but for those that may be named again."""
        found: list[int] = []
        apart = bool(words) and words[-1] in APART
        for place, word in enumerate(words):
            thing = self._thing.get(word)
            # In "a clock tower" a tower was named, and no clock.
            if thing is None or (place + 1 < len(words) and words[place + 1] in self._thing):
                continue
            several = word == thing and words[-1] in NUMBERS  # "a man and two men"
            if thing in LIVING and (apart or several or _told_apart(words, place)):
                continue
            found += self._of_thing[thing]
        return found


def _article_waits(words: Sequence[str]) -> bool:
    """Whether the last words are "a" and adjectives, so that a single thing's name is due."""
    place = len(words) - 1
    while place >= 0 and words[place] in ADJECTIVES | {"and"}:
        place -= 1
    waits = 0 <= place < len(words) - 1 and words[place] in ("a", "an")
    return waits and words[-1] != "and" and words[place + 1] != "and"


def _told_apart(words: Sequence[str], place: int) -> bool:
    """Whether the last word is an adjective that the noun at `place` did not have."""
    first = set()
    before = place - 1
    while before >= 0 and words[before] in ADJECTIVES | {"and"}:
        first.add(words[before])
        before -= 1
    return bool(words) and words[-1] in ADJECTIVES - first
