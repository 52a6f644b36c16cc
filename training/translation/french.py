"""French grammar for made-up sentences: agreement, elision and contraction.

Text is cut as `pipeline.captioning.vocabulary.normalise` cuts it: words parted by blanks, an elided
word apart ("l' homme").
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.captioning.translation.nouns import begins_with_vowel

_INVARIABLE = frozenset({"debout", "marron", "orange"})


@dataclass(frozen=True)
class Agreement:
    """What adjectives and verbs agree with.

    Attributes:
        feminine: the gender in grammar.
        plural: the number.
    """

    feminine: bool
    plural: bool


def inflected(word: str, agreement: Agreement) -> str:
    """A participle or adjective ("assis") in the gender and number of its noun ("assises")."""
    first, blank, rest = word.partition(" ")
    if first not in _INVARIABLE:
        if agreement.feminine:
            first += "" if first.endswith("e") else "e"
        if agreement.plural and first[-1] not in "sx":
            first += "s"
    return first + blank + rest


def of(phrase: str) -> str:
    """The noun phrase after "de": "du chien", "d' un chien", "de chiens" for "des chiens"."""
    for article, joined in (
        ("le ", "du "),
        ("les ", "des "),
        ("des ", "de "),
        ("du ", "de "),
        ("de la ", "de "),
        ("de l' ", "de "),
    ):
        if phrase.startswith(article):
            phrase, joined = phrase.removeprefix(article), joined
            break
    else:
        joined = "de "
    if joined == "de " and begins_with_vowel(phrase):
        joined = "d' "
    return joined + phrase


def to(phrase: str) -> str:
    """The noun phrase after "à": "au chien", "à un chien"."""
    if phrase.startswith("le "):
        return "au " + phrase.removeprefix("le ")
    if phrase.startswith("les "):
        return "aux " + phrase.removeprefix("les ")
    return "à " + phrase


def owned(noun: str, agreement: Agreement) -> str:
    """A noun without its article after "his", "her" or "its": "son chien", "sa chaise"."""
    if agreement.plural:
        return f"ses {noun}"
    feminine = agreement.feminine and not begins_with_vowel(noun)
    return f"{'sa' if feminine else 'son'} {noun}"


def with_article(noun: str, agreement: Agreement) -> str:
    """A noun without its article after "un", "une" or "des"."""
    if agreement.plural:
        return f"des {noun}"
    return f"{'une' if agreement.feminine else 'un'} {noun}"
