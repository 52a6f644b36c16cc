"""What is said of a photo when a person asks for more."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Manner
from pipeline.description import Description, describe_file
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.reading.reader import Reader
from pipeline.recognition.detector import Box
from pipeline.recognition.names import names
from pipeline.recognition.recogniser import Recognised
from pipeline.second_sentence import has_more, tell_more
from tests.data.tiny_files import TINY
from tests.data.written_pictures import photographed

CAT = Path(__file__).resolve().parents[2] / "assets" / "samples" / "cat.jpg"
SURE = ENGLISH.more_confidence


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def described(captioner: Captioner) -> Description:
    description = describe_file(captioner, CAT.read_bytes())
    return dataclasses.replace(
        description, confidence=0.68, manner=Manner.PLAIN, other=None, recognised=()
    )


def test_another_caption_names_with_places_and_confidence(
    captioner: Captioner, reader: Reader, described: Description
) -> None:
    attention = np.zeros((3, 1, 1), np.float32)
    words = ("a", "green", "circle")
    other = Caption(words, (-1.0,) * 4, 0.4, Manner.PERHAPS, (), "en", attention)
    name = next(name for name in names() if name.english.one == "a dog")
    things = (Recognised(name, 0.9, Box(0.0, 0.0, 0.2, 1.0)),)
    full = dataclasses.replace(described, other=other, recognised=things)
    told = tell_more(lambda: captioner, lambda: reader, full)
    assert told.shown == (
        "Or else: a green circle. I recognise: a dog on the left. "
        "About 7 in 10 such descriptions are right."
    )
    said = dataclasses.replace(full, text="Perhaps: a dog. I recognise: a dog on the left.")
    told = tell_more(lambda: captioner, lambda: reader, said)
    assert told.text == "Or else: a green circle. About 7 in 10 such descriptions are right."
    french = dataclasses.replace(described, language="fr")
    told = tell_more(lambda: captioner, lambda: reader, french)
    assert told.text == FRENCH.more_confidence.format(right=7)


@pytest.mark.parametrize(("confidence", "right"), [(0.0, 1), (0.52, 5), (1.0, 9)])
def test_nothing_is_certain(
    captioner: Captioner, reader: Reader, described: Description, confidence: float, right: int
) -> None:
    described = dataclasses.replace(described, confidence=confidence)
    told = tell_more(lambda: captioner, lambda: reader, described)
    assert told.text == SURE.format(right=right)
    unknown = dataclasses.replace(described, manner=Manner.UNKNOWN)
    assert tell_more(lambda: captioner, lambda: reader, unknown).text == ENGLISH.more_unsure


def test_text_is_read_once(captioner: Captioner, reader: Reader) -> None:
    written = photographed(25)
    words = " ".join(written.lines)
    unread = describe_file(captioner, written.jpeg)
    assert has_more(unread)
    told = tell_more(lambda: captioner, lambda: reader, unread)
    assert told.shown.endswith(f"{ENGLISH.says} {words}")
    assert told.passages[-1].language == written.language
    read = describe_file(captioner, written.jpeg, reader=reader)
    assert words in read.shown
    assert words not in tell_more(lambda: captioner, lambda: reader, read).shown


def test_what_was_not_described_has_no_more(captioner: Captioner) -> None:
    black = io.BytesIO()
    Image.new("RGB", (640, 480)).save(black, "PNG")
    assert not has_more(describe_file(captioner, black.getvalue()))
