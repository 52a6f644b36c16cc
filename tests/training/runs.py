"""A short training run of the tiny model, which several tests of training start."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.data.tiny_world import MODEL, TinyEncoder
from training.config import StageConfig, TrainConfig
from training.train import Trainer

STAGES = (
    StageConfig("decoder", epochs=2, learning_rate=3e-3, photos=6, warm_up=2),
    StageConfig("finetune", epochs=1, learning_rate=3e-3, encoder_rate=3e-3, photos=6),
    StageConfig("self-critical", epochs=1, learning_rate=1e-4, photos=6, self_critical=True),
)
CONFIG = TrainConfig(stages=STAGES, frozen_blocks=0, cached_views=2, save_every=1)


def trainer(data: Path, run: Path, config: TrainConfig = CONFIG) -> Trainer:
    torch.manual_seed(0)
    return Trainer([data], run, MODEL, config, TinyEncoder())
