"""French text to the symbols of its sounds (IPA), as Kokoro was taught them.

Words are looked up in the lexicon of gruut-lang-fr, and those it lacks are guessed by the model
beside it (Michael Hansen, MIT). gruut itself is not used: in version 2.4.0 the first liaison of a
word stays for the rest of the process ("un homme", then "un n banc").
"""

from __future__ import annotations

import base64
import re
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from itertools import pairwise

import pycrfsuite

from pipeline.speech.kokoro.french_spelling import spell_out
from pipeline.speech.kokoro.liaison import linked

_CLAUSE = re.compile(r"(?P<words>[^.,;:!?…]*)(?P<mark>[.,;:!?…]*)")
_LETTER = "[A-Za-zÀ-ÖØ-öø-ɏ]"  # of the Latin script
_TOKEN = re.compile(rf"{_LETTER}+(?:['-]{_LETTER}+)*'?")
_ELIDED = {
    "l": "l", "d": "d", "j": "ʒ", "m": "m", "t": "t", "s": "s", "n": "n", "c": "s", "qu": "k",
    "jusqu": "ʒysk", "lorsqu": "lɔʁsk", "puisqu": "pɥisk", "quoiqu": "kwak", "quelqu": "kɛlk",
    "presqu": "pʁɛsk",
}  # fmt: skip
# What the lexicon has wrongly, or lacks and the model guesses wrongly: found by comparing it with
# eSpeak NG on the 7,391 French captions and the page's sentences.
_OWN = {
    "ne": "nə", "ce": "sə", "qu": "k", "peut-être": "pøtɛtʁ", "gens": "ʒɑ̃", "bus": "bys",
    "wc": "vese", "fr": "ɛfɛʁ", "mo": "meɡaɔktɛ", "capes": "kap", "jungle": "ʒœ̃ɡl",
    "camping": "kɑ̃piŋ", "canoës": "kanɔe", "teckel": "tɛkɛl", "teckels": "tɛkɛl",
    "fluorescente": "flyɔʁesɑ̃t", "supporters": "sypɔʁtɛʁ", "surfe": "sœʁf", "surfent": "sœʁf",
    "frisbee": "fʁizbi", "frisbees": "fʁizbi", "skateboard": "skɛtbɔʁd",
    "skateboards": "skɛtbɔʁd", "skateboardeur": "skɛtbɔʁdœʁ", "snowboard": "snobɔʁd",
    "snowboardeur": "snobɔʁdœʁ", "snowboardeurs": "snobɔʁdœʁ", "wakeboard": "wɛkbɔʁd",
    "baseball": "bɛzbol", "basketball": "baskɛtbol", "volleyball": "vɔlɛbol",
    "softball": "sɔftbol", "paintball": "pɛntbol", "cow-boy": "kobɔj", "hot-dog": "ɔtdɔɡ",
    "hot-dogs": "ɔtdɔɡ", "trench-coat": "tʁɛnʃkot", "retriever": "ʁetʁivœʁ", "mug": "mœɡ",
    "shoot": "ʃut", "milkshake": "milkʃɛk", "kitty": "kiti", "espeak": "ispik",
    "jpeg": "ʒipɛɡ", "webp": "wɛbpe", "heic": "aʃəise", "iphone": "ajfɔn",
}  # fmt: skip
_LETTERS = {
    "e": "ə", "h": "aʃ", "w": "dubləve", "x": "iks", "y": "iɡʁɛk", "g": "ʒe", "s": "ɛs", "z": "zɛd",
}  # fmt: skip
# Behind a hyphen these are joined to the verb: "prend-il", "prenez-en".
_INVERTED = frozenset("il elle ils elles on en y".split())
_HEARD = {"d": "t", "t": "t", "s": "z", "x": "z", "z": "z"}
# Said without weight; the last full vowel of every other word carries a stress mark.
_WEAK = frozenset(
    "le la les l un une des du de d à au aux et ou où en dans sur sous par pour sans chez vers ce "
    "cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je tu il elle "
    "on nous vous ils elles me te se lui y ne pas que qu qui si mais est a dont comme c".split()
)
_FULL_VOWELS = frozenset("aeiouyøœɔɛɑ")
_STRESS = "ˈ"
_MOST_LETTERS = 5  # longer words in capitals are read
_REACH = 3


@dataclass(frozen=True)
class _Word:
    """A word to look up.

    Attributes:
        onset: the sound of what was elided before it, such as l in "l'herbe".
        word: in lower case; a capital is a letter's name.
    """

    onset: str
    word: str


