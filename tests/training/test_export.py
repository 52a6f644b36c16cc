"""The export to ONNX, and its parity with the trained model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from export import parity
from export.to_onnx import export
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_files import draw
from tests.data.tiny_world import MODEL, TinyEncoder
from training.networks.checkpoint import load_model
from training.networks.transformer import CaptionModel


@pytest.fixture(scope="module")
def exported(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    vocabulary = Vocabulary.load(finished / "vocabulary.json")
    export(load_model(finished / "last.pt", TinyEncoder()), vocabulary, folder)
    return folder


@pytest.mark.parametrize("compress", [False, True])
def test_the_export_says_what_training_says(
    finished: Path, tmp_path: Path, *, compress: bool
) -> None:
    model = load_model(finished / "last.pt", TinyEncoder())
    vocabulary = Vocabulary.load(finished / "vocabulary.json")
    export(model, vocabulary, tmp_path, compress=compress)
    ours = Captioner.load(tmp_path)
    theirs = parity.torch_captioner(model, ours)
    bound = parity.NUMBERS_BOUND if compress else 1e-5
    assert parity.compare_numbers(theirs, ours) < bound
    photos = [draw("red", "square", np.random.default_rng(seed)) for seed in range(5)]
    assert parity.compare_words(theirs, ours, photos) == 0


def test_parity_notices_another_model(exported: Path) -> None:
    ours = Captioner.load(exported)
    torch.manual_seed(9)
    other = CaptionModel(MODEL, len(ours.vocabulary), TinyEncoder()).eval()
    assert parity.compare_numbers(parity.torch_captioner(other, ours), ours) > parity.NUMBERS_BOUND
    assert not parity.Parity(parity.NUMBERS_BOUND * 2, 100, 0).holds
    assert not parity.Parity(0.0, 100, 11).holds
    assert parity.Parity(0.0, 100, 10).holds


def test_the_export_holds_no_path_of_this_machine(exported: Path) -> None:
    for name in ("encoder.onnx", "decoder.onnx"):
        graph = onnx.load(exported / name)
        assert not any(node.doc_string or node.metadata_props for node in graph.graph.node)
        assert b".py" not in (exported / name).read_bytes()
