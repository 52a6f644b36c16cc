"""The two beam searches side by side: training's, over many photos at once, and the pipeline's."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pipeline.captioning.beam_search import Rules, beam_search
from pipeline.captioning.vocabulary import BEGIN, END, PAD
from training.networks.build import Network
from training.optimisation.batch_beam_search import batch_beam_search


def hold_to_the_pipelines(
    model: Network, keys: Tensor, values: Tensor, empty: Tensor, length_penalty: float
) -> None:
    """Asserts that both find the same best caption of each photo.

    Both keep searching until their best is settled; lower ranks may differ by which beams were
    already given up.

    Args:
        model: untrained, with loud weights.
        keys: the photos', as `model.cross` gives them.
        values: likewise.
        empty: the state before the first word.
        length_penalty: of both searches.
    """
    longest = model.config.max_words
    with torch.no_grad():
        tokens, scores = batch_beam_search(
            model, keys, values, 3, length_penalty, BEGIN, Rules().never_written
        )
    for photo in range(len(keys)):

        def step(last, state, photo=photo):
            with torch.no_grad():
                one = slice(photo, photo + 1)
                log_p, *state, _ = model.step(
                    torch.from_numpy(last), *state, keys[one], values[one]
                )
            return log_p.numpy(), state

        found = beam_search(
            step,
            lambda state, rows: [part[:, torch.from_numpy(rows)] for part in state],
            (empty, empty),
            beam_size=3,
            length_penalty=length_penalty,
            max_length=longest,
            rules=Rules(),
        )
        best = [token for token in tokens[photo, 0].tolist() if token != PAD]
        assert (*found[0].tokens, END) == tuple(best)
        assert found[0].score == pytest.approx(float(scores[photo, 0]), abs=1e-4)
