"""Feature dropout, and a warm start of the encoder alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_world import MODEL, TinyEncoder
from training.config import FeatureDropout
from training.data.augmentation import drop_features
from training.networks.checkpoint import Checkpoint, write_checkpoint
from training.networks.transformer import CaptionModel
from training.networks.warm_start import warm_start

PHOTOS, PLACES, CHANNELS = 400, 9, 30


def hidden_share(hidden: FeatureDropout, parts: int = 3) -> torch.Tensor:
    """(photos, places, channels) bool: what is not seen of features that are all ones."""
    torch.manual_seed(3)
    return drop_features(torch.ones(PHOTOS, PLACES, CHANNELS), hidden, parts) == 0


def test_nothing_is_hidden_unless_asked_for() -> None:
    assert not hidden_share(FeatureDropout()).any()


def test_a_channel_is_hidden_at_all_places_of_a_photo() -> None:
    lost = hidden_share(FeatureDropout(channels=0.2))
    assert (lost.all(dim=1) == lost.any(dim=1)).all()
    assert lost.float().mean() == pytest.approx(0.2, abs=0.02)
    assert not (lost[0] == lost[1]).all()


def test_a_place_is_hidden_in_all_channels() -> None:
    lost = hidden_share(FeatureDropout(places=0.1))
    assert (lost.all(dim=2) == lost.any(dim=2)).all()
    assert lost.float().mean() == pytest.approx(0.1, abs=0.02)


def test_at_most_one_encoder_is_hidden_and_never_the_only_one() -> None:
    lost = hidden_share(FeatureDropout(parts=0.3)).view(PHOTOS, PLACES, 3, CHANNELS // 3)
    gone = lost.all(dim=(1, 3))
    assert (gone == lost.any(dim=3).any(dim=1)).all()
    assert gone.sum(dim=1).max() == 1
    assert gone.any(dim=1).float().mean() == pytest.approx(0.3, abs=0.06)
    assert gone.any(dim=0).all()
    assert not hidden_share(FeatureDropout(parts=1.0), parts=1).any()


def test_a_fresh_decoder_takes_over_the_encoder_alone(tmp_path: Path) -> None:
    vocabulary = Vocabulary.build({"en": ["a red square"]}, 1)
    old, new = (CaptionModel(MODEL, len(vocabulary), TinyEncoder()) for _ in range(2))
    vocabulary.save(tmp_path / "vocabulary.json")
    write_checkpoint(tmp_path / "best.pt", Checkpoint(MODEL, old.state_dict(), words=7))
    before = {name: value.clone() for name, value in new.state_dict().items()}
    warm_start(new, vocabulary, tmp_path, fresh_decoder=True)
    for name, value in new.state_dict().items():
        wanted = old.state_dict()[name] if name.startswith("encoder.") else before[name]
        assert torch.equal(value, wanted), name
    warm_start(new, vocabulary, tmp_path)
    assert torch.equal(new.embedding.weight, old.embedding.weight)
