from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.image import read_rgb, squash
from pipeline.photo_quality import Kind, assess
from tests.data.documents import documents, page_before_a_camera

SAMPLES = sorted((Path(__file__).parents[2] / "assets" / "samples").glob("*.jpg"))
RNG = np.random.default_rng(4)

samples = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


def noisy(values: NDArray[np.floating], sigma: float = 1.5) -> NDArray[np.uint8]:
    noise = RNG.normal(0, sigma, values.shape)
    return np.clip(np.rint(values + noise), 0, 255).astype(np.uint8)


def blurred(rgb: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """Blurred by a deviation that is this share of each side."""
    height, width = rgb.shape[:2]
    soft = cv2.GaussianBlur(rgb, (0, 0), sigmaX=share * width, sigmaY=share * height)
    return noisy(soft.astype(float))


def shaken(rgb: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """Moved by a tenth of the width along a line."""
    length = rgb.shape[1] // 10
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    rotation = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), degrees, 1)
    line = np.asarray(cv2.warpAffine(line, rotation, (length, length)))
    return noisy(cv2.filter2D(rgb, -1, line / line.sum()).astype(float))


def kind(rgb: NDArray[np.uint8]) -> Kind | None:
    guidance = assess(rgb)
    return guidance.kind if guidance else None


def flat(red: float, green: float, blue: float, slope: float = 0.0) -> NDArray[np.floating]:
    """(480, 640, 3): one colour, lighter on the right by this share."""
    shade = 1 + slope * np.linspace(-0.5, 0.5, 640)
    return np.broadcast_to(shade[None, :, None] * np.array([red, green, blue]), (480, 640, 3))


@samples
def test_good_photos_pass(path: Path) -> None:
    assert assess(read_rgb(path.read_bytes())) is None


@samples
@pytest.mark.parametrize("size", [(320, 240), (1024, 768), (2048, 1152)])
def test_good_photos_pass_at_any_size(path: Path, size: tuple[int, int]) -> None:
    rgb = read_rgb(path.read_bytes())
    shrinks = size[0] < rgb.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    assert assess(np.asarray(cv2.resize(rgb, size, interpolation=way))) is None


@samples
@pytest.mark.parametrize("light", [0.1, 0.03])
def test_dark_photos_get_guidance(path: Path, light: float) -> None:
    assert kind(noisy(read_rgb(path.read_bytes()) * light)) is Kind.DARK


def test_a_dark_photo_with_one_small_lamp_is_dark() -> None:
    rgb = noisy(read_rgb(SAMPLES[0].read_bytes()) * 0.03)
    rgb[:40, :40] = 255
    assert kind(rgb) is Kind.DARK


@samples
def test_overexposed_photos_get_guidance(path: Path) -> None:
    rgb = read_rgb(path.read_bytes()) + 20.0
    assert kind(noisy(rgb * (255 / np.percentile(rgb.min(2), 10)))) is Kind.BRIGHT


@samples
@pytest.mark.parametrize("share", [0.012, 0.03])
def test_blurred_photos_get_guidance(path: Path, share: float) -> None:
    assert kind(blurred(read_rgb(path.read_bytes()), share)) is Kind.BLURRED


@samples
def test_noise_does_not_pass_for_detail(path: Path) -> None:
    small = squash(read_rgb(path.read_bytes()), 224)
    soft = cv2.GaussianBlur(small, (0, 0), 3).astype(float)
    assert kind(noisy(soft, 12)) is Kind.BLURRED


@samples
@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 120, 135])
def test_shaken_photos_get_guidance(path: Path, degrees: float) -> None:
    assert kind(shaken(read_rgb(path.read_bytes()), degrees)) is Kind.BLURRED


