"""The live camera, through a real Chromium, WebRTC and the real model."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle
from pipeline.description import describe
from pipeline.phrases import ENGLISH
from tests.browser.app import ROOT, WAIT_MS, Server, Vois, free_port, launch, serve, visit
from tests.browser.camera import (
    CAMERA,
    begin,
    descriptions,
    filmed,
    held,
    overlaps,
    scene_at,
    still,
)
from tests.browser.film import SIZE, Scene, photo, write_film
from tests.browser.photos import SAMPLES
from tests.browser.sounds import loudness
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser

MEMORY_GROWTH_MB = 20


@pytest.fixture(scope="module")
def real() -> Iterator[Server]:
    """The app with the real model: the gate's thresholds belong to its features."""
    with serve(ROOT / "assets") as running:
        yield running


def test_two_scenes_are_described_once_each_and_noise_is_not(
    real: Server, driver: Any, tmp_path: Path
) -> None:
    scenes = [still("flower", 10), still("cat", 6), still("cat", 14, noise=8)]
    film = write_film(tmp_path / "film.y4m", scenes)
    with filmed(driver, real, film) as vois:
        begin(vois, scenes[:2])
        vois.page.wait_for_function("timeline.at(-1)?.scene === 1", timeout=40_000)
        vois.wait_for_events("playing", 2)
        assert loudness(vois.sound()) > 0.01
        # Under test: the rest of the second scene, most of it noisy, may not be described.
        vois.page.wait_for_timeout(13_000)
        again = vois.page.evaluate("timeline[2]?.at ?? Infinity")  # the film starts again
        described = [event for event in descriptions(vois) if event["at"] < again]
        assert [scene_at(vois, event["at"]) for event in described] == [0, 1]
        spoken = [identity for _, identity in vois.events("playing")]
        assert spoken[:2] == [event["id"] for event in described]
        assert overlaps(vois) == []
        # That the browser asks for permission is announced only when opening takes a while.
        said = [entry["text"] for entry in vois.page.evaluate("said")]
        said = [text for text in said if text != ENGLISH.camera_asking]
        ready = f"{ENGLISH.ready_live} {ENGLISH.speaker_question}"
        assert said[: said.index(ENGLISH.camera_first) + 1] == [
            *said[: said.index(ready)],
            *(ready, ENGLISH.camera_connecting, ENGLISH.camera_first),
        ]
        assert len(set(said)) == len(said) or again < float("inf")
        assert "second" in vois.page.inner_text(".vois-ago")


def distinct_pictures(count: int) -> list[NDArray[np.uint8]]:
    """So many pictures, (H, W, 3) uint8 RGB, each described otherwise than the one before it.

    What was just said is not said again, not even "I cannot tell" of another scene: twelve scenes
    are twelve descriptions only in such an order. The first follows the last, too.
    """
    captioner = Captioner.load(ROOT / "assets", threads=1, accelerate=False)
    whole = [photo(path) for path in sorted(SAMPLES.glob("*.jpg"))]
    halves = [half for picture in whole for axis in (0, 1) for half in np.split(picture, 2, axis)]
    alike: dict[str, list[NDArray[np.uint8]]] = {}
    for picture in [*whole, *(np.asarray(cv2.resize(half, SIZE), np.uint8) for half in halves)]:
        text = describe(captioner, picture, "en", DescriptionStyle()).text
        alike.setdefault(text, []).append(picture)
    alike.pop(ENGLISH.unknown, None)  # what is hardly known otherwise may become this on film
    chosen: list[NDArray[np.uint8]] = []
    before = ""
    while len(chosen) < count:
        before = max((text for text in alike if text != before), key=lambda text: len(alike[text]))
        chosen.append(alike[before].pop())
    return chosen


def test_twelve_scenes_are_described_in_order(real: Server, driver: Any, tmp_path: Path) -> None:
    scenes = [Scene(picture, 6) for picture in distinct_pictures(12)]
    film = write_film(tmp_path / "film.y4m", scenes)
    with filmed(driver, real, film) as vois:
        begin(vois, scenes)
        vois.page.wait_for_function("timeline.length >= 4", timeout=60_000)
        early = held(real)[0]
        vois.page.wait_for_function("timeline.length >= 14", timeout=120_000)
        timeline = [entry["scene"] for entry in vois.page.evaluate("timeline")][:13]
        described = [scene_at(vois, event["at"]) for event in descriptions(vois)]
        assert set(timeline) == set(range(12))
        assert len(set(described)) >= 11
        assert all(one != other for one, other in pairwise(described))
        assert overlaps(vois) == []
        assert held(real)[0] < early + MEMORY_GROWTH_MB


