"""The transformer: beam search, cached keys and attention against the plain computation."""

from __future__ import annotations

import pytest
import torch

from tests.captioning.searches import hold_to_the_pipelines
from tests.data.tiny_world import MODEL, TinyEncoder
from training.networks.transformer import CaptionModel


@pytest.mark.parametrize("length_penalty", [0.0, 0.7])
def test_the_batched_beam_search_is_the_pipelines(length_penalty: float) -> None:
    torch.manual_seed(4)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    config = model.config
    with torch.no_grad():
        for weights in model.parameters():
            # Loud weights: the next word must depend on the words before it.
            weights.mul_(8 if weights.ndim > 1 else 1)
        pixels = torch.randn(40, 3, 32, 32, generator=torch.Generator().manual_seed(3))
        keys, values = model.cross(model.memory(model.photo_encoder(pixels)))
    empty = torch.zeros(config.layers, 1, config.heads, 0, config.width // config.heads)
    hold_to_the_pipelines(model, keys, values, empty, length_penalty)


def test_the_step_with_cached_keys_is_the_whole_pass() -> None:
    torch.manual_seed(1)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    with torch.no_grad():
        keys, values = model.cross(model.memory(model.photo_encoder(torch.randn(2, 3, 32, 32))))
        tokens = torch.randint(0, 20, (6, 5))
        whole = model.logits(model.hidden(tokens, keys, values)).log_softmax(-1)
        state = [torch.zeros(2, 6, 2, 0, 8)] * 2
        for place in range(5):
            log_p, *state, _ = model.step(tokens[:, place], *state, keys, values)
            assert torch.allclose(log_p, whole[:, place], atol=1e-5)


def test_attention_is_the_mean_of_layers_and_heads_for_each_row() -> None:
    torch.manual_seed(1)
    model = CaptionModel(MODEL, 20, TinyEncoder()).eval()
    seen: list[torch.Tensor] = []
    for layer in model._layers():
        attend = layer.attend_cross.attend

        def note(*given, attend=attend):
            mixed, weights = attend(*given)
            seen.append(weights)
            return mixed, weights

        layer.attend_cross.attend = note
    with torch.no_grad():
        keys, values = model.cross(model.memory(model.photo_encoder(torch.randn(2, 3, 32, 32))))
        empty = torch.zeros(2, 6, 2, 0, 8)
        attention = model.step(torch.arange(6), empty, empty, keys, values)[-1]
    assert attention.shape == (6, 16)
    assert torch.allclose(attention.sum(dim=1), torch.ones(6))
    assert len(seen) == 2
    # Rows 0 to 2 are the first photo's.
    mean = torch.stack([weights[1, :, 1] for weights in seen]).mean(dim=(0, 1))
    assert torch.allclose(attention[4], mean)
    assert attention.std(dim=0).max() > 0
