"""Neutral wording in French, with as much agreement as small tables give."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.wording.pieces import Piece, distinct, join, word_at


@dataclass(frozen=True)
class Noun:
    """A noun and its forms.

    Attributes:
        one: singular.
        many: plural.
        feminine: its gender in grammar.
        vowel: whether it begins with one, so that "le" becomes "l'".
    """

    one: str
    many: str
    feminine: bool
    vowel: bool


PERSON = Noun("personne", "personnes", feminine=True, vowel=False)
CHILD = Noun("enfant", "enfants", feminine=False, vowel=True)
PARENT = Noun("parent", "parents", feminine=False, vowel=False)

# Old noun -> (new noun, was feminine, was plural).
NOUNS = {
    "homme": (PERSON, False, False),
    "hommes": (PERSON, False, True),
    "femme": (PERSON, True, False),
    "femmes": (PERSON, True, True),
    "dame": (PERSON, True, False),
    "dames": (PERSON, True, True),
    "monsieur": (PERSON, False, False),
    "messieurs": (PERSON, False, True),
    "mec": (PERSON, False, False),
    "mecs": (PERSON, False, True),
    "gars": (PERSON, False, False),
    "type": (PERSON, False, False),
    "garçon": (CHILD, False, False),
    "garçons": (CHILD, False, True),
    "garçonnet": (CHILD, False, False),
    "fille": (CHILD, True, False),
    "filles": (CHILD, True, True),
    "fillette": (CHILD, True, False),
    "fillettes": (CHILD, True, True),
    "fils": (CHILD, False, False),
    "mère": (PARENT, True, False),
    "père": (PARENT, False, False),
    "maman": (PARENT, True, False),
    "papa": (PARENT, False, False),
}
NEW = {form: noun for noun in (PERSON, CHILD, PARENT) for form in (noun.one, noun.many)}

# Masculine -> feminine, before the noun or beside it.
_BEFORE = {
    "un": "une", "le": "la", "ce": "cette", "cet": "cette", "du": "de la", "au": "à la",
    "petit": "petite", "petits": "petites", "grand": "grande", "grands": "grandes",
    "vieux": "vieille", "vieil": "vieille", "beau": "belle", "bel": "belle", "beaux": "belles",
    "gros": "grosse", "seul": "seule", "seuls": "seules", "tout": "toute", "tous": "toutes",
    "certains": "certaines", "premier": "première", "joli": "jolie", "jolis": "jolies",
    "nouveau": "nouvelle", "nouvel": "nouvelle", "son": "sa", "mon": "ma",
}  # fmt: skip
# Of these two have a masculine before a vowel, and "vieux" is also a plural.
_SINGULAR_ONLY = frozenset({"vieil", "bel", "nouvel", "cet"})
_BEFORE_VOWEL = {"vieux": "vieil", "beau": "bel", "nouveau": "nouvel", "ce": "cet"}
_SAME_BEFORE = frozenset(
    "jeune jeunes autre autres les des ces deux trois quatre cinq six plusieurs quelques d' l' "
    "de ses leurs".split()
)
# What is said of people, wherever it stands in the sentence; -s and -e are added.
_POSTURES = (
    "assis allongé couché accroupi agenouillé habillé vêtu debout coiffé chaussé déguisé costumé "
    "équipé penché appuyé perché suspendu entouré accompagné tourné installé ligoté maquillé "
    "couvert adossé attaché blotti étendu juché placé posé situé enveloppé muni armé"
).split()
# What may also be said of the thing before it, so only right after the noun or "est".
_PLAIN = (
    "noir blond brun blanc barbu âgé souriant roux grand petit seul tatoué bronzé mouillé "
    "heureux content torse"
).split()
_FEMININE = {"blanc": "blanche", "roux": "rousse", "heureux": "heureuse"}
_INVARIABLE = frozenset({"debout", "torse"})
_BETWEEN = frozenset("est sont était étaient très bien tout se tient qui et à moitié".split())
# Another noun that something may be said of ends what is said of the person.
_OTHERS = frozenset("chien chiens chienne cheval chevaux chat chats oiseau oiseaux bébé".split())
_NUMBERS = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")


def _feminine(adjective: str) -> str:
    return _FEMININE.get(adjective, f"{adjective}e")


def _forms(adjective: str) -> tuple[str, str, str, str]:
    """Masculine and feminine, singular and plural: (ms, mp, fs, fp)."""
    if adjective in _INVARIABLE:
        return adjective, adjective, adjective, adjective
    plural = adjective if adjective[-1] in "sx" else f"{adjective}s"
    feminine = _feminine(adjective)
    return adjective, plural, feminine, f"{feminine}s"


def neutral(parts: list[Piece]) -> list[Piece]:
    """The description in neutral wording; see `pipeline.wording.neutral_words`."""
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
    return _together(parts)


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
    """Lets the words before the noun agree with it, nearest first; gives the noun's new place."""
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
_ADJECTIVES = frozenset(
    "jeune jeunes petit petits petite petites grand grands grande grandes vieux vieil vieille "
    "vieilles beau bel belle".split()
)
_TO_MASCULINE = {
    feminine: masculine
    for masculine, feminine in _BEFORE.items()
    if masculine not in _SINGULAR_ONLY and " " not in feminine
}


