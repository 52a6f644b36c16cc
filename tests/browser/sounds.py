"""What the page's player did and how loud it was."""

from __future__ import annotations

import io
import wave

import numpy as np

DONE = ("playing", "ended", "stopped")


def loudness(wav: bytes) -> float:
    """Root mean square of 16-bit samples, 0..1."""
    with wave.open(io.BytesIO(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return float(np.sqrt(np.mean((samples / 32768) ** 2)))


# Notes each sound that the player is given.
SOURCES = """
window.sources = [];
const audio = document.querySelector("audio");
audio.addEventListener("playing", () => {
  if (sources.at(-1) !== audio.src) sources.push(audio.src);
});
"""
