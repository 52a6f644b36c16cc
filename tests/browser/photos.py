"""Photos to upload: (file name, bytes)."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from tests.browser.app import ROOT
from tests.data.tiny_files import draw

SAMPLES = ROOT / "assets" / "samples"
NOT_A_PHOTO = ("holiday.jpg", b"These are words, not a photo.")


def sample(name: str) -> tuple[str, bytes]:
    return f"{name}.jpg", (SAMPLES / f"{name}.jpg").read_bytes()


def black() -> tuple[str, bytes]:
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    return "black.png", file.getvalue()


def square() -> tuple[str, bytes]:
    """A photo that the model knows, large enough to be described."""
    rgb = draw("red", "square", np.random.default_rng(1))
    return "square.png", cv2.imencode(".png", cv2.resize(rgb[..., ::-1], (256, 256)))[1].tobytes()
