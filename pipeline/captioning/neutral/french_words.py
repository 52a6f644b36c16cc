"""French nouns for people, with their determiners and adjectives: the tables for agreement."""

from __future__ import annotations

from dataclasses import dataclass


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
BEFORE = {
    "un": "une", "le": "la", "ce": "cette", "cet": "cette", "du": "de la", "au": "à la",
    "petit": "petite", "petits": "petites", "grand": "grande", "grands": "grandes",
    "vieux": "vieille", "vieil": "vieille", "beau": "belle", "bel": "belle", "beaux": "belles",
    "gros": "grosse", "seul": "seule", "seuls": "seules", "tout": "toute", "tous": "toutes",
    "certains": "certaines", "premier": "première", "joli": "jolie", "jolis": "jolies",
    "nouveau": "nouvelle", "nouvel": "nouvelle", "son": "sa", "mon": "ma",
}  # fmt: skip
# Of these two have a masculine before a vowel, and "vieux" is also a plural.
SINGULAR_ONLY = frozenset({"vieil", "bel", "nouvel", "cet"})
BEFORE_VOWEL = {"vieux": "vieil", "beau": "bel", "nouveau": "nouvel", "ce": "cet"}
SAME_BEFORE = frozenset(
    "jeune jeunes autre autres les des ces deux trois quatre cinq six plusieurs quelques d' l' "
    "de ses leurs".split()
)
# Adjectives of people, anywhere in the sentence; -s and -e are added.
POSTURES = (
    "assis allongé couché accroupi agenouillé habillé vêtu debout coiffé chaussé déguisé costumé "
    "équipé penché appuyé perché suspendu entouré accompagné tourné installé ligoté maquillé "
    "couvert adossé attaché blotti étendu juché placé posé situé enveloppé muni armé"
).split()
# These may describe a thing before them too: only right after the noun or "est".
PLAIN = (
    "noir blond brun blanc barbu âgé souriant roux grand petit seul tatoué bronzé mouillé "
    "heureux content torse"
).split()
_FEMININE = {"blanc": "blanche", "roux": "rousse", "heureux": "heureuse"}
_INVARIABLE = frozenset({"debout", "torse"})
BETWEEN = frozenset("est sont était étaient très bien tout se tient qui et à moitié".split())
ADJECTIVES = frozenset(
    "jeune jeunes petit petits petite petites grand grands grande grandes vieux vieil vieille "
    "vieilles beau bel belle".split()
)
# Nouns that end the search for adjectives of the person.
OTHERS = frozenset("chien chiens chienne cheval chevaux chat chats oiseau oiseaux bébé".split())


def _feminine(adjective: str) -> str:
    return _FEMININE.get(adjective, f"{adjective}e")


def forms(adjective: str) -> tuple[str, str, str, str]:
    """An adjective's masculine and feminine, singular and plural: (ms, mp, fs, fp)."""
    if adjective in _INVARIABLE:
        return adjective, adjective, adjective, adjective
    plural = adjective if adjective[-1] in "sx" else f"{adjective}s"
    feminine = _feminine(adjective)
    return adjective, plural, feminine, f"{feminine}s"
