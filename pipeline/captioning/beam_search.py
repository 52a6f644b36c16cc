"""Greedy and beam search over any next-word function; independent of the model, NumPy only.

As in fairseq, finished captions leave the beam and are ranked by log-probability divided by
length to the power of `length_penalty`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN

State = TypeVar("State")

# (B,) int64 last words, state -> (B, V) float32 log-probabilities, state of B rows.
Step = Callable[[NDArray[np.int64], State], tuple[NDArray[np.float32], State]]
# State, (B,) int64 rows -> the state whose row b was row rows[b]; rows may repeat or be left out.
Reorder = Callable[[State, NDArray[np.int64]], State]

_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Hypothesis:
    """A finished caption.

    Attributes:
        tokens: its words as token numbers, without BEGIN and END.
        word_scores: natural log-probability of each word, then of END.
        score: their sum divided by their number to the length penalty.
        rows: for each word, its row in the step's output batch; other outputs of the step, such as
            attention, are looked up by it afterwards.
    """

    tokens: tuple[int, ...]
    word_scores: tuple[float, ...]
    score: float
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Rules:
    """Constraints on captions.

    Attributes:
        never_last: tokens that cannot precede END ("a", "the", "with").
        repeat_pairs: whether a caption may hold the same bigram twice.
        never_written: tokens that are never generated, such as UNKNOWN.
        never_next: the tokens that cannot follow the words so far; None forbids nothing.
    """

    never_last: frozenset[int] = frozenset()
    repeat_pairs: bool = True
    never_written: tuple[int, ...] = (PAD, BEGIN, UNKNOWN)
    never_next: Callable[[Sequence[int]], NDArray[np.int64]] | None = None


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
    early_stopping: bool = False,
) -> list[Hypothesis]:
    """Searches for the best captions.

    Args:
        step: computes the next word's log-probabilities for each row.
        reorder: selects the state's rows of the beams that were kept.
        state: before the first word, of one row.
        beam_size: rows kept; 1 is greedy search.
        length_penalty: see `Hypothesis.score`; 0 favours short captions.
        max_length: most words; a caption of that length is ended with the score of END.
        min_length: least words, at most `max_length`; a caption is shorter only if no caption of
            this length can end.
        rules: constraints on captions.
        begin: the token before the first word; it selects the language.
        early_stopping: stop once no live beam can win with one more word, similar to the
            transformers library; else once no live beam can win at any length.

    Returns:
        1 to `beam_size` captions, the best first. A longer search may find better captions for the
        places after the first.
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
        longest = length + 1 if early_stopping else max_length + 1
        if length > max_length or (
            len(finished) == beam_size and _settled(finished[0], beams, longest, length_penalty)
        ):
            break
        scores[:, END] = _NEVER
        beams, rows = _extend(beams, scores, beam_size)
        last = np.array([beam.tokens[-1] for beam in beams], dtype=np.int64)
        state = reorder(state, rows)
    if not finished:
        # Every beam reached max_length at a word that cannot be last: drop such words.
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
        if rules.never_next is not None:
            row[rules.never_next(beam.tokens)] = _NEVER


def _settled(best: Hypothesis, beams: list[_Beam], longest: int, length_penalty: float) -> bool:
    """Whether no live beam can beat `best` with at most `longest` words, END included."""
    # Further words only lower the sum, and the largest length divides it by most.
    bound = max(beam.total for beam in beams) / longest**length_penalty
    return bool(bound <= best.score)


def _extend(
    beams: list[_Beam], scores: NDArray[np.float32], beam_size: int
) -> tuple[list[_Beam], NDArray[np.int64]]:
    totals = scores + np.array([[beam.total] for beam in beams], dtype=np.float32)
    flat = totals.ravel()
    best = np.argpartition(flat, -beam_size)[-beam_size:] if beam_size < flat.size else None
    order = np.arange(flat.size) if best is None else best
    order = order[np.argsort(-flat[order], kind="stable")]
    rows, tokens = np.divmod(order, scores.shape[1])
    extended = [
        _Beam(
            (*beams[row].tokens, int(token)),
            (*beams[row].word_scores, float(scores[row, token])),
            float(totals[row, token]),
            (*beams[row].rows, int(row)),
        )
        for row, token in zip(rows, tokens, strict=True)
    ]
    return extended, rows.astype(np.int64)
