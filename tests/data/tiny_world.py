"""Trains a network that is small enough to learn the world of coloured shapes in seconds.

    python -m tests.data.tiny_world

writes tests/data/tiny: a real ONNX pair under 100 kB, trained and exported by the same code as the
one in assets/, so that tests can ask for true descriptions.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import torch
from torch import Tensor, nn

from export.to_onnx import export
from pipeline.captioning.confidence_file import save_confidence
from tests.data.tiny_files import TINY, tiny_confidence, write_world
from training.config import ModelConfig, StageConfig, TrainConfig
from training.networks.checkpoint import load_model
from training.train import Trainer

MODEL = ModelConfig(
    encoder="tiny", width=16, layers=2, heads=2, hidden=32, dropout=0.0, max_words=8, min_count=1
)
TRAIN = TrainConfig(
    stages=(
        StageConfig("decoder", epochs=2, learning_rate=3e-3, photos=12, warm_up=5),
        StageConfig("finetune", epochs=25, learning_rate=3e-3, encoder_rate=3e-3, photos=12),
        StageConfig("self-critical", epochs=1, learning_rate=1e-5, photos=24, self_critical=True),
    ),
    frozen_blocks=0,
    cached_views=2,
    ema_decay=0.9,
    label_smoothing=0.0,
    seed=8,  # of ten, the one whose attention is at the shape for every colour
)


class TinyEncoder(nn.Module):
    """Three convolutions behind the interface of `training.networks.encoder.Encoder`."""

    name = "tiny"
    input_size = 32
    mean = (0.5, 0.5, 0.5)
    std = (0.5, 0.5, 0.5)
    channels = 16
    parts = 1
    places = 16
    grid = (4, 4)

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU6(),
            nn.Conv2d(8, 12, 3, stride=2, padding=1), nn.ReLU6(),
            nn.Conv2d(12, 16, 3, stride=2, padding=1), nn.ReLU6(),
        )  # fmt: skip

    def freeze(self, blocks: int | None) -> None:
        self.requires_grad_(blocks is not None)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.layers(pixels).flatten(2).transpose(1, 2)


def main() -> int:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder / "data", {"train": 240, "dev": 18, "test": 18})
        trainer = Trainer([folder / "data"], folder / "run", MODEL, TRAIN, TinyEncoder())
        trainer.train()
        model = load_model(folder / "run" / "best.pt", TinyEncoder())
        contract = export(model, trainer.vocabulary, TINY)
        save_confidence(tiny_confidence(), TINY / contract.confidence_file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
