"""Draws pictures that are no scenes: out of distribution for a captioning model.

    python -m training.calibration.nonscenes --out FOLDER    draws the 200 that are measured

Sixteen kinds in eight families; the same seed gives the same pictures. Fitting and measuring use
different seeds, and the figure for unseen kinds leaves a whole family out of the fit. Every second
round of the kinds is drawn as if photographed with a camera.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.calibration import drawn_pictures
from training.calibration.drawn_pictures import HEIGHT, WIDTH, Picture, Random, colour, photographed

MEASURED_SEED, LEARNED_SEED = 200, 1
MEASURED = 200


def wall(rng: Random) -> Picture:
    """Draws plaster: one colour, a gradient of light, grain, sometimes an edge or a stain."""
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    light = 1 + rng.uniform(-0.25, 0.25) * x + rng.uniform(-0.25, 0.25) * y
    grain = _smooth(rng, float(rng.uniform(0.6, 4))) * rng.uniform(2, 14)
    picture = np.array(colour(rng, 110, 235)) * light[..., None] + grain[..., None]
    if rng.random() < 0.4:
        edge = int(rng.integers(60, WIDTH - 60))
        picture[:, edge:] *= rng.uniform(0.75, 0.95)
    if rng.random() < 0.4:
        picture *= 1 - 0.25 * np.clip(_smooth(rng, 30) - 1, 0, 1)[..., None]
    return _picture(picture)


def texture(rng: Random) -> Picture:
    """Draws cloth, wood or brick that fills the whole picture."""
    base = np.array(colour(rng, 60, 200), float)
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    kind = int(rng.integers(3))
    if kind == 0:
        step = rng.uniform(4, 14)
        weave = np.sin(x * 2 * np.pi / step) * np.sign(np.sin(y * np.pi / step)) * 18
        weave += np.sin(y * 2 * np.pi / step) * 12 + _smooth(rng, 1.0) * 8
        if rng.random() < 0.4:
            weave += np.where((x // int(step * 5)) % 2 == (y // int(step * 5)) % 2, 25, -25)
        return _picture(base + weave[..., None])
    if kind == 1:
        bend = cv2.resize(rng.normal(size=(4, 10)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        rings = np.sin(y / rng.uniform(4, 12) + bend * rng.uniform(2, 6)) * 16
        rings += np.where(y % int(rng.integers(90, 200)) < 3, -45, 0) + _smooth(rng, 1.0) * 5
        return _picture(np.array((150, 105, 65)) * rng.uniform(0.6, 1.3) + rings[..., None])
    tall, wide = int(rng.integers(24, 60)), int(rng.integers(60, 140))
    row = y // tall
    across = x + np.where(row % 2 == 0, 0, wide // 2)
    mortar = (y % tall < 4) | (across % wide < 4)
    tone = rng.normal(0, 14, (HEIGHT // tall + 2, 2 * WIDTH // wide + 2))[row, across // wide]
    bricks = np.array((165, 85, 65)) * rng.uniform(0.7, 1.2) + tone[..., None]
    bricks[mortar] = rng.uniform(150, 210)
    return _picture(bricks + _smooth(rng, 1.0)[..., None] * 8)


def noise(rng: Random) -> Picture:
    """Draws white, coarse, salt-and-pepper, striped or dark sensor noise."""
    kind = int(rng.integers(5))
    if kind == 0:
        return rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    if kind == 1:
        side = int(rng.choice([4, 8, 16, 32]))
        small = rng.integers(0, 256, (HEIGHT // side, WIDTH // side, 3), dtype=np.uint8)
        return cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    if kind == 2:
        picture = np.full((HEIGHT, WIDTH, 3), colour(rng), np.uint8)
        spots = rng.random((HEIGHT, WIDTH))
        picture[spots < 0.15], picture[spots > 0.85] = 0, 255
        return picture
    if kind == 3:
        lines = rng.normal(128, 60, (HEIGHT, 1, 1)) + rng.normal(0, 25, (HEIGHT, WIDTH, 1))
        return _picture(np.repeat(lines, 3, axis=2))
    return _picture(rng.normal(rng.uniform(30, 100), rng.uniform(20, 50), (HEIGHT, WIDTH, 3)))


def gradient(rng: Random) -> Picture:
    """Draws a linear, radial or stepped gradient of three colours."""
    x, y = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))
    turn = rng.uniform(0, 2 * np.pi)
    position = x * np.cos(turn) + y * np.sin(turn)
    if rng.random() < 0.4:
        position = np.hypot(x - rng.uniform(-0.5, 0.5), y - rng.uniform(-0.5, 0.5))
    if rng.random() < 0.3:
        position = np.round(position * 5) / 5
    stops = np.linspace(position.min(), position.max(), 3)
    colours = np.array([colour(rng, 0, 255) for _ in stops])
    return _picture(
        np.stack([np.interp(position, stops, channel) for channel in colours.T], axis=2)
    )


def clouds(rng: Random) -> Picture:
    """Draws blurred colours, as through a lens far out of focus."""
    size = int(rng.integers(3, 9))
    small = rng.integers(0, 256, (size, size + 1, 3)).astype(np.float32)
    return _picture(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


def fractal(rng: Random) -> Picture:
    """Draws a Julia set or fractal noise in random colours."""
    if rng.random() < 0.4:
        height = sum(_smooth(rng, 2.0**octave) * 2**octave for octave in range(1, 6)) / 32
        value = np.asarray(height, float)
    else:
        zoom = rng.uniform(0.6, 1.6)
        x, y = np.meshgrid(np.linspace(-zoom, zoom, WIDTH), np.linspace(-zoom, zoom, HEIGHT))
        z = x + 1j * y
        constant = 0.7885 * np.exp(1j * rng.uniform(0, 2 * np.pi))
        value = np.zeros(z.shape)
        for _ in range(40):
            z = np.where(np.abs(z) < 4, z**2 + constant, z)
            value += np.abs(z) < 4
        value = value / 6
    shifts, speeds = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.5, 2, 3)
    return _picture(127 + 120 * np.sin(value[..., None] * speeds + shifts))


FAMILIES: dict[str, tuple[Callable[[Random], Picture], ...]] = {
    "screens": (
        drawn_pictures.code,
        drawn_pictures.document,
        drawn_pictures.chat,
        drawn_pictures.spreadsheet,
    ),
    "labels": (drawn_pictures.receipt, drawn_pictures.barcode),
    "surfaces": (wall, texture),
    "noise": (noise,),
    "colours": (gradient, clouds),
    "drawings": (drawn_pictures.icon, drawn_pictures.doodle),
    "diagrams": (drawn_pictures.chart, drawn_pictures.city_map),
    "fractals": (fractal,),
}


@dataclass(frozen=True)
class NonScene:
    """A picture that is no scene.

    Attributes:
        family: one of `FAMILIES`.
        kind: the name of the function that drew it.
        rgb: (H, W, 3) uint8, 0..255, RGB.
    """

    family: str
    kind: str
    rgb: Picture


def draw(count: int, seed: int, families: Collection[str] = tuple(FAMILIES)) -> Iterator[NonScene]:
    """Draws `count` pictures, cycling through the kinds; equal arguments give equal pixels."""
    kinds = [(family, paint) for family in FAMILIES if family in families
             for paint in FAMILIES[family]]  # fmt: skip
    for number in range(count):
        family, paint = kinds[number % len(kinds)]
        rng = np.random.default_rng([seed, number])
        rgb = paint(rng)
        if number // len(kinds) % 2:
            rgb = photographed(rgb, rng)
        yield NonScene(family, paint.__name__, rgb)


def _smooth(rng: Random, sigma: float) -> NDArray[np.float64]:
    """Draws (HEIGHT, WIDTH) float64 noise of deviation 1, blurred by `sigma` pixels."""
    rough = cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), sigma)
    return np.asarray(rough / rough.std())


def _picture(values: NDArray[Any]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: draws the measured pictures into a folder."""
    parser = argparse.ArgumentParser(
        prog="python -m training.calibration.nonscenes", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(draw(MEASURED, MEASURED_SEED)):
        Image.fromarray(one.rgb).save(chosen.out / f"{number:03}-{one.family}-{one.kind}.png")
    print(f"Drew {MEASURED} pictures into {chosen.out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
