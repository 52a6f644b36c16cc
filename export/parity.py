"""Compares a checkpoint with its ONNX export; exits with 1 when they differ too much.

    python -m export.parity --run runs/lite2 --assets assets --data data/flickr8k

Compares the outputs of both graphs on random input, for several numbers of beams and words, and
the descriptions of test photos by the same beam search.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from export.to_onnx import DecoderGraph, EncoderGraph
from pipeline.captioning import contract as names
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.onnx_session import Array
from pipeline.image import read_rgb
from training.data.prepared import load
from training.networks.ensemble import Exportable, load_runs

# Largest difference, as a share of the largest value. Float16 storage (11 significant bits) and
# 8-bit products in the decoder cause 1 %; a wrong graph, tens of percent.
NUMBERS_BOUND = 0.02
# Share of photos with another description: captions of nearly equal score swap ranks. 1.5 % with
# 16-bit storage, 6 % with 8-bit products, too, at no loss of CIDEr (assets/MODEL_CARD.md).
WORDS_BOUND = 0.1


class TorchSession:
    """A torch module behind the interface of an onnxruntime session."""

    def __init__(self, graph: nn.Module, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        """Wraps a module; `inputs` and `outputs` name its arguments and results in order."""
        self._graph = graph.eval()
        self._inputs, self._outputs = tuple(inputs), tuple(outputs)

    def run(self, outputs: Sequence[str], inputs: dict[str, Array]) -> list[NDArray[np.float32]]:
        """Computes the named outputs from the named inputs."""
        with torch.inference_mode():
            results = self._graph(*(torch.from_numpy(inputs[name]) for name in self._inputs))
        by_name = dict(zip(self._outputs, results, strict=True))
        return [by_name[name].numpy() for name in outputs]

    def get_providers(self) -> list[str]:
        """Returns the name of the runtime, in place of onnxruntime's providers."""
        return ["torch"]


@dataclass(frozen=True)
class Parity:
    """Differences between an export and its checkpoint.

    Attributes:
        numbers: largest difference, as a share of the largest value of its tensor.
        photos: number of photos described by both.
        different: number of photos whose descriptions differ.
    """

    numbers: float
    photos: int
    different: int

    @property
    def holds(self) -> bool:
        """Whether both are within their bounds."""
        return self.numbers <= NUMBERS_BOUND and self.different <= WORDS_BOUND * self.photos


def torch_captioner(model: Exportable, exported: Captioner) -> Captioner:
    """Builds the app's captioner on the checkpoint, with the export's contract and confidence."""
    return Captioner(
        exported.contract,
        exported.vocabulary,
        TorchSession(EncoderGraph(model), names.ENCODER_INPUTS, names.ENCODER_OUTPUTS),
        TorchSession(DecoderGraph(model), names.DECODER_INPUTS, names.DECODER_OUTPUTS),
        exported.confidence,
    )


def compare_numbers(ours: Captioner, theirs: Captioner, seed: int = 0) -> float:
    """Computes `Parity.numbers` on random pixels, tokens and caches."""
    worst = 0.0
    for graph, outputs, inputs in _random_inputs(ours, seed):
        for expected, actual in zip(
            getattr(ours, graph).run(outputs, inputs),
            getattr(theirs, graph).run(outputs, inputs),
            strict=True,
        ):
            scale = float(np.abs(expected).max())
            worst = max(worst, float(np.abs(expected - actual).max()) / scale)
    return worst


def compare_words(ours: Captioner, theirs: Captioner, photos: Sequence[NDArray[np.uint8]]) -> int:
    """Counts the photos, (H, W, 3) uint8 RGB each, whose descriptions differ."""
    return sum(ours.describe(rgb).words != theirs.describe(rgb).words for rgb in photos)


def _random_inputs(
    captioner: Captioner, seed: int
) -> Iterator[tuple[str, tuple[str, ...], dict[str, Array]]]:
    generator = np.random.default_rng(seed)

    def normal(*shape: int) -> NDArray[np.float32]:
        return generator.normal(size=shape).astype(np.float32)

    contract = captioner.contract
    for _ in range(3):
        pixels = normal(1, 3, contract.input_size, contract.input_size)
        yield "encoder", names.ENCODER_OUTPUTS, {names.PIXELS: pixels}
    encoded = captioner.encode(np.zeros((8, 8, 3), dtype=np.uint8))
    head = contract.width // contract.heads
    for beams, words in ((1, 0), (1, 1), (3, 2), (5, contract.max_length)):
        shape = (contract.layers, beams, contract.heads, words, head)
        yield (
            "decoder",
            names.DECODER_OUTPUTS,
            {
                names.TOKENS: generator.integers(len(captioner.vocabulary), size=beams),
                names.KEYS: normal(*shape),
                names.VALUES: normal(*shape),
                names.CROSS_KEYS: encoded.cross_keys,
                names.CROSS_VALUES: encoded.cross_values,
            },
        )


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns 1 when a bound is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--run", type=Path, nargs="+", default=[Path("runs/lite2")], help="several: an ensemble"
    )
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--data", type=Path, default=Path("data/flickr8k"))
    parser.add_argument("--photos", type=int, default=200)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(2)
    exported = Captioner.load(chosen.assets, accelerate=False)
    trained = torch_captioner(load_runs(chosen.run), exported)
    photos = load(chosen.data)["test"][: chosen.photos]
    rgbs = [read_rgb(photo.path.read_bytes()) for photo in photos]
    numbers = compare_numbers(trained, exported)
    parity = Parity(numbers, len(rgbs), compare_words(trained, exported, rgbs))
    print(f"largest difference {parity.numbers:.2e} of the largest value (bound {NUMBERS_BOUND})")
    print(f"other words for {parity.different} of {parity.photos} photos (bound {WORDS_BOUND:.0%})")
    return 0 if parity.holds else 1


if __name__ == "__main__":
    sys.exit(main())
