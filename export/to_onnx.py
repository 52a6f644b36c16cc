"""Exports a checkpoint: two ONNX graphs, vocabulary, contract, uncalibrated confidence.

    python -m export.to_onnx --run runs/lite2 --assets assets

The encoder has a fixed shape and only operators that CoreML's MLProgram supports; it also computes
the decoder's cross-attention keys and values, once per photo. The decoder step has dynamic numbers
of beams and words and runs on the CPU.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import onnx
import torch
from onnxscript.rewriter import rewrite
from onnxscript.rewriter.rules.common import fuse_pad_into_conv_rule
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from export.weights import multiply_in_int8, store_in_fewer_bits
from pipeline.captioning import contract as names
from pipeline.captioning.confidence import Confidence
from pipeline.captioning.confidence_file import save_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.vocabulary import Vocabulary
from training.errors import DataError, EncoderError
from training.networks.ensemble import Exportable, load_runs
from training.networks.translation_model import TranslationModel

ENCODER_FILE, DECODER_FILE, VOCABULARY_FILE = "encoder.onnx", "decoder.onnx", "vocabulary.json"
OPSET = 20  # the first with Gelu; 23 would fuse attention into an operator that CoreML lacks

CONFIDENCE_FILE = "confidence.npz"
BEAM_SIZE, LENGTH_PENALTY = 5, 0.8  # chosen on the dev photos (training/LOG.md)


class EncoderGraph(nn.Module):
    """The encoder's graph: computes cross-attention keys and values and the mean feature."""

    def __init__(self, model: Exportable) -> None:
        """Wraps the trained model."""
        super().__init__()
        self.model = model

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encodes (1, 3, S, S) float32, normalised.

        Returns:
            Cross-attention keys and values, each (1, L * H, N, W / H), and the mean of the feature
            map (1, C), all float32.
        """
        features = self.model.photo_encoder(pixels)
        keys, values = self.model.cross(self.model.memory(features))
        return keys, values, features.mean(dim=1)


class DecoderGraph(nn.Module):
    """The decoder step's graph: predicts one word, or a piece of one, for every beam."""

    def __init__(self, model: Exportable | TranslationModel) -> None:
        """Wraps the trained model."""
        super().__init__()
        self.model = model

    def forward(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Predicts one word; see `CaptionModel.step` and `TranslationModel.step`."""
        return self.model.step(tokens, keys, values, cross_keys, cross_values)


def normalised_convolutions(module: nn.Module) -> Iterator[tuple[str, str, str]]:
    """Yields EfficientNet-Lite's convolutions with a batch normalisation after them.

    Yields:
        The path of the module that has both as children, and the names of the two.
    """
    pairs = (
        ("_expand_conv", "_bn0"),
        ("_depthwise_conv", "_bn1"),
        ("_project_conv", "_bn2"),
        ("0", "1"),
    )
    for path, child in module.named_modules():
        for conv_name, norm_name in pairs:
            conv = child._modules.get(conv_name)
            norm = child._modules.get(norm_name)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                yield path, conv_name, norm_name


def fold_normalisation(module: nn.Module) -> None:
    """Folds each batch normalisation of EfficientNet-Lite into the convolution before it."""
    for path, conv_name, norm_name in list(normalised_convolutions(module)):
        child = module.get_submodule(path)
        conv, norm = child.get_submodule(conv_name), child.get_submodule(norm_name)
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            child._modules[conv_name] = fuse_conv_bn_eval(conv, norm)
            child._modules[norm_name] = nn.Identity()


def export_encoder(model: Exportable, path: Path, *, compress: bool) -> None:
    """Writes the encoder's graph, for one photo; `compress` stores weights in fewer bits."""
    fold_normalisation(cast("nn.Module", model.photo_encoder))
    size = model.photo_encoder.input_size
    graph = trace(
        EncoderGraph(model),
        (torch.zeros(1, 3, size, size),),
        names.ENCODER_INPUTS,
        names.ENCODER_OUTPUTS,
    )
    # EfficientNet pads asymmetrically ("same"). CoreML lacks Pad, but its convolutions can pad.
    save_graph(rewrite(graph, pattern_rewrite_rules=[fuse_pad_into_conv_rule]), path, compress)


def export_decoder(model: Exportable, path: Path, *, compress: bool) -> None:
    """Writes the decoder step's graph with dynamic numbers of beams and of previous words."""
    config = model.config
    head = config.width // config.heads
    beams, words, places = 3, 2, model.photo_encoder.places
    # Separate tensors: torch.export treats a tensor that is passed twice as one input.
    keys, values = torch.randn(2, config.layers, beams, config.heads, words, head)
    cross_keys, cross_values = torch.randn(2, 1, config.layers * config.heads, places, head)
    tokens = torch.zeros(beams, dtype=torch.int64)
    rows, length = torch.export.Dim("beams"), torch.export.Dim("words", max=config.max_words)
    cache_axes = {1: rows, 3: length}
    graph = trace(
        DecoderGraph(model),
        (tokens, keys, values, cross_keys, cross_values),
        names.DECODER_INPUTS,
        names.DECODER_OUTPUTS,
        ({0: rows}, cache_axes, cache_axes, None, None),
    )
    save_graph(multiply_in_int8(graph) if compress else graph, path, compress)


def export(
    model: Exportable, vocabulary: Vocabulary, folder: Path, *, compress: bool = True
) -> ModelContract:
    """Writes all files of the model into `folder`.

    Args:
        model: the trained model; its batch normalisations are folded in place.
        vocabulary: of the training run.
        folder: created when missing; files of the same names are replaced after all are written.
        compress: store matrices in 8 bits and other weights in 16.

    Returns:
        The contract, as written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoder, config = model.photo_encoder, model.config
    contract = ModelContract(
        encoder=encoder.name,
        encoder_file=ENCODER_FILE,
        encoder_8bit_file="",  # export.eight_bits adds it
        encoder_weights_file="",
        decoder_file=DECODER_FILE,
        vocabulary_file=VOCABULARY_FILE,
        vocabulary_sha256=vocabulary.sha256(),
        input_size=encoder.input_size,
        mean=encoder.mean,
        std=encoder.std,
        grid=encoder.grid,
        layers=config.layers,
        heads=config.heads,
        width=config.width,
        max_length=config.max_words,
        beam_size=BEAM_SIZE,
        length_penalty=LENGTH_PENALTY,
        languages=vocabulary.languages,
        confidence_file=CONFIDENCE_FILE,
    )
    with tempfile.TemporaryDirectory(dir=folder) as name:
        partial = Path(name)
        export_encoder(model, partial / ENCODER_FILE, compress=compress)
        export_decoder(model, partial / DECODER_FILE, compress=compress)
        vocabulary.save(partial / VOCABULARY_FILE)
        # Until `training.calibrate` has fitted it, every description is worded as a guess.
        neutral = Confidence.neutral(vocabulary.languages, encoder.channels)
        save_confidence(neutral, partial / CONFIDENCE_FILE)
        contract.save(partial)
        for file in sorted(partial.iterdir()):
            file.replace(folder / file.name)
    return contract


def trace(
    graph: nn.Module,
    example: tuple[Tensor, ...],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    dynamic_shapes: tuple[dict[int, torch.export.Dim] | None, ...] | None = None,
) -> onnx.ModelProto:
    """Traces a module to an ONNX graph whose tensors have these names."""
    with warnings.catch_warnings(), torch.no_grad():
        # Warnings of torch's exporter itself: a deprecated class, and axes that share a name.
        warnings.filterwarnings("ignore", message=".*LeafSpec", category=FutureWarning)
        warnings.filterwarnings("ignore", message=".*The axis name", category=UserWarning)
        program = torch.onnx.export(
            graph.eval(),
            example,
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes=dynamic_shapes,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch wrote no ONNX program")
    return program.model_proto


def save_graph(graph: onnx.ModelProto, path: Path, compress: bool) -> None:
    """Writes a graph without local paths; `compress` stores weights in fewer bits."""
    if compress:
        graph = store_in_fewer_bits(graph)
    # The exporter stores the source line of each node: megabytes, and local paths.
    for entry in (*graph.graph.node, *graph.graph.input, *graph.graph.output):
        del entry.metadata_props[:]
        entry.doc_string = ""
    # onnxruntime infers the intermediate shapes again.
    del graph.graph.value_info[:]
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code, 2 when a run cannot be loaded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--run", type=Path, nargs="+", default=[Path("runs/lite2")], help="several: an ensemble"
    )
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--uncompressed", action="store_true", help="weights of 32 bits")
    chosen = parser.parse_args(arguments)
    try:
        model = load_runs(chosen.run)
    except (EncoderError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    export(
        model,
        Vocabulary.load(chosen.run[0] / "vocabulary.json"),
        chosen.assets,
        compress=not chosen.uncompressed,
    )
    for file in (ENCODER_FILE, DECODER_FILE):
        print(f"{file}: {(chosen.assets / file).stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
