"""Pictures that are white or black all over and yet show something, drawn on the spot."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
_RNG = np.random.default_rng(1)


def documents() -> dict[str, Picture]:
    """(H, W, 3) uint8 RGB by name."""
    letter = _page((1240, 1754), "white", "#141414", 60, 22)
    word = _page((800, 600), "white", "black", 1, 80)
    return {
        "letter": letter,
        "scanned letter": seen_by_a_sensor(letter, 0.99),
        "letter of eight lines": _page((1240, 1754), "white", "#141414", 8, 22),
        "one line": _page((1240, 1754), "white", "#141414", 1, 24),
        "one line on grey": _page((1240, 1754), "#e0e0e0", "#141414", 1, 24),
        "one word": word,
        "one word in white ink": 255 - word,
        "pale receipt": seen_by_a_sensor(_page((600, 1500), "#fdfdfd", "#8c8c8c", 40, 24)),
        "chat": _chat("white", ("#ebebee", "#d2f0ff"), "#141414"),
        "chat on black": _chat("black", ("#262628", "#1e3c6e"), "#ebebeb"),
        "few lines on black": _page((1170, 2532), "black", "#e6e6e6", 6, 44),
        "drawing": _drawing("black", "white", 4),
        "thin drawing": _drawing("black", "white", 2),
        "drawing in pencil": seen_by_a_sensor(_drawing("#969696", "white", 4)),
        "drawing in chalk": _drawing("white", "black", 4),
        "red product": _product("#b41e28"),
        "grey product": _product("#c8c8cd"),
        "pale product": _product("#f0f0ee"),
        "QR code": _code(),
        "town at night": _lights(60),
    }


def page_before_a_camera() -> Picture:
    """A printed page in good light, out of the focus by a little."""
    page = _page((1240, 1754), "#fafafa", "#282828", 40, 30)
    small = cv2.resize(page, (640, 480), interpolation=cv2.INTER_AREA)
    return seen_by_a_sensor(np.asarray(small, np.uint8), 1.03)


def seen_by_a_sensor(rgb: Picture, gain: float = 1.0) -> Picture:
    """Softer, with noise."""
    soft = cv2.GaussianBlur(rgb, (0, 0), 0.8).astype(float) * gain
    return np.clip(np.rint(soft + _RNG.normal(0, 2.5, rgb.shape)), 0, 255).astype(np.uint8)


def _page(size: tuple[int, int], ground: str, ink: str, lines: int, height: int) -> Picture:
    photo = Image.new("RGB", size, ground)
    draw, font = ImageDraw.Draw(photo), ImageFont.load_default(size=height)
    for line in range(lines):
        letters = "".join(_RNG.choice(list("abcdefghilmnoprstu   "), int(1.6 * size[0] / height)))
        y = size[1] // 10 + line * height * 3 // 2
        if y < size[1] * 0.9:
            draw.text((size[0] // 10, y), letters, fill=ink, font=font)
    return np.asarray(photo)


def _chat(ground: str, bubbles: tuple[str, str], ink: str) -> Picture:
    photo = Image.new("RGB", (1170, 2532), ground)
    draw, font = ImageDraw.Draw(photo), ImageFont.load_default(size=44)
    for number in range(6):
        x, y = 60 if number % 2 else 420, 200 + 230 * number
        draw.rounded_rectangle((x, y, x + 690, y + 150), 40, fill=bubbles[number % 2])
        draw.text((x + 40, y + 40), "See you tomorrow at ten", fill=ink, font=font)
    return np.asarray(photo)


def _drawing(ink: str, ground: str, width: int) -> Picture:
    photo = Image.new("RGB", (1000, 1000), ground)
    draw = ImageDraw.Draw(photo)
    draw.ellipse((300, 200, 700, 600), outline=ink, width=width)
    for line in ((500, 600, 500, 900), (500, 700, 350, 800), (500, 700, 650, 800)):
        draw.line(line, fill=ink, width=width)
    return np.asarray(photo)


def _product(colour: str) -> Picture:
    photo = Image.new("RGB", (1000, 1000), "white")
    draw = ImageDraw.Draw(photo)
    draw.rounded_rectangle((400, 300, 600, 750), 30, fill=colour)
    draw.rectangle((450, 230, 550, 300), fill="#505050")
    return np.asarray(cv2.GaussianBlur(np.asarray(photo), (0, 0), 1.2), np.uint8)


def _code() -> Picture:
    modules = np.kron(_RNG.integers(0, 2, (29, 29)), np.ones((12, 12))).astype(np.uint8) * 255
    grey = np.pad(modules, 220, constant_values=255)
    return np.dstack([grey] * 3)


def _lights(count: int) -> Picture:
    rgb = np.zeros((480, 640, 3), np.uint8)
    for x, y in zip(_RNG.integers(0, 640, count), _RNG.integers(150, 400, count), strict=True):
        cv2.circle(rgb, (int(x), int(y)), 3, (200, 220, 255), -1)
    return seen_by_a_sensor(rgb)
