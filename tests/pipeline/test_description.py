"""From a photo to its description, with the tiny model."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.description import (
    PREVIEW_SIDE_PX,
    describe,
    describe_file,
    inspect,
    preview,
    with_the_rest,
    worded,
)
from pipeline.errors import ImageError
from pipeline.image import read_picture, read_rgb
from pipeline.passages import Passage
from pipeline.phrases import ENGLISH, FRENCH, Phrases
from pipeline.reading.reader import Reader
from pipeline.reading.saying import as_said
from pipeline.reading.written_page import Block, Layout, Line, WrittenPage
from pipeline.recognition.detector import Box
from pipeline.recognition.names import names
from pipeline.recognition.recogniser import Recognised
from tests.data.tiny_files import TINY
from tests.data.written_pictures import photographed

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
SAMPLES = ASSETS / "samples"
CAT = (SAMPLES / "cat.jpg").read_bytes()
FULL = DescriptionStyle(Form.FULL)


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


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


def test_what_is_recognised_is_named_where_the_caption_is_not_trusted() -> None:
    words, attention = ("a", "dog"), np.zeros((2, 1, 1), np.float32)
    name = next(name for name in names() if name.english.one == "a cup of espresso")
    things = (Recognised(name, 0.9, None),)
    caption = Caption(words, (-1.0,) * 3, 0.5, Manner.UNKNOWN, ("a dog",), "en", attention)
    english = "I cannot describe the whole picture. I recognise: a cup of espresso."
    french = "Je ne peux pas décrire toute l\u2019image. Je reconnais\u00a0: une tasse d'expresso."
    assert worded(caption, "en", things) == english
    assert worded(caption, "fr", things) == french
    unsure = (Recognised(name, 0.3, None),)
    assert worded(caption, "en", unsure).startswith(ENGLISH.unknown)
    plain = dataclasses.replace(caption, manner=Manner.PLAIN)
    assert worded(plain, "en", things) == "A dog."


def test_the_full_form_adds_what_the_caption_leaves_out() -> None:
    caption = Caption(
        ("a", "dog"), (-1.0,) * 3, 0.9, Manner.PLAIN, (), "en", np.zeros((2, 1, 1), np.float32)
    )
    dog, car = (next(one for one in names() if one.coco == label) for label in ("dog", "car"))
    left = Box(0.0, 0.0, 0.3, 1.0)
    things = (Recognised(dog, 0.9, left), Recognised(car, 0.9, left), Recognised(car, 0.8, left))
    assert with_the_rest("A dog.", caption, things) == "A dog. Also: two cars on the left."
    assert with_the_rest("A dog.", caption, things[:1]) == "A dog."
    # Translated, it is compared by the English words: "toutou" is no word of the names' table.
    french = dataclasses.replace(
        caption, words=("un", "toutou"), english=caption.words, language="fr"
    )
    assert with_the_rest("Un toutou.", french, things) == (
        "Un toutou. Il y a aussi\u00a0: deux voitures à gauche."
    )
    untranslated = dataclasses.replace(french, english=())
    assert with_the_rest("Un toutou.", untranslated, things) == "Un toutou."


def test_a_model_that_is_not_sure_says_perhaps(captioner: Captioner) -> None:
    caption = captioner.describe(read_rgb(CAT))
    guessing = Captioner.load(TINY, calibrated=False)
    assert (
        describe_file(guessing, CAT).text == f"Perhaps: {caption.text[0].lower()}{caption.text[1:]}"
    )


def test_a_sign_is_read_after_the_caption(captioner: Captioner, reader: Reader) -> None:
    written = photographed(25)  # two lines that are one sentence, in French
    plain = describe_file(captioner, written.jpeg)
    description = describe_file(captioner, written.jpeg, reader=reader)
    assert (description.text, description.words) == (plain.text, plain.words)
    read = " ".join(written.lines)
    assert description.read == read
    assert description.shown == f"{plain.text} It says: {read}"
    assert description.pieces == (
        Passage(f"{plain.text} It says: ", "en"),
        Passage(read, written.language),
    )
    first, second = description.passages
    assert first == Passage(f"{plain.text} It says:", "en")
    assert second.language == "fr"
    assert second.text == as_said(read, "fr")
    assert description.timing.text > 0
    assert plain.timing.text == 0
    assert plain.shown == plain.text


def test_a_page_is_read_and_not_described(captioner: Captioner, reader: Reader) -> None:
    written = photographed(3, 1280)
    description = describe_file(captioner, written.jpeg, "fr", reader=reader)
    assert (description.text, description.words) == (FRENCH.document, ())
    assert description.guidance is None
    lines = description.shown.split("\n")
    assert lines[:2] == [f"{FRENCH.document} {FRENCH.says}", written.lines[0]]
    assert [passage.language for passage in description.passages] == ["fr", "en"]
    assert "".join(piece.text for piece in description.pieces) == description.shown
    assert [piece.language for piece in description.pieces[:2]] == ["fr", "en"]


def test_an_unfit_photo_that_can_be_read_is_read(captioner: Captioner, reader: Reader) -> None:
    paper = np.full((480, 640, 3), 255, np.uint8)
    cv2.putText(paper, "BACK SOON", (150, 240), cv2.FONT_HERSHEY_SIMPLEX, 2, (228,) * 3, 4)
    jpeg = preview(paper)  # faded
    description = describe_file(captioner, jpeg, reader=reader)
    assert description.shown == f"{ENGLISH.only_text} It says: BACK SOON"
    assert description.guidance is None


def test_an_unknown_scene_with_text_is_its_text(reader: Reader) -> None:
    model = Captioner.load(TINY)
    model.confidence = dataclasses.replace(model.confidence, unknown_below=1.0, plain_from=1.0)
    description = describe_file(model, photographed(25).jpeg, reader=reader)
    assert description.text == ENGLISH.only_text


def test_a_doubtful_line_says_so(captioner: Captioner) -> None:
    box = np.zeros((4, 2), np.float32)
    lines = (Line("OPEN", 0.95, box), Line("SUNDAYZ", 0.8, box))
    page = WrittenPage((Block(lines, Layout.LINES, "en"),))
    description = dataclasses.replace(describe_file(captioner, CAT), page=page)
    assert description.read == "OPEN\nsomething like SUNDAYZ"


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
    assert (advice.text, advice.language) == (FRENCH.guidance_file_dark, "fr")


def test_what_is_no_photo_raises_a_sentence(captioner: Captioner) -> None:
    with pytest.raises(ImageError, match=r"\.$"):
        describe_file(captioner, b"These are words.")


@pytest.mark.parametrize(("language", "say"), [("en", ENGLISH), ("fr", FRENCH)])
def test_what_a_broken_file_lacks_is_said_where_it_is_much(
    captioner: Captioner, language: str, say: Phrases
) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(CAT)).save(file, "PNG")
    data = file.getvalue()
    whole, most = (describe_file(captioner, data[: len(data) - cut], language) for cut in (0, 2000))
    assert whole.text == most.text
    part = describe_file(captioner, data[: len(data) * 3 // 4], language)
    percent = round(100 * (1 - read_picture(data[: len(data) * 3 // 4]).missing))
    assert 60 < percent < 80
    assert part.text.endswith(say.incomplete.format(text="", percent=percent))
    assert part.words


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


def test_a_guess_stands_beside_what_is_sure() -> None:
    name = next(name for name in names() if name.english.one == "a cup of espresso")
    caption = Caption(
        ("food",), (-1.0,) * 2, 0.4, Manner.PERHAPS, (), "en", np.zeros((1, 1, 1), np.float32)
    )
    said = worded(caption, "en", (Recognised(name, 0.9, None),))
    assert said == "Perhaps: food. I recognise: a cup of espresso."
    assert worded(caption, "en", (Recognised(name, 0.3, None),)) == "Perhaps: food."


def test_in_a_picture_unlike_all_others_only_the_surest_is_named() -> None:
    model = Captioner.load(ASSETS, accelerate=False)
    assert model.recogniser is not None
    whole = read_rgb(CAT)
    half_a_cat = np.ascontiguousarray(whole[:, : whole.shape[1] // 2])
    assert model.confidence.out_of_distribution(model.encode(half_a_cat).features)
    style = DescriptionStyle()
    assert describe(model, half_a_cat, "en", style).text.endswith("I recognise: a cat.")
    assert describe(model, half_a_cat, "fr", style).text.endswith("Je reconnais\u00a0: un chat.")
    sure = model.recogniser.calibration
    model.recogniser.calibration = dataclasses.replace(sure, offset=sure.offset - 1.5)
    description = describe(model, half_a_cat, "en", style)
    assert 0.7 < description.recognised[0].probability < 0.95
    assert description.text == ENGLISH.unknown


def test_the_coffee_is_named_in_both_languages() -> None:
    model = Captioner.load(ASSETS, accelerate=False)
    coffee = (SAMPLES / "coffee.jpg").read_bytes()
    assert "a cup of espresso" in describe_file(model, coffee).text
    assert "une tasse d'expresso" in describe_file(model, coffee, "fr").text
