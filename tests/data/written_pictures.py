"""Signs, labels, receipts, letters and screens, drawn and then photographed.

The clean ones are held straight in good light. The hard ones are seen from the side (up to 20
degrees turned, and in perspective), out of focus, shaken, noisy, in low light or in strong JPEG.
Letters are at least 11 px high in the photo when clean, and 13 px when hard, which a person can
read without effort; a photo of 224 px has short signs only.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.languages import ENGLISH, FRENCH
from tests.data import written_words as words

# matplotlib carries DejaVu; the others are drawn with where the system has them.
_CARRIED = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_SYSTEM = Path("/usr/share/fonts/truetype/liberation")
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
_SYSTEM_FONTS = ("LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf",
                 "LiberationSans-Bold.ttf", "LiberationSansNarrow-Regular.ttf")  # fmt: skip
SIDES_PX = (640, 960, 1280, 2000, 3000, 4000)
_SMALL_PX = 224


class Subject(StrEnum):
    """What is photographed."""

    SIGN = "sign"
    LABEL = "label"
    RECEIPT = "receipt"
    LETTER = "letter"
    SCREEN = "screen"


@dataclass(frozen=True)
class Written:
    """A photo and what stands in it.

    Attributes:
        name: tells it from others.
        jpeg: the photo.
        lines: what is written, in reading order; cells of one row are one line.
        language: two-letter code.
        subject: what was photographed.
        hard: whether it is hard to read.
    """

    name: str
    jpeg: bytes
    lines: tuple[str, ...]
    language: str
    subject: Subject
    hard: bool


@dataclass
class _Sheet:
    """A drawn sheet with its words, before it is photographed."""

    image: Image.Image
    lines: list[str]
    letter_px: int


def written(count: int = 300) -> list[Written]:
    """The pictures, the same in every run on a machine with the same fonts."""
    return [photographed(number) for number in range(count)]


def photographed(number: int, side: int | None = None) -> Written:
    """One picture; its number decides on all, but for the side where that is given."""
    random = np.random.default_rng(number)
    subject = list(Subject)[number % 5]
    language = (ENGLISH, FRENCH)[number // 5 % 2]
    hard = number // 10 % 2 == 1
    small = subject is Subject.SIGN and number % 4 == 0
    sheet = _DRAW[subject](random, language, small)
    if side is None:
        side = _SMALL_PX if small else int(random.choice(SIDES_PX))
    photo = _photo(sheet, side, random, hard)
    jpeg = io.BytesIO()
    Image.fromarray(photo).save(jpeg, "JPEG", quality=int(random.integers(35, 60)) if hard else 88)
    kind = "hard" if hard else "clean"
    name = f"{number:03} {subject} {language} {kind}"
    return Written(name, jpeg.getvalue(), tuple(sheet.lines), language, subject, hard)


@cache
def fonts() -> tuple[Path, ...]:
    """The fonts that are drawn with."""
    found = [_SYSTEM / name for name in _SYSTEM_FONTS if (_SYSTEM / name).exists()]
    return (*(_CARRIED / name for name in _FONTS), *found)


@cache
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """A font at a size in pixels."""
    return ImageFont.truetype(path, size)


def _any_font(random: np.random.Generator) -> Path:
    return fonts()[int(random.integers(len(fonts())))]


def _column(
    lines: Sequence[tuple[str, int]], path: Path, ink: str, paper: str, *, centred: bool = False
) -> Image.Image:
    """Lines below one another, each with its size in pixels, with a margin round them."""
    widths = [font(path, size).getlength(text) for text, size in lines]
    margin = max(size for _, size in lines)
    wide = int(max(widths)) + 2 * margin
    high = 2 * margin + sum(int(1.45 * size) for _, size in lines)
    image = Image.new("RGB", (wide, high), paper)
    draw, y = ImageDraw.Draw(image), margin
    for (text, size), width in zip(lines, widths, strict=True):
        x = (wide - width) / 2 if centred else margin
        draw.text((x, y), text, ink, font(path, size))
        y += int(1.45 * size)
    return image


def _sign(random: np.random.Generator, language: str, small: bool) -> _Sheet:
    texts = words.SIGNS[language]
    lines = texts[int(random.integers(len(texts)))]
    if small:
        lines = min(texts, key=lambda lines: abs(len("".join(lines)) - 14 - random.integers(6)))
        lines = lines[:2]
    colours = (("white", "#0b5d2a"), ("white", "#12408a"), ("black", "#f5d000"),
               ("#a01010", "white"), ("#202020", "#e8e0d0"))  # fmt: skip
    ink, paper = colours[int(random.integers(len(colours)))]
    sized = [(text, 72 if n == 0 else 54) for n, text in enumerate(lines)]
    image = _column(sized, _any_font(random), ink, paper, centred=True)
    return _Sheet(image, list(lines), 54)


def _label(random: np.random.Generator, language: str, small: bool) -> _Sheet:
    texts = words.LABELS[language]
    lines = texts[int(random.integers(len(texts)))]
    sized = [(text, 56 if n == 0 else 36) for n, text in enumerate(lines)]
    papers = ("#fff8e8", "white", "#e8f4ff", "#f8e0e0")
    paper = papers[int(random.integers(len(papers)))]
    return _Sheet(_column(sized, _any_font(random), "#181818", paper), list(lines), 36)


def _receipt(random: np.random.Generator, language: str, small: bool) -> _Sheet:
    shop, street, total, card, thanks = words.SHOPS[language]
    goods = random.permutation(words.GOODS[language])[: int(random.integers(4, 8))]
    cents = [int(random.integers(89, 1299)) for _ in goods]
    size, path = 34, _CARRIED / "DejaVuSansMono.ttf"
    rows = [(str(name), _price(price, language)) for name, price in zip(goods, cents, strict=True)]
    rows += [(total, _price(sum(cents), language)), (card, _price(sum(cents), language))]
    wide, step = 640, int(1.5 * size)
    image = Image.new("RGB", (wide, step * (len(rows) + 7)), "#fbfbf6")
    draw = ImageDraw.Draw(image)
    y = step
    for text in (shop, street):
        draw.text(((wide - font(path, size).getlength(text)) / 2, y), text, "#202020",
                  font(path, size))  # fmt: skip
        y += step
    y += step
    for name, price in rows:
        draw.text((40, y), name, "#202020", font(path, size))
        draw.text((wide - 40 - font(path, size).getlength(price), y), price, "#202020",
                  font(path, size))  # fmt: skip
        y += step
    y += step
    draw.text(((wide - font(path, size).getlength(thanks)) / 2, y), thanks, "#202020",
              font(path, size))  # fmt: skip
    lines = [shop, street, *(f"{name} {price}" for name, price in rows), thanks]
    return _Sheet(image, lines, size)


def _price(cents: int, language: str) -> str:
    if language == FRENCH:
        return f"{cents // 100},{cents % 100:02} €"
    return f"£{cents // 100}.{cents % 100:02}"


def _letter(random: np.random.Generator, language: str, small: bool) -> _Sheet:
    columns = 2 if random.random() < 0.4 else 1
    path, size = _any_font(random), 30
    titles = words.TITLES[language]
    title = titles[int(random.integers(len(titles)))]
    sentences = [str(one) for one in random.permutation(words.SENTENCES[language])]
    wide = 34 if columns == 2 else 56
    texts = [
        [" ".join(sentences[3 * n + 6 * k : 3 * n + 6 * k + 3]) for n in range(2)]
        for k in range(columns)
    ]
    wrapped = [[textwrap.wrap(text, wide) for text in column] for column in texts]
    widest = max(
        font(path, size).getlength(line) for column in wrapped for text in column for line in text
    )
    step, gutter = int(1.4 * size), 2 * size
    high = max(sum(len(text) + 1 for text in column) for column in wrapped)
    image = Image.new(
        "RGB",
        (int(columns * widest + (columns - 1) * gutter + 4 * size), step * (high + 5)),
        "#fcfcfa",
    )
    draw = ImageDraw.Draw(image)
    draw.text((2 * size, size), title, "black", font(path, 2 * size))
    lines = [title]
    for n, column in enumerate(wrapped):
        y = 4 * step
        for text in column:
            for line in text:
                draw.text((2 * size + n * (widest + gutter), y), line, "#101010", font(path, size))
                lines.append(line)
                y += step
            y += step
    return _Sheet(image, lines, size)


def _screen(random: np.random.Generator, language: str, small: bool) -> _Sheet:
    texts = words.SCREENS[language]
    lines = texts[int(random.integers(len(texts)))]
    dark = random.random() < 0.5
    ink, paper = ("#f0f0f0", "#16181d") if dark else ("#202124", "#f4f5f7")
    sized = [(text, 48 if n == 0 else 34) for n, text in enumerate(lines)]
    path = fonts()[int(random.integers(2))]
    return _Sheet(_column(sized, path, ink, paper), list(lines), 34)


_DRAW = {
    Subject.SIGN: _sign,
    Subject.LABEL: _label,
    Subject.RECEIPT: _receipt,
    Subject.LETTER: _letter,
    Subject.SCREEN: _screen,
}


def _photo(sheet: _Sheet, side: int, random: np.random.Generator, hard: bool) -> NDArray[np.uint8]:
    """The sheet before a wall, as a camera sees it: (H, W, 3) uint8, its longer side `side`."""
    paper = np.asarray(sheet.image)
    high, wide = paper.shape[:2]
    ratio = 4 / 3 if wide >= high else 3 / 4
    width, height = (side, round(side / ratio)) if ratio > 1 else (round(side * ratio), side)
    degrees = float(random.uniform(-20, 20)) if hard else float(random.uniform(-2, 2))
    # As large as it may be, or smaller as long as its letters can be read.
    largest = _largest(wide, high, width, height, degrees)
    least = (13 if hard else 11) / sheet.letter_px
    scale = largest * float(random.uniform(0.6, 1.0))
    scale = min(max(scale, least), largest)
    corners = np.array(((-wide, -high), (wide, -high), (wide, high), (-wide, high)), float) / 2
    corners *= scale
    radians = np.radians(degrees)
    turn = np.array(((np.cos(radians), np.sin(radians)), (-np.sin(radians), np.cos(radians))))
    corners = corners @ turn + (width / 2, height / 2)
    if hard:
        away = random.uniform(-0.06, 0.06, (4, 2)) * (wide * scale, high * scale)
        corners = corners + away
    matrix = cv2.getPerspectiveTransform(
        np.array(((0, 0), (wide, 0), (wide, high), (0, high)), np.float32),
        corners.astype(np.float32),
    )
    wall = _wall(width, height, random)
    shrinks = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = paper
    if scale < 0.5:  # a warp does not average
        small = cv2.resize(paper, None, fx=2 * scale, fy=2 * scale, interpolation=shrinks)
        matrix = matrix @ np.diag((wide / small.shape[1], high / small.shape[0], 1.0))
    mask = np.full(small.shape[:2], 255, np.uint8)
    seen = cv2.warpPerspective(small, matrix, (width, height), flags=cv2.INTER_CUBIC)
    covered = cv2.warpPerspective(mask, matrix, (width, height))[:, :, np.newaxis] / np.float32(255)
    photo = seen * covered + wall * (1 - covered)
    if hard:
        photo = _spoilt(photo, random, sheet.letter_px * scale)
    return np.clip(photo, 0, 255).astype(np.uint8)


def _largest(wide: int, high: int, width: int, height: int, degrees: float) -> float:
    """The scale at which a turned sheet just fits, with some wall around it."""
    sine, cosine = abs(np.sin(np.radians(degrees))), abs(np.cos(np.radians(degrees)))
    across, down = wide * cosine + high * sine, wide * sine + high * cosine
    return 0.88 * min(width / across, height / down)


def _wall(width: int, height: int, random: np.random.Generator) -> NDArray[np.float32]:
    coarse = random.normal(0, 12, (6, 8, 3)) + random.uniform(60, 190, 3)
    return np.asarray(
        cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    )


def _spoilt(
    photo: NDArray[np.float32], random: np.random.Generator, letter_px: float
) -> NDArray[np.float32]:
    """Two faults of a camera, in measure of the height of the letters."""
    faults = random.permutation(4)[:2]
    if 0 in faults:  # out of focus
        photo = cv2.GaussianBlur(photo, (0, 0), float(random.uniform(0.03, 0.06)) * letter_px + 0.2)
    if 1 in faults:  # shaken
        length = max(2, round(float(random.uniform(0.08, 0.14)) * letter_px))
        kernel = np.zeros((length, length), np.float32)
        if random.random() < 0.5:
            kernel[length // 2] = 1 / length
        else:
            kernel[:, length // 2] = 1 / length
        photo = cv2.filter2D(photo, -1, kernel)
    if 2 in faults:  # low light, uneven
        light = np.linspace(random.uniform(0.2, 0.35), random.uniform(0.35, 0.6), photo.shape[1])
        photo = photo * light[np.newaxis, :, np.newaxis].astype(np.float32)
    if 3 in faults or 2 in faults:
        noise = random.standard_normal(photo.shape, np.float32)
        photo = photo + noise * np.float32(random.uniform(4, 10))
    return np.asarray(photo)
