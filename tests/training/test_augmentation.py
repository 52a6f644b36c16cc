"""Augmentation of photos, and captions as rows of tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.vocabulary import BEGIN, END, PAD, Vocabulary
from tests.training.samples import BILINGUAL
from training.data import augmentation
from training.data.prepared import Photo


def test_captions_that_name_a_side_are_never_mirrored() -> None:
    plain, sided = (
        Photo("a", Path("a"), (text,)) for text in ("A dog leaves.", "A dog on the LEFT.")
    )
    assert not augmentation.says_a_side(plain)
    assert augmentation.says_a_side(sided)
    half = np.zeros((64, 64, 3), dtype=np.uint8)
    half[:, :32] = 200
    brighter_left = [
        view[:, : view.shape[1] // 2].mean() > view[:, view.shape[1] // 2 :].mean()
        for seed in range(40)
        for may_flip in (True, False)
        for view in [augmentation.augment(half, np.random.default_rng(seed), may_flip=may_flip)]
    ]
    assert all(brighter_left[1::2])
    assert not all(brighter_left[::2])


def test_token_rows_and_bag() -> None:
    vocabulary = Vocabulary.build({"en": ["a dog runs", "a cat"]}, min_count=1)
    photo = Photo("x", Path("x"), ("A dog runs!", "A cat"))
    rows = augmentation.token_rows([photo], vocabulary, max_words=17, french=False)
    words = {word: vocabulary.token(word) for word in ("a", "dog", "runs", "cat")}
    assert rows.tolist() == [
        [BEGIN, words["a"], words["dog"], words["runs"], END],
        [BEGIN, words["a"], words["cat"], END, PAD],
    ]
    bag = augmentation.bag_targets(rows, 1, len(vocabulary))[0]
    assert bag.sum() == pytest.approx(1)
    assert bag[words["a"]] == pytest.approx(2 / 5)
    assert bag[[PAD, BEGIN, END]].tolist() == [0, 0, 0]


def test_a_photo_without_french_has_an_empty_row_there() -> None:
    vocabulary = Vocabulary.build(BILINGUAL, min_count=1)
    photos = [Photo("x", Path("x"), ("a dog",), ("Un chat",)), Photo("y", Path("y"), ("a cat",))]
    rows = augmentation.token_rows(photos, vocabulary, max_words=17, french=True)
    a, dog, cat, un, chat = map(vocabulary.token, ("a", "dog", "cat", "un", "chat"))
    assert rows.tolist() == [
        [BEGIN, a, dog, END],
        [vocabulary.begin("fr"), un, chat, END],
        [BEGIN, a, cat, END],
        [PAD, PAD, PAD, PAD],
    ]