def _vowel(word: str) -> bool:
    return word[:1] in "aeiouyéèêâîôœ" or word.startswith(("homme", "habi"))


def _before(word: str, after: str, noun: Noun, plural: bool) -> tuple[str, ...] | None:
    """The words that stand for one before a noun; None when it does not belong to the noun."""
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
    if word in _SAME_BEFORE:
        return (word,)
    masculine = _TO_MASCULINE.get(word)
    if noun.feminine:
        return (_BEFORE[word],) if word in _BEFORE else ((word,) if masculine else None)
    if masculine is None and word not in _BEFORE:
        return None
    masculine = masculine or word
    return (_BEFORE_VOWEL.get(masculine, masculine) if vowel else masculine,)


def _the(noun: Noun, vowel: bool) -> str:
    if vowel:
        return "l'"
    return "la" if noun.feminine else "le"


def _agree_after(
    parts: list[Piece], place: int, noun: Noun, feminine: bool, plural: bool
) -> list[Piece]:
    """Lets what is said of the person agree with the new noun."""
    if feminine == noun.feminine:
        return parts
    old, new = (2 * is_feminine + plural for is_feminine in (feminine, noun.feminine))
    postures = {_forms(one)[old]: _forms(one)[new] for one in _POSTURES}
    plain = {_forms(one)[old]: _forms(one)[new] for one in _PLAIN}
    beside = True
    found = parts[: place + 1]
    for at in range(place + 1, len(parts)):
        word = parts[at].word
        if word in NOUNS or word in NEW or word in _OTHERS:
            return [*found, *parts[at:]]
        if beside and word in plain and word_at(parts, at - 1) != "et":
            found.append(parts[at].said(plain[word]))
            continue
        beside = beside and (word in _BETWEEN or word in postures)
        found.append(parts[at].said(postures.get(word, word)))
    return found


_AFTER_WHICH_STRESSED = frozenset(
    "derrière devant avec pour vers sur sous contre chez d' de à sans entre après".split()
)


def _pronouns(parts: list[Piece]) -> list[Piece]:
    """Lets "il" and "elle" agree with the nearest neutral noun before them."""
    noun: Noun | None = None
    found: list[Piece] = []
    for part in parts:
        noun = NEW.get(part.word, None if part.word in _OTHERS else noun)
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


def _together(parts: list[Piece]) -> list[Piece]:
    """Adds up who is neutral now: "une personne et une personne" -> "deux personnes"."""
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
    """What was said of the last of them is said of all ("... et une femme sont assis")."""
    if word_at(parts, start) not in ("sont", "étaient"):
        return parts
    forms = [_forms(one) for one in _POSTURES]
    right = {form[1]: form[3 if noun.feminine else 1] for form in forms}
    right |= {form[3]: form[3 if noun.feminine else 1] for form in forms}
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
        """What must be alike in two groups that are added up."""
        counted = self.count > 0
        return self.definite, counted, tuple(map(_plural, self.adjectives)), self.noun


def _group(parts: list[Piece], start: int) -> _Group | None:
    """The group that begins at a place, if one does."""
    head, place = word_at(parts, start), start + 1
    while word_at(parts, place) in _ADJECTIVES:
        place += 1
    noun = NEW.get(word_at(parts, place))
    if noun is None or head not in ("des", *_SINGULAR, *_NUMBERS):
        return None
    adjectives = tuple(part.word for part in parts[start + 1 : place])
    count = 0 if head == "des" else 1 if head in _SINGULAR else _NUMBERS.index(head) + 1
    return _Group(count, head in _SINGULAR[1:], adjectives, noun, place + 1)


_SINGULAR = ("une", "la", "le", "l'")


def _shorter(parts: list[Piece], place: int) -> list[Piece] | None:
    """Shortens whoever is mentioned in the pair at a place: "une autre en blanc"."""
    for start in range(place + 1, max(place - 4, -1), -1):
        head, end = word_at(parts, start), start + 1
        while word_at(parts, end) in (*_ADJECTIVES, "autre"):
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
    """The second "une personne" of a description is another one."""
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
