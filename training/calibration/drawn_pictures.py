"""Draws what people draw and write: screens, papers, diagrams, maps, icons, doodles.

Each public function takes a random generator and returns a (480, 640, 3) uint8 RGB picture for
`training.calibration.nonscenes`.
"""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Random = np.random.Generator
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 640, 480
LIGHT, DARK = (250, 250, 250), (30, 32, 38)
LETTERS = "etaoinshrdlucmfwypvbgk"
KEYWORDS = ("def", "return", "for", "if", "else", "import", "class", "self", "while", "print")


def colour(rng: Random, low: int = 30, high: int = 225) -> Colour:
    """Draws a random RGB colour, each channel from `low` up to, not including, `high`."""
    red, green, blue = (int(value) for value in rng.integers(low, high, 3))
    return red, green, blue


def code(rng: Random) -> Picture:
    """Draws a code editor: indented lines of coloured words on light or dark."""
    dark = rng.random() < 0.6
    image, draw = _sheet(DARK if dark else LIGHT)
    letters, line = _font("DejaVuSansMono", rng, 11, 18)
    palette = [colour(rng, 120, 250) if dark else colour(rng, 10, 130) for _ in range(4)]
    indent, number = 0, int(rng.integers(1, 300))
    for y in range(8, HEIGHT, line):
        draw.text((6, y), str(number), fill=(128, 128, 128), font=letters)
        number += 1
        indent = int(np.clip(indent + rng.integers(-1, 2), 0, 5))
        x = 48.0 + indent * 24
        for _ in range(int(rng.integers(0, 9))):
            word = str(rng.choice(KEYWORDS)) if rng.random() < 0.3 else _word(rng)
            word += str(rng.choice(["", "(", ")", ":", " =", ".", ","]))
            draw.text((x, y), word, fill=palette[int(rng.integers(4))], font=letters)
            x += letters.getlength(word + " ")
    if rng.random() < 0.6:
        draw.rectangle((0, 0, WIDTH, 7), fill=colour(rng))
        draw.rectangle((0, HEIGHT - 16, WIDTH, HEIGHT), fill=colour(rng))
    return np.asarray(image)


def document(rng: Random) -> Picture:
    """Draws a page of text with headings, in one or two columns."""
    image, draw = _sheet((int(rng.integers(235, 256)),) * 3)
    family = str(rng.choice(["DejaVuSerif", "DejaVuSans"]))
    columns = int(rng.integers(1, 3))
    width = (WIDTH - 60) // columns
    for column in range(columns):
        letters, line = _font(family, rng, 10, 17)
        left, y = 30 + column * width, int(rng.integers(10, 50))
        while y < HEIGHT - 20:
            if rng.random() < 0.12:
                y += line // 2
                heading = ImageFont.truetype(_path("DejaVuSans-Bold"), line)
                draw.text((left, y), _words(rng, 3), fill=(20, 20, 20), font=heading)
                y += line + 8
            else:
                _line(draw, rng, (left, y), width - 24, letters, (40, 40, 40))
                y += line
    return np.asarray(image)


def chat(rng: Random) -> Picture:
    """Draws a chat: speech bubbles at the left and at the right."""
    image, draw = _sheet(DARK if rng.random() < 0.4 else LIGHT)
    draw.rectangle((0, 0, WIDTH, 40), fill=colour(rng))
    letters, line = _font("DejaVuSans", rng, 12, 19)
    fills, y = (colour(rng, 120, 250), (225, 228, 232)), 54
    while y < HEIGHT - 40:
        mine, rows = rng.random() < 0.5, int(rng.integers(1, 4))
        wide = int(rng.integers(140, 380))
        left = WIDTH - wide - 20 if mine else 20
        box = (left, y, left + wide, y + rows * line + 12)
        draw.rounded_rectangle(box, 12, fill=fills[int(mine)])
        for row in range(rows):
            _line(draw, rng, (left + 10, y + 6 + row * line), wide - 20, letters, (25, 25, 25))
        y = box[3] + int(rng.integers(8, 22))
    return np.asarray(image)


