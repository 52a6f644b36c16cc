"""Weights on disk in half the space: 16-bit floats that are widened when the file is opened."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# Smaller tensors (norms, biases) save nothing.
_SMALLEST = 4096


def store_as_float16(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Stores large float32 weights as float16 and widens them by a Cast.

    onnxruntime folds the Cast when it opens the file, before it hands the graph to CoreML: what
    runs is float32 with weights rounded to 11 bits. What that costs is in assets/MODEL_CARD.md.

    Returns:
        The same model, changed.
    """
    casts = []
    for initializer in list(graph.graph.initializer):
        if initializer.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(initializer)
        if values.size < _SMALLEST:
            continue
        name = initializer.name
        small = numpy_helper.from_array(values.astype(np.float16), f"{name}_f16")
        graph.graph.initializer.remove(initializer)
        graph.graph.initializer.append(small)
        casts.append(helper.make_node("Cast", [small.name], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        graph.graph.node.insert(0, cast)
    return graph
