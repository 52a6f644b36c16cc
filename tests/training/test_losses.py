"""The caption loss and the weight of other languages in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pipeline.captioning.vocabulary import Vocabulary
from tests.data.tiny_world import MODEL, TinyEncoder
from tests.training.samples import BILINGUAL
from training.data import augmentation
from training.data.prepared import Photo
from training.networks.transformer import CaptionModel
from training.optimisation.losses import caption_loss


def test_the_weight_of_other_languages_reaches_their_words_only() -> None:
    vocabulary = Vocabulary.build(BILINGUAL, min_count=1)
    torch.manual_seed(0)
    model = CaptionModel(MODEL, len(vocabulary), TinyEncoder()).eval()
    features = torch.randn(1, 16, 16)
    said = Photo("x", Path("x"), ("a dog",), ("Un chat",))
    both = augmentation.token_rows([said], vocabulary, max_words=8, french=True)
    with torch.no_grad():
        losses = {
            weight: float(caption_loss(model, features, both, 0.0, 0.0, weight))
            for weight in (0.0, 1.0, 1e6)
        }
        english = float(caption_loss(model, features, both[:1], 0.0, 0.0))
        french = float(caption_loss(model, features, both[1:], 0.0, 0.0))
    assert losses[0.0] == pytest.approx(english, abs=1e-5)
    assert losses[1.0] == pytest.approx((english + french) / 2, abs=1e-5)
    assert losses[1e6] == pytest.approx(french, abs=1e-4)