def spreadsheet(rng: Random) -> Picture:
    """Draws a spreadsheet: a grid of numbers with a heading row."""
    image, draw = _sheet((255, 255, 255))
    letters, line = _font("DejaVuSans", rng, 10, 15)
    wide, tall = int(rng.integers(50, 110)), line + 5
    draw.rectangle((0, 0, WIDTH, tall), fill=colour(rng, 160, 240))
    draw.rectangle((0, 0, 36, HEIGHT), fill=(228, 230, 232))
    filled = rng.random((HEIGHT // tall + 1, WIDTH // wide + 1)) < rng.uniform(0.4, 1)
    for row, y in enumerate(range(0, HEIGHT, tall)):
        draw.line((0, y, WIDTH, y), fill=(205, 205, 205))
        draw.text((5, y + 2), str(row), fill=(90, 90, 90), font=letters)
        for column, x in enumerate(range(36, WIDTH, wide)):
            if filled[row, column]:
                text = _word(rng) if row == 0 or column == 0 else f"{rng.normal(0, 500):.2f}"
                draw.text((x + 4, y + 2), text[: wide // 7], fill=(30, 30, 30), font=letters)
    for x in range(36, WIDTH, wide):
        draw.line((x, 0, x, HEIGHT), fill=(205, 205, 205))
    return np.asarray(image)


def receipt(rng: Random) -> Picture:
    """Draws a receipt or a label on a plain background."""
    image, draw = _sheet(colour(rng, 40, 200))
    wide = int(rng.integers(200, 420))
    left = int(rng.integers(20, WIDTH - wide - 20))
    draw.rectangle((left, 10, left + wide, HEIGHT - 10), fill=(int(rng.integers(225, 256)),) * 3)
    letters, line = _font("DejaVuSansMono", rng, 11, 16)
    title = ImageFont.truetype(_path("DejaVuSans-Bold"), 22)
    draw.text((left + 20, 20), _words(rng, 2).upper(), fill=(20, 20, 20), font=title)
    for y in range(60, HEIGHT - 40, line):
        if rng.random() < 0.08:
            draw.line((left + 10, y + 5, left + wide - 10, y + 5), fill=(60, 60, 60))
            continue
        draw.text((left + 12, y), _words(rng, 2), fill=(40, 40, 40), font=letters)
        price = f"{abs(rng.normal(0, 30)):.2f}"
        end = left + wide - 12 - letters.getlength(price)
        draw.text((end, y), price, fill=(40, 40, 40), font=letters)
    return np.asarray(image)


def barcode(rng: Random) -> Picture:
    """Draws a code like QR, or a bar code, with a margin."""
    image, draw = _sheet((255, 255, 255) if rng.random() < 0.6 else colour(rng, 150, 255))
    if rng.random() < 0.5:
        cells = int(rng.choice([21, 25, 29, 33]))
        grid = rng.random((cells, cells)) < 0.5
        for y, x in ((0, 0), (0, cells - 7), (cells - 7, 0)):
            grid[y : y + 7, x : x + 7] = True
            grid[y + 1 : y + 6, x + 1 : x + 6] = False
            grid[y + 2 : y + 5, x + 2 : x + 5] = True
        side = int(rng.integers(200, 430)) // cells
        left, top = (WIDTH - cells * side) // 2, (HEIGHT - cells * side) // 2
        for row, column in np.argwhere(grid):
            x, y = left + int(column) * side, top + int(row) * side
            draw.rectangle((x, y, x + side - 1, y + side - 1), fill=(0, 0, 0))
        return np.asarray(image)
    top, bottom = int(rng.integers(40, 150)), int(rng.integers(300, 420))
    x = int(rng.integers(40, 120))
    while x < WIDTH - 80:
        bar = int(rng.integers(2, 9))
        draw.rectangle((x, top, x + bar, bottom), fill=(0, 0, 0))
        x += bar + int(rng.integers(3, 10))
    digits = "".join(str(digit) for digit in rng.integers(0, 10, 13))
    letters = ImageFont.truetype(_path("DejaVuSansMono"), 34)
    draw.text((120, bottom + 6), digits, fill=(0, 0, 0), font=letters)
    return np.asarray(image)


def chart(rng: Random) -> Picture:
    """Draws a random diagram with matplotlib: lines, bars, points, a pie or a heat map."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    kind = int(rng.integers(5))
    axes = figure.add_subplot()
    if kind == 0:
        for _ in range(int(rng.integers(1, 5))):
            axes.plot(np.cumsum(rng.normal(size=60)), color=_unit(rng), label=_word(rng))
        axes.legend(loc="upper left")
    elif kind == 1:
        names = [f"{_word(rng)} {number}" for number in range(int(rng.integers(3, 9)))]
        axes.bar(names, rng.random(len(names)), color=[_unit(rng) for _ in names])
    elif kind == 2:
        across, up = rng.normal(size=(2, 120))
        axes.scatter(across, up, s=20, color=_unit(rng))
    elif kind == 3:
        axes.pie(rng.random(5) + 0.1, colors=[_unit(rng) for _ in range(5)])
    else:
        axes.imshow(rng.random((8, 10)), cmap="viridis", aspect="auto")
    axes.set_title(_words(rng, 3))
    axes.grid(bool(rng.random() < 0.5))
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.array(canvas.buffer_rgba(), dtype=np.uint8)  # type: ignore[no-untyped-call]
    return pixels[..., :3].copy()


def city_map(rng: Random) -> Picture:
    """Draws a map with roads, parks, water and names."""
    image, draw = _sheet((int(rng.integers(225, 245)), 238, 228))
    for fill in ((190, 222, 170), (160, 200, 230)):
        for _ in range(int(rng.integers(1, 5))):
            centre = rng.uniform((0, 0), (WIDTH, HEIGHT))
            spokes = np.sort(rng.uniform(0, 2 * math.pi, 9))
            away = rng.uniform(30, 110, 9)
            shape = centre + np.stack([np.cos(spokes) * away, np.sin(spokes) * away], 1)
            draw.polygon([(float(x), float(y)) for x, y in shape], fill=fill)
    for wide, fill in ((12, (250, 205, 110)), (6, (255, 255, 255)), (3, (255, 255, 255))):
        for _ in range(int(rng.integers(3, 14))):
            path = np.cumsum(rng.normal(rng.normal(0, 25, 2), 25, (14, 2)), axis=0)
            path += rng.uniform((0, 0), (WIDTH, HEIGHT))
            points = [(float(x), float(y)) for x, y in path]
            draw.line(points, fill=(200, 190, 175), width=wide + 2)
            draw.line(points, fill=fill, width=wide)
    letters, _ = _font("DejaVuSans", rng, 11, 16)
    for _ in range(int(rng.integers(6, 18))):
        x, y = (float(value) for value in rng.uniform((0, 0), (WIDTH - 60, HEIGHT)))
        draw.text((x, y), _word(rng).title(), fill=(90, 90, 90), font=letters)
    return np.asarray(image)


def icon(rng: Random) -> Picture:
    """Draws one or several flat icons in few colours."""
    image, draw = _sheet(LIGHT if rng.random() < 0.6 else colour(rng))
    across = int(rng.choice([1, 2, 4]))
    side = min(WIDTH, HEIGHT) // across
    for row in range(max(1, HEIGHT // side)):
        for column in range(max(1, WIDTH // side)):
            _sign(draw, rng, column * side + side * 0.1, row * side + side * 0.1, side * 0.8)
    return np.asarray(image)


def doodle(rng: Random) -> Picture:
    """Draws curves, stick figures, houses and spirals, on paper or a blackboard."""
    board = rng.random() < 0.25
    image, draw = _sheet((35, 60, 45) if board else (int(rng.integers(225, 256)),) * 3)
    ink = (235, 235, 235) if board else colour(rng, 0, 110)
    wide = int(rng.integers(2, 6))
    for _ in range(int(rng.integers(2, 8))):
        x, y = rng.uniform((60, 60), (WIDTH - 60, HEIGHT - 60))
        size, kind = rng.uniform(25, 110), int(rng.integers(4))
        if kind == 0:
            path = np.cumsum(np.cumsum(rng.normal(0, size / 25, (60, 2)), 0), 0) * 0.4
            draw.line([(float(x + a), float(y + b)) for a, b in path], fill=ink, width=wide)
        elif kind == 1:
            draw.ellipse((x - size / 4, y - size, x + size / 4, y - size / 2), outline=ink, width=3)
            for a, b, c, d in (
                (0, -0.5, 0, 0.3), (0, 0.3, -0.3, 1), (0, 0.3, 0.3, 1), (-0.4, -0.2, 0.4, -0.2)
            ):  # fmt: skip
                line = (x + a * size, y + b * size, x + c * size, y + d * size)
                draw.line(line, fill=ink, width=wide)
        elif kind == 2:
            draw.rectangle((x - size / 2, y, x + size / 2, y + size), outline=ink, width=wide)
            roof = [(x - size / 2, y), (x, y - size / 2), (x + size / 2, y)]
            draw.line(roof, fill=ink, width=wide)
        else:
            turns = np.linspace(0, rng.uniform(6, 30), 90)
            swirl = [
                (x + t * size / 30 * math.cos(t), y + t * size / 30 * math.sin(t)) for t in turns
            ]
            draw.line(swirl, fill=ink, width=wide)
    return np.asarray(image)


def _sheet(ground: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    return image, ImageDraw.Draw(image)


def _path(family: str) -> str:
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{family}.ttf")


def _font(family: str, rng: Random, low: int, high: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """Loads a font of random size, low..high - 1 pixels; also returns its line height."""
    size = int(rng.integers(low, high))
    return ImageFont.truetype(_path(family), size), size + int(rng.integers(3, 9))


def _word(rng: Random) -> str:
    return "".join(rng.choice(list(LETTERS), int(rng.integers(2, 9))))


def _words(rng: Random, count: int) -> str:
    return " ".join(_word(rng) for _ in range(count))


def _line(
    draw: ImageDraw.ImageDraw,
    rng: Random,
    place: tuple[int, int],
    width: int,
    letters: ImageFont.FreeTypeFont,
    ink: Colour,
) -> None:
    text = _word(rng)
    while letters.getlength(text) < width * rng.uniform(0.6, 0.95):
        text += f" {_word(rng)}"
    draw.text(place, text, fill=ink, font=letters)


def _unit(rng: Random) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in rng.uniform(0.1, 0.9, 3))
    return red, green, blue


def _sign(draw: ImageDraw.ImageDraw, rng: Random, x: float, y: float, side: float) -> None:
    ground, ink = colour(rng), colour(rng, 200, 256)
    kind, inner = int(rng.integers(5)), side * 0.25
    box = (x, y, x + side, y + side)
    middle = (x + inner, y + inner, x + side - inner, y + side - inner)
    if rng.random() < 0.5:
        draw.rounded_rectangle(box, side * 0.2, fill=ground)
    else:
        draw.ellipse(box, fill=ground)
    if kind == 0:
        draw.polygon([(middle[0], middle[3]), (x + side / 2, middle[1]), middle[2:]], fill=ink)
    elif kind == 1:
        draw.ellipse(middle, outline=ink, width=max(2, int(side * 0.08)))
    elif kind == 2:
        draw.rectangle(middle, fill=ink)
    elif kind == 3:
        for place in (0.35, 0.5, 0.65):
            line = (middle[0], y + side * place, middle[2], y + side * place)
            draw.line(line, fill=ink, width=max(2, int(side * 0.06)))
    else:
        letters = ImageFont.truetype(_path("DejaVuSans-Bold"), max(8, int(side * 0.5)))
        draw.text((x + side * 0.3, y + side * 0.2), _word(rng)[0].upper(), fill=ink, font=letters)


def photographed(rgb: Picture, rng: Random) -> Picture:
    """Simulates a photo of a picture: perspective, uneven light, blur, tint, sensor noise.

    Args:
        rgb: (H, W, 3) uint8 RGB, 0..255.
        rng: source of the parameters and of the noise.

    Returns:
        (H, W, 3) uint8 RGB, 0..255.
    """
    height, width = rgb.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + rng.uniform(-0.06, 0.06, (4, 2)) * (width, height)
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(rgb, view, (width, height), borderMode=cv2.BORDER_REFLECT)
    seen = cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.4, 1.0)))
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    light = rng.uniform(0.7, 1.05) + rng.uniform(-0.15, 0.15) * x + rng.uniform(-0.15, 0.15) * y
    tint = rng.uniform(0.92, 1.05, 3)
    noise = rng.normal(0, rng.uniform(1, 5), rgb.shape)
    return np.clip(seen * light[..., None] * tint + noise, 0, 255).astype(np.uint8)
