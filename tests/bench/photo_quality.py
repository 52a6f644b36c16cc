"""Measures pipeline.photo_quality on photos: false alarms, and misses on spoiled copies.

    python tests/bench/photo_quality.py --photos FOLDER [--list NAMES.txt] [--count 1500]

Every photo is squashed to 224 x 224 first, so that blurs are relative to that size.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.image import read_rgb, squash
from pipeline.photo_quality import SIDE, Kind, assess

Photo = NDArray[np.uint8]
Random = np.random.Generator


def noisy(values: NDArray[np.floating], sigma: float, rng: Random) -> Photo:
    """(H, W, 3) as uint8, with a sensor's noise."""
    noise = rng.normal(0, sigma, values.shape)
    return np.clip(np.rint(values + noise), 0, 255).astype(np.uint8)


def darkened(factor: float) -> Callable[[Photo, Random], Photo]:
    """What a sensor gives for so much less light."""
    return lambda rgb, rng: noisy(rgb * factor, 1.5, rng)


def overexposed(share: float) -> Callable[[Photo, Random], Photo]:
    """Gain and glare that leave only `1 - share` of the picture below white."""

    def spoil(rgb: Photo, rng: Random) -> Photo:
        luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(float)
        dark = float(np.percentile(luma, 100 * (1 - share)))
        # A lens that looks into light adds a veil: without it, black would stay black at any gain.
        return noisy((rgb + 20.0) * (255 / (dark + 20)), 1.5, rng)

    return spoil


def blurred(sigma: float, noise: float) -> Callable[[Photo, Random], Photo]:
    """Out of focus."""
    return lambda rgb, rng: noisy(cv2.GaussianBlur(rgb, (0, 0), sigma).astype(float), noise, rng)


def shaken(length: int) -> Callable[[Photo, Random], Photo]:
    """Moved in a straight line of any direction."""

    def spoil(rgb: Photo, rng: Random) -> Photo:
        line = np.zeros((length, length), np.float32)
        line[length // 2] = 1
        middle = ((length - 1) / 2, (length - 1) / 2)
        rotation = cv2.getRotationMatrix2D(middle, rng.uniform(0, 180), 1)
        line = np.asarray(cv2.warpAffine(line, rotation, (length, length)))
        return noisy(cv2.filter2D(rgb, -1, line / line.sum()).astype(float), 1, rng)

    return spoil


def shaded(base: NDArray[np.floating], slope: float, noise: float, rng: Random) -> Photo:
    """One colour, lighter on one side."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    shade = 1 + slope * (x * np.cos(angle) + y * np.sin(angle))
    return noisy(shade[..., None] * base, noise, rng)


def finger(_: Photo, rng: Random) -> Photo:
    """A finger on the lens: reddish, dark or lit from behind, brighter on one side."""
    base = np.array([rng.uniform(40, 150), rng.uniform(8, 50), rng.uniform(5, 45)])
    return shaded(base, rng.uniform(0, 1), rng.uniform(1, 5), rng)


def wall(_: Photo, rng: Random) -> Photo:
    """A blank wall, shaded."""
    tint = np.array([1, rng.uniform(0.92, 1), rng.uniform(0.8, 1)])
    return shaded(rng.uniform(90, 230) * tint, rng.uniform(0, 0.4), rng.uniform(1, 4), rng)


def cap(_: Photo, rng: Random) -> Photo:
    """A lens cap or a lid over the camera."""
    return noisy(np.full((SIDE, SIDE, 3), rng.uniform(0, 8)), 2, rng)


WAYS: dict[str, Callable[[Photo, Random], Photo]] = {
    "untouched": lambda rgb, rng: rgb,
    "light x 0.3": darkened(0.3),
    "light x 0.12": darkened(0.12),
    "light x 0.08": darkened(0.08),
    "light x 0.04": darkened(0.04),
    "lens cap": cap,
    "75 % white": overexposed(0.75),
    "85 % white": overexposed(0.85),
    "95 % white": overexposed(0.95),
    "finger": finger,
    "blank wall": wall,
    "blur 1": blurred(1, 1),
    "blur 2": blurred(2, 1),
    "blur 3": blurred(3, 1),
    "blur 3, noise 3": blurred(3, 3),
    "blur 4": blurred(4, 1),
    "blur 8": blurred(8, 1),
    "shaken 15": shaken(15),
    "shaken 25": shaken(25),
}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos")
    parser.add_argument("--list", type=Path, help="file with the names to take, one a line")
    parser.add_argument("--count", type=int, default=1500, help="photos to take at random")
    options = parser.parse_args()

    if options.list:
        names = options.list.read_text().split()
    else:
        names = sorted(path.name for path in options.photos.iterdir())
    rng = np.random.default_rng(0)
    taken = rng.permutation(len(names))[: options.count]
    counts: dict[str, Counter[Kind | None]] = {way: Counter() for way in WAYS}
    spent = 0.0
    for place in taken:
        rgb = squash(read_rgb((options.photos / names[place]).read_bytes()), SIDE)
        for way, spoil in WAYS.items():
            spoiled = spoil(rgb, rng)
            start = time.perf_counter()
            guidance = assess(spoiled)
            spent += time.perf_counter() - start
            counts[way][guidance.kind if guidance else None] += 1
            if way == "untouched" and guidance:
                print(f"false alarm: {names[place]}: {guidance.kind}")

    print(f"{len(taken)} photos, {1000 * spent / len(taken) / len(WAYS):.2f} ms each\n")
    print(f"{'':16}{'any':>8}" + "".join(f"{kind:>9}" for kind in Kind))
    for way, found in counts.items():
        shares = [100 * found[kind] / len(taken) for kind in Kind]
        print(f"{way:16}{sum(shares):7.1f}%" + "".join(f"{share:8.1f}%" for share in shares))


if __name__ == "__main__":
    main()
