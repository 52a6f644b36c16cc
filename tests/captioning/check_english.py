"""Rules of English that a caption breaks; apart from those that the search applies.

Nouns and adjectives are those of training/translation's tables, which people wrote, and not those
that `pipeline.captioning.english_grammar` finds in a vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.translation.mentions import read_adjectives, read_nouns

_NOUNS = read_nouns()
# Kinds of things that captions name; parts of the body come in twos.
_SINGULAR = {noun.english.split()[-1] for noun in _NOUNS if noun.kind not in ("part", "wears")}
_MANY = {
    noun.english_many.split()[-1]: noun.english.split()[-1]
    for noun in _NOUNS
    if noun.english_many.split()[-1] != noun.english.split()[-1] and noun.kind != "part"
}
_LIVING = {noun.english.split()[-1] for noun in _NOUNS if noun.kind in ("person", "animal")}
_LIVING |= {"people", "men", "women", "children"}
_ADJECTIVES = {word for one in read_adjectives() for word in one.english.split()}
_ADJECTIVES |= {"smaller", "larger", "bigger"}
# Each may be an adjective, too, or its repeat is no second thing.
_SINGULAR -= {"orange", "light", "top", "water", "square", "team", "family"} | _ADJECTIVES
_SAME_FORM = {"sheep", "fish", "deer", "buffalo", "bison", "reindeer", "wildebeest", "aircraft"}


def english_faults(words: Sequence[str]) -> list[str]:
    """What is wrong in the words of an English caption; empty when nothing is."""
    found = []
    for place, word in enumerate(words[:-1]):
        if word in ("a", "an"):
            if (word == "an") != _takes_an(words[place + 1]):
                found.append(f"{word} {words[place + 1]}")
            found += _article_before_several(words, place)
    return found + _twice(words)


def _takes_an(word: str) -> bool:
    if word in ("suv", "mp3", "x", "rv"):
        return True
    silent = word.startswith(("hour", "honest"))
    return silent or (word[0] in "aeiou" and not re.match(r"uni|use|usu|ute|one|once|eur", word))


def _article_before_several(words: Sequence[str], place: int) -> list[str]:
    end = place + 1
    while end < len(words) - 1 and words[end] in _ADJECTIVES | {"and"}:
        end += 1
    noun = words[end]
    after = words[end + 1] if end + 1 < len(words) else ""
    plural = noun in _MANY and noun not in _SINGULAR | _SAME_FORM
    whole = words[end - 1] != "and" and words[place + 1] != "and"
    return [" ".join(words[place : end + 1])] if plural and whole and not _named(after) else []


def _named(word: str) -> str | None:
    """The singular of a thing's name; None for another word."""
    return _MANY.get(word) or (word if word in _SINGULAR else None)


def _twice(words: Sequence[str]) -> list[str]:
    met: dict[str, set[str]] = {}
    found = []
    for place, word in enumerate(words):
        thing = _named(word)
        compound = place + 1 < len(words) and _named(words[place + 1]) is not None
        if thing is None or compound:
            continue
        before = place
        while before and words[before - 1] in _ADJECTIVES | {"and", "another", "other"}:
            before -= 1
        described = set(words[before:place]) - {"and"}
        # "A man and two men", "a man before a crowd of people".
        counted = before > 0 and words[before - 1] in ("two", "three", "four", "five", "of")
        if thing in met:
            apart = bool(described - met[thing]) or (counted and word != thing)
            if not (thing in _LIVING and apart):
                found.append(f"{thing} twice")
        met.setdefault(thing, described)
    return found
