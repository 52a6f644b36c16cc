"""Weights in less space: 16-bit floats, and 8-bit integers for matrices."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

# Smaller tensors (norms, biases) save nothing.
_SMALLEST = 4096
_MOST = 127  # of an 8-bit integer with a sign


def store_in_fewer_bits(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Stores large float32 weights in fewer bits, and widens them in the graph.

    The matrices of products are 8-bit integers with a scale for each column (Cast and Mul), the
    other weights float16 (Cast). onnxruntime folds that when it opens the file, before it hands the
    graph to CoreML: what runs is float32 with rounded weights. What that costs is in
    assets/MODEL_CARD.md.

    Returns:
        The same model, changed.
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
            scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / _MOST
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
    """Turns products with constant matrices into products of 8-bit integers.

    A decoder step multiplies few rows with many matrices: its time is that of reading them, and a
    quarter of the bytes is read in less than half of the time (tests/bench/describe.py). The input
    is scaled anew at each product, the matrix has a scale for each of its columns.

    Unsigned weights: with signed ones, processors that lack the VNNI instructions saturate.

    Returns:
        Another model; the given one is changed, too.
    """
    _write_gemm_as_matmul(graph)
    chatty = logging.getLogger().level
    logging.getLogger().setLevel(logging.WARNING)  # it names each product that it leaves alone
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
        logging.getLogger().setLevel(chatty)


def _write_gemm_as_matmul(graph: onnx.ModelProto) -> None:
    # The output matrix is the embedding's transpose, which Gemm takes as it lies there; a MatMul
    # has a copy that can be stored in 8 bits, while the embedding keeps its 16.
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
