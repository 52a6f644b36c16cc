"""The trainer: its files, its resumption after a stop, its stages and its languages."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tests.data.tiny_world import MODEL, TinyEncoder
from tests.training.runs import CONFIG, STAGES, trainer
from training.config import StageConfig
from training.networks.checkpoint import load_model
from training.optimisation.device import autocast
from training.optimisation.losses import self_critical_loss
from training.train import Trainer


class Stopped(RuntimeError):
    """Raised in the middle of a run, as a power cut would end it."""


def test_a_run_leaves_checkpoints_table_and_curves(finished: Path) -> None:
    with (finished / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["stage"] for row in rows] == ["decoder", "decoder", "finetune", "self-critical"]
    assert all(float(row["loss"]) == float(row["loss"]) for row in rows)
    picture = cv2.imread(str(finished / "curves.png"))
    assert picture is not None
    assert picture.std() > 0
    assert load_model(finished / "last.pt", TinyEncoder()).config == MODEL


@pytest.mark.parametrize("stop_at", [2, 5, 8, 10])
def test_a_run_that_was_stopped_ends_where_an_unbroken_one_does(
    stop_at: int, data: Path, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    update = Trainer._update

    def stopping(self: Trainer, *args: object) -> None:
        nonlocal steps
        if steps == stop_at:
            raise Stopped
        steps += 1
        update(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "_update", stopping)
        with pytest.raises(Stopped):
            trainer(data, tmp_path).train()
    trainer(data, tmp_path).train()
    resumed = load_model(tmp_path / "last.pt", TinyEncoder()).state_dict()
    for name, unbroken in load_model(finished / "last.pt", TinyEncoder()).state_dict().items():
        assert torch.allclose(resumed[name], unbroken, atol=1e-5), name


def test_training_learns(data: Path, tmp_path: Path) -> None:
    longer = replace(STAGES[1], epochs=24)
    trainer(data, tmp_path, replace(CONFIG, stages=(longer,), save_every=100)).train()
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[-1]["loss"]) < 0.75 * float(rows[0]["loss"])


def test_frozen_stages_leave_the_encoder_alone(data: Path, tmp_path: Path) -> None:
    before = trainer(data, tmp_path / "none").model.encoder.state_dict()
    before = {name: value.clone() for name, value in before.items()}
    frozen = trainer(data, tmp_path / "frozen", replace(CONFIG, stages=STAGES[:1]))
    frozen.train()
    tuned = trainer(data, tmp_path / "tuned", replace(CONFIG, stages=STAGES[1:2]))
    tuned.train()
    assert all(torch.equal(frozen.average.encoder.state_dict()[n], before[n]) for n in before)
    assert not any(torch.equal(tuned.average.encoder.state_dict()[n], before[n]) for n in before)


def test_weights_take_part_in_every_step(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Autocast keeps 16-bit copies until it is left: entered once an epoch, it froze all matrices.
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    losses: list[float] = []
    update = Trainer._update

    def recording(self: Trainer, loss: torch.Tensor, *rest: object) -> None:
        losses.append(float(loss.detach()))
        update(self, loss, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "_update", recording)
    one_epoch = StageConfig("decoder", epochs=1, learning_rate=1e-2, photos=1, warm_up=1)
    trainer(data, tmp_path, replace(CONFIG, stages=(one_epoch,), save_every=100)).train()
    assert np.mean(losses[-3:]) < losses[0] - 0.5


def test_self_critical_steps_reach_every_matrix_and_raise_the_reward(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    stage = replace(STAGES[2], learning_rate=3e-3)
    run = trainer(data, tmp_path, replace(CONFIG, stages=(stage,)))
    run._start(stage)
    run.model.eval()
    features = torch.from_numpy(np.stack([run.features[0][i] for i in range(6)])).float()
    rewards = []
    for _ in range(30):
        with autocast(run.device):
            loss, reward = run._loss(stage, np.arange(6), features)
        rewards.append(reward)
        if len(rewards) == 1:
            loss.backward(retain_graph=True)
            named = run.model.named_parameters()
            decoder = [(n, p) for n, p in named if n.startswith(("layers", "adapter"))]
            assert not [
                n for n, p in decoder if p.ndim > 1 and (p.grad is None or not p.grad.any())
            ]
            run.model.zero_grad()
        run._update(loss, stage, 100)
    assert np.mean(rewards[-5:]) > 1.5 * np.mean(rewards[:5])


def test_two_folders_and_two_languages_are_learned_and_scored(
    data: Path, bilingual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, list[int]]] = []

    def listening(model, features, photos, reward, vocabulary, beams, penalty, language, people):
        calls.append((language, photos))
        assert len(features) == len(photos)
        assert people is None
        return self_critical_loss(
            model, features, photos, reward, vocabulary, beams, penalty, language
        )

    monkeypatch.setattr("training.train.self_critical_loss", listening)
    stages = (replace(STAGES[0], epochs=25), replace(STAGES[2], epochs=2))
    config = replace(CONFIG, stages=stages, save_every=100, french_share=0.5)
    torch.manual_seed(0)
    run = Trainer([bilingual, data], tmp_path, MODEL, config, TinyEncoder())
    assert [(one.name, one.language, len(one.places)) for one in run.validation_sets] == [
        ("0_en", "en", 6),
        ("0_fr", "fr", 3),
        ("1_en", "en", 6),
    ]
    run.train()
    assert {language for language, _ in calls} == {"en", "fr"}
    assert all(place < 18 and place % 2 == 0 for code, p in calls if code == "fr" for place in p)
    with (tmp_path / "curves.csv").open() as file:
        row = list(csv.DictReader(file))[-1]
    scores = dict(part.split(":") for part in row["dev_scores"].split())
    assert list(scores) == ["0_en", "0_fr", "1_en"]
    french = [run.vocabulary.token(word) for word in ("une", "forme", "sur", "un", "fond")]
    said = run._captions(run._dev_memories()[:2], "fr")
    assert said == [[run.vocabulary.words[token] for token in french]] * 2
    mean = (float(scores["0_en"]) + float(scores["1_en"])) / 2
    assert float(row["dev_cider"]) == pytest.approx(mean, abs=0.02)


def test_runs_share_cached_features_of_the_same_encoder_alone(data: Path, tmp_path: Path) -> None:
    shared = tmp_path / "features"
    written = []
    for number, seed in enumerate((0, 0, 1)):
        torch.manual_seed(seed)
        config = replace(CONFIG, seed=number)
        run = Trainer([data], tmp_path / str(number), MODEL, config, TinyEncoder(), None, shared)
        run._start(STAGES[0])
        written.append({path: path.stat().st_mtime_ns for path in shared.rglob("*.npy")})
    assert len(written[0]) == 3  # two views of the training photos, one of the dev photos
    assert written[1] == written[0]
    assert len(written[2]) == 2 * len(written[0])
    assert not list(tmp_path.glob("[012]/features*"))
