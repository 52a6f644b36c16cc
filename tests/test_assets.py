"""What is shipped in assets/: the model that people clone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnxruntime.tools.mobile_helpers.usability_checker import (
    ModelProtoWithShapeInfo,
    check_coreml_partitions,
)

from pipeline.captioning import contract as names
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.image import read_rgb
from training.scoring.model_card import model_hash

ASSETS = Path(__file__).parents[1] / "assets"
COREML_OPERATORS = (
    Path(ort.__file__).parent / "tools/mobile_helpers/coreml_supported_mlprogram_ops.md"
)
SAMPLES = sorted((ASSETS / "samples").glob("*.jpg"))


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(ASSETS)


@pytest.fixture(scope="module")
def opened_encoder(tmp_path_factory: pytest.TempPathFactory) -> onnx.ModelProto:
    """The encoder as onnxruntime hands it to a provider: weights widened, constants folded."""
    path = tmp_path_factory.mktemp("opened") / "encoder.onnx"
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    ort.InferenceSession(
        ASSETS / ModelContract.load(ASSETS).encoder_file,
        options,
        providers=["CPUExecutionProvider"],
    )
    return onnx.load(path)


def test_it_is_small_enough_to_clone() -> None:
    sizes = [path.stat().st_size for path in ASSETS.rglob("*") if path.is_file()]
    assert sum(sizes) < 100e6
    assert max(sizes) < 50e6


def test_coreml_can_take_every_operator_of_the_encoder(opened_encoder: onnx.ModelProto) -> None:
    supported = set(re.findall(r"\|ai\.onnx:(\w+)\|", COREML_OPERATORS.read_text()))
    assert {"Conv", "MatMul"} <= supported
    used = {node.op_type for node in opened_encoder.graph.node}
    assert "Conv" in used
    assert used <= supported


def test_the_encoder_is_one_coreml_partition(
    opened_encoder: onnx.ModelProto, tmp_path: Path
) -> None:
    """What `python -m onnxruntime.tools.check_onnx_model_mobile_usability` prints."""
    onnx.save(opened_encoder, tmp_path / "opened.onnx")
    shaped = ModelProtoWithShapeInfo(tmp_path / "opened.onnx").model_with_shape_info
    found = check_coreml_partitions(shaped, True, COREML_OPERATORS.name)
    assert (found.num_partitions, found.unsupported_ops) == (1, set())
    # Resize has an input that is left out, which the checker takes for one of a dynamic shape.
    assert found.num_supported_nodes >= found.num_nodes - 1


def test_every_shape_of_the_encoder_is_fixed(opened_encoder: onnx.ModelProto) -> None:
    graph = onnx.shape_inference.infer_shapes(opened_encoder).graph
    values = [*graph.input, *graph.output, *graph.value_info]
    assert len(values) > 50
    for value in values:
        shape = value.type.tensor_type.shape.dim
        assert all(side.dim_value > 0 for side in shape), value.name


def test_weights_of_convolutions_are_constants(opened_encoder: onnx.ModelProto) -> None:
    constants = {initializer.name for initializer in opened_encoder.graph.initializer}
    convolutions = [node for node in opened_encoder.graph.node if node.op_type == "Conv"]
    assert len(convolutions) > 50
    assert all(name in constants for node in convolutions for name in node.input[1:])


def test_weights_are_widened_once_when_it_is_opened(opened_encoder: onnx.ModelProto) -> None:
    small = {onnx.TensorProto.INT8, onnx.TensorProto.FLOAT16}
    stored = onnx.load(ASSETS / "encoder.onnx").graph
    assert {one.data_type for one in stored.initializer} >= small
    opened = opened_encoder.graph
    assert not {one.data_type for one in opened.initializer} & small
    assert "Cast" not in {node.op_type for node in opened.node}


def test_names_and_shapes_are_the_contracts(captioner: Captioner) -> None:
    contract = captioner.contract
    head = contract.width // contract.heads
    encoded = captioner.encode(np.zeros((10, 10, 3), dtype=np.uint8))
    assert encoded.cross_keys.shape[:2] == (1, contract.layers * contract.heads)
    assert encoded.cross_values.shape[3] == head
    graph = onnx.load(ASSETS / contract.decoder_file).graph
    assert [value.name for value in graph.input] == [
        names.TOKENS, names.KEYS, names.VALUES, names.CROSS_KEYS, names.CROSS_VALUES
    ]  # fmt: skip
    assert [value.name for value in graph.output] == list(names.DECODER_OUTPUTS)
    assert encoded.cross_keys.shape[2] == contract.grid[0] * contract.grid[1]
    logits = next(value for value in graph.output if value.name == names.LOG_PROBABILITIES)
    assert logits.type.tensor_type.shape.dim[1].dim_value == len(captioner.vocabulary)


def test_samples_get_whole_sentences(captioner: Captioner) -> None:
    assert len(SAMPLES) >= 4
    said = {path.name: captioner.describe(read_rgb(path.read_bytes())) for path in SAMPLES}
    assert all(4 <= len(caption.words) <= 17 for caption in said.values())
    # They show different things.
    assert len({caption.words for caption in said.values()}) > len(SAMPLES) // 2


def test_the_source_of_every_sample_is_stated() -> None:
    sources = (ASSETS / "samples" / "SOURCES.md").read_text()
    assert all(f"`{path.name}`" in sources for path in SAMPLES)


def test_every_part_of_the_card_speaks_of_this_model(captioner: Captioner) -> None:
    card = (ASSETS / "MODEL_CARD.md").read_text()
    spoken_of = set(re.findall(r"model ([0-9a-f]{12})\.", card))
    assert spoken_of == {model_hash(ASSETS, captioner.contract)}
