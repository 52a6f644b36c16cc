"""ViT-GPT2 as people run it without PyTorch: two ONNX graphs whose products are in 8 bits.

The graphs have the true shapes of ViT-base at 224 pixels and of GPT-2 with cross-attention, with
keys and values cached; weights are random, for time does not depend on them. They are built by the
tracing and quantising that makes Vois's own decoder, and kept for the next bench, 400 MB.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from pipeline.folders import cache_folder

LAYERS, HEADS, WIDTH, HIDDEN, PIECES_OF_GPT2, PLACES = 12, 12, 768, 3072, 50257, 197
READING_FILE, WRITING_FILE = "vit.onnx", "gpt2.onnx"


class Int8Peer:
    """Describes one photo of 224 pixels by so many pieces of words, greedily."""

    def __init__(self, threads: int, pieces: int) -> None:
        """Opens both graphs, which it writes first where they are missing."""
        folder = cache_folder() / "bench"
        if not (folder / WRITING_FILE).exists():
            write(folder)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._reading, self._writing = (
            ort.InferenceSession(folder / name, options, providers=["CPUExecutionProvider"])
            for name in (READING_FILE, WRITING_FILE)
        )
        self._pieces = pieces
        self._pixels = np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype(np.float32)

    def __call__(self) -> list[int]:
        """The pieces, as tokens."""
        cross_keys, cross_values = self._reading.run(None, {"pixels": self._pixels})
        keys = values = np.zeros((LAYERS, 1, HEADS, 0, WIDTH // HEADS), np.float32)
        tokens, found = np.zeros(1, np.int64), []
        for _ in range(self._pieces):
            inputs = {"tokens": tokens, "keys": keys, "values": values}
            inputs |= {"cross_keys": cross_keys, "cross_values": cross_values}
            scores, keys, values, _ = self._writing.run(None, inputs)
            tokens = scores.argmax(axis=1)
            found.append(int(tokens[0]))
        return found


def write(folder: Path) -> None:
    """Traces and quantises both graphs; takes about a minute.

    Raises:
        ImportError: torch or transformers is not installed.
    """
    import torch
    import transformers
    from torch import Tensor, nn

    from export.to_onnx import DecoderGraph, trace
    from export.weights import multiply_in_int8
    from pipeline.captioning import contract as names
    from training.config import ModelConfig
    from training.networks.transformer import CaptionModel

    class Vit(nn.Module):
        """ViT-base: (1, 3, 224, 224) -> (1, 197, 768)."""

        name, channels, places, input_size = "vit-base", WIDTH, PLACES, 224

        def __init__(self) -> None:
            super().__init__()
            config = transformers.ViTConfig(attn_implementation="eager")
            self.vit = transformers.ViTModel(config, add_pooling_layer=False)

        def forward(self, pixels: Tensor) -> Tensor:
            return self.vit(pixel_values=pixels).last_hidden_state

    class ReadingGraph(nn.Module):
        """Pixels to the decoder's keys and values, straight from ViT."""

        def __init__(self, model: CaptionModel) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
            return self.model.cross(self.model.encoder(pixels))

    torch.manual_seed(0)
    config = ModelConfig(width=WIDTH, heads=HEADS, layers=LAYERS, hidden=HIDDEN)
    model = CaptionModel(config, PIECES_OF_GPT2, Vit()).eval()
    head = WIDTH // HEADS
    reading = trace(
        ReadingGraph(model),
        (torch.zeros(1, 3, 224, 224),),
        names.ENCODER_INPUTS,
        (names.CROSS_KEYS, names.CROSS_VALUES),
    )
    keys, values = torch.randn(2, LAYERS, 2, HEADS, 2, head)
    cross_keys, cross_values = torch.randn(2, 1, LAYERS * HEADS, PLACES, head)
    rows = torch.export.Dim("beams")
    length = torch.export.Dim("words", max=config.max_words)
    cache = {1: rows, 3: length}
    writing = trace(
        DecoderGraph(model),
        (torch.zeros(2, dtype=torch.int64), keys, values, cross_keys, cross_values),
        names.DECODER_INPUTS,
        names.DECODER_OUTPUTS,
        ({0: rows}, cache, cache, None, None),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in ((READING_FILE, reading), (WRITING_FILE, writing)):
        onnx.save(multiply_in_int8(graph), folder / name)
