"""Rules of French that a caption breaks: contraction, elision, gender, number, agreement.

Genders are those of training/translation/nouns.tsv, but for nouns that have two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.captioning.translation.nouns import begins_with_vowel
from training.translation.mentions import read_adjectives, read_nouns

# "Un tour" and "une tour", "le voile" and "la voile": another thing with the other gender.
_TWO_GENDERS = frozenset(
    "tour voile poêle livre vase manche mode page garde mousse poste aide moule pendule artiste "
    "enfant athlète touriste cycliste adulte arbitre photographe propriétaire guitariste motard "
    "alpiniste véliplanchiste kayakiste parapentiste planchiste moto-cross".split()
)
_GENDER: dict[str, str] = {}  # of a noun's first word, in both numbers
_SINGULAR: set[str] = set()
_PLURAL: set[str] = set()
for _noun in read_nouns():
    _one, _many = _noun.french.split()[0], _noun.french_many.split()[0]
    if _one in ("petit", "petite", "jeune", "vieille", "vieil", "grand", "grande", "long"):
        continue
    for _form in (_one, _many):
        known = _GENDER.setdefault(_form, "f" if _noun.feminine else "m")
        if known != ("f" if _noun.feminine else "m"):
            _GENDER[_form] = ""
    if _one != _many and not _noun.plural:
        _SINGULAR.add(_one)
        _PLURAL.add(_many)
for _word in _TWO_GENDERS:
    _GENDER.pop(_word, None)

_BEFORE = re.compile(
    r"(petit|grand|gros|vieux|vieil|vieille|jeune|beau|bel|belle|nouveau|nouvel|nouvelle|long|longue"
    r"|autre|énorme|joli)e?s?$"
)
_MASCULINE = frozenset("un le du au ce cet".split())
_FEMININE = frozenset("une la cette".split())
_ONE = _MASCULINE | _FEMININE
_SEVERAL = frozenset(
    "deux trois quatre cinq six plusieurs les des ces aux quelques divers diverses".split()
)
# Participles that say how or where something is.
_STATES = (
    "assis couché allongé posé garé arrêté stationné perché accroupi amarré ancré installé appuyé "
    "accroché fixé suspendu attaché rempli couvert garni entouré coupé rassemblé exposé"
).split()
_CONTRACTED = {("de", "le"), ("de", "les"), ("à", "le"), ("à", "les")}
_ELIDED = frozenset("le la de se ne que je me te".split())
_CUT = frozenset("l' d' s' n' j' m' t'".split())


def french_faults(words: Sequence[str]) -> list[str]:
    """What is wrong in the words of a French caption; empty when nothing is.

    An elided word stands apart: "l'", "homme".
    """
    found = []
    for place, (word, after) in enumerate(pairwise(words)):
        pair = f"{word} {after}"
        vowel = begins_with_vowel(after)
        if (word, after) in _CONTRACTED or (word in _ELIDED and vowel):
            found.append(pair)
        elif (word in _CUT and not vowel) or pair == "d' des":
            found.append(pair)
        elif word in _ONE | _SEVERAL:
            found += _article(words, place)
    return found + _states(words) + _colours(words)


def _head(words: Sequence[str], place: int) -> int:
    """The place of the noun after an article; adjectives may stand between."""
    place += 1
    while place < len(words) - 1 and _BEFORE.match(words[place]):
        place += 1
    return place


def _article(words: Sequence[str], place: int) -> list[str]:
    article, head = words[place], _head(words, place)
    noun = words[head] if head < len(words) else ""
    phrase, gender = " ".join(words[place : head + 1]), _GENDER.get(noun, "")
    # "Des" and "du" may also be "de" with an article: they still agree with their noun.
    wrong = (article in _MASCULINE and gender == "f") or (article in _FEMININE and gender == "m")
    wrong |= article in _ONE and noun in _PLURAL - _SINGULAR
    wrong |= article in _SEVERAL and noun in _SINGULAR - _PLURAL
    return [phrase] if wrong else []


def _forms(state: str) -> dict[str, tuple[str, bool]]:
    """The gender and number (True for several) of each form of a participle."""
    many = state if state.endswith("s") else f"{state}s"
    forms = {state: ("m", False), f"{state}e": ("f", False), f"{state}es": ("f", True)}
    return {**forms, many: ("m", True)} if many != state else forms


_FORMS = {form: value for state in _STATES for form, value in _forms(state).items()}


def _subject(words: Sequence[str], start: int) -> tuple[str, bool, int] | None:
    """Gender, number and place of the noun of a phrase that begins with an article or a number."""
    if start >= len(words) or words[start] not in {*_ONE, *_SEVERAL, "l'"}:
        return None
    if start and words[start] in ("au", "aux", "du", "des"):
        return None  # "trois beignets au chocolat garnis de fraises"
    head = _head(words, start)
    if head >= len(words):
        return None
    gender = _GENDER.get(words[head], "")
    return (gender, words[start] in _SEVERAL, head) if gender else None


def _states(words: Sequence[str]) -> list[str]:
    """Participles that do not agree: "deux filles sont assis", "une voiture garé"."""
    found = []
    for start in range(len(words)):
        subject = _subject(words, start)
        if subject is None or words[subject[2]] in ("groupe", "troupeau", "foule", "rangée", "tas"):
            continue
        if start and words[start - 1] == "et":
            continue  # "un homme et une femme assis"
        gender, several, place = subject
        # Adjectives of the noun may stand between, and "en bois": no other noun.
        between = _ADJECTIVES | ({"est", "sont"} if start == 0 else set())
        place += 1
        while place < len(words) and words[place] in between:
            place += 1
        state = _FORMS.get(words[place]) if place < len(words) else None
        right = state is None or (state[0] == gender and state[1] == several)
        if state is not None and not right and not _same(words[place], gender, several):
            found.append(" ".join(words[start : place + 1]))
    return found


def _same(form: str, gender: str, several: bool) -> bool:
    """Whether "assis", which is singular and plural, is right."""
    return form.endswith("is") and gender == "m" and several


_COLOURS = {
    form: {
        (gender, several)
        for other, (gender, several) in zip(
            one.forms, (("m", False), ("f", False), ("m", True), ("f", True)), strict=True
        )
        if other == form
    }
    for one in read_adjectives()
    if one.kind in ("color", "coat") and not one.before
    for form in one.forms
    if " " not in form
}
_ADJECTIVES = {word for one in read_adjectives() for form in one.forms for word in form.split()} | {
    "et"
}


def _colours(words: Sequence[str]) -> list[str]:
    """Colours right after a noun that do not agree with it: "une voiture vert"."""
    found = []
    for start in range(len(words)):
        subject = _subject(words, start)
        if subject is None or subject[2] + 1 >= len(words):
            continue
        gender, several, head = subject
        colour = words[head + 1]
        mixed = head + 2 < len(words) and words[head + 2] == "et"  # "des skis rouge et blanc"
        if colour in _COLOURS and (gender, several) not in _COLOURS[colour] and not mixed:
            found.append(" ".join(words[start : head + 2]))
    return found
