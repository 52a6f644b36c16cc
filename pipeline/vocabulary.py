"""The only tokenizer: training, scoring and run time all cut text into words here."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import ModelError

PAD, BEGIN, END, UNKNOWN = 0, 1, 2, 3
SPECIAL_WORDS = ("<pad>", "<begin>", "<end>", "<unknown>")

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def normalise(text: str) -> list[str]:
    """Cuts a caption into lower-case words without punctuation ("A dog's ball" -> a dog's ball)."""
    lowered = unicodedata.normalize("NFC", text).lower().replace("\u2019", "'")
    return _WORD.findall(lowered)


def sentence(words: Sequence[str]) -> str:
    """Joins words into a sentence that a voice reads well; empty for no words."""
    if not words:
        return ""
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True)
class Vocabulary:
    """Words and their token numbers; the four special words come first.

    Attributes:
        words: every word, the token number being its place.
    """

    words: tuple[str, ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Checks the special words and builds the index.

        Raises:
            ModelError: the special words are not first, or a word stands twice.
        """
        if self.words[: len(SPECIAL_WORDS)] != SPECIAL_WORDS:
            raise ModelError("The vocabulary file is damaged: its special words are missing.")
        index = {word: token for token, word in enumerate(self.words)}
        if len(index) != len(self.words):
            raise ModelError("The vocabulary file is damaged: it holds a word twice.")
        object.__setattr__(self, "_index", index)

    @classmethod
    def build(cls, captions: Iterable[str], min_count: int) -> Vocabulary:
        """Collects the words seen `min_count` times or more, the most frequent first."""
        counts = Counter(word for caption in captions for word in normalise(caption))
        kept = [word for word, count in counts.items() if count >= min_count]
        kept.sort(key=lambda word: (-counts[word], word))
        return cls((*SPECIAL_WORDS, *kept))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Reads a vocabulary written by `save`.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            words = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"The vocabulary {path.name} cannot be read.") from error
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ModelError(f"The vocabulary {path.name} is not a list of words.")
        return cls(tuple(words))

    def save(self, path: Path) -> None:
        """Writes the words as a JSON list, one a line."""
        path.write_text(self._json(), encoding="utf-8")

    def sha256(self) -> str:
        """The hash that the contract keeps, so that a model never speaks another one's words."""
        return hashlib.sha256(self._json().encode()).hexdigest()

    def __len__(self) -> int:
        """How many tokens there are, special ones included."""
        return len(self.words)

    def token(self, word: str) -> int:
        """The token of a normalised word, `UNKNOWN` when the model never learned it."""
        return self._index.get(word, UNKNOWN)

    def encode(self, text: str, max_words: int) -> list[int]:
        """BEGIN, the first `max_words` words and END, as token numbers."""
        return [BEGIN, *(self.token(word) for word in normalise(text)[:max_words]), END]

    def decode(self, tokens: Iterable[int]) -> list[str]:
        """The words of `tokens` up to END; special tokens are left out."""
        words: list[str] = []
        for token in tokens:
            if token == END:
                break
            if token >= len(SPECIAL_WORDS):
                words.append(self.words[token])
        return words

    def _json(self) -> str:
        return json.dumps(list(self.words), ensure_ascii=False, indent=0) + "\n"
