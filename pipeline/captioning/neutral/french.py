"""Neutral wording in French, with agreement from small tables."""

from __future__ import annotations

from pipeline.captioning.neutral.french_groups import add_up
from pipeline.captioning.neutral.french_words import (
    BEFORE,
    BEFORE_VOWEL,
    BETWEEN,
    NEW,
    NOUNS,
    OTHERS,
    PLAIN,
    POSTURES,
    SAME_BEFORE,
    SINGULAR_ONLY,
    Noun,
    forms,
)
from pipeline.captioning.neutral.rewording import Piece, word_at


def neutral(parts: list[Piece]) -> list[Piece]:
    """The caption in neutral wording; see `pipeline.captioning.neutral.neutral_words`."""
    place = 0
    while place < len(parts):
        known = NOUNS.get(parts[place].word)
        # "Fils" is also the plural of "fil"; "type" is also a kind.
        if known is not None and not _other_sense(parts, place):
            noun, feminine, plural = known
            parts = _agree_after(parts, place, noun, feminine, plural)
            parts = [
                *parts[:place],
                parts[place].said(noun.many if plural else noun.one),
                *parts[place + 1 :],
            ]
            parts, place = _agree_before(parts, place, noun, plural)
        place += 1
    parts = _pronouns(parts)
    return add_up(parts)


def _other_sense(parts: list[Piece], place: int) -> bool:
    word, before = parts[place].word, word_at(parts, place - 1)
    if word == "type":
        return before not in ("un", "le", "ce") or word_at(parts, place + 1) in ("de", "d'")
    if word == "fils":
        return before not in ("son", "leur", "un", "le")
    return False


def _agree_before(
    parts: list[Piece], place: int, noun: Noun, plural: bool
) -> tuple[list[Piece], int]:
    """Makes the words before the noun agree with it, nearest first; returns its new index."""
    at = place - 1
    while at >= 0:
        word = parts[at].word
        after = word_at(parts, at + 1)
        new = _before(word, after, noun, plural)
        if new is None:
            break
        pieces = [parts[at].said(one) for one in new]
        parts = [*parts[:at], *pieces, *parts[at + 1 :]]
        place += len(pieces) - 1
        if word in _DETERMINERS and word_at(parts, at - 1) not in ("tous", "toutes"):
            break
        at -= 1
    return parts, place


_DETERMINERS = frozenset("un une le la l' du au les des aux d' ce cet cette ces son sa".split())
_TO_MASCULINE = {
    feminine: masculine
    for masculine, feminine in BEFORE.items()
    if masculine not in SINGULAR_ONLY and " " not in feminine
}


def _vowel(word: str) -> bool:
    return word[:1] in "aeiouyéèêâîôœ" or word.startswith(("homme", "habi"))


def _before(word: str, after: str, noun: Noun, plural: bool) -> tuple[str, ...] | None:
    """The words that replace a word before a noun; None if it does not belong to the noun."""
    vowel = _vowel(after)
    if word in ("le", "la", "l'"):
        return (_the(noun, vowel),)
    if word == "du" or word == "au":
        first = "de" if word == "du" else "à"
        if not noun.feminine and not vowel:
            return (word,)
        return (first, _the(noun, vowel))
    if word in ("d'", "de"):
        return ("d'" if vowel else "de",)
    if word in ("son", "sa"):
        return ("sa" if noun.feminine and not vowel else "son",)
    if word in ("vieux", "beaux", "beau") and noun.feminine and plural:
        return ("vieilles" if word == "vieux" else "belles",)
    if word in ("vieilles", "belles") and not noun.feminine:
        return ("vieux" if word == "vieilles" else "beaux",)
    if word in SAME_BEFORE:
        return (word,)
    masculine = _TO_MASCULINE.get(word)
    if noun.feminine:
        return (BEFORE[word],) if word in BEFORE else ((word,) if masculine else None)
    if masculine is None and word not in BEFORE:
        return None
    masculine = masculine or word
    return (BEFORE_VOWEL.get(masculine, masculine) if vowel else masculine,)


def _the(noun: Noun, vowel: bool) -> str:
    if vowel:
        return "l'"
    return "la" if noun.feminine else "le"


def _agree_after(
    parts: list[Piece], place: int, noun: Noun, feminine: bool, plural: bool
) -> list[Piece]:
    """Makes the adjectives and participles of a person agree with the new noun."""
    if feminine == noun.feminine:
        return parts
    old, new = (2 * is_feminine + plural for is_feminine in (feminine, noun.feminine))
    postures = {forms(one)[old]: forms(one)[new] for one in POSTURES}
    plain = {forms(one)[old]: forms(one)[new] for one in PLAIN}
    beside = True
    found = parts[: place + 1]
    for at in range(place + 1, len(parts)):
        word = parts[at].word
        if word in NOUNS or word in NEW or word in OTHERS:
            return [*found, *parts[at:]]
        if beside and word in plain and word_at(parts, at - 1) != "et":
            found.append(parts[at].said(plain[word]))
            continue
        beside = beside and (word in BETWEEN or word in postures)
        found.append(parts[at].said(postures.get(word, word)))
    return found


_AFTER_WHICH_STRESSED = frozenset(
    "derrière devant avec pour vers sur sous contre chez d' de à sans entre après".split()
)


def _pronouns(parts: list[Piece]) -> list[Piece]:
    """Makes "il" and "elle" agree with the nearest neutral noun before them."""
    noun: Noun | None = None
    found: list[Piece] = []
    for part in parts:
        noun = NEW.get(part.word, None if part.word in OTHERS else noun)
        if noun is not None and word_at(found, len(found) - 1) in _AFTER_WHICH_STRESSED:
            singular, plural = ("elle", "elles") if noun.feminine else ("lui", "eux")
            stressed = {"lui": singular, "elle": singular, "eux": plural, "elles": plural}
            part = part.said(stressed.get(part.word, part.word))
        elif noun is not None and part.word in ("il", "elle"):
            part = part.said("elle" if noun.feminine else "il")
        elif noun is not None and part.word in ("ils", "elles"):
            part = part.said("elles" if noun.feminine else "ils")
        found.append(part)
    return found
