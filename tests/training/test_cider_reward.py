"""Our CIDEr-D against pycocoevalcap's, which the published figures come from."""

from __future__ import annotations

import numpy as np
import pytest
from pycocoevalcap.cider.cider import Cider

from training.optimisation.cider_reward import CiderReward

WORDS = "a the dog cat runs sits on in grass snow red ball two with and".split()


def language(generator: np.random.Generator) -> list[str]:
    return list(generator.choice(WORDS, size=int(generator.integers(1, 12))))


@pytest.mark.parametrize("seed", range(3))
def test_it_gives_pycocoevalcaps_scores(seed: int) -> None:
    generator = np.random.default_rng(seed)
    references = [[language(generator) for _ in range(5)] for _ in range(30)]
    captions = [language(generator) for _ in references]
    ours = CiderReward(references, mark_end=False)(range(30), captions)
    mean, theirs = Cider().compute_score(
        {i: [" ".join(words) for words in of] for i, of in enumerate(references)},
        {i: [" ".join(words)] for i, words in enumerate(captions)},
    )
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert ours.mean() == pytest.approx(mean)
    assert ours.max() > 0


def test_the_end_mark_rewards_stopping_in_the_right_place() -> None:
    references = [[["a", "dog"]], [["a", "red", "cat", "runs"]], [["two", "dogs"]]]
    whole, cut = ["a", "red", "cat", "runs"], ["a", "red", "cat"]
    marked, plain = (CiderReward(references, mark_end=mark) for mark in (True, False))
    gap = {r: np.subtract(*r([1, 1], [whole, cut])) for r in (marked, plain)}
    assert gap[marked] > gap[plain] > 0


def test_an_empty_caption_has_no_reward() -> None:
    reward = CiderReward([[["a", "dog"]], [["a", "cat"]]], mark_end=False)
    assert reward([0], [[]])[0] == 0


def test_people_are_scored_by_each_other() -> None:
    alike, strange = [["a", "dog", "runs"], ["a", "dog", "sits"]], ["two", "red", "cats"]
    references = [[*alike, strange], [["a", "ball"]], [["snow"]]]
    of_people = CiderReward(references, mark_end=False).of_people
    assert of_people(0)[0] == of_people(0)[1] > of_people(0)[2] == 0
    assert of_people(1).tolist() == [0]
