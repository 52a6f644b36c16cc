"""Subwords that the translator reads and writes, and which words they may spell.

Words are cut by the unigram model of Kudo (2018), as sentencepiece cuts them; this needs no more
than the table of pieces that `training.translate` wrote.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.vocabulary import END, SPECIAL_WORDS, UNKNOWN
from pipeline.errors import ErrorCode, ModelError

START = "\u2581"  # before the first letter of a word, as in sentencepiece
_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Subwords:
    """The table of pieces.

    Attributes:
        pieces: the special words of `pipeline.captioning.vocabulary`, then pieces; a piece's token
            is its index.
        scores: natural log-probability of each piece; 0 for special words.
        words: every word that may be written, as the tokens that spell it.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    words: tuple[tuple[int, ...], ...]
    _index: dict[str, int] = field(init=False, repr=False, compare=False)
    _cuts: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Checks the table and builds its index.

        Raises:
            ModelError: the special words are not first, or the lengths differ.
        """
        special = self.pieces[: len(SPECIAL_WORDS)] == SPECIAL_WORDS
        if not special or len(self.pieces) != len(self.scores):
            raise ModelError(ErrorCode.VOCABULARY_WITHOUT_SPECIAL_WORDS)
        index = {piece: token for token, piece in enumerate(self.pieces)}
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_cuts", {})

    @classmethod
    def load(cls, path: Path) -> Subwords:
        """Reads a table written by `save`.

        Raises:
            ModelError: the file is missing or damaged.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            pieces = tuple(str(piece) for piece in raw["pieces"])
            scores = tuple(float(score) for score in raw["scores"])
            words = tuple(tuple(int(token) for token in word) for word in raw["words"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ModelError(ErrorCode.VOCABULARY_UNREADABLE, file=path.name) from error
        return cls(pieces, scores, words)

    def save(self, path: Path) -> None:
        """Writes the table as JSON, a line each for pieces, scores and words."""
        columns = {
            "pieces": self.pieces,
            "scores": [round(score, 4) for score in self.scores],
            "words": self.words,
        }
        lines = (
            f"{json.dumps(name)}: {json.dumps(values, ensure_ascii=False, separators=(',', ':'))}"
            for name, values in columns.items()
        )
        path.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")

    def __len__(self) -> int:
        """The number of tokens, special ones included."""
        return len(self.pieces)

    def encode(self, words: Iterable[str]) -> list[tuple[int, ...]]:
        """The tokens of each word; a letter that no piece holds is `UNKNOWN`."""
        found = []
        for word in words:
            if word not in self._cuts:
                self._cuts[word] = self._best_cut(word)
            found.append(self._cuts[word])
        return found

    def word_places(self, tokens: Sequence[int]) -> list[list[int]]:
        """The places of each word's tokens: a word begins at each piece with `START`."""
        words: list[list[int]] = []
        for place, token in enumerate(tokens):
            if not words or self.pieces[token].startswith(START):
                words.append([])
            words[-1].append(place)
        return words

    def spelled(self, tokens: Iterable[int]) -> str:
        """The word that tokens spell."""
        return "".join(self.pieces[token] for token in tokens).removeprefix(START)

    def _best_cut(self, word: str) -> tuple[int, ...]:
        """The most probable pieces of a word, by dynamic programming."""
        text = START + word
        unknown = min(self.scores) - 10
        best = [0.0] + [-math.inf] * len(text)
        last: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(text) + 1)
        for end in range(1, len(text) + 1):
            for start in range(end):
                token = self._index.get(text[start:end])
                if token is None and end > start + 1:
                    continue
                score = best[start] + (unknown if token is None else self.scores[token])
                if score > best[end]:
                    best[end], last[end] = score, (start, UNKNOWN if token is None else token)
        tokens: list[int] = []
        place = len(text)
        while place:
            place, token = last[place]
            tokens.append(token)
        return tuple(reversed(tokens))


class Spelling:
    """The words that may be written, as a tree over tokens: no other word can be spelled."""

    def __init__(self, subwords: Subwords) -> None:
        """Builds the tree; node 0 stands before a word's first token."""
        self._size = len(subwords)
        self._next: list[dict[int, int]] = [{}]
        self._whole: set[int] = set()
        self._masks: dict[int, NDArray[np.float32]] = {}
        for word in subwords.words:
            node = 0
            for token in word:
                if token not in self._next[node]:
                    self._next[node][token] = len(self._next)
                    self._next.append({})
                node = self._next[node][token]
            self._whole.add(node)

    def after(self, node: int, token: int) -> int:
        """The node after a token that `mask` allowed: within the word, or in a new one."""
        within = self._next[node].get(token)
        return self._next[0][token] if within is None else within

    def mask(self, node: int) -> NDArray[np.float32]:
        """(V,) float32 to add to log-probabilities: 0 for a token that may follow, else -1e9."""
        if node not in self._masks:
            allowed = set(self._next[node])
            if node in self._whole:
                allowed |= {END, *self._next[0]}
            mask = np.full(self._size, _NEVER, dtype=np.float32)
            mask[sorted(allowed)] = 0
            self._masks[node] = mask
        return self._masks[node]