def test_a_soft_background_is_no_blur() -> None:
    rgb = read_rgb((SAMPLES[0].parent / "cat.jpg").read_bytes())
    soft = blurred(rgb, 0.02)
    height, width = rgb.shape[:2]
    inner = (slice(height // 4, -height // 4), slice(width // 4, -width // 4))
    soft[inner] = rgb[inner]
    assert kind(soft) is None


def test_a_small_picture_is_not_called_blurred() -> None:
    rgb = read_rgb(SAMPLES[0].read_bytes())
    small = np.asarray(cv2.resize(rgb, (40, 30), interpolation=cv2.INTER_AREA))
    assert kind(np.asarray(cv2.resize(small, (640, 480)))) is Kind.BLURRED
    assert kind(small) is None


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        pytest.param(noisy(flat(3, 3, 3), 2), Kind.DARK, id="lens cap"),
        pytest.param(noisy(flat(120, 40, 30), 4), Kind.BLANK, id="finger"),
        pytest.param(noisy(flat(120, 40, 30, 0.9), 4), Kind.BLANK, id="finger lit from one side"),
        pytest.param(noisy(flat(190, 185, 170, 0.4), 3), Kind.BLANK, id="shaded wall"),
        pytest.param(noisy(flat(235, 235, 235), 3), Kind.BLANK, id="white wall"),
        pytest.param(noisy(flat(255, 255, 255), 1), Kind.BRIGHT, id="into a lamp"),
        pytest.param(np.full((9, 9, 3), 128, np.uint8), Kind.BLANK, id="tiny grey picture"),
    ],
)
def test_pictures_of_nothing_get_guidance(rgb: NDArray[np.uint8], expected: Kind) -> None:
    assert kind(rgb) is expected


@pytest.mark.parametrize("name", documents())
@pytest.mark.parametrize("of_file", [True, False])
def test_white_or_black_alone_is_no_reason(name: str, of_file: bool) -> None:
    if name == "chat" and not of_file:
        pytest.skip("its pastel looks like too much light, and nobody holds a screen's file up")
    assert assess(documents()[name], of_file) is None


def test_a_page_before_the_camera_is_fit() -> None:
    assert assess(page_before_a_camera()) is None


@pytest.mark.parametrize("name", ["cat", "temple", "coffee"])
def test_a_file_that_is_too_bright_is_described(name: str) -> None:
    # Nobody can take it again; what the light has left may be enough.
    rgb = read_rgb((SAMPLES[0].parent / f"{name}.jpg").read_bytes()) + 20.0
    bright = noisy(rgb * (255 / np.percentile(rgb.min(2), 20)))
    assert kind(bright) is Kind.BRIGHT
    assert assess(bright, of_file=True) is None


def test_advice_about_a_file_is_not_about_a_camera() -> None:
    cat = read_rgb((SAMPLES[0].parent / "cat.jpg").read_bytes())
    photos = (noisy(cat * 0.03), noisy(flat(255, 255, 255)), noisy(flat(90, 90, 90)))
    found = [assess(rgb, of_file=True) for rgb in (*photos, blurred(cat, 0.02))]
    assert [guidance.kind for guidance in found if guidance] == list(Kind)
    for language, words in (("en", "camera|step back|light"), ("fr", "caméra|reculez|lampe")):
        messages = {guidance.message(language) for guidance in found if guidance}
        assert len(messages) == len(Kind)
        assert not [message for message in messages if re.search(words, message)]


def test_a_dim_photo_is_still_described() -> None:
    # A model sees what a person would: at a third of the light there is still a picture.
    assert kind(noisy(read_rgb((SAMPLES[0].parent / "cat.jpg").read_bytes()) * 0.35)) is None


def test_every_kind_has_words_to_act_on() -> None:
    cat = read_rgb((SAMPLES[0].parent / "cat.jpg").read_bytes())
    photos = (noisy(cat * 0.03), noisy(flat(255, 255, 255)), noisy(flat(90, 90, 90)))
    found = [assess(rgb) for rgb in (*photos, blurred(cat, 0.02))]
    assert [guidance.kind for guidance in found if guidance] == list(Kind)
    messages = {guidance.message("en") for guidance in found if guidance}
    assert len(messages) == len(Kind)
    assert all(message.endswith(".") and message.count(". ") >= 1 for message in messages)
