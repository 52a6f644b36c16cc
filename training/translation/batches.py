"""Pairs of sentences as batches of one source length."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pipeline.captioning.translation.subwords import Subwords
from pipeline.captioning.vocabulary import BEGIN, END, PAD
from training.translation.synthesis import Pair

Rows = tuple[list[int], list[int]]  # the pieces of a pair, English and French


@dataclass(frozen=True)
class Batch:
    """Sentences of one length.

    Attributes:
        source: (B, S) int64, English pieces.
        target: (B, T + 1) int64: BEGIN, French pieces, END, then PAD.
    """

    source: Tensor
    target: Tensor


def encoded(pairs: Iterable[Pair], subwords: Subwords, most_pieces: int) -> list[Rows]:
    """The pieces of each pair; pairs that are empty or too long are left out."""
    rows = []
    for english, french in pairs:
        source, target = (
            [piece for word in subwords.encode(text.split()) for piece in word]
            for text in (english, french)
        )
        if 0 < len(source) <= most_pieces and 0 < len(target) <= most_pieces:
            rows.append((source, target))
    return rows


def batches(rows: Sequence[Rows], tokens: int, generator: random.Random) -> Iterator[Batch]:
    """Batches of about `tokens` source pieces, in random order."""
    order = list(range(len(rows)))
    generator.shuffle(order)
    # Sorted by both lengths: a batch has one source length and wastes little on the target.
    order.sort(key=lambda one: (len(rows[one][0]), len(rows[one][1]) // 3))
    groups: list[list[int]] = []
    for one in order:
        length = len(rows[one][0])
        full = not groups or (len(groups[-1]) + 1) * length > tokens
        if full or len(rows[groups[-1][0]][0]) != length:
            groups.append([])
        groups[-1].append(one)
    generator.shuffle(groups)
    for group in groups:
        longest = max(len(rows[one][1]) for one in group)
        target = torch.full((len(group), longest + 2), PAD, dtype=torch.int64)
        for row, one in enumerate(group):
            pieces = [BEGIN, *rows[one][1], END]
            target[row, : len(pieces)] = torch.tensor(pieces)
        yield Batch(torch.tensor([rows[one][0] for one in group]), target)