def test_now_repeat_pause_and_stop_by_keys(real: Server, driver: Any, tmp_path: Path) -> None:
    scenes = [still("flower", 60)]
    film = write_film(tmp_path / "film.y4m", scenes)
    with filmed(driver, real, film) as vois:
        keyboard = vois.page.keyboard
        begin(vois)
        vois.wait_for_events("shown", 1)
        vois.wait_for_events("ended", 1)
        # The same words once more, because they were asked for.
        vois.drawl()
        keyboard.press("d")
        vois.wait_for_events("shown", 2)
        vois.wait_for_events("playing", 2)
        keyboard.press("s")
        vois.wait_for_events("stopped", 1)
        keyboard.press("a")
        vois.wait_for_events("playing", 3)
        keyboard.press("p")
        vois.wait_for_status(ENGLISH.camera_paused.format(keys=""))
        vois.page.wait_for_function("document.querySelector('audio').paused")
        assert vois.page.get_by_role("button", name=ENGLISH.camera_resume).count() == 1
        keyboard.press("d")
        vois.wait_for_events("shown", 3)
        keyboard.press("p")
        vois.wait_for_status(ENGLISH.camera_live)
        keyboard.press("l")
        vois.wait_for_status(ENGLISH.camera_off)
        assert not vois.page.locator(".vois-picture").is_visible()
        assert vois.page.evaluate("document.activeElement === document.body")


def test_darkness_is_announced_once_and_the_next_scene_is_described(
    real: Server, driver: Any, tmp_path: Path
) -> None:
    # Dark from the start: a lens that is covered later pauses instead.
    black = Scene(np.full((SIZE[1], SIZE[0], 3), 4, np.uint8), 9)
    scenes = [black, still("flower", 14)]
    film = write_film(tmp_path / "film.y4m", scenes)
    with filmed(driver, real, film) as vois:
        begin(vois, scenes)
        vois.wait_for_events("shown", 2)
        described = descriptions(vois)
        assert [scene_at(vois, event["at"]) for event in described] == [0, 1]
        dark = vois.page.evaluate("sentences[0].text")
        assert dark.startswith("It is too dark to see.")


def test_two_browsers_get_their_own_camera(real: Server, driver: Any, tmp_path: Path) -> None:
    films = [
        write_film(tmp_path / f"{place}.y4m", [Scene(picture, 30)])
        for place, picture in enumerate(distinct_pictures(2))
    ]
    with filmed(driver, real, films[0]) as one, filmed(driver, real, films[1]) as two:
        begin(one)
        begin(two)
        for vois in (one, two):
            vois.wait_for_events("shown", 1)
        for _ in range(2):
            for vois in (one, two):
                shown = len(vois.events("shown"))
                vois.page.keyboard.press("d")
                vois.wait_for_events("shown", shown + 1)
        mine, theirs = ({e["id"] for e in descriptions(vois)} for vois in (one, two))
        assert not mine & theirs
        assert one.sentence != two.sentence


def test_lost_messages_are_sent_again(real: Server, driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 30)])
    losing: list[bytes | str] | None = None

    def carry(route: Any) -> None:
        server = route.connect_to_server()

        def towards_server(message: bytes | str) -> None:
            if losing is None:
                server.send(message)
            else:
                losing.append(message)

        route.on_message(towards_server)

    with launch(driver, f"{CAMERA}{film}") as browser, visit(browser, real.url) as vois:
        vois.page.route_web_socket("**/_stcore/stream", carry)
        vois.open_camera()
        for key, count in (("l", 1), ("d", 2)):
            losing = []
            vois.page.keyboard.press(key)
            # Under test: all that the page sends for 1 s is lost, not its first message alone.
            vois.page.wait_for_timeout(1_000)
            wait_until_sent(vois, losing)
            losing = None
            vois.wait_for_events("shown", count)
        # Under test: the browser sends again twice in this time, and nothing may come of it.
        vois.page.wait_for_timeout(5_000)
        assert len(descriptions(vois)) == 2


