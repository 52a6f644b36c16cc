"""How much is said, with the real model on the sample photos."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.beam_search import Rules, beam_search
from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner, Encoded
from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import (
    FULL_WORDS,
    LEAST_END,
    NEW_WORDS,
    SHORT_WORDS,
    DescriptionStyle,
    Form,
    choose_in_style,
    describe_in_style,
    something_else,
)
from pipeline.captioning.vocabulary import BEGIN
from pipeline.image import read_rgb
from tests.captioning.faults import faults

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(ASSETS)


@pytest.fixture(scope="module")
def photos(captioner: Captioner) -> list[Encoded]:
    paths = sorted((ASSETS / "samples").glob("*.jpg"))
    return [captioner.encode(read_rgb(path.read_bytes())) for path in paths]


def test_each_form_has_its_length(captioner: Captioner, photos: list[Encoded]) -> None:
    for encoded in photos:
        auto, short, full = (
            describe_in_style(captioner, encoded, DescriptionStyle(form, neutral=False), "en")
            for form in Form
        )
        few = captioner.captions(encoded, most_words=SHORT_WORDS)
        if any(caption.word_scores[-1] >= LEAST_END for caption in few):
            assert len(short.words) <= SHORT_WORDS
        else:  # what the model says in few words would be cut off
            assert short.words == auto.words
        assert FULL_WORDS <= len(full.words)
        assert auto.words == captioner.captions(encoded)[0].words
        for caption in (auto, short, full):
            assert faults(caption) == []
            assert len(caption.attention) == len(caption.words)


def test_french_is_what_was_chosen_in_english(captioner: Captioner, photos: list[Encoded]) -> None:
    if captioner.searched("fr") == "fr":
        pytest.skip("this model has no translator: its decoder speaks French")
    for encoded in photos:
        for form in Form:
            style = DescriptionStyle(form)
            english, french = (
                describe_in_style(captioner, encoded, style, language) for language in ("en", "fr")
            )
            assert french == captioner.in_language(english, "fr")
            assert (french.language, french.manner) == ("fr", english.manner)
            assert faults(french) == []
            assert len(french.attention) == len(french.words)


def test_the_short_form_is_as_sure_as_the_whole(
    captioner: Captioner, photos: list[Encoded]
) -> None:
    for encoded in photos:
        whole = captioner.captions(encoded)[0]
        short = describe_in_style(captioner, encoded, DescriptionStyle(Form.SHORT), "en")
        assert (short.confidence, short.manner) == (whole.confidence, whole.manner)


def test_the_full_form_says_how_sure_it_is_itself(
    captioner: Captioner, photos: list[Encoded]
) -> None:
    full = describe_in_style(captioner, photos[0], DescriptionStyle(Form.FULL, neutral=False), "en")
    beams = captioner.captions(photos[0], least_words=FULL_WORDS)
    assert full == beams[0]


def test_people_are_called_people_unless_it_is_switched_off(
    captioner: Captioner, photos: list[Encoded]
) -> None:
    gendered = {"man", "woman", "men", "women", "boy", "girl", "boys", "girls", "his", "her"}
    written = [
        describe_in_style(captioner, one, DescriptionStyle(neutral=False), "en") for one in photos
    ]
    captions = [describe_in_style(captioner, one, DescriptionStyle(), "en") for one in photos]
    assert any(gendered & set(caption.words) for caption in written)
    assert not any(gendered & set(caption.words) for caption in captions)


def test_the_other_caption_says_something_else(captioner: Captioner, photos: list[Encoded]) -> None:
    style = DescriptionStyle(neutral=False)
    choices = [choose_in_style(captioner, encoded, style, "en") for encoded in photos]
    assert [one.caption.words for one in choices] == [
        captioner.captions(encoded)[0].words for encoded in photos
    ]
    others = [(one.caption.words, one.other.words) for one in choices if one.other]
    assert others
    for words, other in others:
        assert len(set(other) - set(words)) >= NEW_WORDS


def test_what_only_words_it_differently_is_nothing_else() -> None:
    def caption(text: str, manner: Manner = Manner.PERHAPS) -> Caption:
        words = tuple(text.split())
        attention = np.zeros((len(words), 1, 1), np.float32)
        return Caption(words, (-1.0,) * (len(words) + 1), 0.4, manner, (), "en", attention)

    best = caption("a man is near the red square")
    same = caption("the red square with a man on it")
    unsure = caption("two green circles", Manner.UNKNOWN)
    another = caption("a boy in a green circle")
    assert something_else(best, [same, unsure]) is None
    assert something_else(best, [same, unsure, another, best]) is another


CAPTION = Caption(
    ("a", "dog"), (-1.0, -1.0, -1.0), 0.4, Manner.PERHAPS, (), "en", np.zeros((2, 1, 1), np.float32)
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("a", "dog"), []),
        (("a", "dog", "with"), ["ends in a function word"]),
        (("a", "dog", "a", "dog"), ["repeats a word pair"]),
        (("<unknown>", "dog"), ["holds a token that is no word"]),
        ((), ["says nothing"]),
    ],
)
def test_the_bench_finds_what_is_broken(words: tuple[str, ...], found: list[str]) -> None:
    scores = (-1.0,) * (len(words) + 1)
    assert faults(dataclasses.replace(CAPTION, words=words, word_scores=scores)) == found


def test_the_bench_finds_a_token_that_the_vocabulary_left_out() -> None:
    lacking = dataclasses.replace(CAPTION, word_scores=(-1.0,) * 4)
    assert faults(lacking) == ["holds a token that is no word"]


@pytest.mark.parametrize("seed", range(20))
def test_what_is_cut_keeps_the_rules(seed: int) -> None:
    """No caption may end: each is cut, and must still end well and repeat nothing."""
    words = 9
    rules = Rules(never_last=frozenset({4, 5, 6}), repeat_pairs=False)
    generator = np.random.default_rng(seed)
    table = generator.normal(size=(words, words)).astype(np.float32) * 3
    table[:, 2] = -1e9  # END

    for hypothesis in beam_search(
        lambda tokens, state: (table[tokens], state),
        lambda state, rows: state,
        None,
        beam_size=3,
        length_penalty=0.7,
        max_length=6,
        min_length=5,
        rules=rules,
        begin=BEGIN,
    ):
        tokens = hypothesis.tokens
        assert not tokens or tokens[-1] not in rules.never_last
        assert len(set(pairwise(tokens))) == max(0, len(tokens) - 1)
        assert not set(tokens) & set(rules.never_written)
        assert len(hypothesis.word_scores) == len(tokens) + 1 == len(hypothesis.rows) + 1
