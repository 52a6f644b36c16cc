"""Several cameras on one machine: whose frame is looked at, and the one too many."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.live.watcher import Watcher
from pipeline.phrases import ENGLISH, FRENCH, Phrases
from pipeline.processors import available_cores
from pipeline.reading.reader import Reader
from pipeline.web.state import camera_worker
from pipeline.web.state.camera_state import CameraState, State
from pipeline.web.state.camera_worker import Camera
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.live_cameras import MOST_ON_A_CORE, LiveCameras, most_cameras
from pipeline.web.ui import camera_tab
from pipeline.web.ui.camera_tab import CameraTab
from tests.waiting import until
from tests.web.cameras import RED, keep, speak, wait


@pytest.fixture
def four(captioner: Captioner) -> Iterator[tuple[LiveCameras, list[Camera]]]:
    """Four cameras, for each of which there is a place."""
    live = LiveCameras(4)
    cameras = [Camera(Watcher(captioner), speak, keep, live.turns) for _ in range(4)]
    assert all(map(live.admit, cameras))
    yield live, cameras
    for camera in cameras:
        camera.accept(False)
    wait(lambda: not any(camera.working() for camera in cameras))


def test_every_fourth_look_is_at_the_same_camera(
    four: tuple[LiveCameras, list[Camera]], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, cameras = four
    monkeypatch.setattr(camera_worker, "LOOK_S", 0.0)
    looks: list[int] = []

    def frame(number: int) -> NDArray[np.uint8]:
        """The picture of a camera; while it is looked at, all others come to want to be, too."""
        for other, camera in enumerate(cameras):
            if other != number and len(looks) < 40:
                camera.offer(lambda other=other: frame(other))
        assert until(lambda: live.turns.waiting == 3 or len(looks) >= 40)
        cameras[number].offer(lambda: frame(number))
        looks.append(number)
        return RED

    for number, camera in enumerate(cameras):
        camera.offer(lambda number=number: frame(number))
    wait(lambda: len(looks) >= 40)
    order = looks[4:8]
    assert sorted(order) == [0, 1, 2, 3]
    assert looks[4:40] == order * 9


def test_who_waited_for_a_turn_has_its_newest_frame_looked_at(
    four: tuple[LiveCameras, list[Camera]],
) -> None:
    live, (camera, *_) = four
    read: list[int] = []

    def frame(number: int) -> NDArray[np.uint8]:
        read.append(number)
        return RED

    with live.turns.turn():
        for number in range(5):
            camera.offer(lambda number=number: frame(number))
            wait(lambda: live.turns.waiting == 1)
        assert read == []
    wait(lambda: read)
    assert read == [4]


def test_a_camera_that_stops_while_it_waits_is_not_looked_at(
    four: tuple[LiveCameras, list[Camera]],
) -> None:
    live, (camera, *_) = four
    with live.turns.turn():
        camera.offer(lambda: pytest.fail("nobody is filmed after the stop"))
        wait(lambda: live.turns.waiting == 1)
        camera.accept(False)
    wait(lambda: not camera.working())


def test_the_one_too_many_is_refused_until_another_stops(
    four: tuple[LiveCameras, list[Camera]], captioner: Captioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, cameras = four
    late = Camera(Watcher(captioner), speak, keep, live.turns)
    assert not live.admit(late)
    assert all(map(live.admit, cameras))  # who is in stays in
    cameras[2].accept(False)
    assert live.admit(late)
    assert not live.admit(cameras[2])
    cameras[0].stream_ended()  # its page was closed
    assert live.admit(cameras[2])
    assert not live.admit(cameras[0])
    monkeypatch.setattr(camera_worker, "PLACE_S", 0.0)  # all have been gone for so long
    assert live.admit(cameras[0])


@pytest.mark.parametrize("say", [ENGLISH, FRENCH], ids=["en", "fr"])
def test_the_one_too_many_is_told_why_and_stopped(
    four: tuple[LiveCameras, list[Camera]],
    captioner: Captioner,
    monkeypatch: pytest.MonkeyPatch,
    say: Phrases,
) -> None:
    live, _ = four
    monkeypatch.setattr(camera_tab.st, "session_state", {})
    state = CameraState()
    state.browser_event("granted", time.monotonic())
    queue, stops = DescriptionQueue(), state.stops
    tab = CameraTab(queue, state, say, lambda: captioner, Reader, [], live)
    tab.stream(camera_tab.LiveSettings(), speak, keep)
    assert [entry.text for entry in queue.entries] == [say.camera_crowded]
    assert (state.wanted, state.stops) == (False, stops + 1)
    tab.poll()
    assert state.state is State.OFF


def test_how_many_is_a_setting() -> None:
    assert most_cameras("") == most_cameras(" ") == MOST_ON_A_CORE * available_cores()
    assert most_cameras(" 3 ") == 3
    for wrong in ("0", "-1", "many", "1.5"):
        with pytest.raises(ValueError, match="VOIS_CAMERAS"):
            most_cameras(wrong)
