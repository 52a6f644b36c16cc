"""The whole flow with the tiny model and the real voices."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.captioner import Caption, Captioner
from pipeline.captioning.confidence import Manner
from pipeline.description import PREVIEW_SIDE_PX, Assistant, preview, worded
from pipeline.errors import ImageError
from pipeline.image import read_rgb
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.speech import VoiceChain, default_chain
from tests.data.tiny_files import TINY

ROOT = Path(__file__).resolve().parents[2]
CAT = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


@pytest.fixture(scope="module")
def voices() -> VoiceChain:
    return default_chain(allow_online=False)


@pytest.fixture(scope="module")
def assistant(captioner: Captioner, voices: VoiceChain) -> Assistant:
    return Assistant(captioner, voices)


def test_photo_becomes_words(assistant: Assistant, captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT))
    description = assistant.describe(CAT)
    assert description.text == worded(caption, "en")
    assert description.confidence == caption.confidence
    assert description.guidance is None
    assert description.language == "en"
    assert min(description.timing.read, description.timing.assess, description.timing.describe) > 0


@pytest.mark.parametrize(
    ("manner", "sure", "expected"),
    [
        (Manner.PLAIN, (), "A brown dog runs."),
        (Manner.PERHAPS, (), "Perhaps: a brown dog runs."),
        (Manner.UNKNOWN, (), "I cannot tell what this shows."),
        (
            Manner.UNKNOWN,
            ("a dog", "grass"),
            "I cannot tell what this shows. Perhaps something with: a dog, grass.",
        ),
    ],
)
def test_the_manner_of_speaking(manner: Manner, sure: tuple[str, ...], expected: str) -> None:
    words, attention = ("a", "brown", "dog", "runs"), np.zeros((4, 1, 1), np.float32)
    caption = Caption(words, (-1.0,) * 5, 0.5, manner, sure, "en", attention)
    assert worded(caption, "en") == expected


def test_a_model_that_is_not_sure_says_perhaps(captioner: Captioner, voices: VoiceChain) -> None:
    caption = captioner.describe(read_rgb(CAT))
    guessing = Assistant(Captioner.load(TINY, calibrated=False), voices)
    assert guessing.describe(CAT).text == f"Perhaps: {caption.text[0].lower()}{caption.text[1:]}"


def test_of_what_nobody_can_tell_no_word_is_shown(voices: VoiceChain) -> None:
    model = Captioner.load(TINY)
    model.confidence = dataclasses.replace(model.confidence, unknown_below=1.0, plain_from=1.0)
    description = Assistant(model, voices).describe(CAT)
    assert description.text == ENGLISH.unknown
    assert description.words == ()
    assert description.attention.size == 0


def test_black_photo_is_not_described(assistant: Assistant) -> None:
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    description = assistant.describe(file.getvalue())
    assert description.guidance is not None
    assert description.text == description.guidance.message("en")
    assert description.confidence == 0
    assert description.timing.describe == 0


@pytest.fixture(scope="module")
def english_only(voices: VoiceChain) -> Assistant:
    model = Captioner.load(TINY, calibrated=False)
    model.contract = dataclasses.replace(model.contract, languages=("en",))
    return Assistant(model, voices)


def test_the_language_is_the_persons(assistant: Assistant, captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT), language="fr")
    assert caption.manner is Manner.PLAIN
    description = assistant.describe(CAT, "fr")
    assert (description.text, description.language) == (caption.text, "fr")
    guess = dataclasses.replace(caption, manner=Manner.PERHAPS)
    assert worded(guess, "fr") == f"Peut-être\u00a0: {caption.text[0].lower()}{caption.text[1:]}"


def test_a_model_without_a_language_describes_in_its_own(
    english_only: Assistant, captioner: Captioner
) -> None:
    caption = dataclasses.replace(captioner.describe(read_rgb(CAT)), manner=Manner.PERHAPS)
    description = english_only.describe(CAT, "fr")
    assert (description.text, description.language) == (worded(caption, "en"), "en")
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    advice = english_only.describe(file.getvalue(), "fr")  # no model has a part in it
    assert (advice.text, advice.language) == (FRENCH.guidance_dark, "fr")


def test_what_is_no_photo_raises_a_sentence(assistant: Assistant) -> None:
    with pytest.raises(ImageError, match=r"\.$"):
        assistant.describe(b"These are words.")


def test_words_become_sound(assistant: Assistant) -> None:
    text = "A brown dog runs on the beach."
    usual, slow = assistant.speak(text), assistant.speak(text, 0.5)
    assert 1 < usual.seconds < slow.seconds
    assert usual.wav()[:4] == b"RIFF"


def test_preview_keeps_the_aspect_and_is_small() -> None:
    photo = Image.open(io.BytesIO(preview(np.full((1000, 2000, 3), 200, np.uint8))))
    assert photo.format == "JPEG"
    assert photo.size == (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX // 2)
