"""What the live tab does with the reports of the camera's worker."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.phrases import ENGLISH
from pipeline.reading.reader import Reader
from pipeline.web.state.camera_state import CameraState
from pipeline.web.state.camera_worker import Camera
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.live_cameras import LiveCameras
from pipeline.web.ui import camera_tab, components
from pipeline.web.ui.camera_tab import CameraTab
from tests.web.cameras import KEPT, RED, WAIT_S, wait


@pytest.fixture
def tab(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> CameraTab:
    """The live tab of a person whose camera is on."""
    monkeypatch.setattr(camera_tab.st, "session_state", {camera_tab.WORKER: camera})
    live = CameraState()
    live.browser_event("granted", time.monotonic())
    return CameraTab(DescriptionQueue(), live, ENGLISH, never, Reader, [], LiveCameras(1))


def never() -> Captioner:
    raise AssertionError("the camera is described already")


@pytest.mark.parametrize("news", ["broke", "stopped"])
def test_an_answer_is_shown_while_the_stream_is_made_again_and_not_after_the_end(
    camera: Camera, tab: CameraTab, news: str
) -> None:
    camera.ask()
    camera.offer(lambda: RED)
    wait(lambda: KEPT)
    if news == "stopped":
        tab.live.browser_event(news, time.monotonic())
    else:
        tab.live.broke()
        assert not tab.live.sending
    deadline = time.monotonic() + (WAIT_S if news == "broke" else 1.0)
    while not tab.queue.entries and time.monotonic() < deadline:
        tab.poll()
        time.sleep(0.01)
    assert [entry.text for entry in tab.queue.entries] == (KEPT if news == "broke" else [])


def test_a_stream_that_cannot_be_made_is_tried_again(
    camera: Camera,
    tab: CameraTab,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def too_busy(*arguments: object, **options: object) -> None:
        raise TimeoutError("the offer was not processed in time")

    library = SimpleNamespace(webrtc_streamer=too_busy, WebRtcMode=SimpleNamespace(SENDONLY=1))
    monkeypatch.setitem(sys.modules, "streamlit_webrtc", library)
    components.stream(tab.live, camera, [])
    assert tab.live.reconnect
    assert "was not made" in caplog.text
