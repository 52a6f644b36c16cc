"""Reads exported graphs back into checkpoints, so that training can go on from them.

    python -m export.from_onnx --assets assets --runs runs/shipped

Writes a run for each member of the ensemble, runs/shipped/1 and so on, each with `best.pt` and
`vocabulary.json`, as `training.train --from` and `export.to_onnx --run` take them. Weights that
were stored in 8 bits come back rounded; the bag of words, which is not exported, begins anew.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from export.to_onnx import normalised_convolutions
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.vocabulary import Vocabulary
from pipeline.errors import VoisError
from training.config import ModelConfig
from training.errors import DataError, EncoderError
from training.networks.build import build_encoder
from training.networks.checkpoint import Checkpoint, write_checkpoint
from training.networks.encoder import Encoder
from training.networks.transformer import CaptionModel

Array = NDArray[np.generic]
# "model.members.2.layers.0.norm_self.bias" of an ensemble, "model.layers..." of a single network.
_NAME = re.compile(r"model\.(?:members\.(\d+)\.)?(.+)")


def read_members(
    assets: Path, build: Callable[[str], Encoder] | None = None
) -> tuple[list[CaptionModel], Vocabulary]:
    """Builds the networks that a folder's two graphs hold.

    Args:
        assets: written by `export.to_onnx`.
        build: makes an encoder from its name; `build_encoder` without weights by default.

    Returns:
        The members in their order, one for a single network, in evaluation mode, and their
        vocabulary.

    Raises:
        DataError: the graphs hold no Transformer of this project.
        EncoderError: the encoder is unknown.
        ModelError: the contract or the vocabulary is missing or damaged.
    """
    contract = ModelContract.load(assets)
    vocabulary = Vocabulary.load(assets / contract.vocabulary_file)
    weights = _weights(assets / contract.encoder_file) | _weights(assets / contract.decoder_file)
    members: dict[int, dict[str, Tensor]] = {}
    for name, value in weights.items():
        if found := _NAME.fullmatch(name):
            member = members.setdefault(int(found[1] or 0), {})
            member[found[2]] = torch.from_numpy(np.array(value, dtype=np.float32))
    if "adapter.project.weight" not in members.get(0, {}):
        raise DataError(f"The model in {assets} is no Transformer: it cannot be read back.")
    # All members share one encoder, which is stored as a part of one of them.
    seen = {
        name: value
        for member in members.values()
        for name, value in member.items()
        if name.startswith("encoder.")
    }
    build = build or (lambda name: build_encoder(name, pretrained=False))
    return [
        _member(seen | own, contract, len(members), len(vocabulary), build(contract.encoder))
        for _, own in sorted(members.items())
    ], vocabulary


def _member(
    weights: Mapping[str, Tensor],
    contract: ModelContract,
    members: int,
    words: int,
    encoder: Encoder,
) -> CaptionModel:
    config = ModelConfig(
        encoder=contract.encoder,
        width=contract.width,
        layers=contract.layers // members,
        heads=contract.heads,
        hidden=len(weights["layers.0.feed.0.bias"]),
        max_words=contract.max_length,
    )
    model = CaptionModel(config, words, encoder)
    missing, unknown = model.load_state_dict(_unfolded(model, weights), strict=False)
    if unknown or any(not name.startswith("bag.") for name in missing):
        raise DataError(f"The model does not fit its contract: {(unknown or missing)[0]}.")
    return model.eval()


def _unfolded(model: CaptionModel, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Moves the bias that export gave a convolution into the batch normalisation after it.

    The normalisation does nothing else; its scale is in the convolution's weights.
    """
    unfolded = dict(weights)
    for path, conv_name, norm_name in normalised_convolutions(model):
        bias = unfolded.pop(f"{path}.{conv_name}.bias")
        ones = torch.ones_like(bias)
        norm = cast("nn.BatchNorm2d", model.get_submodule(f"{path}.{norm_name}"))
        unfolded |= {
            f"{path}.{norm_name}.bias": bias,
            f"{path}.{norm_name}.weight": ones * math.sqrt(1 + norm.eps),
            f"{path}.{norm_name}.running_mean": torch.zeros_like(bias),
            f"{path}.{norm_name}.running_var": ones,
            f"{path}.{norm_name}.num_batches_tracked": torch.tensor(0),
        }
    return unfolded


def _weights(path: Path) -> dict[str, Array]:
    """Reads a graph's weights, float32 and under the names that they have in torch."""
    try:
        graph = onnx.load(path).graph
    except (OSError, DecodeError) as error:
        raise DataError(f"{path} cannot be read.") from error
    constants: dict[str, Array] = {
        one.name: numpy_helper.to_array(one) for one in graph.initializer
    }
    makers = {node.output[0]: node for node in graph.node}
    for node in graph.node:  # what `store_in_fewer_bits` narrowed
        if all(name in constants for name in node.input):
            if node.op_type == "Cast":
                constants[node.output[0]] = constants.pop(node.input[0]).astype(np.float32)
            elif node.op_type == "Mul":
                constants[node.output[0]] = np.multiply(*(constants[name] for name in node.input))
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((name for name in node.input if _is_of_linear(name)), None)
        if bias is None:
            continue
        product = next(name for name in node.input if name != bias)
        matrix = _matrix(product, makers, constants)
        if matrix is not None:  # the exporter renames a linear layer's matrix, not its bias
            constants[f"{bias.removesuffix('bias')}weight"] = matrix.T
    return constants


def _is_of_linear(name: str) -> bool:
    # Not the output's, "model.bias": its matrix is the embedding, which keeps its name.
    found = _NAME.fullmatch(name)
    return found is not None and found[2].endswith(".bias")


def _matrix(
    product: str, makers: Mapping[str, onnx.NodeProto], constants: Mapping[str, Array]
) -> Array | None:
    """Returns the constant matrix (in, out) float32 of a product; None when there is none."""
    node = makers.get(product)
    while node is not None and node.op_type in ("Mul", "Cast"):
        # `multiply_in_int8`: Mul(Cast(MatMulInteger(...)), scales)
        node = makers.get(node.input[0])
    if node is None:
        return None
    if node.op_type == "MatMul":
        return constants.get(node.input[1])
    if node.op_type != "MatMulInteger":
        return None
    scale = constants[f"{node.input[1].removesuffix('_quantized')}_scale"].astype(np.float32)
    shifted, zero = (constants[node.input[place]].astype(np.float32) for place in (1, 3))
    return (shifted - zero) * scale


def write_runs(assets: Path, runs: Path, build: Callable[[str], Encoder] | None = None) -> int:
    """Writes the run of each member into `runs`; returns how many. Raises as `read_members`."""
    members, vocabulary = read_members(assets, build)
    for number, model in enumerate(members, start=1):
        run = runs / str(number)
        run.mkdir(parents=True, exist_ok=True)
        vocabulary.save(run / "vocabulary.json")
        write_checkpoint(
            run / "best.pt", Checkpoint(model.config, model.state_dict(), len(vocabulary))
        )
    return len(members)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code, 2 when the model cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--runs", type=Path, default=Path("runs/shipped"))
    chosen = parser.parse_args(arguments)
    try:
        count = write_runs(chosen.assets, chosen.runs)
    except (DataError, EncoderError, VoisError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{count} runs in {chosen.runs}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
