"""The layout of a checkpoint file, written and read here alone.

The file is a dict that `torch.save` wrote, with tensors and plain values only: `model_config`,
`average`, `words`, `best`, for encoders of the Hugging Face hub `tower`, and in `last.pt` also
`model`, `place` and `optimizer`.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.config import ModelConfig
from training.networks.build import Network, build_encoder, build_model
from training.networks.encoder import Encoder


@dataclass(frozen=True)
class Progress:
    """What a run needs to continue where it stopped.

    Attributes:
        model: the trained weights, as `nn.Module.state_dict` gives them.
        stage: stages that are finished.
        epoch: epochs of this stage that are finished.
        step: steps of this epoch that are finished.
        optimizer: state of AdamW; None between two stages.
    """

    model: Mapping[str, Tensor]
    stage: int
    epoch: int
    step: int
    optimizer: dict[str, Any] | None


@dataclass(frozen=True)
class Checkpoint:
    """A network's weights and what it takes to build the network again.

    Attributes:
        model_config: shape of the network.
        average: moving average of the weights: what is validated and exported.
        words: size of the vocabulary.
        best: highest validation CIDEr (x100) of the run so far.
        tower: settings of a Hugging Face encoder; None for the other encoders.
        progress: None where a run cannot be continued from here (`best.pt`).
    """

    model_config: ModelConfig
    average: Mapping[str, Tensor]
    words: int
    best: float = -1.0
    tower: Mapping[str, Any] | None = None
    progress: Progress | None = None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint; a run that is killed at any moment leaves the old or the new file."""
    state: dict[str, Any] = {
        "model_config": dataclasses.asdict(checkpoint.model_config),
        "average": checkpoint.average,
        "words": checkpoint.words,
        "best": checkpoint.best,
    }
    if checkpoint.tower is not None:
        state["tower"] = dict(checkpoint.tower)
    progress = checkpoint.progress
    if progress is not None:
        state["model"] = progress.model
        state["place"] = (progress.stage, progress.epoch, progress.step)
        state["optimizer"] = progress.optimizer
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def read_checkpoint(path: Path, device: torch.device | str = "cpu") -> Checkpoint:
    """Reads a checkpoint, its tensors on `device`.

    Raises:
        FileNotFoundError: there is no such checkpoint.
    """
    state = torch.load(path, map_location=device, weights_only=True)
    progress = None
    if "model" in state:
        stage, epoch, step = state["place"]
        progress = Progress(state["model"], stage, epoch, step, state["optimizer"])
    return Checkpoint(
        model_config=ModelConfig(**state["model_config"]),
        average=state["average"],
        words=state["words"],
        best=state.get("best", -1.0),
        tower=state.get("tower"),
        progress=progress,
    )


def load_model(path: Path, encoder: Encoder | None = None) -> Network:
    """Builds a network with the averaged weights of a checkpoint, in evaluation mode on the CPU.

    Args:
        path: written by `training.train`.
        encoder: the network to fill, when `build_encoder` does not know its name.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        EncoderError: the encoder cannot be built.
    """
    checkpoint = read_checkpoint(path)
    config = checkpoint.model_config
    encoder = encoder or build_encoder(config.encoder, pretrained=False, tower=checkpoint.tower)
    model = build_model(config, checkpoint.words, encoder)
    model.load_state_dict(checkpoint.average)
    return model.eval()
