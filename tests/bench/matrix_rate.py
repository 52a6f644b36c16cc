"""The floor: the multiplications and additions of a photo at the rate that this machine reaches.

The rate is measured with one large product of matrices in onnxruntime, which nothing can beat, in
float32 and in 8 bits. What a graph multiplies is counted from its shapes.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

SIDE = 1024
_REPEATS = 9


def rate(threads: int, *, eight_bit: bool) -> float:
    """Multiply-adds a second of a (1024, 1024) product on so many threads."""
    kind = TensorProto.UINT8 if eight_bit else TensorProto.FLOAT
    result = TensorProto.INT32 if eight_bit else TensorProto.FLOAT
    matrix = np.random.default_rng(0).integers(-60, 60, (SIDE, SIDE))
    weights = matrix.astype(np.int8 if eight_bit else np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger" if eight_bit else "MatMul", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", kind, [SIDE, SIDE])],
        [helper.make_tensor_value_info("c", result, [SIDE, SIDE])],
        [numpy_helper.from_array(weights, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    values = np.abs(matrix).astype(np.uint8 if eight_bit else np.float32)
    spent = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        session.run(None, {"a": values})
        spent.append(time.perf_counter() - started)
    return float(SIDE**3 / statistics.median(spent[1:]))


def encoder_products(path: Path) -> int:
    """Multiply-adds of one call of a graph of fixed shapes in float32."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True)
    graph = model.graph
    known = [*graph.value_info, *graph.input, *graph.output]
    shapes = {
        one.name: [side.dim_value for side in one.type.tensor_type.shape.dim] for one in known
    }
    shapes |= {one.name: list(one.dims) for one in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += int(np.prod(shapes[node.output[0]]) * np.prod(shapes[node.input[1]][1:]))
        elif node.op_type == "MatMul":
            total += int(np.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1])
    return total


def step_products(path: Path) -> int:
    """Multiply-adds of a decoder step for one beam: of its constant matrices, which are most."""
    graph = onnx.load(path).graph
    shapes = {one.name: list(one.dims) for one in graph.initializer}
    products = [node for node in graph.node if node.op_type in ("MatMulInteger", "MatMul")]
    return sum(int(np.prod(shapes[node.input[1]])) for node in products if node.input[1] in shapes)
