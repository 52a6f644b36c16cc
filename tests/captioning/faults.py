"""Faults of a caption that a reader would notice."""

from __future__ import annotations

from itertools import pairwise

from pipeline.captioning.caption import Caption
from pipeline.languages import NEVER_LAST


def faults(caption: Caption) -> list[str]:
    """What is broken in a caption; empty when nothing is."""
    pairs = list(pairwise(caption.words))
    found = []
    if len(set(pairs)) < len(pairs):
        found.append("repeats a word pair")
    if caption.words and caption.words[-1] in NEVER_LAST.get(caption.language, ()):
        found.append("ends in a function word")
    # The vocabulary leaves special tokens out of the words, but their scores are still there.
    special = any(word.startswith("<") for word in caption.words)
    if special or len(caption.word_scores) != len(caption.words) + 1:
        found.append("holds a token that is no word")
    if not caption.words:
        found.append("says nothing")
    return found
