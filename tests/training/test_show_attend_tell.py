"""The classic baseline: the same training, search, export and app as the Transformer."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from export import parity
from export.to_onnx import export
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.vocabulary import BEGIN, END, PAD, Vocabulary
from tests.captioning.searches import hold_to_the_pipelines
from tests.data.tiny_files import COLOURS, SHAPES, draw, write_world
from tests.data.tiny_world import TinyEncoder
from training import train
from training.config import MODELS, RECIPES, ModelConfig, StageConfig, TrainConfig, default_recipe
from training.errors import DataError
from training.networks.build import build_model
from training.networks.checkpoint import load_model
from training.networks.show_attend_tell import AttendAndTell
from training.optimisation.losses import caption_loss
from training.train import Trainer

SMALL = ModelConfig(
    encoder="tiny", decoder="lstm", width=24, layers=1, heads=1, dropout=0.0, max_words=8,
    min_count=1,
)  # fmt: skip
TRAIN = TrainConfig(
    stages=(
        StageConfig("finetune", 24, learning_rate=1e-2, encoder_rate=3e-3, warm_up=5, photos=12),
        StageConfig("self-critical", epochs=1, learning_rate=1e-5, photos=24, self_critical=True),
    ),
    frozen_blocks=0,
    cached_views=1,
    ema_decay=0.9,
    label_smoothing=0.0,
)


def network(seed: int = 0) -> AttendAndTell:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = build_model(SMALL, 20, TinyEncoder()).eval()
    assert isinstance(model, AttendAndTell)
    with torch.no_grad():
        for weights in model.parameters():
            # Loud weights: the next word must depend on the words before it and on the photo.
            weights.mul_(3 if weights.ndim > 1 else 1)
    return model


def crossed(model: AttendAndTell, photos: int) -> tuple[torch.Tensor, torch.Tensor]:
    pixels = torch.randn(photos, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        return model.cross(model.memory(model.photo_encoder(pixels)))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("lstm")
    write_world(folder / "data", {"train": 120, "dev": 12, "test": 6})
    torch.manual_seed(0)
    Trainer([folder / "data"], folder / "run", SMALL, TRAIN, TinyEncoder()).train()
    return folder / "run"


@pytest.fixture(scope="module")
def assets(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    model = load_model(finished / "best.pt", TinyEncoder())
    export(model, Vocabulary.load(finished / "vocabulary.json"), folder)
    return folder


def test_one_state_after_another_is_the_whole_pass() -> None:
    model = network()
    keys, values = crossed(model, 2)
    tokens = torch.randint(4, 20, (6, 5), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole = model.logits(model.hidden(tokens, keys, values)).log_softmax(-1)
        state = [torch.zeros(1, 6, 1, 0, 24)] * 2
        for place in range(5):
            log_p, *state, _ = model.step(tokens[:, place], *state, keys, values)
            assert torch.allclose(log_p, whole[:, place], atol=1e-5)
        other_photo = model.hidden(tokens, keys.flip(0), values.flip(0))
        other_words = model.hidden(tokens.flip(0), keys, values)
    assert not torch.allclose(whole, model.logits(other_photo).log_softmax(-1), atol=1e-2)
    assert not torch.allclose(whole, model.logits(other_words).log_softmax(-1), atol=1e-2)


def test_a_place_that_is_looked_at_changes_the_words() -> None:
    model = network()
    keys, values = crossed(model, 1)
    with torch.no_grad():
        seen, weights = model._attend(torch.randn(3, 24), keys, values)
        assert weights.shape == (3, 16)
        assert torch.allclose(weights.sum(dim=1), torch.ones(3))
        assert weights.std(dim=0).max() > 1e-3  # each row looks where its own state says
        only = torch.zeros_like(values)
        place = int(weights[0].argmax())
        only[:, :, place] = values[:, :, place]
        shown, _ = model._attend(torch.randn(3, 24), keys, only)
    assert seen.shape == shown.shape == (3, 24)
    assert shown.abs().sum() > 0


def test_the_penalty_asks_for_every_place_and_only_while_words_are_asked() -> None:
    model = network()
    keys, values = crossed(model, 2)
    rows = torch.tensor([[BEGIN, 5, 6, END, PAD, PAD], [BEGIN, 7, END, PAD, PAD, PAD]])
    with torch.no_grad():
        hidden, penalty = model.hidden_and_penalty(rows, keys, values)
        _, shorter = model.hidden_and_penalty(rows[:, :3], keys, values)
        _, with_an_empty_row = model.hidden_and_penalty(
            torch.cat([rows, torch.full((2, 6), PAD)])[[0, 2, 1, 3]], keys, values
        )
        assert torch.equal(hidden, model.hidden(rows, keys, values))
        # By hand: the weights of the three and two steps that have a word to say.
        expected = []
        for row, steps in ((0, 3), (1, 2)):
            state, got = model._initial_state(values[row : row + 1], 1), torch.zeros(16)
            for token in rows[row, :steps]:
                seen, weights = model._attend(state[0], keys[row : row + 1], values[row : row + 1])
                worded = model.cell_word(model.embedding(token[None]))
                state = model._cell(worded, seen, *state)
                got += weights[0]
            expected.append(((1 - got) ** 2).mean())
    assert float(penalty) == pytest.approx(float(torch.stack(expected).mean()), abs=1e-5)
    assert float(with_an_empty_row) == pytest.approx(float(penalty), abs=1e-5)
    assert float(shorter) == pytest.approx(float(penalty), abs=1e-5)


def test_the_loss_holds_the_penalty_by_its_weight() -> None:
    model = network()
    features = torch.rand(2, 16, 16)
    rows = torch.tensor([[BEGIN, 5, 6, END], [BEGIN, 7, END, PAD]])
    with torch.no_grad():
        without, once, twice = (
            float(caption_loss(model, features, rows, 0.0, 0.0, spread_weight=weight))
            for weight in (0.0, 1.0, 2.0)
        )
        _, penalty = model.hidden_and_penalty(rows[:, :-1], *model.cross(model.memory(features)))
    assert once - without == pytest.approx(float(penalty), abs=1e-4)
    assert twice - once == pytest.approx(float(penalty), abs=1e-4)


def test_its_batched_beam_search_is_the_pipelines() -> None:
    model = network(4)
    keys, values = crossed(model, 20)
    empty = torch.zeros(1, 1, 1, 0, 24)
    hold_to_the_pipelines(model, keys, values, empty, 0.7)


def test_it_learns_the_tiny_world_and_its_files_say_so(finished: Path, assets: Path) -> None:
    with (finished / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-2]["loss"]) < 0.5 * float(rows[0]["loss"])
    captioner = Captioner.load(assets)
    right = [
        captioner.describe(draw(colour, shape, np.random.default_rng(seed))).words[:3]
        == ("a", colour, shape)
        for colour in COLOURS
        for shape in SHAPES
        for seed in range(3)
    ]
    assert np.mean(right) >= 0.8


def test_its_export_says_what_training_says(finished: Path, assets: Path) -> None:
    ours = Captioner.load(assets)
    model = load_model(finished / "best.pt", TinyEncoder())
    assert isinstance(model, AttendAndTell)
    theirs = parity.torch_captioner(model, ours)
    assert parity.compare_numbers(theirs, ours) < parity.NUMBERS_BOUND
    photos = [draw("blue", "stripe", np.random.default_rng(seed)) for seed in range(5)]
    assert parity.compare_words(theirs, ours, photos) == 0


def test_a_run_of_one_kind_does_not_begin_with_the_other(finished: Path, tmp_path: Path) -> None:
    other = replace(SMALL, decoder="transformer", heads=2)
    with pytest.raises(DataError, match="another kind"):
        Trainer(
            [finished.parent / "data"], tmp_path, other, TRAIN, TinyEncoder(), start=finished
        )  # fmt: skip
    same = Trainer(
        [finished.parent / "data"], tmp_path / "b", SMALL, TRAIN, TinyEncoder(), start=finished
    )
    old = load_model(finished / "best.pt", TinyEncoder()).state_dict()
    assert all(torch.equal(value, old[name]) for name, value in same.model.state_dict().items())


def test_the_command_line_picks_model_encoder_recipe_and_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []

    class Recorder:
        def __init__(self, *parts: object, start: object, features: object) -> None:
            asked.append(parts[1:])

        def train(self) -> None:
            pass

    monkeypatch.setattr(train, "Trainer", Recorder)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    for line in ("--model lstm", "", "--encoder hf:a/b", "--model lstm --encoder hf:a/b --run x"):
        assert train.main(line.split()) == 0
    lstm, plain, tower, both = asked
    assert lstm == (Path("runs/lstm"), MODELS["lstm"], RECIPES["lstm"])
    assert MODELS["lstm"].encoder == "efficientnet-lite0"
    assert plain == (Path("runs/lite2"), ModelConfig(), RECIPES["flickr8k"])
    assert tower == (Path("runs/hf"), ModelConfig(encoder="hf:a/b"), RECIPES["hf"])
    assert both == (Path("x"), replace(MODELS["lstm"], encoder="hf:a/b"), RECIPES["lstm"])
    assert default_recipe(ModelConfig(encoder="efficientnet-trio")) == "flickr8k"


def test_other_shapes_and_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="one layer and one head"):
        build_model(replace(SMALL, heads=2), 20, TinyEncoder())
    with pytest.raises(ValueError, match="no decoder called 'gru'"):
        build_model(replace(SMALL, decoder="gru"), 20, TinyEncoder())
