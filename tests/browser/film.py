"""What the fake camera shows: films made of still scenes, and a look at which scene is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIZE = (640, 480)
FRAMES_PER_SECOND = 10
THUMBNAIL = (8, 6)

# Notes every 40 ms which scene the page's own picture of the camera shows.
TIMELINE = """
(thumbnails) => {
  const [width, height] = [8, 6];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  window.timeline = [];
  setInterval(() => {
    const video = document.querySelector(".vois-picture video");
    if (!video?.videoWidth) return;
    context.drawImage(video, 0, 0, width, height);
    const seen = context.getImageData(0, 0, width, height).data.filter((_, i) => i % 4 < 3);
    const far = thumbnails.map((one) =>
      one.reduce((sum, value, i) => sum + Math.abs(value - seen[i]), 0));
    const scene = far.indexOf(Math.min(...far));
    if (timeline.at(-1)?.scene !== scene) timeline.push({ scene, at: performance.now() });
  }, 40);
}
"""


@dataclass(frozen=True)
class Scene:
    """A still picture for so many seconds; noise in standard deviations of 0..255."""

    rgb: NDArray[np.uint8]
    seconds: float
    noise: float = 0.0


def photo(path: Path) -> NDArray[np.uint8]:
    """(480, 640, 3) uint8 RGB."""
    bgr = cv2.imread(str(path))
    assert bgr is not None, path
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return np.asarray(cv2.resize(rgb, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def write_film(path: Path, scenes: Sequence[Scene]) -> Path:
    """Writes what Chromium's fake camera plays in a loop: YUV4MPEG2, uncompressed."""
    random = np.random.default_rng(0)
    width, height = SIZE
    with path.open("wb") as file:
        rate = f"F{FRAMES_PER_SECOND}:1"
        file.write(f"YUV4MPEG2 W{width} H{height} {rate} Ip A1:1 C420jpeg\n".encode())
        for scene in scenes:
            for _ in range(round(scene.seconds * FRAMES_PER_SECOND)):
                rgb = scene.rgb.astype(np.float32)
                if scene.noise:
                    rgb += random.normal(0, scene.noise, rgb.shape)
                frame = np.clip(rgb, 0, 255).astype(np.uint8)
                file.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def watch_scenes(page: Any, scenes: Sequence[Scene]) -> None:
    """Begins to note in the page which of the scenes is on."""
    thumbnails = [
        cv2.resize(scene.rgb, THUMBNAIL, interpolation=cv2.INTER_AREA).ravel().tolist()
        for scene in scenes
    ]
    page.evaluate(TIMELINE, thumbnails)
