"""Several networks as one: their probabilities' mean, through the export and the app's search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import helper, numpy_helper

from export import parity
from export.to_onnx import export
from export.weights import multiply_in_int8, store_in_fewer_bits
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_files import draw
from tests.data.tiny_world import MODEL, TinyEncoder
from training.errors import DataError
from training.networks.ensemble import Ensemble, combine
from training.networks.transformer import CaptionModel

WORDS = ["a red square", "a blue circle", "two green circles"]
VOCABULARY = Vocabulary.build({"en": WORDS}, 1)


def member(seed: int, encoder: TinyEncoder) -> CaptionModel:
    """An untrained network, as its seed drew it."""
    torch.manual_seed(seed)
    model = CaptionModel(MODEL, len(VOCABULARY), encoder)
    with torch.no_grad():  # as they are drawn, all words are nearly as likely
        model.embedding.weight.mul_(50)
    return model.eval()


@pytest.fixture(scope="module")
def members() -> list[CaptionModel]:
    torch.manual_seed(0)
    encoder = TinyEncoder()
    return [member(1, encoder), member(2, encoder)]


def test_a_word_is_as_likely_as_the_members_say_on_average(members: list[CaptionModel]) -> None:
    ensemble = Ensemble(members).eval()
    layers, heads = MODEL.layers, MODEL.heads
    head = MODEL.width // heads
    places = ensemble.photo_encoder.places
    keys, values = torch.randn(2, 2 * layers, 3, heads, 4, head)
    features = torch.randn(1, places, ensemble.photo_encoder.channels)
    cross_keys, cross_values = ensemble.cross(ensemble.memory(features))
    tokens = torch.tensor([4, 5, 6])
    together, next_keys, _, attention = ensemble.step(
        tokens, keys, values, cross_keys, cross_values
    )
    expected = []
    for place, one in enumerate(members):
        own = slice(place * layers, (place + 1) * layers)
        memory = one.memory(features)
        scores, own_keys, _, weights = one.step(tokens, keys[own], values[own], *one.cross(memory))
        expected.append((scores, own_keys, weights))
    mean = (expected[0][0].exp() + expected[1][0].exp()) / 2
    assert torch.allclose(together.exp(), mean, atol=1e-6)
    assert not torch.allclose(together, expected[0][0], atol=0.1)
    assert torch.equal(next_keys, torch.cat([expected[0][1], expected[1][1]]))
    assert torch.allclose(attention, (expected[0][2] + expected[1][2]) / 2)


@pytest.mark.parametrize("compress", [False, True])
def test_its_export_is_a_model_like_any_other(
    members: list[CaptionModel], tmp_path: Path, *, compress: bool
) -> None:
    ensemble = Ensemble(members).eval()
    contract = export(ensemble, VOCABULARY, tmp_path, compress=compress)
    assert contract.layers == 2 * MODEL.layers
    ours = Captioner.load(tmp_path)
    theirs = parity.torch_captioner(ensemble, ours)
    bound = parity.NUMBERS_BOUND if compress else 1e-5
    assert parity.compare_numbers(theirs, ours) < bound
    photo = draw("red", "square", np.random.default_rng(0))
    if not compress:
        assert ours.describe(photo).words == theirs.describe(photo).words


def test_matrices_are_multiplied_in_8_bits(members: list[CaptionModel], tmp_path: Path) -> None:
    export(members[0], VOCABULARY, tmp_path, compress=False)
    graph = onnx.load(tmp_path / "decoder.onnx")
    assert any(node.op_type == "Gemm" for node in graph.graph.node)
    small = multiply_in_int8(graph)
    constants = {tensor.name for tensor in small.graph.initializer}
    for node in small.graph.node:
        assert node.op_type != "Gemm"
        # What is left multiplies two things that depend on the photo.
        assert node.op_type != "MatMul" or not constants.intersection(node.input)
    assert sum(node.op_type == "MatMulInteger" for node in small.graph.node) > MODEL.layers


def test_a_matrix_keeps_small_columns_in_8_bits() -> None:
    rng = np.random.default_rng(3)
    # The last column is a thousandth of the first, and one is nothing at all.
    matrix = rng.normal(size=(80, 60)) * np.geomspace(1, 1e-3, 60)
    matrix[:, 7] = 0
    kept = {"matrix": matrix.astype(np.float32), "shift": rng.normal(size=(80, 80))}
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["x", "shift"], ["moved"]),
            helper.make_node("MatMul", ["moved", "matrix"], ["y"]),
        ],
        "product",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [80, 80])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [80, 60])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in kept.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    x = rng.normal(size=(80, 80)).astype(np.float32)
    wanted, found = (
        ort.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
        for data in (model.SerializeToString(), store_in_fewer_bits(model).SerializeToString())
    )
    error = np.abs(found - wanted).mean(axis=0)
    assert (error <= 0.02 * np.abs(wanted).mean(axis=0)).all()
    assert error.max() > 0
    stored = {one.name: one.data_type for one in model.graph.initializer}
    assert stored["matrix_i8"] == onnx.TensorProto.INT8
    assert stored["shift_f16"] == onnx.TensorProto.FLOAT16


def test_only_members_that_fit_make_an_ensemble(members: list[CaptionModel]) -> None:
    torch.manual_seed(5)
    with pytest.raises(DataError, match="one encoder"):
        Ensemble([members[0], member(3, TinyEncoder())])
    larger = CaptionModel(replace(MODEL, layers=3), len(VOCABULARY), TinyEncoder())
    with pytest.raises(DataError, match="one shape"):
        Ensemble([members[0], larger])
    other = Vocabulary.build({"en": [*WORDS, "a black dog"]}, 1)
    with pytest.raises(DataError, match="one vocabulary"):
        combine(members, [VOCABULARY, other])
    assert combine(members[:1], [VOCABULARY]) is members[0]
    assert isinstance(combine(members, [VOCABULARY, VOCABULARY]), Ensemble)
