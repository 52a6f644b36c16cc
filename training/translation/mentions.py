"""Noun phrases in both languages from the tables of nouns and adjectives, with their agreement."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.captioning.translation.nouns import begins_with_vowel
from training.translation.french import Agreement

TABLES = Path(__file__).parent
# Any of these kinds may stand where a frame asks for "any"; the first are drawn most often.
ANY = (
    *("thing",) * 6,
    *("animal",) * 4,
    *("food", "person", "land", "furniture") * 2,
    "train",
    "air",
    "boat",
    "plant",
    "building",
)
HERD = frozenset(
    "sheep cow elephant giraffe zebra horse goat deer buffalo antelope wildebeest bull ox camel "
    "bison gazelle animal lamb llama".split()
)
# Kinds of adjectives that fit a kind of noun.
FITTING = {
    "person": ("age",),
    "animal": ("coat", "coat", "size", "age"),
    "land": ("color", "color", "size", "old"),
    "train": ("color", "size", "old"),
    "air": ("color", "size"),
    "boat": ("color", "size", "old"),
    "thing": ("color", "color", "size", "old", "matter", "shape"),
    "furniture": ("color", "size", "matter", "old"),
    "food": ("taste", "size"),
    "mass": ("taste",),
    "wear": ("color",),
    "wears": ("color",),
    "room": ("size", "old", "shape"),
    "building": ("size", "old", "color", "matter"),
    "plant": ("color", "size"),
    "ground": ("size",),
    "water": ("size",),
    "part": ("size",),
}
ADJECTIVE_SHARE = {"wear": 0.6, "wears": 0.5, "animal": 0.35, "mass": 0.1, "ground": 0.1}
# Half of all draws are of these, which captions name most.
COMMON = frozenset(
    (
        "man|woman|person|boy|girl|child|player|dog|cat|horse|cow|sheep|elephant|"
        "giraffe|zebra|bear|bird|car|truck|bus|motorcycle|bicycle|bike|train|airplane|"
        "plane|boat|table|desk|bed|couch|chair|bench|laptop|laptop computer|computer|"
        "keyboard|cell phone|phone|tv|television|clock|vase|toilet|sink|umbrella|"
        "skateboard|surfboard|sign|stop sign|traffic light|fire hydrant|plate|bowl|"
        "teddy bear|frisbee|kite|ball|book|pizza|sandwich|hot dog|cake|banana|broccoli|"
        "donut|food|shirt|hat|jacket|suit|dress|tie|glasses|kitchen|bathroom|"
        "living room|bedroom|field|street|beach|hill|mountain|runway|water|building|"
        "tree|flower|refrigerator|oven|stove|mirror|pillow|knife|cup|baseball player|"
        "tennis player|surfer|skier|skateboarder"
        "|double decker bus|school bus|fire truck|dirt bike|shower|bathtub|remote|cabinet|counter"
        "|mouse|goat|zoo|office|store|fence|pole|surfboard|snowboard|bag|backpack|vase|candle"
    ).split("|")
)
NUMBERS = (("two", "deux"), ("three", "trois"), ("four", "quatre"), ("five", "cinq"))
MANY = (("several", "plusieurs"), ("many", "de nombreux"), ("some", "des"), ("various", "divers"))


@dataclass(frozen=True)
class Noun:
    """A row of nouns.tsv.

    Attributes:
        kind: what it names ("animal"), which decides what may be said of it.
        feminine: its gender in French.
        plural: whether French has only its plural ("des toilettes").
        english: singular.
        english_many: plural.
        french: singular.
        french_many: plural.
    """

    kind: str
    feminine: bool
    plural: bool
    english: str
    english_many: str
    french: str
    french_many: str


@dataclass(frozen=True)
class Adjective:
    """A row of adjectives.tsv: its kind, English, four French forms, and where it stands."""

    kind: str
    english: str
    forms: tuple[str, str, str, str]
    before_vowel: str
    before: bool

    def french(self, agreement: Agreement, follower: str) -> str:
        """The form for a noun, which `follower` begins with when it stands before it."""
        one, feminine, many, feminine_many = self.forms
        if agreement.plural:
            return feminine_many if agreement.feminine else many
        if agreement.feminine:
            return feminine
        return self.before_vowel if self.before_vowel and begins_with_vowel(follower) else one


@dataclass(frozen=True)
class Mention:
    """A noun phrase in both languages.

    Attributes:
        english: "a group of young people".
        french: "un groupe de jeunes personnes".
        english_plural: whether the English verb is plural.
        head: what the French verb and its participle agree with: the group.
        beside: what a participle right after the phrase agrees with: the people.
    """

    english: str
    french: str
    english_plural: bool
    head: Agreement
    beside: Agreement


def read_table(name: str) -> list[list[str]]:
    """The rows of a table of this folder, without its header."""
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def read_nouns() -> list[Noun]:
    """All nouns, those named first the most common."""
    return [
        Noun(kind, gender == "f", number == "many", *forms)
        for kind, gender, number, *forms in read_table("nouns.tsv")
    ]


def read_adjectives() -> list[Adjective]:
    """All adjectives."""
    return [
        Adjective(kind, english, (one, feminine, many, feminine_many), vowel, place == "before")
        for kind, english, one, feminine, many, feminine_many, vowel, place in read_table(
            "adjectives.tsv"
        )
    ]


def article(phrase: str) -> str:
    """The English phrase after "a" or "an"."""
    vowel = phrase[0] in "aeiou" and not re.match(r"(uni|use|one|eu|ute)", phrase)
    return f"{'an' if vowel else 'a'} {phrase}"


class Mentions:
    """Draws noun phrases."""

    def __init__(self, generator: random.Random) -> None:
        """Reads the tables."""
        self._random = generator
        self._nouns: dict[str, list[Noun]] = {}
        for noun in read_nouns():
            self._nouns.setdefault(noun.kind, []).append(noun)
        self._common = {
            kind: [noun for noun in nouns if noun.english in COMMON] or nouns
            for kind, nouns in self._nouns.items()
        }
        self._nouns["herd"] = self._common["herd"] = [
            n for n in self._nouns["animal"] if n.english in HERD
        ]
        self._adjectives: dict[str, list[Adjective]] = {}
        for adjective in read_adjectives():
            self._adjectives.setdefault(adjective.kind, []).append(adjective)

    def draw(self, kind: str, flags: Iterable[str] = ()) -> Mention:
        """A phrase about a noun of a kind.

        Args:
            kind: of nouns.tsv, "any" or "herd".
            flags: "1" for one, "n" for several, "bare" for no article.
        """
        if kind == "any":
            kind = self._random.choice(ANY)
        common = self._random.random() < 0.5
        noun = self._random.choice((self._common if common else self._nouns)[kind])
        kind = noun.kind
        share = ADJECTIVE_SHARE.get(kind, 0.25)
        count = (self._random.random() < share) + (self._random.random() < share / 8)
        chosen: list[Adjective] = []
        for _ in range(count):
            kinds = [one for one in FITTING[kind] if one not in {each.kind for each in chosen}]
            if kinds:
                chosen.append(self._random.choice(self._adjectives[self._random.choice(kinds)]))
        chosen = [one for one in chosen if one.english.split()[0] not in noun.english.split()]
        if kind in ("mass", "wears"):
            return self._uncounted(noun, chosen, flags)
        many = "n" in flags or ("1" not in flags and self._random.random() < 0.3)
        return self._several(noun, chosen, flags) if many else self._one(noun, chosen, flags)

    def _uncounted(self, noun: Noun, chosen: list[Adjective], flags: Iterable[str]) -> Mention:
        agreement = Agreement(noun.feminine, noun.plural)
        english, french = _joined(noun, noun.english, noun.french, chosen, agreement)
        if noun.kind == "mass" and self._random.random() < 0.2 and "bare" not in flags:
            english = f"some {english}"
        if "bare" not in flags:
            french = _partitive(french, agreement, counted=noun.kind == "wears")
        plural = noun.english.endswith("s")
        return Mention(english, french, plural, agreement, agreement)

    def _one(self, noun: Noun, chosen: list[Adjective], flags: Iterable[str]) -> Mention:
        agreement = Agreement(noun.feminine, noun.plural)
        english, french = _joined(noun, noun.english, noun.french, chosen, agreement)
        if "bare" in flags:
            return Mention(english, french, False, agreement, agreement)
        drawn = self._random.random()
        if drawn < 0.15 or (noun.plural and drawn < 0.3):
            return Mention(
                f"the {english}", _definite(french, agreement), False, agreement, agreement
            )
        one = "une" if noun.feminine else "un"
        if noun.plural:
            french = _partitive(french, agreement, counted=True)
            return Mention(article(english), french, False, agreement, agreement)
        if drawn < 0.18:
            return Mention(
                f"another {english}", f"{one} autre {french}", False, agreement, agreement
            )
        if drawn < 0.2:
            return Mention(f"one {english}", f"{one} {french}", False, agreement, agreement)
        return Mention(article(english), f"{one} {french}", False, agreement, agreement)

    def _several(self, noun: Noun, chosen: list[Adjective], flags: Iterable[str]) -> Mention:
        agreement = Agreement(noun.feminine, True)
        english, french = _joined(noun, noun.english_many, noun.french_many, chosen, agreement)
        if "bare" in flags:
            return Mention(english, french, True, agreement, agreement)
        drawn = self._random.random()
        if drawn < 0.4:
            word, mot = self._random.choice(NUMBERS[:2] if drawn < 0.3 else NUMBERS)
            return Mention(f"{word} {english}", f"{mot} {french}", True, agreement, agreement)
        if drawn < 0.65:
            return self._group(noun, english, french, agreement)
        if drawn < 0.75:
            word, mot = self._random.choice(MANY)
            mot = _indefinite(mot, french, agreement)
            return Mention(f"{word} {english}", f"{mot} {french}", True, agreement, agreement)
        if drawn < 0.82:
            english, french = f"the {english}", f"les {french}"
        else:
            french = f"{_indefinite('des', french, agreement)} {french}"
        return Mention(english, french, True, agreement, agreement)

    def _group(self, noun: Noun, english: str, french: str, agreement: Agreement) -> Mention:
        living = noun.kind in ("person", "animal")
        word = self._random.choice(("group",) * 5 + ("bunch", "couple"))
        if word == "couple":
            return Mention(f"a couple of {english}", f"deux {french}", True, agreement, agreement)
        size = self._random.choice(("", "", "", "large ", "small "))
        if living:
            big = {"": "", "large ": "grand ", "small ": "petit "}[size]
            de = "d'" if begins_with_vowel(french) else "de"
            head = Agreement(feminine=False, plural=False)
            plural = self._random.random() < 0.8
            return Mention(
                f"a {size}{word} of {english}",
                f"un {big}groupe {de} {french}",
                plural,
                head,
                agreement,
            )
        return Mention(
            f"a {size}{word} of {english}", f"plusieurs {french}", True, agreement, agreement
        )


def _joined(
    noun: Noun, english: str, french: str, chosen: Sequence[Adjective], agreement: Agreement
) -> tuple[str, str]:
    before = [one for one in chosen if one.before]
    after = [one for one in chosen if not one.before]
    phrase = " ".join([french, *(one.french(agreement, "") for one in after)])
    for one in reversed(before):
        phrase = f"{one.french(agreement, phrase)} {phrase}"
    # English sets size before colour.
    words = [one.english for one in (*before, *after)]
    return " ".join([*words, english]), phrase.replace("'", "' ").replace("'  ", "' ")


def _definite(french: str, agreement: Agreement) -> str:
    if agreement.plural:
        return f"les {french}"
    if begins_with_vowel(french):
        return f"l' {french}"
    return f"{'la' if agreement.feminine else 'le'} {french}"


def _partitive(french: str, agreement: Agreement, *, counted: bool) -> str:
    if agreement.plural:
        return f"{_indefinite('des', french, agreement)} {french}"
    if counted:
        return f"{'une' if agreement.feminine else 'un'} {french}"
    if begins_with_vowel(french):
        return f"de l' {french}"
    return f"{'de la' if agreement.feminine else 'du'} {french}"


_PREPOSED = re.compile(
    r"(petits?|petites|grands|grandes|longs|longues|vieux|vieilles|jeunes|beaux|"
    r"belles|nouveaux|nouvelles|énormes) (?!pois|ours|pain)"
)


def _indefinite(word: str, french: str, agreement: Agreement) -> str:
    if word == "des":
        # Before an adjective "des" becomes "de".
        if _PREPOSED.match(french):
            return "d'" if begins_with_vowel(french) else "de"
        return word
    if agreement.feminine and word != "plusieurs":
        return {"de nombreux": "de nombreuses", "divers": "diverses"}[word]
    return word