def wait_until_sent(vois: Vois, messages: list[bytes | str]) -> None:
    """Waits until a message was caught; Playwright carries them while it waits for the page."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not messages:
        assert time.monotonic() < deadline, "nothing was sent that could get lost"
        vois.page.wait_for_timeout(50)


def test_started_and_stopped_often_leaves_nothing_behind(
    real: Server, driver: Any, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 10)])
    with filmed(driver, real, film) as vois:
        counts = []
        for times in range(1, 5):
            vois.page.keyboard.press("l")
            vois.page.wait_for_function("document.querySelector('.vois-picture')?.hidden === false")
            vois.page.wait_for_function(
                "times => said.filter(({ text }) => text.startsWith('The camera is live')).length"
                " >= times",
                arg=times,
                timeout=30_000,
            )
            vois.page.keyboard.press("l")
            vois.wait_for_status(ENGLISH.camera_off)
            counts.append(settled(real))
        if counts[-1][0] > counts[0][0]:  # a thread that served a sound idles for 10 s more
            counts.append(settled(real))
        # The first start opens what is kept for good, such as the loop's own threads.
        assert counts[-1][0] <= counts[0][0]
        assert counts[-1][1] <= counts[0][1] + 2
        open_tracks = "document.querySelector('.vois-camera video').srcObject"
        assert vois.page.evaluate(open_tracks) is None


def settled(server: Server) -> tuple[int, int]:
    """Threads and open files once they fall no more."""
    best = held(server)[1:]
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        time.sleep(0.5)
        best = min(best, held(server)[1:])
    return best


def test_refused_permission_is_announced(real: Server, driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 2)])
    deny = "--use-fake-ui-for-media-stream=deny"
    with filmed(driver, real, film, deny, permissions=[]) as vois:
        vois.page.keyboard.press("l")
        vois.wait_for_sentence(ENGLISH.camera_denied)
        vois.wait_for_events("ended", 1)
        assert vois.page.get_by_role("button", name=ENGLISH.camera_start).count() == 1


def test_a_missing_camera_is_announced(real: Server, browser: Any) -> None:
    with visit(browser, real.url) as vois:
        vois.page.add_init_script(
            "navigator.mediaDevices.getUserMedia = async () => {"
            " throw new DOMException('none', 'NotFoundError'); }"
        )
        vois.open_camera()
        vois.page.keyboard.press("l")
        vois.wait_for_sentence(ENGLISH.camera_missing)
        vois.wait_for_events("ended", 1)


def test_a_camera_that_is_pulled_out_comes_back(real: Server, driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 20)])
    with filmed(driver, real, film) as vois:
        begin(vois)
        vois.wait_for_events("shown", 1)
        # A track that the system ends fires this event; Chromium has no other way to pull it out.
        vois.page.evaluate(
            "document.querySelector('.vois-camera video').srcObject.getVideoTracks()[0]"
            ".dispatchEvent(new Event('ended'))"
        )
        vois.wait_for_sentence(ENGLISH.camera_unplugged)
        shown = len(vois.events("shown"))
        vois.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        vois.wait_for_events("shown", shown + 1)
        vois.page.get_by_role("button", name=ENGLISH.camera_stop).wait_for(timeout=WAIT_MS)


def test_a_camera_that_is_pulled_out_is_started_by_hand(server: Server, browser: Any) -> None:
    with visit(browser, server.url) as vois:
        vois.open_camera()
        vois.press(ENGLISH.camera_start)
        vois.page.wait_for_selector(".vois-picture:not([hidden])", timeout=WAIT_MS)
        vois.page.evaluate(
            "document.querySelector('.vois-camera video').srcObject.getVideoTracks()[0]"
            ".dispatchEvent(new Event('ended'))"
        )
        vois.wait_for_sentence(ENGLISH.camera_unplugged)
        vois.page.evaluate(
            """() => {
              const media = navigator.mediaDevices;
              const ask = media.getUserMedia.bind(media);
              media.getUserMedia = async () => {
                media.getUserMedia = ask;
                throw new DOMException("none", "NotFoundError");
              };
            }"""
        )
        vois.press(ENGLISH.camera_start)  # before it is plugged in again, then after it is
        vois.wait_for_sentence(ENGLISH.camera_missing)
        vois.press(ENGLISH.camera_start)
        vois.page.wait_for_selector(".vois-picture:not([hidden])", timeout=WAIT_MS)
        vois.press(ENGLISH.camera_stop)


def test_a_hand_over_the_lens_pauses(server: Server, driver: Any, tmp_path: Path) -> None:
    covered = Scene(np.zeros((SIZE[1], SIZE[0], 3), np.uint8), 4)
    film = write_film(tmp_path / "film.y4m", [still("flower", 5), covered])
    with filmed(driver, server, film) as vois:
        begin(vois)
        vois.wait_for_events("shown", 1)
        vois.wait_for_status(ENGLISH.camera_covered)
        vois.wait_for_status(ENGLISH.camera_live)
        said = [entry["text"] for entry in vois.page.evaluate("said")]
        assert ENGLISH.guidance_dark not in said


def test_a_server_that_is_started_again_gets_the_camera_again(driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 20)])
    port = free_port()
    with launch(driver, f"{CAMERA}{film}") as browser:
        with serve(ROOT / "assets", port=port) as server:
            vois = Vois.visit(browser, server.url)
            vois.open_camera()
            begin(vois)
            vois.wait_for_events("shown", 1)
        with serve(ROOT / "assets", port=port):
            vois.wait_for_events("shown", 2)


def test_a_server_that_hangs_for_a_while_goes_on(real: Server, driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 6), still("rocket", 30)])
    with filmed(driver, real, film) as vois:
        begin(vois)
        vois.wait_for_events("shown", 1)
        os.kill(real.pid, signal.SIGSTOP)
        # Under test: a hang of 12 s, which is longer than the browser waits for an answer.
        vois.page.wait_for_timeout(12_000)
        os.kill(real.pid, signal.SIGCONT)
        vois.wait_for_events("shown", 2, timeout_ms=90_000)


def test_a_page_reloaded_during_a_sentence_starts_from_the_beginning(
    real: Server, driver: Any, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 20)])
    with filmed(driver, real, film) as vois:
        vois.drawl()
        begin(vois)
        vois.wait_for_events("playing", 1)
        vois.open_camera()
        assert vois.sentence == ""
        assert vois.page.get_by_role("button", name=ENGLISH.camera_start).count() == 1
        begin(vois)
        vois.wait_for_events("shown", 1)


def test_leaving_the_tab_turns_the_camera_off(real: Server, driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 20)])
    with filmed(driver, real, film) as vois:
        begin(vois)
        vois.wait_for_events("shown", 1)
        vois.page.evaluate(
            "window.track = document.querySelector('.vois-camera video').srcObject"
            ".getVideoTracks()[0]"
        )
        vois.page.get_by_role("tab", name=ENGLISH.photo).click()
        vois.wait_for_status(ENGLISH.ready)
        vois.page.wait_for_function("track.readyState === 'ended'")


def test_without_webrtc_single_photos_are_offered(
    real: Server, driver: Any, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 20)])
    blocked = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
    with filmed(driver, real, film, blocked) as vois:
        begin(vois)
        vois.wait_for_sentence(ENGLISH.camera_blocked, timeout_ms=60_000)
        vois.wait_for_events("ended", 1)
        vois.page.wait_for_function(
            "document.querySelector('[data-testid=stCameraInput] video')?.videoWidth > 0"
        )
        shown = len(vois.events("shown"))
        vois.page.get_by_role("button", name="Take Photo").click()
        vois.wait_for_events("shown", shown + 1)


def test_a_camera_too_many_is_told_so_and_may_come_later(driver: Any, tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 30)])
    with (
        serve(TINY, VOIS_CAMERAS="1") as server,
        launch(driver, f"{CAMERA}{film}") as browser,
        visit(browser, server.url) as one,
        visit(browser, server.url, known=True) as two,
    ):
        for vois in (one, two):
            vois.open_camera()
        one.page.keyboard.press("l")
        one.wait_for_events("shown", 1)
        two.page.keyboard.press("l")
        two.wait_for_sentence(ENGLISH.camera_crowded)
        two.wait_for_events("playing", 1)
        off = "document.querySelector('.vois-camera video').srcObject === null"
        two.page.wait_for_function(off, timeout=WAIT_MS)
        one.page.keyboard.press("l")
        one.wait_for_status(ENGLISH.camera_off)
        two.page.keyboard.press("l")
        two.wait_for_events("shown", len(two.events("shown")) + 1)
        assert two.sentence != ENGLISH.camera_crowded
