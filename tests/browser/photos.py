"""Photos to upload: (file name, bytes)."""

from __future__ import annotations

import io

from PIL import Image

from tests.browser.app import ROOT

SAMPLES = ROOT / "assets" / "samples"
NOT_A_PHOTO = ("holiday.jpg", b"These are words, not a photo.")


def sample(name: str) -> tuple[str, bytes]:
    return f"{name}.jpg", (SAMPLES / f"{name}.jpg").read_bytes()


def black() -> tuple[str, bytes]:
    file = io.BytesIO()
    Image.new("RGB", (640, 480)).save(file, "PNG")
    return "black.png", file.getvalue()
