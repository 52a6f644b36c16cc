"""The layers of an encoder's graph whose weights are constants, and what they are given to read."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import helper

from pipeline.captioning import contract as names
from pipeline.captioning.onnx_session import CPU

_POSITIONS = 100  # looked at in each feature map

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """A convolution or a product with a constant matrix.

    Attributes:
        node: its name in the graph.
        source: the tensor that it reads.
        weights: name of its weights.
        axis: that of its outputs in the weights.
        depthwise: whether each channel is convolved alone.
        taps: places of the photo that it sees at once.
    """

    node: str
    source: str
    weights: str
    axis: int
    depthwise: bool
    taps: int


def opened(path: Path) -> onnx.ModelProto:
    """A graph as onnxruntime opens it: weights widened, constants folded."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "opened.onnx")
        ort.InferenceSession(path, options, providers=[CPU])
        model = onnx.load(options.optimized_model_filepath)
    kept = [entry for entry in model.opset_import if entry.domain == ""]
    del model.opset_import[:]
    model.opset_import.extend(kept)
    return model


def layers_of(graph: onnx.GraphProto) -> list[Layer]:
    """The layers of an opened graph whose weights are constants."""
    constants = {one.name: one for one in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul") or node.input[1] not in constants:
            continue
        options = {option.name: helper.get_attribute_value(option) for option in node.attribute}
        transposed = node.op_type == "Conv" or options.get("transB", 0)
        shape = constants[node.input[1]].dims
        found.append(
            Layer(
                node.name,
                node.input[0],
                node.input[1],
                0 if transposed else 1,
                options.get("group", 1) > 1,
                int(np.prod(shape[2:])) if node.op_type == "Conv" else 1,
            )
        )
    return found


def moments(
    model: onnx.ModelProto, tensors: Sequence[str], pixels: Sequence[Pixels]
) -> dict[str, NDArray[np.float64]]:
    """The mean of x x^T, (C, C) float64, of the values x that each tensor has at a place."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in tensors)
    session = _session(watched)
    generator = np.random.default_rng(0)
    sums: dict[str, NDArray[np.float64]] = {}
    counts = dict.fromkeys(tensors, 0)
    for photo in pixels:
        for name, values in zip(tensors, session.run(tensors, {names.PIXELS: photo}), strict=True):
            places = _places(values)
            if len(places) > _POSITIONS:
                places = places[generator.choice(len(places), _POSITIONS, replace=False)]
            seen = places.astype(np.float64)
            product = seen.T @ seen
            sums[name] = product + sums[name] if name in sums else product
            counts[name] += len(seen)
    return {name: total / counts[name] for name, total in sums.items()}


def _session(model: onnx.ModelProto) -> ort.InferenceSession:
    return ort.InferenceSession(model.SerializeToString(), providers=[CPU])


def _places(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(places, channels): of a feature map (1, C, H, W), or of rows (..., C)."""
    if values.ndim == 4:
        return values.reshape(values.shape[1], -1).T
    return values.reshape(-1, values.shape[-1])
