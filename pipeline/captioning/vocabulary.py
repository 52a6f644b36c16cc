"""The tokenizer and vocabulary that training, scoring and run time share."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ErrorCode, ModelError
from pipeline.languages import ENGLISH, FRENCH

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
SPECIAL_WORDS = ("<pad>", "<begin>", "<end>", "<unknown>")

_WORD = {
    ENGLISH: re.compile(r"[^\W_]+(?:'[^\W_]+)*"),
    # "l'homme" is two tokens, both frequent; "t-shirt" and "aujourd'hui" are one.
    FRENCH: re.compile(
        r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=[^\W_])|[^\W_]+(?:['-][^\W_]+)*"
    ),
}


def normalise(text: str, language: str = ENGLISH) -> list[str]:
    """Splits a caption into lower-case words without punctuation.

    "A dog's ball." is a, dog's, ball; in French "L'homme aujourd'hui." is l', homme, aujourd'hui.

    Args:
        text: a caption.
        language: two-letter code; others are split like English.
    """
    lowered = unicodedata.normalize("NFC", text).lower().replace("\u2019", "'")
    return _WORD.get(language, _WORD[ENGLISH]).findall(lowered)


def sentence(words: Sequence[str]) -> str:
    """Joins words into a sentence with a capital and a full stop; empty for no words."""
    if not words:
        return ""
    text = joined(words)
    return f"{text[0].upper()}{text[1:]}."


def joined(words: Sequence[str]) -> str:
    """Joins words with blanks, without one after an elision ("l'homme")."""
    return " ".join(words).replace("' ", "'")


def begin_word(language: str) -> str:
    """The special word that a caption of this language begins with."""
    return SPECIAL_WORDS[BEGIN] if language == ENGLISH else f"<begin:{language}>"


@dataclass(frozen=True)
class Vocabulary:
    """Words and their tokens, one list for all languages; the special words come first.

    Attributes:
        words: all words; a word's token is its index. The four `SPECIAL_WORDS` are followed by the
            begin words of the languages other than English.
        special: how many special words there are.
    """

    words: tuple[str, ...]
    special: int = field(init=False, repr=False, compare=False)
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Checks the special words and builds the index.

        Raises:
            ModelError: the special words are not first, or a word is listed twice.
        """
        if self.words[: len(SPECIAL_WORDS)] != SPECIAL_WORDS:
            raise ModelError(ErrorCode.VOCABULARY_WITHOUT_SPECIAL_WORDS)
        index = {word: token for token, word in enumerate(self.words)}
        if len(index) != len(self.words):
            raise ModelError(ErrorCode.VOCABULARY_WORD_TWICE)
        object.__setattr__(self, "_index", index)
        special = sum(word.startswith("<") for word in self.words)
        object.__setattr__(self, "special", special)

    @classmethod
    def build(cls, captions: Mapping[str, Iterable[str]], min_count: int) -> Vocabulary:
        """Collects the words seen `min_count` times or more, the most frequent first.

        Args:
            captions: captions by two-letter language code; a word of two languages is one token,
                counted in both.
            min_count: least number of uses.
        """
        counts = Counter(
            word
            for language, of_language in captions.items()
            for caption in of_language
            for word in normalise(caption, language)
        )
        kept = [word for word, count in counts.items() if count >= min_count]
        kept.sort(key=lambda word: (-counts[word], word))
        begins = [begin_word(language) for language in captions if language != ENGLISH]
        return cls((*SPECIAL_WORDS, *begins, *kept))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Reads a vocabulary written by `save`.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            words = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(ErrorCode.VOCABULARY_UNREADABLE, file=path.name) from error
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ModelError(ErrorCode.VOCABULARY_NOT_A_LIST, file=path.name)
        return cls(tuple(words))

    def save(self, path: Path) -> None:
        """Writes the words as a JSON list, one a line."""
        path.write_text(self._json(), encoding="utf-8")

    def sha256(self) -> str:
        """The hash in the contract, which ties a model to the vocabulary of its training."""
        return hashlib.sha256(self._json().encode()).hexdigest()

    def __len__(self) -> int:
        """The number of tokens, special ones included."""
        return len(self.words)

    def token(self, word: str) -> int:
        """The token of a normalised word; `UNKNOWN` for a word outside the vocabulary."""
        return self._index.get(word, UNKNOWN)

    @property
    def languages(self) -> tuple[str, ...]:
        """Two-letter codes of the languages that have a begin word, English first."""
        begins = self.words[len(SPECIAL_WORDS) : self.special]
        return (ENGLISH, *(word.removeprefix("<begin:").rstrip(">") for word in begins))

    @property
    def never_written(self) -> tuple[int, ...]:
        """The tokens that are never generated: every special one but END."""
        return tuple(token for token in range(self.special) if token != END)

    def begin(self, language: str) -> int:
        """The token that a caption of this language begins with.

        Raises:
            ModelError: the vocabulary has no such language.
        """
        token = self._index.get(begin_word(language))
        if token is None:
            raise ModelError(ErrorCode.LANGUAGE_NOT_LEARNED, code=language)
        return token

    def encode(self, text: str, max_words: int, language: str = ENGLISH) -> list[int]:
        """The tokens of the language's begin word, the first `max_words` words and END."""
        words = normalise(text, language)[:max_words]
        return [self.begin(language), *(self.token(word) for word in words), END]

    def decode(self, tokens: Iterable[int]) -> list[str]:
        """The words of `tokens` up to END; special tokens are left out."""
        words: list[str] = []
        for token in tokens:
            if token == END:
                break
            if token >= self.special:
                words.append(self.words[token])
        return words

    def _json(self) -> str:
        return json.dumps(list(self.words), ensure_ascii=False, indent=0) + "\n"
