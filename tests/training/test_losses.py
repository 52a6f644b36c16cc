"""The caption loss and the weight of other languages in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pipeline.captioning.vocabulary import UNKNOWN, Vocabulary
from tests.data.tiny_world import MODEL, TinyEncoder
from tests.training.samples import BILINGUAL
from training.data import augmentation
from training.data.prepared import Photo
from training.networks.transformer import CaptionModel
from training.optimisation.cider_reward import CiderReward
from training.optimisation.losses import PeoplesCaptions, caption_loss, self_critical_loss


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


def test_people_teach_words_that_the_beams_never_say() -> None:
    vocabulary = Vocabulary.build({"en": ["a dog runs", "two cats sit", "a red ball"]}, min_count=1)
    torch.manual_seed(0)
    model = CaptionModel(MODEL, len(vocabulary), TinyEncoder()).eval()
    with torch.no_grad():
        model.bias[vocabulary.token("ball")] = -20
    features = torch.randn(1, 16, 16)
    said = Photo("x", Path("x"), ("a red ball", "a unicorn ball"))
    rows = augmentation.token_rows([said], vocabulary, max_words=8, french=False)
    reward = CiderReward([[["a", "red", "ball"]], [["two", "cats"]]], mark_end=True)

    def pull_on_ball(*scores: float) -> float:
        model.zero_grad()
        people = PeoplesCaptions(rows, torch.tensor([scores]))
        loss, _ = self_critical_loss(model, features, [0], reward, vocabulary, 3, 0.7, "en", people)
        loss.backward()
        return -float(model.bias.grad[vocabulary.token("ball")])

    assert pull_on_ball(9.0, 0.0) > 0.1
    assert pull_on_ball(0.0, 9.0) > 0.1
    assert model.bias.grad[UNKNOWN] > -1e-3  # an unknown word ("unicorn") is never learned
    # No better than the beams: nothing is learned from them.
    assert abs(pull_on_ball(0.0, 0.0)) < 1e-6
