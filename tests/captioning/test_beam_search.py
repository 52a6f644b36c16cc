"""Beam search against every caption there is, in a language of six words."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from pipeline.captioning.beam_search import Rules, beam_search
from pipeline.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN

WORDS, LONGEST = 8, 4
USABLE = [w for w in range(WORDS) if w not in (PAD, BEGIN, END, UNKNOWN)]


def log_probabilities(seed: int, prefix: tuple[int, ...]) -> np.ndarray:
    """Any next-word distribution: random, but the same each time for the same prefix."""
    generator = np.random.default_rng([seed, *prefix])
    logits = generator.normal(size=WORDS) * 2
    return (logits - np.log(np.exp(logits).sum())).astype(np.float32)


def search(seed: int, beam_size: int, length_penalty: float = 0.7, **options):
    def step(tokens, state):
        # The state is the words so far: it goes wrong when rows are not reordered with the beams.
        state = [(*before, int(token)) for before, token in zip(state, tokens, strict=True)]
        return np.stack([log_probabilities(seed, prefix) for prefix in state]), state

    return beam_search(
        step,
        lambda state, rows: [state[row] for row in rows],
        [()],
        beam_size=beam_size,
        length_penalty=length_penalty,
        max_length=LONGEST,
        **options,
    )


def every_caption(seed: int, length_penalty: float, rules: Rules):
    """(score, tokens) of all captions of 1 to LONGEST words that the rules allow."""
    for length in range(1, LONGEST + 1):
        for tokens in itertools.product(USABLE, repeat=length):
            pairs = list(itertools.pairwise(tokens))
            if tokens[-1] in rules.never_last:
                continue
            if not rules.repeat_pairs and len(set(pairs)) < len(pairs):
                continue
            total = sum(
                float(log_probabilities(seed, (BEGIN, *tokens[:i]))[token])
                for i, token in enumerate((*tokens, END))
            )
            yield total / (length + 1) ** length_penalty, tokens


RULES = [Rules(), Rules(never_last=frozenset({4, 5})), Rules(repeat_pairs=False)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("length_penalty", [0.0, 0.7, 1.0])
@pytest.mark.parametrize("rules", RULES, ids=["free", "never last", "no pairs"])
def test_a_wide_beam_finds_the_best_of_all_captions(seed, length_penalty, rules) -> None:
    found = search(seed, 300, length_penalty, rules=rules)
    ranked = sorted(every_caption(seed, length_penalty, rules), reverse=True)
    assert found[0].tokens == ranked[0][1]
    scores = {tokens: score for score, tokens in ranked}
    few = found[:5]
    assert [one.score for one in few] == pytest.approx([scores[one.tokens] for one in few])
    assert [one.score for one in few] == sorted((one.score for one in few), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_word_scores_are_those_of_the_words_and_the_end(seed) -> None:
    for hypothesis in search(seed, 3):
        wanted = [
            log_probabilities(seed, (BEGIN, *hypothesis.tokens[:i]))[token]
            for i, token in enumerate((*hypothesis.tokens, END))
        ]
        assert hypothesis.word_scores == pytest.approx(wanted, abs=1e-6)
        length = len(hypothesis.word_scores)
        assert hypothesis.score == pytest.approx(sum(wanted) / length**0.7, abs=1e-5)


@pytest.mark.parametrize("least", [2, 4])
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_the_best_of_all_long_captions(seed, least) -> None:
    rules = Rules(never_last=frozenset({4}))
    found = search(seed, 300, min_length=least, rules=rules)
    ranked = sorted(every_caption(seed, 0.7, rules), reverse=True)
    long = [tokens for _, tokens in ranked if len(tokens) >= least]
    assert found[0].tokens == long[0]
    assert all(len(hypothesis.tokens) >= least for hypothesis in search(seed, 3, min_length=least))


@pytest.mark.parametrize(("early_stopping", "words", "steps"), [(False, 19, 20), (True, 1, 3)])
def test_early_stopping_does_not_wait_for_much_longer_captions(
    early_stopping, words, steps
) -> None:
    # After one word END is likely; after two no more, and each further word costs nothing.
    chances = {0: (1.0, 0.0), 1: (0.4, 0.6)}
    asked = []

    def step(tokens, state):
        asked.append(state)
        going_on, ending = chances.get(state, (1.0, 0.0 if state < 19 else 1.0))
        scores = np.full((1, WORDS), -1e9, np.float32)
        scores[0, USABLE[state % 2]] = math.log(going_on)
        scores[0, END] = math.log(ending) if ending else -1e9
        return scores, state + 1

    found = beam_search(
        step,
        lambda state, rows: state,
        0,
        beam_size=1,
        length_penalty=0.7,
        max_length=19,
        early_stopping=early_stopping,
    )
    assert (len(found[0].tokens), len(asked)) == (words, steps)


@pytest.mark.parametrize("seed", range(4))
def test_rows_lead_back_to_the_step_that_chose_each_word(seed) -> None:
    prefixes: list[list[tuple[int, ...]]] = []

    def step(tokens, state):
        state = [(*before, int(token)) for before, token in zip(state, tokens, strict=True)]
        prefixes.append(state)
        return np.stack([log_probabilities(seed, prefix) for prefix in state]), state

    for hypothesis in beam_search(
        step,
        lambda state, rows: [state[row] for row in rows],
        [()],
        beam_size=4,
        length_penalty=0.7,
        max_length=LONGEST,
    ):
        assert len(hypothesis.rows) == len(hypothesis.tokens)
        for place, row in enumerate(hypothesis.rows):
            assert prefixes[place][row] == (BEGIN, *hypothesis.tokens[:place])


@pytest.mark.parametrize("seed", range(4))
def test_one_beam_is_greedy(seed) -> None:
    tokens: list[int] = []
    while len(tokens) < LONGEST:
        row = log_probabilities(seed, (BEGIN, *tokens)).copy()
        row[[PAD, BEGIN, UNKNOWN, END]] = -math.inf
        tokens.append(int(row.argmax()))
    longest = search(seed, 1, length_penalty=50.0)[0].tokens
    assert list(longest) == tokens[: len(longest)]
    assert longest


def test_a_caption_that_may_never_end_is_cut_before_its_last_function_words() -> None:
    rules = Rules(never_last=frozenset(USABLE[1:]))

    def step(tokens, state):
        row = np.full(WORDS, -9.0, dtype=np.float32)
        row[USABLE[0] if tokens[0] == BEGIN else USABLE[1]] = -0.1
        row[END] = -1e9
        return np.repeat(row[None], len(tokens), axis=0), state

    found = beam_search(
        step, lambda state, rows: state, None,
        beam_size=1, length_penalty=0.7, max_length=LONGEST, rules=rules,
    )  # fmt: skip
    assert found[0].tokens == (USABLE[0],)
    assert found[0].rows == (0,)
    assert len(found[0].word_scores) == 2


def test_special_tokens_are_never_written() -> None:
    def step(tokens, state):
        row = np.full(WORDS, -5.0, dtype=np.float32)
        row[[PAD, BEGIN, UNKNOWN]] = -0.1
        return np.repeat(row[None], len(tokens), axis=0), state

    for hypothesis in beam_search(
        step, lambda state, rows: state, None, beam_size=4, length_penalty=0.7, max_length=3
    ):
        assert set(hypothesis.tokens) <= set(USABLE)
