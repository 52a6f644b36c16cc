"""Opens what `training.train` wrote, for export and comparison."""

from __future__ import annotations

from pathlib import Path

import torch

from training.config import ModelConfig
from training.networks.build import Network, build_model
from training.networks.encoder import Encoder, build_encoder


def load_model(path: Path, encoder: Encoder | None = None) -> Network:
    """The averaged weights of a checkpoint, ready to run on the CPU.

    Args:
        path: written by `training.train`.
        encoder: the network to fill, when it is none of those that have a name.

    Raises:
        FileNotFoundError: there is no such checkpoint.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    config = ModelConfig(**state["model_config"])
    encoder = encoder or build_encoder(config.encoder, pretrained=False, tower=state.get("tower"))
    model = build_model(config, state["words"], encoder)
    model.load_state_dict(state["average"])
    return model.eval()
