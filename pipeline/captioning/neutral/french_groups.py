"""Adds up or distinguishes people whose nouns became equal by neutral wording, in French."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.captioning.neutral.french_words import ADJECTIVES, NEW, POSTURES, Noun, forms
from pipeline.captioning.neutral.rewording import Piece, distinct, join, word_at

_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


def add_up(parts: list[Piece]) -> list[Piece]:
    """Adds up nouns that became equal: "une personne et une personne" -> "deux personnes"."""
    place = 0
    while place < len(parts):
        first = _group(parts, place)
        second = None
        led = place
        if first is not None and word_at(parts, first.end) == "et":
            # "D'un homme et d'une femme": of two.
            led -= word_at(parts, first.end + 1) == word_at(parts, place - 1) in _LEADS
            second = _group(parts, first.end + 1 + place - led)
        if first is None or second is None or first.said != second.said:
            place += 1
            continue
        every = parts[place : second.end]
        count = first.count + second.count
        number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else "plusieurs"
        head = ("les", number) if first.definite else (number,) if count else ("des",)
        words = (*head, *map(_plural, first.adjectives), first.noun.many)
        if led < place:
            lead = "de" if parts[led].word == "d'" else parts[led].word
            parts = [*parts[:led], parts[led].said(lead), *parts[place:]]
        group = [join(word, every) for word in words]
        after = place + len(group)
        parts = _plural_after([*parts[:place], *group, *parts[second.end :]], after, first.noun)
    return distinct(_another(parts), _shorter)


_LEADS = frozenset("d' de à avec par pour".split())


def _plural(adjective: str) -> str:
    if adjective.endswith("eau"):
        return f"{adjective}x"
    return adjective if adjective[-1] in "sx" else f"{adjective}s"


def _plural_after(parts: list[Piece], start: int, noun: Noun) -> list[Piece]:
    """Makes what follows the last noun agree with the group ("... et une femme sont assis")."""
    if word_at(parts, start) not in ("sont", "étaient"):
        return parts
    every = [forms(one) for one in POSTURES]
    right = {form[1]: form[3 if noun.feminine else 1] for form in every}
    right |= {form[3]: form[3 if noun.feminine else 1] for form in every}
    return [*parts[:start], *(part.said(right.get(part.word, part.word)) for part in parts[start:])]


@dataclass(frozen=True)
class _Group:
    """A number of neutral people: "deux petits enfants".

    Attributes:
        count: 0 for "des", "d'" and "de".
        definite: whether it is "le" or "la".
        adjectives: those before the noun.
        noun: a neutral one.
        end: the place after the noun.
    """

    count: int
    definite: bool
    adjectives: tuple[str, ...]
    noun: Noun
    end: int

    @property
    def said(self) -> tuple[bool, bool, tuple[str, ...], Noun]:
        """What must be equal in two groups that are added up."""
        counted = self.count > 0
        return self.definite, counted, tuple(map(_plural, self.adjectives)), self.noun


def _group(parts: list[Piece], start: int) -> _Group | None:
    """The group that begins at an index, if any."""
    head, place = word_at(parts, start), start + 1
    while word_at(parts, place) in ADJECTIVES:
        place += 1
    noun = NEW.get(word_at(parts, place))
    if noun is None or head not in ("des", *_SINGULAR, *_NUMBERS):
        return None
    adjectives = tuple(part.word for part in parts[start + 1 : place])
    count = 0 if head == "des" else 1 if head in _SINGULAR else _NUMBERS.index(head) + 1
    return _Group(count, head in _SINGULAR[1:], adjectives, noun, place + 1)


_SINGULAR = ("une", "la", "le", "l'")


def _shorter(parts: list[Piece], place: int) -> list[Piece] | None:
    """Shortens the mention at the index of a bigram: "une autre en blanc"."""
    for start in range(place + 1, max(place - 4, -1), -1):
        head, end = word_at(parts, start), start + 1
        while word_at(parts, end) in (*ADJECTIVES, "autre"):
            end += 1
        noun = NEW.get(word_at(parts, end))
        if noun is None or end < place:
            continue
        if head in ("un", "une"):
            words: tuple[str, ...] = (head, "autre")
        elif head in _SINGULAR:
            words = ("l'", "autre")
        elif head in ("des", "d'", "de"):
            words = ("d'", "autres")
        elif head in _NUMBERS:
            words = (head, "autres")
        else:
            continue
        every = parts[start : end + 1]
        return [*parts[:start], *(join(word, every) for word in words), *parts[end + 1 :]]
    return None


def _another(parts: list[Piece]) -> list[Piece]:
    """Replaces the second "une personne" of a caption by "une autre personne"."""
    met: set[tuple[tuple[str, ...], str]] = set()  # adjectives and noun
    found: list[Piece] = []
    for place, part in enumerate(parts):
        found.append(part)
        group = _group(parts, place)
        if group is not None and group.count == 1 and part.word in ("un", "une"):
            if (group.adjectives, group.noun.one) in met:
                found.append(part.said("autre"))
            met |= {(group.adjectives, group.noun.one), ((), group.noun.one)}
    return found
