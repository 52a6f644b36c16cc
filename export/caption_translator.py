r"""Exports the translator: two ONNX graphs, subwords and contract, into assets/translation.

    python -m export.caption_translator --run runs/french --assets assets --multi30k FOLDER

It exits with 1 when the graphs differ too much from the network: in their numbers, or in the words
of Multi30k's dev sentences.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from export.parity import NUMBERS_BOUND, WORDS_BOUND, TorchSession
from export.to_onnx import DecoderGraph, save_graph, trace
from export.weights import multiply_in_int8
from pipeline.captioning import contract as names
from pipeline.captioning.onnx_session import Array
from pipeline.captioning.translation.subwords import Subwords
from pipeline.captioning.translation.translator import (
    ENCODER_INPUTS,
    ENCODER_OUTPUTS,
    FOLDER,
    SOURCE,
    Translator,
    TranslatorContract,
)
from pipeline.captioning.vocabulary import SPECIAL_WORDS
from pipeline.languages import FRENCH
from training.errors import DataError
from training.networks.translation_model import TranslationModel
from training.translation.corpus import DEV, read_pairs
from training.translation.run import load_run, with_french_words

BEAM_SIZE, LENGTH_PENALTY = 3, 1.0  # chosen on Multi30k's dev sentences (training/LOG.md)
COMPARED = 200  # sentences


class ReadingGraph(nn.Module):
    """The encoder's graph: cross-attention keys and values of an English caption."""

    def __init__(self, model: TranslationModel) -> None:
        """Wraps the trained network."""
        super().__init__()
        self.model = model

    def forward(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """See `TranslationModel.cross`."""
        return self.model.cross(source)


def export(model: TranslationModel, subwords: Subwords, folder: Path) -> None:
    """Writes the translator's files into `folder`, all or none."""
    config = model.config
    head = config.width // config.heads
    contract = TranslatorContract(
        language=FRENCH,
        encoder_file="encoder.onnx",
        decoder_file="decoder.onnx",
        subwords_file="subwords.json",
        layers=config.layers,
        heads=config.heads,
        width=config.width,
        most_pieces=config.most_pieces,
        beam_size=BEAM_SIZE,
        length_penalty=LENGTH_PENALTY,
    )
    pieces = torch.export.Dim("pieces", min=1, max=config.most_pieces)
    beams = torch.export.Dim("beams")
    length = torch.export.Dim("words", max=config.most_pieces)
    keys, values = torch.randn(2, config.layers, 3, config.heads, 2, head)
    cross_keys, cross_values = torch.randn(2, 1, config.layers * config.heads, 7, head)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        partial = Path(name)
        reading = trace(
            ReadingGraph(model),
            (torch.zeros(1, 7, dtype=torch.int64),),
            ENCODER_INPUTS,
            ENCODER_OUTPUTS,
            ({1: pieces},),
        )
        save_graph(multiply_in_int8(reading), partial / contract.encoder_file, compress=True)
        writing = trace(
            DecoderGraph(model),
            (torch.zeros(3, dtype=torch.int64), keys, values, cross_keys, cross_values),
            names.DECODER_INPUTS,
            names.DECODER_OUTPUTS,
            ({0: beams}, {1: beams, 3: length}, {1: beams, 3: length}, {2: pieces}, {2: pieces}),
        )
        save_graph(multiply_in_int8(writing), partial / contract.decoder_file, compress=True)
        subwords.save(partial / contract.subwords_file)
        contract.save(partial)
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)


def torch_translator(model: TranslationModel, exported: Translator) -> Translator:
    """The app's translator on the network itself, with the export's contract."""
    parts = replace(
        exported.open(),
        encoder=TorchSession(ReadingGraph(model), ENCODER_INPUTS, ENCODER_OUTPUTS),
        decoder=TorchSession(DecoderGraph(model), names.DECODER_INPUTS, names.DECODER_OUTPUTS),
    )
    return Translator(exported.contract, lambda: parts)


def compare_numbers(ours: Translator, theirs: Translator, seed: int = 0) -> float:
    """The largest difference of both graphs' outputs, as a share of the largest value."""
    generator = np.random.default_rng(seed)
    contract, worst, ours_open, theirs_open = ours.contract, 0.0, ours.open(), theirs.open()
    head = contract.width // contract.heads
    for count, beams, written in ((1, 1, 0), (9, 3, 2), (contract.most_pieces, 5, 7)):
        tokens = generator.integers(len(SPECIAL_WORDS), len(ours_open.subwords), size=count)
        source = {SOURCE: tokens[None]}
        cross = ours_open.encoder.run(ENCODER_OUTPUTS, dict(source))
        shape = (contract.layers, beams, contract.heads, written, head)
        inputs: dict[str, Array] = {
            names.TOKENS: generator.integers(len(ours_open.subwords), size=beams),
            names.KEYS: generator.normal(size=shape).astype(np.float32),
            names.VALUES: generator.normal(size=shape).astype(np.float32),
            names.CROSS_KEYS: cross[0],
            names.CROSS_VALUES: cross[1],
        }
        for graph, outputs, given in (
            ("encoder", ENCODER_OUTPUTS, source),
            ("decoder", names.DECODER_OUTPUTS, inputs),
        ):
            expected = getattr(ours_open, graph).run(outputs, given)
            actual = getattr(theirs_open, graph).run(outputs, given)
            for one, other in zip(expected, actual, strict=True):
                worst = max(worst, float(np.abs(one - other).max() / np.abs(one).max()))
    return worst


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 1 when a bound is exceeded, 2 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--run", type=Path, default=Path("runs/french"))
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--multi30k", type=Path, required=True, help="the folder of its tables")
    options = parser.parse_args(arguments)
    try:
        model, subwords = load_run(options.run)
        subwords = with_french_words(subwords, options.multi30k)
        sentences = [tuple(english.split()) for english, _ in read_pairs(options.multi30k, DEV)]
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    folder = options.assets / FOLDER
    export(model, subwords, folder)
    exported = Translator.load(folder)
    ours = torch_translator(model, exported)
    numbers = compare_numbers(ours, exported)
    different = sum(
        ours.translate(words).words != exported.translate(words).words
        for words in sentences[:COMPARED]
    )
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {size / 1e6:.1f} MB")
    print(f"largest difference {numbers:.2%} (bound {NUMBERS_BOUND:.0%})")
    print(f"other words for {different} of {COMPARED} sentences (bound {WORDS_BOUND:.0%})")
    return int(numbers > NUMBERS_BOUND or different > WORDS_BOUND * COMPARED)


if __name__ == "__main__":
    sys.exit(main())
