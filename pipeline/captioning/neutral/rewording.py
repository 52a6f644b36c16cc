"""Words of a caption that is being reworded, each with the indices of its original words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Piece:
    """A word of the new caption.

    Attributes:
        word: in lower case.
        sources: indices of the original words that it replaces; at least one.
    """

    word: str
    sources: tuple[int, ...]

    def said(self, word: str) -> Piece:
        """Another word with the same sources."""
        return Piece(word, self.sources)


def pieces(words: Sequence[str]) -> list[Piece]:
    """The original words, each its own source."""
    return [Piece(word, (place,)) for place, word in enumerate(words)]


def join(word: str, parts: Sequence[Piece]) -> Piece:
    """One word that replaces several."""
    return Piece(word, tuple(sorted({place for part in parts for place in part.sources})))


def word_at(parts: Sequence[Piece], place: int) -> str:
    """The word at an index; empty outside the caption."""
    return parts[place].word if 0 <= place < len(parts) else ""


def repeated(parts: Sequence[Piece]) -> int | None:
    """The index of the first bigram that occurred before; None when there is none."""
    met: set[tuple[str, str]] = set()
    for place, (one, two) in enumerate(pairwise(part.word for part in parts)):
        if (one, two) in met:
            return place
        met.add((one, two))
    return None


def distinct(
    parts: list[Piece], shorter: Callable[[list[Piece], int], list[Piece] | None]
) -> list[Piece]:
    """Rewords the later of two mentions where they repeat a bigram.

    Args:
        parts: the caption.
        shorter: shortens the mention at the index of a bigram; returns None where it cannot.
    """
    for _ in range(len(parts)):
        place = repeated(parts)
        if place is None:
            break
        said = shorter(parts, place)
        if said is None:
            break
        parts = said
    return parts


def merged_attention(
    weights: NDArray[np.float32], parts: Sequence[Sequence[int]]
) -> NDArray[np.float32]:
    """The attention of words that replace other words.

    Args:
        weights: (words, rows, columns) float32, the attention of each original word.
        parts: for each new word, the indices of the words that it replaces; at least one.

    Returns:
        (new words, rows, columns) float32, the mean over those words.
    """
    new = [weights[list(places)].mean(axis=0) for places in parts]
    return np.reshape(new, (len(parts), *weights.shape[1:])).astype(np.float32)
