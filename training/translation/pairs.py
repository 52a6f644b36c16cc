"""Whole sentences written for words that fit no frame, and other spellings of known words."""

from __future__ import annotations

import random
from collections.abc import Sequence

from pipeline.captioning.vocabulary import normalise
from pipeline.languages import FRENCH
from training.translation.mentions import read_table
from training.translation.synthesis import Pair

_TIMES = 2  # in an epoch
_SPELLED_AGAIN = 3  # sentences of an epoch for each other spelling


def repeated_pairs(seed: int) -> list[Pair]:
    """The pairs of pairs.tsv, each as often as an epoch needs it, in random order."""
    rows = read_table("pairs.tsv")
    pairs = [
        (english, " ".join(normalise(french.replace("' ", "'"), FRENCH)))
        for english, french in rows
    ]
    pairs *= _TIMES
    random.Random(seed).shuffle(pairs)
    return pairs


def spelled_otherwise(pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """Pairs with a known word spelled as aliases.tsv says: "a gray cat" as "a grey cat"."""
    generator = random.Random(seed)
    padded = [(f" {english} ", french) for english, french in pairs]
    found: list[Pair] = []
    for other, known in read_table("aliases.tsv"):
        holding = [pair for pair in padded if f" {known} " in pair[0]]
        for english, french in generator.sample(holding, min(_SPELLED_AGAIN, len(holding))):
            found.append((english.replace(f" {known} ", f" {other} ").strip(), french))
    return found
