"""Computes the encoder in 8 bits: writes a second graph of it, and the weights that both share.

    python -m export.eight_bits --assets assets --photos data/flickr8k data/everyday

`encoder.onnx` then computes in float32, which CoreML and CUDA take, and `encoder_8bit.onnx` in
8-bit integers, which processors compute faster; both read `encoder.weights`. Weights are rounded by
`export.compensated_rounding`, activations are calibrated on training photos. The first convolutions
stay in float32.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from export.compensated_rounding import LARGEST, compensated, plain
from export.observed_layers import Pixels, layers_of, moments, opened
from export.to_onnx import save_graph
from pipeline.captioning import contract as names
from pipeline.captioning.contract import ModelContract
from pipeline.image import read_rgb, to_pixels
from training.data.prepared import load

EIGHT_BIT_FILE, WEIGHTS_FILE = "encoder_8bit.onnx", "encoder.weights"
PHOTOS = 48  # of the training photos, as many of each data set
_OPERATORS = ["Conv", "Add", "Clip", "MatMul", "Gemm", "AveragePool", "Resize"]
_DEPTHWISE_LARGEST = 127  # depthwise convolutions multiply in 16 bits everywhere


@dataclass(frozen=True)
class Rounded:
    """Weights as integers.

    Attributes:
        values: int8, of the weights' shape.
        scale: (outputs,) float32.
        axis: that of the outputs in `values`.
    """

    values: NDArray[np.int8]
    scale: NDArray[np.float32]
    axis: int

    @property
    def broad_scale(self) -> NDArray[np.float32]:
        """The scale in a shape that multiplies `values`."""
        shape = [1] * self.values.ndim
        shape[self.axis] = -1
        return self.scale.reshape(shape)


def round_layers(model: onnx.ModelProto, pixels: Sequence[Pixels]) -> dict[str, Rounded]:
    """Rounds the weights of all layers but the first convolutions, by the weights' names."""
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    layers = [one for one in layers_of(model.graph) if one.depthwise or one.taps == 1]
    sources = sorted({layer.source for layer in layers if not layer.depthwise})
    seen = moments(model, sources, pixels)
    rounded = {}
    for layer in layers:
        weights = np.moveaxis(constants[layer.weights], layer.axis, 0)
        rows = np.ascontiguousarray(weights.reshape(len(weights), -1))
        if layer.depthwise:
            values, scale = plain(rows, _DEPTHWISE_LARGEST)
        else:
            values, scale = compensated(rows, seen[layer.source], LARGEST)
        shaped = np.moveaxis(values.reshape(weights.shape), 0, layer.axis)
        rounded[layer.weights] = Rounded(np.ascontiguousarray(shaped), scale, layer.axis)
    return rounded


def eight_bit_graph(
    model: onnx.ModelProto, rounded: Mapping[str, Rounded], pixels: Sequence[Pixels]
) -> onnx.ModelProto:
    """The graph with 8-bit weights and activations; `model` gets the rounded weights, too."""
    for constant in model.graph.initializer:
        if (one := rounded.get(constant.name)) is not None:
            widened = (one.values * one.broad_scale).astype(np.float32)
            constant.CopyFrom(numpy_helper.from_array(widened, constant.name))
    zero = np.array(0, np.int8)
    overrides = {
        name: [
            {"quant_type": QuantType.QInt8, "axis": one.axis, "scale": scale, "zero_point": zero}
            for scale in one.scale
        ]
        for name, one in rounded.items()
    }
    float_layers = [one.node for one in layers_of(model.graph) if one.weights not in rounded]
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.ERROR)  # it advises a step that `opened` has done
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "encoder.onnx"
            quantize_static(
                model,
                path,
                _Photos(pixels),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=_OPERATORS,
                nodes_to_exclude=float_layers,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                extra_options={"WeightSymmetric": True, "TensorQuantOverrides": overrides},
            )
            return onnx.load(path)
    finally:
        logging.getLogger().setLevel(level)


