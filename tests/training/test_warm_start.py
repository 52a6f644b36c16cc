"""A run that starts from another run's weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_world import MODEL, TinyEncoder
from tests.training.runs import CONFIG, STAGES
from training.networks.checkpoint import load_model
from training.networks.transformer import CaptionModel
from training.networks.warm_start import warm_start
from training.train import Trainer


def test_a_run_that_starts_from_another_keeps_its_words_by_their_spelling(
    finished: Path, bilingual: Path, tmp_path: Path
) -> None:
    run = Trainer([bilingual], tmp_path, MODEL, CONFIG, TinyEncoder(), start=finished)
    before = load_model(finished / "best.pt", TinyEncoder()).state_dict()
    words = Vocabulary.load(finished / "vocabulary.json")
    after = run.model.state_dict()
    assert torch.equal(after["layers.0.feed.0.weight"], before["layers.0.feed.0.weight"])
    assert "<begin:fr>" not in words.words
    for word in ("red", "<end>", "ground"):
        ours, theirs = run.vocabulary.words.index(word), words.words.index(word)
        assert torch.equal(after["embedding.weight"][ours], before["embedding.weight"][theirs])
        assert torch.equal(after["bias"][ours], before["bias"][theirs])
    assert run.vocabulary.words.index("red") != words.words.index("red")
    averages = run.average.state_dict()
    assert all(torch.equal(averages[name], after[name]) for name in after)


def test_channels_that_another_run_never_saw_begin_at_zero(finished: Path) -> None:
    wider = TinyEncoder()
    wider.channels = 20
    words = Vocabulary.load(finished / "vocabulary.json")
    model = CaptionModel(MODEL, len(words), wider)
    warm_start(model, words, finished)
    old = load_model(finished / "best.pt", TinyEncoder()).adapter.project.weight
    assert torch.equal(model.adapter.project.weight[:, :16], old)
    assert not model.adapter.project.weight[:, 16:].any()


def test_a_run_may_keep_the_words_of_the_one_that_it_begins_from(
    finished: Path, bilingual: Path, tmp_path: Path
) -> None:
    stage = replace(STAGES[2], photos=9, peoples_captions=2)
    config = replace(CONFIG, stages=(stage,), keep_vocabulary=True, french_weight=0.0)
    run = Trainer([bilingual], tmp_path, MODEL, config, TinyEncoder(), start=finished)
    assert run.vocabulary == Vocabulary.load(finished / "vocabulary.json")
    assert run.languages == ("en",)
    run.train()
    assert load_model(tmp_path / "best.pt", TinyEncoder()).bias.shape == (len(run.vocabulary),)
