"""Exported graphs read back into networks, so that training can go on from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from export import from_onnx, parity
from export.to_onnx import export
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_files import TINY, draw
from tests.data.tiny_world import MODEL, TinyEncoder
from training.errors import DataError
from training.networks.checkpoint import load_model
from training.networks.ensemble import Ensemble
from training.networks.transformer import CaptionModel
from training.networks.warm_start import warm_start

VOCABULARY = Vocabulary.build({"en": ["a red square", "a blue circle", "two green circles"]}, 1)


class NormalisedEncoder(TinyEncoder):
    """The tiny encoder with a batch normalisation after its first convolution."""

    def __init__(self) -> None:
        super().__init__()
        norm = nn.BatchNorm2d(8, eps=1e-3)
        with torch.no_grad():
            for part in (norm.weight, norm.bias, norm.running_mean, norm.running_var):
                part.uniform_(0.5, 2.0)
        self.layers[0] = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.layers.insert(1, norm)


def member(seed: int, encoder: TinyEncoder) -> CaptionModel:
    torch.manual_seed(seed)
    model = CaptionModel(MODEL, len(VOCABULARY), encoder).eval()
    with torch.no_grad():
        for parameter in model.parameters():  # the exporter joins equal ones, and leaves out zeros
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("compress", [False, True])
def test_an_ensemble_comes_back_as_its_members(tmp_path: Path, *, compress: bool) -> None:
    torch.manual_seed(0)
    encoder = TinyEncoder()
    members = [member(1, encoder), member(2, TinyEncoder())]
    members[1].encoder.load_state_dict(encoder.state_dict())
    export(Ensemble(members), VOCABULARY, tmp_path, compress=compress)
    found, vocabulary = from_onnx.read_members(tmp_path, lambda _: TinyEncoder())
    assert vocabulary == VOCABULARY
    for ours, theirs in zip(found, members, strict=True):
        # Neither is exported.
        assert replace(ours.config, dropout=0.0, min_count=1) == theirs.config
        wanted = theirs.state_dict()
        for name, value in ours.state_dict().items():
            if not name.startswith("bag."):
                # A step of 8 bits is at most the 127th part of a matrix's largest value.
                bound = float(wanted[name].abs().max()) / 127 if compress else 1e-7
                assert torch.allclose(value, wanted[name], atol=bound, rtol=0), name


def test_a_folded_normalisation_comes_back_in_its_place(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = member(1, NormalisedEncoder())
    pixels = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        wanted = model.encoder(pixels)
        export(model, VOCABULARY, tmp_path, compress=False)
        (found,), _ = from_onnx.read_members(tmp_path, lambda _: NormalisedEncoder())
        assert isinstance(found.encoder.layers[1], nn.BatchNorm2d)
        assert torch.allclose(found.encoder(pixels), wanted, atol=1e-5)


def test_the_runs_say_what_was_exported_and_begin_another_run(tmp_path: Path) -> None:
    assert from_onnx.write_runs(TINY, tmp_path, lambda _: TinyEncoder()) == 1
    run = tmp_path / "1"
    exported = Captioner.load(TINY)
    theirs = parity.torch_captioner(load_model(run / "best.pt", TinyEncoder()), exported)
    photos = [draw("red", "square", np.random.default_rng(seed)) for seed in range(3)]
    assert parity.compare_words(theirs, exported, photos) == 0
    words = Vocabulary.load(run / "vocabulary.json")
    model = CaptionModel(MODEL, len(words), TinyEncoder())
    warm_start(model, words, run)
    embedding = load_model(run / "best.pt", TinyEncoder()).embedding.weight
    assert torch.equal(model.embedding.weight, embedding)


def test_what_is_no_transformer_is_refused(tmp_path: Path) -> None:
    export(member(1, TinyEncoder()), VOCABULARY, tmp_path, compress=False)
    path = tmp_path / "encoder.onnx"
    graph = onnx.load(path)
    for tensor in graph.graph.initializer:
        tensor.name = tensor.name.replace("adapter", "other")
    for node in graph.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = name.replace("adapter", "other")
    onnx.save(graph, path)
    with pytest.raises(DataError, match="no Transformer"):
        from_onnx.read_members(tmp_path, lambda _: TinyEncoder())
    path.write_bytes(b"no graph")
    with pytest.raises(DataError, match="cannot be read"):
        from_onnx.read_members(tmp_path, lambda _: TinyEncoder())


def test_no_assets_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_onnx.main(["--assets", str(tmp_path), "--runs", str(tmp_path / "runs")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