def float_graph(stored: onnx.ModelProto, rounded: Mapping[str, Rounded]) -> onnx.ModelProto:
    """The stored graph with the rounded weights, which are widened when it is opened.

    Args:
        stored: as `export.weights.store_in_fewer_bits` left it; changed in place.
        rounded: what `round_layers` returned.
    """
    makers = {node.output[0]: node for node in stored.graph.node}
    constants = {one.name: one for one in stored.graph.initializer}
    nodes = []
    for name, one in rounded.items():
        for old in _before(name, makers):
            stored.graph.node.remove(old)
            for constant in [constants.pop(key) for key in old.input if key in constants]:
                stored.graph.initializer.remove(constant)
        if name in constants:  # small weights are stored as they are
            stored.graph.initializer.remove(constants.pop(name))
        scale = one.broad_scale if one.values.ndim > 2 else one.scale
        small, broad = f"{name}_quantized", f"{name}_broad_scale"
        stored.graph.initializer.append(numpy_helper.from_array(one.values, small))
        stored.graph.initializer.append(numpy_helper.from_array(scale, broad))
        widened = f"{name}_wide"
        nodes += [
            helper.make_node("Cast", [small], [widened], to=TensorProto.FLOAT),
            helper.make_node("Mul", [widened, broad], [name]),
        ]
    for node in reversed(nodes):
        stored.graph.node.insert(0, node)
    return stored


def write(assets: Path, pixels: Sequence[Pixels]) -> None:
    """Writes both graphs of the encoder in `assets`, their weights, and the contract."""
    contract = ModelContract.load(assets)
    path = assets / contract.encoder_file
    model = opened(path)
    rounded = round_layers(model, pixels)
    graphs = {
        EIGHT_BIT_FILE: eight_bit_graph(model, rounded, pixels),
        contract.encoder_file: float_graph(onnx.load(path), rounded),
    }
    save(assets, graphs, rounded)
    dataclasses.replace(
        contract, encoder_8bit_file=EIGHT_BIT_FILE, encoder_weights_file=WEIGHTS_FILE
    ).save(assets)


def save(
    assets: Path, graphs: Mapping[str, onnx.ModelProto], rounded: Mapping[str, Rounded]
) -> None:
    """Writes graphs by their files' names, and the integers that they share into one file."""
    blob, places = bytearray(), {}
    for name, one in rounded.items():
        places[f"{name}_quantized"] = (len(blob), one.values.nbytes)
        blob += one.values.tobytes()
        blob += bytes(-len(blob) % 64)  # aligned, to be mapped into memory
    (assets / WEIGHTS_FILE).write_bytes(blob)
    for file, graph in graphs.items():
        save_graph(graph, assets / file, compress=False)
        for constant in graph.graph.initializer:
            if constant.name in places:
                _point(constant, *places[constant.name])
        onnx.save(graph, assets / file)


def calibration_pixels(
    folders: Sequence[Path], contract: ModelContract, photos: int = PHOTOS
) -> list[Pixels]:
    """Random training photos of prepared data sets, as many of each, as the encoder's input."""
    generator = random.Random(0)
    chosen = [
        photo
        for folder in folders
        for photo in generator.sample(list(load(folder)["train"]), photos // len(folders))
    ]
    size, mean, std = contract.input_size, contract.mean, contract.std
    return [to_pixels(read_rgb(photo.path.read_bytes()), size, mean, std) for photo in chosen]


class _Photos(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, pixels: Sequence[Pixels]) -> None:
        self._left: Iterator[Pixels] = iter(pixels)

    def get_next(self) -> dict[str, Pixels] | None:
        photo = next(self._left, None)
        return None if photo is None else {names.PIXELS: photo}


def _before(name: str, makers: Mapping[str, onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    """The nodes that widen a stored weight."""
    node = makers.get(name)
    while node is not None:
        yield node
        node = makers.get(node.input[0])


def _point(constant: onnx.TensorProto, offset: int, length: int) -> None:
    """Moves a constant's values to a place in the weights' file."""
    constant.ClearField("raw_data")
    constant.ClearField("int32_data")
    constant.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS_FILE), ("offset", offset), ("length", length)):
        constant.external_data.add(key=key, value=str(value))


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="prepared data sets")
    chosen = parser.parse_args(arguments)
    write(chosen.assets, calibration_pixels(chosen.photos, ModelContract.load(chosen.assets)))
    for path in sorted(chosen.assets.glob("encoder*")):
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
