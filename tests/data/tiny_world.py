"""A world of coloured shapes, and a network small enough to learn it in seconds.

    python -m tests.data.tiny_world

writes tests/data/tiny: a real ONNX pair under 100 kB, trained and exported by the same code as the
one in assets/, so that tests can ask for true descriptions.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from export.to_onnx import export
from training.checkpoint import load_model
from training.config import ModelConfig, StageConfig, TrainConfig
from training.train import Trainer

TINY = Path(__file__).parent / "tiny"
COLOURS = {"red": (200, 30, 30), "green": (30, 160, 40), "blue": (30, 50, 200)}
SHAPES = ("square", "stripe")
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
)


class TinyEncoder(nn.Module):
    """Three convolutions behind the interface of `training.encoder.Encoder`."""

    name = "tiny"
    input_size = 32
    mean = (0.5, 0.5, 0.5)
    std = (0.5, 0.5, 0.5)
    channels = 16
    places = 16

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


def draw(colour: str, shape: str, generator: np.random.Generator) -> np.ndarray:
    """(64, 64, 3) uint8 RGB: a shape somewhere on a pale ground."""
    rgb = np.full((64, 64, 3), 235, dtype=np.uint8)
    x, y = (int(v) for v in generator.integers(22, 42, size=2))
    if shape == "square":
        cv2.rectangle(rgb, (x - 14, y - 14), (x + 14, y + 14), COLOURS[colour], -1)
    else:
        cv2.rectangle(rgb, (0, y - 7), (63, y + 7), COLOURS[colour], -1)
    noise = generator.normal(0, 4, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def captions(colour: str, shape: str) -> tuple[str, ...]:
    """Five sentences that agree on the first."""
    plain = f"A {colour} {shape} on a pale ground."
    return (plain, plain, plain, f"A {colour} {shape} is seen.", plain)


def write_world(folder: Path, sizes: dict[str, int], seed: int = 0) -> None:
    """Writes prepared data as `training.flickr8k.prepare` would."""
    generator = np.random.default_rng(seed)
    (folder / "photos").mkdir(parents=True)
    lines = ["image\tsplit\tcaption"]
    for split, count in sizes.items():
        for number in range(count):
            colour = list(COLOURS)[number % 3]
            shape = SHAPES[number // 3 % 2]
            name = f"{split}{number}.jpg"
            bgr = cv2.cvtColor(draw(colour, shape, generator), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / "photos" / name), bgr)
            lines += [f"{name}\t{split}\t{caption}" for caption in captions(colour, shape)]
    (folder / "captions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder / "data", {"train": 240, "dev": 18, "test": 18})
        trainer = Trainer(folder / "data", folder / "run", MODEL, TRAIN, TinyEncoder())
        trainer.train()
        model = load_model(folder / "run" / "best.pt", TinyEncoder())
        export(model, trainer.vocabulary, TINY)
    return 0


if __name__ == "__main__":
    sys.exit(main())
