"""The encoder in 8 bits: rounding that spares the outputs, two graphs, one file of weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from export.compensated_rounding import LARGEST, compensated, plain
from export.eight_bits import EIGHT_BIT_FILE, WEIGHTS_FILE, write
from export.from_onnx import read_members
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import Way
from pipeline.captioning.remembered_choices import FILE
from pipeline.folders import cache_folder
from pipeline.image import to_pixels
from tests.data.tiny_files import COLOURS, SHAPES, TINY, draw
from tests.data.tiny_world import TinyEncoder

WORLD = [(colour, shape) for colour in COLOURS for shape in SHAPES]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eight") / "assets"
    shutil.copytree(TINY, folder)
    contract = ModelContract.load(folder)
    photos = [draw(*world, np.random.default_rng(seed)) for seed in range(4) for world in WORLD]
    write(folder, [to_pixels(rgb, 32, contract.mean, contract.std) for rgb in photos])
    return folder


def load(folder: Path, way: Way) -> Captioner:
    """The model, told that this way was measured to be the faster one."""
    Captioner.load(folder, threads=1)
    kept = cache_folder() / FILE
    kept.write_text(json.dumps(dict.fromkeys(json.loads(kept.read_text()), way)))
    captioner = Captioner.load(folder, threads=1)
    assert captioner.opened is not None
    assert captioner.opened.way is way
    return captioner


@pytest.mark.parametrize("way", [Way.FLOAT, Way.EIGHT_BIT])
def test_both_graphs_say_what_the_model_says(written: Path, way: Way) -> None:
    theirs, ours = Captioner.load(TINY), load(written, way)
    for number, world in enumerate(WORLD):
        rgb = draw(*world, np.random.default_rng(50 + number))
        expected, found = theirs.encode(rgb), ours.encode(rgb)
        assert ours.captions(found)[0].words == theirs.captions(expected)[0].words
        scale = np.abs(expected.features).max()
        assert np.abs(found.features - expected.features).max() < 0.1 * scale


def test_they_share_their_weights(written: Path) -> None:
    contract = ModelContract.load(written)
    files = (contract.encoder_file, contract.encoder_8bit_file, contract.encoder_weights_file)
    assert files == ("encoder.onnx", EIGHT_BIT_FILE, WEIGHTS_FILE)
    places = []
    for file in files[:2]:
        graph = onnx.load(written / file, load_external_data=False).graph
        outside = [one for one in graph.initializer if one.data_location == TensorProto.EXTERNAL]
        assert not any(one.raw_data for one in outside)
        places.append({
            one.name: tuple((entry.key, entry.value) for entry in one.external_data)
            for one in outside
        })  # fmt: skip
    assert places[0] == places[1]
    assert len(places[0]) > 5


def test_no_weight_overflows_where_two_products_are_added_in_16_bits(written: Path) -> None:
    graph = onnx.load(written / EIGHT_BIT_FILE).graph
    small = [one for one in graph.initializer if one.data_type == TensorProto.INT8 and one.dims]
    matrices = [onnx.numpy_helper.to_array(one) for one in small]
    matrices = [one for one in matrices if one.ndim > 1]
    assert matrices
    assert max(int(np.abs(one.astype(int)).max()) for one in matrices) <= LARGEST


def test_training_can_go_on_from_it(written: Path) -> None:
    (ours,), _ = read_members(written, lambda name: TinyEncoder())
    (theirs,), _ = read_members(TINY, lambda name: TinyEncoder())
    weights = theirs.state_dict()
    for name, value in ours.state_dict().items():
        if name.startswith("bag."):  # is not exported, and begins anew
            continue
        scale = float(weights[name].abs().max())
        assert float((value - weights[name]).abs().max()) <= 0.1 * scale + 1e-6, name


def correlated(generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Weights (20, 30), and inputs (500, 30) that depend on each other as channels do."""
    mixed = generator.normal(size=(30, 30)) @ np.diag(np.geomspace(1, 0.05, 30))
    inputs = np.maximum(generator.normal(size=(500, 30)) @ mixed, 0)
    return generator.normal(size=(20, 30)).astype(np.float32), inputs


@pytest.mark.parametrize("seed", range(3))
def test_compensation_halves_the_error_of_the_outputs(seed: int) -> None:
    weights, inputs = correlated(np.random.default_rng(seed))
    moments = inputs.T @ inputs / len(inputs)

    def error(rounded: np.ndarray, scale: np.ndarray) -> float:
        assert rounded.dtype == np.int8
        assert np.abs(rounded.astype(int)).max() <= 15
        return float((((rounded * scale[:, None] - weights) @ inputs.T) ** 2).mean())

    assert error(*compensated(weights, moments, 15)) < 0.5 * error(*plain(weights, 15))


def test_an_input_that_is_always_zero_does_no_harm() -> None:
    weights, inputs = correlated(np.random.default_rng(1))
    inputs[:, 3] = 0
    rounded, scale = compensated(weights, inputs.T @ inputs / len(inputs))
    assert np.isfinite(scale).all()
    assert rounded.any()
