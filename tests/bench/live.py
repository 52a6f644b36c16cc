"""From a new scene before the camera to its words and its sound, in a real browser.

    python -m tests.bench.live [--photos FOLDER] [--scenes 12] [--seconds 7]

Opens the app and Chromium, whose fake camera shows one photo after another, and prints the median
of each stage and what share of the whole it is. With data/flickr8k/photos the scenes are photos of
the kind that the model knows; without, they are the sample photos and parts of them. At the end
"describe now" is pressed ten times. Machines are noisy: compare the shares.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from tests.browser.app import CHROMIUM_ARGUMENTS, ROOT, Vois, chromium, serve
from tests.browser.film import SIZE, Scene, photo, watch_scenes, write_film

WORDS_BAR_S = 1.5
SOUND_BAR_S = 0.3
ASKED_BAR_S = 1.0
ASKED_TIMES = 10


def scenes(folder: Path | None, count: int, seconds: float) -> list[Scene]:
    """Photos of a folder, or the sample photos and their halves; no two alike follow."""
    if folder is not None:
        paths = sorted(folder.glob("*.jpg"))
        taken = [photo(path) for path in paths[:: max(1, len(paths) // count)]]
    else:
        whole = [photo(path) for path in sorted((ROOT / "assets" / "samples").glob("*.jpg"))]
        halves = [np.ascontiguousarray(cv2.resize(rgb[:, :320], SIZE)) for rgb in whole]
        taken = whole + halves
    return [Scene(rgb, seconds) for rgb in taken[:count]]


def report(name: str, values: list[float], whole: float) -> None:
    """One line: median, spread and share."""
    median = statistics.median(values)
    spread = f"{1000 * min(values):5.0f} to {1000 * max(values):5.0f}"
    print(f"{name:34}{1000 * median:6.0f} ms  ({spread})  {median / whole:5.2f} of the whole")


def measure(page: Any) -> list[dict[str, float]]:
    """For each scene that was described first thing: when each stage ended, in seconds."""
    origin = page.evaluate("performance.timeOrigin")
    timeline = page.evaluate("timeline")
    events = page.evaluate("voisPlayerEvents")
    begun = {event["id"]: event["at"] for event in events if event["type"] == "playing"}
    found = []
    for now, after in pairwise(timeline[1:]):
        told = [
            event
            for event in events
            if event["type"] == "shown"
            and event["timestamps"]
            and now["at"] <= event["at"] < after["at"]
        ]
        if not told or told[0]["id"] not in begun:
            continue
        first = told[0]
        start = (origin + now["at"]) / 1000
        found.append(
            {
                "seen": first["timestamps"]["seen"] - start,
                "told": first["timestamps"]["told"] - start,
                "shown": (first["at"] - now["at"]) / 1000,
                "playing": (begun[first["id"]] - now["at"]) / 1000,
            }
        )
    return found


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--scenes", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=7.0)
    chosen = parser.parse_args()
    shown = scenes(chosen.photos, chosen.scenes, chosen.seconds)
    with tempfile.TemporaryDirectory() as folder, serve(ROOT / "assets") as server:
        film = write_film(Path(folder) / "film.y4m", shown)
        with sync_playwright() as driver:
            arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={film}"]
            browser = driver.chromium.launch(executable_path=chromium(), args=arguments)
            vois = Vois.visit(browser, server.url)
            page = vois.page
            vois.open_camera()
            watch_scenes(page, shown)
            page.keyboard.press("l")
            page.wait_for_timeout(1000 * (chosen.scenes * chosen.seconds + 8))
            stages = measure(page)
            changes = len(page.evaluate("timeline")) - 2  # the last one is not over
            asked = []
            for _ in range(ASKED_TIMES):
                page.wait_for_timeout(1500)
                count = len(vois.events("shown"))
                at = page.evaluate("performance.now()")
                page.keyboard.press("d")
                vois.wait_for_events("shown", count + 1)
                last = page.evaluate("voisPlayerEvents.findLast((e) => e.type === 'shown').at")
                asked.append((last - at) / 1000)
            browser.close()
    words = statistics.median(stage["shown"] for stage in stages)
    sound = statistics.median(stage["playing"] - stage["shown"] for stage in stages)
    print(f"{len(stages)} of {changes} changes of scene were described while the scene was on")
    whole = statistics.median(stage["playing"] for stage in stages)
    report("camera, WebRTC, until it is steady", [stage["seen"] for stage in stages], whole)
    report("guidance, encoder, beam search", [s["told"] - s["seen"] for s in stages], whole)
    report("until the page asks and draws", [s["shown"] - s["told"] for s in stages], whole)
    report("voice, and until it is heard", [s["playing"] - s["shown"] for s in stages], whole)
    print(f"scene to words: {words:.2f} s, {words / WORDS_BAR_S:.2f} of the bar of {WORDS_BAR_S} s")
    print(f"words to sound: {sound:.2f} s, {sound / SOUND_BAR_S:.2f} of the bar of {SOUND_BAR_S} s")
    now = statistics.median(asked)
    print(f"describe now:   {now:.2f} s, {now / ASKED_BAR_S:.2f} of the bar of {ASKED_BAR_S} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
