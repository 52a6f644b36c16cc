"""Greedy and beam search over any next-word function; NumPy only, knows no model.

The search follows the usual form (for example fairseq's): finished captions leave the beam and are
compared by log-probability divided by length to a power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN

State = TypeVar("State")

# (B,) int64 last words, state -> (B, V) float32 log-probabilities, state of B rows.
Step = Callable[[NDArray[np.int64], State], tuple[NDArray[np.float32], State]]
# State, (B,) int64 rows -> the state whose row b was row rows[b]; rows may repeat or vanish.
Reorder = Callable[[State, NDArray[np.int64]], State]

_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Hypothesis:
    """A finished caption.

    Attributes:
        tokens: its words as token numbers, without BEGIN and END.
        word_scores: natural log-probability of each word, then of END.
        score: their sum divided by their number to the length penalty.
        rows: the row of the step's answer that each word was taken from, so that whatever else the
            step found out about the word can be looked up afterwards.
    """

    tokens: tuple[int, ...]
    word_scores: tuple[float, ...]
    score: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Rules:
    """What no caption may do.

    Attributes:
        never_last: tokens that cannot stand before END ("a", "the", "with": a cut caption).
        repeat_pairs: whether a pair of words may stand twice in a caption.
        never_written: tokens that no caption holds, such as UNKNOWN.
    """

    never_last: frozenset[int] = frozenset()
    repeat_pairs: bool = True
    never_written: tuple[int, ...] = (PAD, BEGIN, UNKNOWN)


@dataclass(frozen=True)
class _Beam:
    tokens: tuple[int, ...]
    word_scores: tuple[float, ...]
    total: float
    rows: tuple[int, ...]


def beam_search(
    step: Step[State],
    reorder: Reorder[State],
    state: State,
    *,
    beam_size: int,
    length_penalty: float,
    max_length: int,
    min_length: int = 1,
    rules: Rules | None = None,
    begin: int = BEGIN,
    hurried: bool = False,
) -> list[Hypothesis]:
    """The best captions, the best first.

    Args:
        step: the next word's log-probabilities for each row.
        reorder: makes the state follow the beams.
        state: before the first word, of one row.
        beam_size: rows kept; 1 is greedy search.
        length_penalty: see `Hypothesis.score`; 0 favours short captions.
        max_length: most words; a caption that long is ended with END's own score.
        min_length: least words, at most `max_length`; a caption is shorter only where none of this
            length may end at all.
        rules: what no caption may do.
        begin: the token that stands before the first word; it chooses the language.
        hurried: ends when no running caption would beat the best if it ended after one more word,
            about as the transformers library does; else when none can beat it any more.

    Returns:
        1 to `beam_size` captions. Of those after the best some may be missing that a longer search
        would have found.
    """
    rules = rules or Rules()
    beams = [_Beam((), (), 0.0, ())]
    finished: list[Hypothesis] = []
    last = np.array([begin], dtype=np.int64)
    for length in range(1, max_length + 2):
        scores, state = step(last, state)
        scores = np.array(scores, dtype=np.float32)
        scores[:, rules.never_written] = _NEVER
        _apply(rules, beams, scores, min_length)
        for beam, row in zip(beams, scores, strict=True):
            if row[END] > _NEVER:
                finished.append(_finish(beam, float(row[END]), length_penalty))
        finished.sort(key=lambda hypothesis: -hypothesis.score)
        del finished[beam_size:]
        longest = length + 1 if hurried else max_length + 1
        if length > max_length or (
            len(finished) == beam_size and _settled(finished[0], beams, longest, length_penalty)
        ):
            break
        scores[:, END] = _NEVER
        beams, rows = _grow(beams, scores, beam_size)
        last = np.array([beam.tokens[-1] for beam in beams], dtype=np.int64)
        state = reorder(state, rows)
    if not finished:
        # Every beam was cut at a word that cannot be last: give back what stands before it.
        finished = [_finish(_strip(beam, rules), 0.0, length_penalty) for beam in beams]
    return finished


def _finish(beam: _Beam, end_score: float, length_penalty: float) -> Hypothesis:
    word_scores = (*beam.word_scores, end_score)
    score = (beam.total + end_score) / len(word_scores) ** length_penalty
    return Hypothesis(beam.tokens, word_scores, score, beam.rows)


def _strip(beam: _Beam, rules: Rules) -> _Beam:
    kept = len(beam.tokens)
    while kept and beam.tokens[kept - 1] in rules.never_last:
        kept -= 1
    scores = beam.word_scores[:kept]
    return _Beam(beam.tokens[:kept], scores, sum(scores), beam.rows[:kept])


def _apply(rules: Rules, beams: list[_Beam], scores: NDArray[np.float32], min_length: int) -> None:
    for beam, row in zip(beams, scores, strict=True):
        if len(beam.tokens) < max(min_length, 1) or beam.tokens[-1] in rules.never_last:
            row[END] = _NEVER
        if not rules.repeat_pairs and beam.tokens:
            pairs = pairwise(beam.tokens)
            row[[after for before, after in pairs if before == beam.tokens[-1]]] = _NEVER


def _settled(best: Hypothesis, beams: list[_Beam], longest: int, length_penalty: float) -> bool:
    """Whether no running beam can beat the best, if it grows to so many words and END."""
    # Log-probabilities only fall, and the longest caption divides them by the most.
    hope = max(beam.total for beam in beams) / longest**length_penalty
    return bool(hope <= best.score)


def _grow(
    beams: list[_Beam], scores: NDArray[np.float32], beam_size: int
) -> tuple[list[_Beam], NDArray[np.int64]]:
    totals = scores + np.array([[beam.total] for beam in beams], dtype=np.float32)
    flat = totals.ravel()
    best = np.argpartition(flat, -beam_size)[-beam_size:] if beam_size < flat.size else None
    order = np.arange(flat.size) if best is None else best
    order = order[np.argsort(-flat[order], kind="stable")]
    rows, tokens = np.divmod(order, scores.shape[1])
    grown = [
        _Beam(
            (*beams[row].tokens, int(token)),
            (*beams[row].word_scores, float(scores[row, token])),
            float(totals[row, token]),
            (*beams[row].rows, int(row)),
        )
        for row, token in zip(rows, tokens, strict=True)
    ]
    return grown, rows.astype(np.int64)
