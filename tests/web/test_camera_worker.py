"""The camera's worker: real threads, the tiny model, frames as a camera would leave them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.errors import Message, ModelError, SpeechError
from pipeline.live.watcher import LiveSettings, Watcher
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.web.state import camera_worker as module
from pipeline.web.state.announcement import Announcement, Kind, Origin, Spoken
from pipeline.web.state.camera_worker import Camera
from tests.data.tiny_files import french
from tests.web.cameras import BLUE, KEPT, RED, WAIT_S, keep, reports, wait


def test_words_come_first_and_then_the_sound_of_each_sentence(captioner: Captioner) -> None:
    goes_on = threading.Event()

    def slowly(text: str, language: str) -> Iterator[Spoken]:
        for number in (1, 2):
            assert goes_on.wait(WAIT_S)
            goes_on.clear()
            yield Spoken(f"sound {number}", 1.0, "voice", False)

    camera = Camera(Watcher(captioner), slowly, keep)
    camera.accept(True)
    taken: list[Announcement] = []

    def look() -> bool:
        camera.offer(lambda: RED)
        time.sleep(0.03)
        taken.extend(camera.take())
        return bool(taken)

    wait(look)
    first = taken[0]
    assert first.sounds == ()
    assert first.description is not None
    assert first.text == first.description.text == KEPT[-1]  # kept before it was shown
    for number in (1, 2):
        taken.clear()
        goes_on.set()
        wait(look)
        assert [sound.token for sound in taken[0].sounds] == [
            f"sound {one}" for one in range(1, number + 1)
        ]
        assert taken[0].id == first.id
    before, after = first.timestamps, taken[0].timestamps
    assert before is not None
    assert after is not None
    assert before.seen <= before.told <= after.voiced
    if not taken[-1].complete:
        taken.clear()
        wait(look)
    assert taken[-1].complete
    camera.accept(False)


def test_only_the_newest_frame_is_looked_at(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.3)
    read: list[int] = []

    def frame(number: int) -> NDArray[np.uint8]:
        read.append(number)
        return RED

    for number in range(60):
        camera.offer(lambda number=number: frame(number))
        time.sleep(0.02)  # the pace of the frames: under test
    assert 3 <= len(read) <= 8
    assert read == sorted(read)
    # Between two looks frames were dropped, not queued.
    assert max(np.diff(read)) > 5


def test_asking_does_not_wait_for_the_next_look(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports(camera, RED, 1)
    monkeypatch.setattr(module, "LOOK_S", 1000.0)
    camera.ask()
    (answer,) = reports(camera, RED, 1)
    assert answer.asked
    assert answer.now


def test_the_thread_ends_with_the_camera_and_begins_with_the_next_frame(camera: Camera) -> None:
    assert not camera.working()
    assert camera.frame_age() is None
    reports(camera, RED, 1)
    assert camera.working()
    assert camera.frame_age() is not None
    camera.stream_ended()
    wait(lambda: not camera.working())
    assert camera.frame_age() is None
    camera.offer(lambda: RED)
    assert camera.working()
    camera.accept(False)
    wait(lambda: not camera.working())
    camera.offer(lambda: RED)
    assert not camera.working()
    assert camera.frame_age() is None


def test_the_thread_ends_when_no_frames_come(
    camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDLE_S", 0.3)
    camera.offer(lambda: RED)
    wait(lambda: not camera.working())
    camera.offer(lambda: RED)
    assert camera.working()


def test_starting_again_describes_the_same_scene_again(camera: Camera) -> None:
    (first,) = reports(camera, RED, 1)
    camera.accept(False)
    camera.accept(True)
    (second,) = reports(camera, RED, 1)
    assert second.text == first.text
    assert second.id != first.id


def test_broken_frames_are_reported_once_and_the_camera_goes_on(
    camera: Camera, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> NDArray[np.uint8]:
        raise RuntimeError("secret detail")

    for _ in range(40):
        camera.offer(broken)
        time.sleep(0.02)  # the pace of the frames
    found = {report.id: report for report in camera.take()}.values()
    assert [report.text for report in found] == [ENGLISH.unknown_error]
    assert "secret detail" in caplog.text
    assert reports(camera, BLUE, 1)[0].description is not None


def test_a_models_error_is_reported_in_its_own_words(camera: Camera) -> None:
    def broken() -> NDArray[np.uint8]:
        raise ModelError(Message.MODEL_FILES_MISMATCHED)

    camera.offer(broken)
    taken: list[Announcement] = []
    wait(lambda: taken.extend(camera.take()) or (taken and taken[-1].complete))
    text = "The model's files do not fit together. Install Vois again."
    assert taken[-1].text == text
    assert [sound.token for sound in taken[-1].sounds] == [f"sound of {text}"]
    assert KEPT == []


def test_the_camera_speaks_the_chosen_language(camera: Camera) -> None:
    spoken: list[tuple[str, str]] = []

    def note(text: str, language: str) -> Iterator[Spoken]:
        spoken.append((text, language))
        yield Spoken(f"sound of {text}", 0.0, "voice", False)

    def broken() -> NDArray[np.uint8]:
        raise ModelError(Message.MODEL_FILE_DAMAGED, file="a.onnx")

    camera.configure(LiveSettings(interval_s=0.0, language="fr"), note, keep)
    (red,) = reports(camera, RED, 1)
    assert (red.text, red.language) == (french("red", "square"), "fr")
    (dark,) = reports(camera, np.zeros_like(RED), 1)
    assert (dark.text, dark.language) == (FRENCH.guidance_dark, "fr")
    camera.offer(broken)
    taken: list[Announcement] = []
    wait(lambda: taken.extend(camera.take()) or (taken and taken[-1].complete))
    assert taken[-1].text == "Le fichier a.onnx du modèle est abîmé. Réinstallez Vois."
    assert spoken == [(report.text, "fr") for report in (red, dark, taken[-1])]


@pytest.mark.parametrize("error", [SpeechError(Message.VOICE_SILENT), RuntimeError("broken")])
def test_a_silent_voice_leaves_the_words(captioner: Captioner, error: Exception) -> None:
    def fail(text: str, language: str) -> Iterator[Spoken]:
        raise error

    camera = Camera(Watcher(captioner), fail, keep)
    camera.accept(True)
    (report,) = reports(camera, RED, 1)
    assert report.sounds == ()
    camera.accept(False)


def test_reports_that_are_not_taken_do_not_pile_up(camera: Camera) -> None:
    for number in range(4 * module.ANNOUNCEMENTS_KEPT):
        camera._publish(Announcement(str(number), Origin.CAMERA, Kind.DESCRIPTION, "", "en"))
    kept = [report.id for report in camera.take()]
    assert kept == [str(number) for number in range(3 * module.ANNOUNCEMENTS_KEPT, number + 1)]
    assert camera.take() == []
