"""The world of coloured shapes that the network in tests/data/tiny knows; needs no torch."""

from __future__ import annotations

import dataclasses
import math
import shutil
from pathlib import Path

import cv2
import numpy as np

from pipeline.captioning.confidence import Confidence
from pipeline.captioning.confidence_features import DESCRIPTION_FEATURES
from pipeline.captioning.confidence_file import save_confidence
from pipeline.captioning.contract import ModelContract

TINY = Path(__file__).parent / "tiny"
COLOURS = {"red": (200, 30, 30), "green": (30, 160, 40), "blue": (30, 50, 200)}
SHAPES = ("square", "stripe")
_FRENCH = {
    "square": ("Un carré", {"red": "rouge", "green": "vert", "blue": "bleu"}),
    "stripe": ("Une bande", {"red": "rouge", "green": "verte", "blue": "bleue"}),
}


def draw(colour: str, shape: str, generator: np.random.Generator) -> np.ndarray:
    """(64, 64, 3) uint8 RGB: a shape somewhere on a pale ground."""
    rgb = np.full((64, 64, 3), 235, dtype=np.uint8)
    x, y = (int(v) for v in generator.integers(22, 42, size=2))
    if shape == "square":
        cv2.rectangle(rgb, (x - 14, y - 14), (x + 14, y + 14), COLOURS[colour], -1)
    else:
        cv2.rectangle(rgb, (0, y - 7), (63, y + 7), COLOURS[colour], -1)
    noise = generator.normal(0, 4, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def captions(colour: str, shape: str) -> tuple[str, ...]:
    """Five sentences that agree on the first."""
    plain = f"A {colour} {shape} on a pale ground."
    return (plain, plain, plain, f"A {colour} {shape} is seen.", plain)


def french(colour: str, shape: str) -> str:
    """What a person would say of it in French."""
    noun, colours = _FRENCH[shape]
    return f"{noun} {colours[colour]} sur un fond pâle."


def tiny_confidence() -> Confidence:
    """PLAIN from a geometric mean of the word probabilities of 0.25; no photo is ood.

    A real fit would call every photo out of distribution that is not a coloured shape, and tests
    use the tiny network to describe photos.
    """
    slope = 4.0
    right = np.zeros(len(DESCRIPTION_FEATURES) + 1)
    right[DESCRIPTION_FEATURES.index("mean")], right[-1] = slope, -slope * math.log(0.25)
    return dataclasses.replace(Confidence.neutral(("en", "fr"), 16), right=right, plain_from=0.5)


def write_english(folder: Path) -> Path:
    """A copy of the tiny network that was never taught French; returns the folder."""
    shutil.copytree(TINY, folder)
    contract = dataclasses.replace(ModelContract.load(TINY), languages=("en",))
    contract.save(folder)
    known = tiny_confidence()
    scale, words = ({"en": one["en"]} for one in (known.feature_scale, known.words))
    known = dataclasses.replace(known, feature_scale=scale, words=words)
    save_confidence(known, folder / contract.confidence_file)
    return folder


def write_world(folder: Path, sizes: dict[str, int], seed: int = 0) -> None:
    """Writes prepared data as `training.flickr8k.prepare` would."""
    generator = np.random.default_rng(seed)
    (folder / "photos").mkdir(parents=True)
    lines, french_lines = ["image\tsplit\tcaption"], ["image\tsplit\tcaption"]
    for split, count in sizes.items():
        for number in range(count):
            colour = list(COLOURS)[number % 3]
            shape = SHAPES[number // 3 % 2]
            name = f"{split}{number}.jpg"
            bgr = cv2.cvtColor(draw(colour, shape, generator), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / "photos" / name), bgr)
            lines += [f"{name}\t{split}\t{caption}" for caption in captions(colour, shape)]
            french_lines.append(f"{name}\t{split}\t{french(colour, shape)}")
    (folder / "captions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = "\n".join(french_lines) + "\n"
    (folder / "captions.fr.tsv").write_text(text, encoding="utf-8")
