"""The page with a film in place of the camera, and what it described."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser.app import Server, Vois, launch, visit
from tests.browser.film import Scene, photo, watch_scenes
from tests.browser.photos import SAMPLES

CAMERA = "--use-file-for-fake-video-capture="
# A camera whose picture the test changes, so that it can wait for what is said of each.
SHOWN = """
const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
const context = canvas.getContext("2d");
let picture = null;
setInterval(() => picture && context.drawImage(picture, 0, 0), 50);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
window.showCamera = async (url) => {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  picture = image;
};
"""


def still(name: str, seconds: float, noise: float = 0.0) -> Scene:
    return Scene(photo(SAMPLES / f"{name}.jpg"), seconds, noise)


@contextmanager
def filmed(
    driver: Any, server: Server, film: Path, *arguments: str, **options: Any
) -> Iterator[Vois]:
    """A page in a browser of its own, whose camera shows a film."""
    with launch(driver, f"{CAMERA}{film}", *arguments) as browser:
        with visit(browser, server.url, **options) as vois:
            vois.open_camera()
            yield vois


def begin(vois: Vois, scenes: Sequence[Scene] = ()) -> None:
    watch_scenes(vois.page, scenes or [still("cat", 1)])
    vois.page.keyboard.press("l")


def show(vois: Vois, rgb: NDArray[np.uint8]) -> None:
    """Holds a picture before the camera of a page that has `SHOWN`."""
    _, png = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    encoded = base64.b64encode(png.tobytes()).decode()
    vois.page.evaluate("showCamera", f"data:image/png;base64,{encoded}")


def descriptions(vois: Vois) -> list[dict[str, Any]]:
    """What was shown from the camera: {id, at, timestamps}."""
    events = vois.page.evaluate("voisPlayerEvents.filter((event) => event.type === 'shown')")
    return [event for event in events if event["timestamps"]]


def scene_at(vois: Vois, at: float) -> int:
    """Which scene the page's picture showed at a time."""
    on = [entry for entry in vois.page.evaluate("timeline") if entry["at"] <= at]
    return int(on[-1]["scene"])


def overlaps(vois: Vois) -> list[tuple[str, str]]:
    """Sounds that began while another one was on."""
    on: str | None = None
    found = []
    for event, identity in vois.events():
        kind = event.removeprefix("cue ")
        if kind == "playing":
            if on not in (None, identity):
                found.append((on, identity))
            on = identity
        elif kind != "shown" and on == identity:
            on = None
    return found


def held(server: Server) -> tuple[float, int, int]:
    """Resident memory in MB, threads and open files of the app."""
    process = Path(f"/proc/{server.pid}")
    if not process.exists():
        pytest.skip("needs /proc")
    lines = (process / "status").read_text().splitlines()
    (resident,) = (line for line in lines if line.startswith("VmRSS"))
    threads, files = (len(os.listdir(process / part)) for part in ("task", "fd"))
    return int(resident.split()[1]) / 1024, threads, files
