"""The tiny model, and a camera's worker that runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.live.watcher import LiveSettings, Watcher
from pipeline.web.state.camera_worker import Camera
from tests.data.tiny_files import TINY
from tests.web.cameras import KEPT, keep, speak, wait


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY, threads=1)


@pytest.fixture
def camera(captioner: Captioner) -> Iterator[Camera]:
    KEPT.clear()
    camera = Camera(Watcher(captioner), speak, keep)
    camera.configure(LiveSettings(interval_s=0.0), speak, keep)
    camera.accept(True)
    yield camera
    camera.accept(False)
    wait(lambda: not camera.working())
