"""The words of a description on their way to other ones, each knowing where it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Piece:
    """A word of the new description.

    Attributes:
        word: in lower case.
        sources: places of the words that it stands for in the old one; at least one.
    """

    word: str
    sources: tuple[int, ...]

    def said(self, word: str) -> Piece:
        """Another word from the same sources."""
        return Piece(word, self.sources)


def pieces(words: Sequence[str]) -> list[Piece]:
    """The words as they are."""
    return [Piece(word, (place,)) for place, word in enumerate(words)]


def join(word: str, parts: Sequence[Piece]) -> Piece:
    """One word for several."""
    return Piece(word, tuple(sorted({place for part in parts for place in part.sources})))


def word_at(parts: Sequence[Piece], place: int) -> str:
    """The word at a place; empty outside of the description."""
    return parts[place].word if 0 <= place < len(parts) else ""


def repeated(parts: Sequence[Piece]) -> int | None:
    """The place of the first pair of words that has stood before; None when none has."""
    met: set[tuple[str, str]] = set()
    for place, (one, two) in enumerate(pairwise(part.word for part in parts)):
        if (one, two) in met:
            return place
        met.add((one, two))
    return None


def distinct(
    parts: list[Piece], shorter: Callable[[list[Piece], int], list[Piece] | None]
) -> list[Piece]:
    """Says the later of two mentions in other words where they repeat a pair of words.

    Args:
        parts: the description.
        shorter: shortens whoever is mentioned in the pair at a place; None where it cannot.
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
