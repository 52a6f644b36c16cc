"""Quantises weights: 8-bit integers for matrices, 16-bit floats for the others."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

# Quantising smaller tensors (norms, biases) saves no space.
_SMALLEST = 4096  # values
_INT8_MAX = 127


def store_in_fewer_bits(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Stores large float32 weights in fewer bits, and converts them to float32 in the graph.

    The matrices of MatMul become 8-bit integers with a scale for each column (Cast and Mul), the
    other weights float16 (Cast). onnxruntime folds these nodes when it loads the file, before it
    passes the graph to CoreML: the computation is in float32, with rounded weights. The loss of
    CIDEr is in assets/MODEL_CARD.md.

    Returns:
        The given model, changed in place.
    """
    matrices = {node.input[1] for node in graph.graph.node if node.op_type == "MatMul"}
    nodes: list[onnx.NodeProto] = []
    for initializer in list(graph.graph.initializer):
        if initializer.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        if values.size < _SMALLEST:
            continue
        name = initializer.name
        if name in matrices and values.ndim == 2:
            scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / _INT8_MAX
            small, column = f"{name}_i8", f"{name}_scale"
            kept = {small: np.rint(values / scale).astype(np.int8), column: scale}
            widened = f"{name}_wide"
            nodes += [
                helper.make_node("Cast", [small], [widened], to=TensorProto.FLOAT),
                helper.make_node("Mul", [widened, column], [name]),
            ]
        else:
            kept = {f"{name}_f16": values.astype(np.float16)}
            nodes.append(helper.make_node("Cast", [*kept], [name], to=TensorProto.FLOAT))
        graph.graph.initializer.remove(initializer)
        graph.graph.initializer.extend(numpy_helper.from_array(v, key) for key, v in kept.items())
    for node in reversed(nodes):
        graph.graph.node.insert(0, node)
    return graph


def multiply_in_int8(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Replaces products with constant matrices by products of 8-bit integers.

    A decoder step multiplies few rows by many matrices, so memory bandwidth limits it: a quarter of
    the bytes takes less than half of the time (tests/bench/describe.py). The input's scale is
    computed at each product; the matrix has a scale for each column.

    Weights are unsigned, since signed ones saturate on CPUs without VNNI instructions.

    Returns:
        A new model; the given one is changed, too.
    """
    _write_gemm_as_matmul(graph)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.WARNING)  # it logs each product that it skips
    try:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "int8.onnx"
            quantize_dynamic(
                graph,
                path,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                weight_type=QuantType.QUInt8,
            )
            return onnx.load(path)
    finally:
        logging.getLogger().setLevel(level)


def _write_gemm_as_matmul(graph: onnx.ModelProto) -> None:
    # Gemm reads the output matrix as the transposed embedding. MatMul needs a copy, which can be
    # stored in 8 bits while the embedding stays in 16.
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.graph.node:
        options = {option.name: helper.get_attribute_value(option) for option in node.attribute}
        plain = options.get("alpha", 1.0) == options.get("beta", 1.0) == 1.0
        if node.op_type != "Gemm" or not plain or options.get("transA", 0):
            nodes.append(node)
            continue
        matrix = numpy_helper.to_array(weights[node.input[1]])
        if options.get("transB", 0):
            matrix = matrix.T
        name, product = f"{node.name}_matrix", f"{node.name}_product"
        graph.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(matrix), name))
        biases = node.input[2:]
        results = [product] if biases else list(node.output)
        nodes.append(helper.make_node("MatMul", [node.input[0], name], results))
        if biases:
            nodes.append(helper.make_node("Add", [product, *biases], list(node.output)))
    changed = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.graph.node[:]
    graph.graph.node.extend(changed)
