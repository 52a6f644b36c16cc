"""Made-up pairs of sentences, in the manner of captions, for words that Multi30k lacks.

`verbs.tsv` and `complements.tsv` make "two giraffes are standing in a field", `frames.tsv` makes
"a close up of a vase". In a frame `{a:animal 1}` draws a noun phrase and `{a}` repeats it; in
French `{de a}` and `{à a}` contract, `{a?est|sont}` chooses by number, `{a=garé}` agrees with a,
`{a~garé}` with the noun nearest to it, `{+assis}` with a and b together; `{un a}` and `{son a}` set
an article before a bare noun. English has `{a?is|are}`, and "@" for "his", "her" or "their".
"""

from __future__ import annotations

import random
import re

from pipeline.captioning.vocabulary import normalise
from pipeline.languages import FRENCH
from training.translation.french import Agreement, inflected, of, owned, to, with_article
from training.translation.mentions import Mention, Mentions, read_table

Pair = tuple[str, str]

_SLOT = re.compile(r"\{([^{}]+)\}")
_VERB_SHARE = 0.45
_OWNERS = ("his", "her", "their")


class Sentences:
    """Draws pairs of sentences."""

    def __init__(self, seed: int) -> None:
        """Reads the tables."""
        self._random = random.Random(seed)
        self._mentions = Mentions(self._random)
        self._frames = read_table("frames.tsv")
        # Whole sentences are learned from a few repeats; frames with slots differ each time.
        self._weights = [1 + 3 * english.count(":") for english, _ in self._frames]
        self._complements: dict[str, list[Pair]] = {}
        for key, english, french in read_table("complements.tsv"):
            self._complements.setdefault(key, []).append((english, french))
        self._verbs: dict[str, list[list[str]]] = {}
        for subjects, *row in read_table("verbs.tsv"):
            for kind in subjects.split():
                self._verbs.setdefault(kind, []).append(row)
        self._kinds = [
            kind
            for kind in self._verbs
            for _ in range(6 if kind == "person" else 4 if kind in ("animal", "thing") else 1)
        ]

    def draw(self) -> Pair:
        """A sentence in English and in French, their words parted by blanks."""
        make = self._action if self._random.random() < _VERB_SHARE else self._frame
        english, french = make()
        # Cut as captions are: "l'arrêt" is two words.
        return " ".join(english.split()), " ".join(normalise(french.replace("' ", "'"), FRENCH))

    def _frame(self) -> Pair:
        english, french = self._random.choices(self._frames, self._weights)[0]
        return self._filled(english, french, {})

    def _action(self) -> Pair:
        kind = self._random.choice(self._kinds)
        subject = self._subject(kind)
        ing, one, many, french_one, french_many, beside, keys = self._random.choice(
            self._verbs[kind]
        )
        key = self._random.choice(keys.split())
        english, french = self._filled(*self._random.choice(self._complements[key]), {})
        if self._random.random() < 0.12:
            tail = self._random.choice(self._complements[self._random.choice(("front", "near"))])
            more, encore = self._filled(*tail, {})
            english, french = f"{english} {more}", f"{french} {encore}"
        drawn = self._random.random()
        said = french_many if subject.head.plural else french_one
        if drawn < 0.45 or (drawn < 0.6 and one.startswith("is ")):
            verb = f"{'are' if subject.english_plural else 'is'} {ing}"
        elif drawn < 0.6:
            verb = many if subject.english_plural else one
        else:
            verb, said = ing, beside
            if drawn > 0.95:
                there = "there are" if subject.english_plural else "there is"
                return (
                    f"{there} {subject.english} {verb} {english}",
                    f"il y a {subject.french} {_agreed(said, subject)} {french}",
                )
        return (
            f"{subject.english} {verb} {english}",
            f"{subject.french} {_agreed(said, subject)} {french}",
        )

    def _subject(self, kind: str) -> Mention:
        subject = self._mentions.draw(kind)
        if kind != "person":
            return subject
        drawn = self._random.random()
        if drawn < 0.2:
            wear = self._mentions.draw("wear", ("1", "bare"))
            link, lien = "in", f"en {wear.french}"
            english = f"{subject.english} {link} a {wear.english}"
            if subject.english_plural:
                english = f"{subject.english} in {wear.english}s"
        elif drawn < 0.3:
            wear = self._mentions.draw(self._random.choice(("wear", "wears")))
            english = f"{subject.english} wearing {wear.english}"
            lien = f"portant {wear.french}"
        elif drawn < 0.35:
            other = self._mentions.draw("person", ("1",))
            both = Agreement(subject.head.feminine and other.head.feminine, plural=True)
            return Mention(
                f"{subject.english} and {other.english}",
                f"{subject.french} et {other.french}",
                True,
                both,
                both,
            )
        else:
            return subject
        return Mention(
            english,
            f"{subject.french} {lien}",
            subject.english_plural,
            subject.head,
            subject.beside,
        )

    def _filled(self, english: str, french: str, met: dict[str, Mention]) -> Pair:
        owner = self._random.choice(_OWNERS)

        for name, kind in re.findall(r"\{(\w):([^{}]+)\}", english):
            first, *flags = kind.split()
            met[name] = self._mentions.draw(first, flags)

        def said(match: re.Match[str]) -> str:
            inner = match[1]
            if "?" in inner:
                name, _, forms = inner.partition("?")
                return forms.split("|")[met[name].english_plural]
            return met[inner.partition(":")[0]].english

        def dit(match: re.Match[str]) -> str:
            inner = match[1]
            if inner.startswith("+"):
                both = Agreement(met["a"].head.feminine and met["b"].head.feminine, plural=True)
                return inflected(inner[1:], both)
            if inner.startswith("un "):
                mention = met[inner.removeprefix("un ")]
                return with_article(mention.french, mention.head)
            if inner.startswith(("son ", "leurs ")):
                word, _, name = inner.partition(" ")
                mention = met[name]
                return (
                    owned(mention.french, mention.head)
                    if word == "son"
                    else (f"leurs {mention.french}")
                )
            if inner.startswith(("de ", "à ")):
                word, _, name = inner.partition(" ")
                return (of if word == "de" else to)(met[name].french)
            if "?" in inner:
                name, _, forms = inner.partition("?")
                return forms.split("|")[met[name].head.plural]
            if "~" in inner:
                name, _, word = inner.partition("~")
                return inflected(word, met[name].beside)
            if "=" in inner:
                name, _, word = inner.partition("=")
                return inflected(word, met[name].head)
            return met[inner].french

        return _SLOT.sub(said, english).replace("@", owner), _SLOT.sub(dit, french)


def _agreed(verb: str, subject: Mention) -> str:
    words = []
    place = 0
    parts = verb.split(" ")
    while place < len(parts):
        part = parts[place]
        if part.startswith("="):
            words.append(inflected(part[1:], subject.head))
        elif part.startswith("~"):
            words.append(inflected(part[1:], subject.beside))
        else:
            words.append(part)
        place += 1
    return " ".join(words)
