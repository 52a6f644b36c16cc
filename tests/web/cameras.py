"""A camera's worker for tests: what it shows, says and keeps, and how to wait for its reports."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.description import Description
from pipeline.web.state.announcement import Announcement, Spoken
from pipeline.web.state.camera_worker import Camera
from tests.data.tiny_files import draw
from tests.waiting import until

WAIT_S = 20.0
GENERATOR = np.random.default_rng(0)
RED, BLUE = draw("red", "square", GENERATOR), draw("blue", "stripe", GENERATOR)
KEPT: list[str] = []


def speak(text: str, language: str) -> Iterator[Spoken]:
    yield Spoken(f"sound of {text}", 0.0, "voice", False)


def keep(description: Description) -> None:
    KEPT.append(description.text)


def wait(ready: Callable[[], object]) -> None:
    assert until(ready, WAIT_S), "nothing came"


def reports(camera: Camera, rgb: NDArray[np.uint8], count: int) -> list[Announcement]:
    """Shows a picture until so many different things were reported with their sound."""
    found: dict[str, Announcement] = {}

    def look() -> bool:
        camera.offer(lambda: rgb)
        time.sleep(0.03)
        found.update({report.id: report for report in camera.take()})
        return len([report for report in found.values() if report.complete]) >= count

    wait(look)
    return list(found.values())
