"""Runs the real app in a process of its own and drives it in a real Chromium."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.phrases import ENGLISH, FRENCH
from pipeline.preferences import FILE

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-quic --use-fake-ui-for-media-stream "
    "--use-fake-device-for-media-stream"
).split()
START_S = 180  # the machine may be busy with something else
WAIT_MS = 60_000  # the machine may be busy with something else
GESTURE_MS = 6_000  # Chromium lets a gesture count for 5 s
DATA: dict[str, Path] = {}  # each server's data folder, by host and port
# Runs before the page: writes down what the page has said, sentences, states and answers (`said`),
# and the sentences alone.
WATCH = """
window.said = [];
window.sentences = [];
const last = {};
new MutationObserver(() => {
  for (const selector of [".vois-sentence", ".vois-status"]) {
    const text = document.querySelector(selector)?.textContent ?? "";
    if (text === last[selector]) continue;
    last[selector] = text;
    if (!text) continue;
    said.push({ text, at: performance.now() });
    if (selector === ".vois-sentence") sentences.push(said.at(-1));
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
# The player has its own listener first, which notes whether this is a sentence or a cue.
DRAWL = """
(() => {
  const audio = document.querySelector("audio");
  audio.addEventListener("playing", function slow() {
    if (voisPlayerEvents.at(-1).type !== "playing") return;
    audio.removeEventListener("playing", slow);
    audio.playbackRate = 0.1;
  });
})()
"""


@dataclass
class Server:
    url: str
    pid: int


@dataclass
class Vois:
    """One person's page."""

    page: Any
    url: str

    @classmethod
    def visit(cls, browser: Any, url: str) -> Vois:
        """A new person, for the benches; tests use `visit` below, which checks more."""
        context = browser.new_context(permissions=["camera"])
        context.add_init_script(WATCH)
        return cls(context.new_page(), url)

    def open(self) -> None:
        """Opens the page at the photos."""
        self.open_camera()
        self.page.get_by_role("tab", name="Photo").click()
        self.wait_for_status("Ready. Choose a photo to hear what it shows.")

    def open_camera(self) -> None:
        """Opens the page, which begins at the camera."""
        self.page.goto(self.url)
        self.wait_for_status("Ready. Start the camera to hear what is in front of it.")

    def upload(self, *files: tuple[str, bytes]) -> None:
        payload = [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files
        ]
        self.page.locator("input[type=file]").first.set_input_files(payload)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def expand(self, part: str) -> None:
        """Opens what is closed at first.

        Args:
            part: its class, such as `st-key-settings`.
        """
        if self.page.locator(f".{part} details[open]").count() == 0:
            self.page.locator(f".{part} summary").first.click()

    def choose_sample(self, name: str) -> None:
        self.expand("st-key-other_photos")
        self.press(name)

    @property
    def sentence(self) -> str:
        return str(self.page.inner_text(".vois-sentence"))

    def wait_for_sentence(self, text: str, timeout_ms: int = WAIT_MS) -> None:
        self.page.wait_for_function(
            "text => document.querySelector('.vois-sentence')?.textContent === text",
            arg=text,
            timeout=timeout_ms,
        )

    def wait_for_status(self, text: str) -> None:
        """Waits for a state; the first one also tells whom it has not asked who speaks."""
        from playwright.sync_api import TimeoutError  # may be missing: these tests are skipped then

        status = "document.querySelector('.vois-status')?.textContent"
        try:
            self.page.wait_for_function(
                f"texts => texts.includes({status})",
                arg=[text, *(f"{text} {say.speaker_question}" for say in (ENGLISH, FRENCH))],
                timeout=WAIT_MS,
            )
        except TimeoutError as error:
            said = self.page.evaluate("window.said.map(({ text }) => text)")
            pytest.fail(f"not {text!r} but {self.page.evaluate(status)!r}, after {said}: {error}")

    def events(self, *types: str) -> list[tuple[str, str]]:
        """What the voice did: (type, id), in order."""
        every = self.page.evaluate("window.voisPlayerEvents")
        return [
            (event["type"], event["id"]) for event in every if not types or event["type"] in types
        ]

    def wait_for_events(self, kind: str, count: int, timeout_ms: int = WAIT_MS) -> None:
        """Waits until the voice has done `kind` that many times since the page was opened."""
        self.page.wait_for_function(
            "([kind, count]) =>"
            " (window.voisPlayerEvents ?? []).filter(e => e.type === kind).length >= count",
            arg=[kind, count],
            timeout=timeout_ms,
        )

    def drawl(self) -> None:
        """Makes the next sentence so slow that a busy machine cannot miss its middle."""
        self.page.evaluate(DRAWL)

    def settle(self) -> None:
        """Waits a while in which no second sound may begin: that none does is under test."""
        self.page.wait_for_timeout(700)

    def pass_double_click_guard(self) -> None:
        """Sets the page's clock 1 s forward, past the time in which a press is a second click."""
        self.page.evaluate(
            "(now => (performance.now = () => now() + 1000))(performance.now.bind(performance))"
        )

    def forget_gesture(self) -> None:
        """Waits until the gesture that Playwright grants has expired; no event says so."""
        self.page.wait_for_timeout(GESTURE_MS)

    def upload_untouched(self, path: Path, events: int) -> str:
        """Uploads without a person's gesture; returns the last of `events` player events."""
        devtools = self.page.context.new_cdp_session(self.page)
        document = devtools.send("DOM.getDocument")["root"]["nodeId"]
        field = {"nodeId": document, "selector": "input[type=file]"}
        node = devtools.send("DOM.querySelector", field)["nodeId"]
        devtools.send("DOM.setFileInputFiles", {"files": [str(path)], "nodeId": node})
        sounds = "voisPlayerEvents.map((event) => event.type).filter((type) => type !== 'shown')"
        look = {"expression": f"{sounds}.join()"}
        for _ in range(WAIT_MS // 200):
            self.page.wait_for_timeout(200)
            seen = str(devtools.send("Runtime.evaluate", look)["result"]["value"]).split(",")
            if len(seen) >= events and seen[0]:
                return seen[events - 1]
        return "nothing"

    def sound(self) -> bytes:
        """The file in the page's player."""
        encoded = self.page.evaluate(
            """async () => {
              const answer = await fetch(document.querySelector("audio").src);
              const bytes = new Uint8Array(await answer.arrayBuffer());
              return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
            }"""
        )
        return base64.b64decode(encoded)


@contextmanager
def serve(
    assets: Path, data: Path | None = None, port: int = 0, **environment: str
) -> Iterator[Server]:
    """Runs the app as a person would, with the model in `assets` and the history in `data`."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"VOIS_DATA": str(data or folder), "VOIS_CACHE": str(Path(folder) / "cache")}
        port = port or free_port()
        DATA[f"127.0.0.1:{port}"] = data or Path(folder)
        yield from _serve(assets, port, {**own, **environment})


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _serve(assets: Path, port: int, environment: dict[str, str]) -> Iterator[Server]:
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.headless", "true"],
        cwd=ROOT,
        env={**os.environ, "VOIS_ASSETS": str(assets), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH")
        url = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
        _wait_until_up(f"{url}/_stcore/health", process)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the app ended at once, with status {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the app was not up after {START_S} s")


def chromium() -> str | None:
    """Where the system's Chromium is."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextmanager
def launch(driver: Any, *more: str) -> Iterator[Any]:
    """Starts Chromium, or skips where there is none; a CI without one fails."""
    path = chromium()
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no Chromium")
    browser = driver.chromium.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS, *more])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def visit(browser: Any, url: str, *, known: bool = False, **options: Any) -> Iterator[Vois]:
    """A new person's page. Whatever they do, the page asks no other machine for anything.

    Args:
        browser: Playwright's.
        url: of the server.
        known: whether the settings are as the last visitor left them.
        options: of the browser's context.
    """
    if not known and urlsplit(url).netloc in DATA:
        (DATA[urlsplit(url).netloc] / FILE).unlink(missing_ok=True)
    context = browser.new_context(**{"permissions": ["camera"], **options})
    context.add_init_script(WATCH)
    requests: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("websocket", lambda socket: requests.append(socket.url))
    try:
        yield Vois(page, url)
    finally:
        context.close()
    here = urlsplit(url).netloc
    outside = [
        address
        for address in requests
        if not address.startswith(("blob:", "data:")) and urlsplit(address).netloc != here
    ]
    assert requests
    assert outside == []
    assert errors == []