class FrenchSounds:
    """Turns French into sounds. The lexicon is read once; then threads may share it."""

    def __init__(self) -> None:
        """Reads the lexicon: 90,000 words, about 0.2 s and 20 MB.

        Raises:
            OSError, sqlite3.Error, ImportError: the package is missing or damaged.
        """
        package = files("gruut_lang_fr")
        with as_file(package / "lexicon.db") as path:
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
            try:
                rows = connection.execute(
                    "SELECT word, phonemes FROM word_phonemes WHERE pron_order = 0"
                )
                self._lexicon: dict[str, str] = {
                    word: sounds.replace(" ", "") for word, sounds in rows
                }
            finally:
                connection.close()
        self._lexicon.update(_OWN)
        with as_file(package / "g2p" / "model.crf") as path:
            self._guesser = pycrfsuite.Tagger()
            self._guesser.open(str(path))
        self._lock = threading.Lock()

    def of(self, text: str) -> str:
        """The symbols of a text, with its punctuation; words are parted by blanks.

        Args:
            text: French, as `pipeline.speech.text.clean` returns it.
        """
        said: list[str] = []
        for clause in _CLAUSE.finditer(spell_out(text)):
            words = [
                word for token in _TOKEN.findall(clause["words"]) for word in self._split(token)
            ]
            followings = [*(word.onset or word.word for word in words[1:]), ""]
            for word, following in zip(words, followings, strict=False):
                sounds = linked(word.word, self._alone(word.word), following)
                said.append(" " + word.onset + (sounds if word.word in _WEAK else _stress(sounds)))
            said.append(clause["mark"])
        return "".join(said).strip()

    def _split(self, token: str) -> Iterator[_Word]:
        """A token's words: "l'arc-en-ciel" is one with an onset, "porte-t-elle" may be three."""
        unknown = token.lower() not in self._lexicon
        if (unknown or len(token) == 1) and _is_initials(token):
            yield from (_Word("", letter) for letter in token.upper())
            return
        onset, word = "", token.lower()
        elided, apostrophe, rest = word.partition("'")
        if apostrophe and elided in _ELIDED:
            onset, word = _ELIDED[elided], rest
        if word in self._lexicon or "-" not in word:
            yield _Word(onset, word.replace("'", ""))
            return
        yield _Word(onset, word.partition("-")[0])
        for before, other in pairwise(word.split("-")):
            if other in _INVERTED:
                yield _Word(_HEARD.get(before[-1:], ""), other)
            else:
                yield from self._split(other)

    def _alone(self, word: str) -> str:
        if word.isupper():  # a letter's name
            letter = word.lower()
            return _LETTERS.get(letter) or self._lexicon.get(letter, "")
        known = self._lexicon.get(word)
        return self._guess(word) if known is None else known

    def _guess(self, word: str) -> str:
        """As `gruut.g2p` asks the model: each letter with three on both sides, in Base64."""
        letters = [base64.b64encode(letter.encode()).decode() for letter in word]
        features = []
        for place, letter in enumerate(letters):
            seen: dict[str, float | str | bool] = {"bias": 1.0, "grapheme": letter}
            for step in range(1, _REACH + 1):
                if place >= step:
                    seen[f"grapheme-{step}"] = letters[place - step]
                if place + step < len(letters):
                    seen[f"grapheme+{step}"] = letters[place + step]
            if place == 0:
                seen["begin"] = True
            if place == len(letters) - 1:
                seen["end"] = True
            features.append(seen)
        with self._lock:
            coded = self._guesser.tag(features)
        sounds = (base64.b64decode(code).decode() for code in coded)
        return "".join(sound for sound in sounds if sound != "_").replace("|", "")


def _is_initials(token: str) -> bool:
    """Whether a word that is in no lexicon is said letter by letter: "SNCF", "A", "png"."""
    short = token.isupper() and len(token) <= _MOST_LETTERS
    return short or not any(letter in "aeiouyàâéèêëîïôöœùûü" for letter in token.lower())


def _stress(sounds: str) -> str:
    """Marks the last full vowel, the one that French stresses; before it, as eSpeak NG does."""
    for place in reversed(range(len(sounds))):
        if sounds[place] in _FULL_VOWELS:
            return f"{sounds[:place]}{_STRESS}{sounds[place:]}"
    return sounds
