"""From a photo to its description, with the tiny model."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.description import PREVIEW_SIDE_PX, describe, describe_file, inspect, preview, worded
from pipeline.errors import ImageError
from pipeline.image import read_rgb
from pipeline.phrases import ENGLISH, FRENCH
from tests.data.tiny_files import TINY

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "assets" / "samples"
CAT = (SAMPLES / "cat.jpg").read_bytes()
FULL = DescriptionStyle(Form.FULL)


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


def test_photo_becomes_words(captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT))
    description = describe_file(captioner, CAT)
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


def test_a_model_that_is_not_sure_says_perhaps(captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT))
    guessing = Captioner.load(TINY, calibrated=False)
    assert (
        describe_file(guessing, CAT).text == f"Perhaps: {caption.text[0].lower()}{caption.text[1:]}"
    )


def test_an_unknown_scene_shows_no_word() -> None:
    model = Captioner.load(TINY)
    model.confidence = dataclasses.replace(model.confidence, unknown_below=1.0, plain_from=1.0)
    description = describe_file(model, CAT)
    assert description.text == ENGLISH.unknown
    assert description.words == ()
    assert description.attention.size == 0


def test_black_photo_is_not_described(captioner: Captioner) -> None:
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    description = describe_file(captioner, file.getvalue())
    assert description.guidance is not None
    assert description.text == description.guidance.message("en")
    assert description.confidence == 0
    assert description.timing.describe == 0


@pytest.fixture(scope="module")
def english_only() -> Captioner:
    model = Captioner.load(TINY, calibrated=False)
    model.contract = dataclasses.replace(model.contract, languages=("en",))
    return model


def test_the_language_is_the_chosen_one(captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT), language="fr")
    assert caption.manner is Manner.PLAIN
    description = describe_file(captioner, CAT, "fr")
    assert (description.text, description.language) == (caption.text, "fr")
    guess = dataclasses.replace(caption, manner=Manner.PERHAPS)
    assert worded(guess, "fr") == f"Peut-être\u00a0: {caption.text[0].lower()}{caption.text[1:]}"


def test_a_model_without_a_language_describes_in_its_own(
    english_only: Captioner, captioner: Captioner
) -> None:
    caption = dataclasses.replace(captioner.describe(read_rgb(CAT)), manner=Manner.PERHAPS)
    description = describe_file(english_only, CAT, "fr")
    assert (description.text, description.language) == (worded(caption, "en"), "en")
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    advice = describe_file(english_only, file.getvalue(), "fr")  # no model has a part in it
    assert (advice.text, advice.language) == (FRENCH.guidance_dark, "fr")


def test_what_is_no_photo_raises_a_sentence(captioner: Captioner) -> None:
    with pytest.raises(ImageError, match=r"\.$"):
        describe_file(captioner, b"These are words.")


def test_a_frame_is_described_from_what_was_computed_already(captioner: Captioner) -> None:
    cat, rocket = (read_rgb((SAMPLES / f"{name}.jpg").read_bytes()) for name in ("cat", "rocket"))
    fresh = describe(captioner, cat, "en", FULL)
    described = describe(captioner, rocket, "en", FULL, inspect(captioner, cat))
    assert (described.text, described.words) == (fresh.text, fresh.words)
    assert np.array_equal(described.attention, fresh.attention)
    assert described.preview == preview(rocket)
    black = inspect(captioner, np.zeros_like(cat))
    assert describe(captioner, cat, "en", FULL, black).guidance == black.guidance


def test_an_unfit_photo_is_not_encoded(captioner: Captioner) -> None:
    unfit = inspect(captioner, np.zeros((480, 640, 3), np.uint8))
    assert unfit.guidance is not None
    assert (unfit.encoded, unfit.encode_s) == (None, 0.0)


def test_a_description_needs_no_voice() -> None:
    code = "import sys, pipeline.description; print('pipeline.speech' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_preview_keeps_the_aspect_and_is_small() -> None:
    photo = Image.open(io.BytesIO(preview(np.full((1000, 2000, 3), 200, np.uint8))))
    assert photo.format == "JPEG"
    assert photo.size == (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX // 2)
