"""From a sign before the camera to its words and its sound, in a real browser.

    python -m tests.bench.live_reading [--signs 8] [--held 3] [--apart 2.5]

Opens the app and Chromium with "Read" on. The film of its fake camera holds signs for a while, one
after another, and then moves a page of text in from the left. Prints how often each sign was read,
the median from its coming into view to its words on the page and to its sound, and what was said
of the page, in order. Machines are noisy: the share of the bar says more beside the same of an idle
one, and the processor's load is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from pipeline.live.text_watcher import alike
from pipeline.phrases import ENGLISH
from tests.browser.app import CHROMIUM_ARGUMENTS, ROOT, Vois, chromium, serve
from tests.browser.film import Scene, watch_scenes, write_film
from tests.data.boards import MENU, WALL, board

BAR_S = 1.5
SIGNS = (
    "OPEN TODAY", "PLATFORM FOUR", "WET FLOOR", "EXIT ONLY", "NO SMOKING", "TICKETS", "PUSH HARD",
    "ROOM TWELVE", "LIFT BROKEN", "QUIET PLEASE", "STAFF ONLY", "FIRE DOOR",
)  # fmt: skip
FIRST_S = 12.0  # until WebRTC is steady, also on a busy machine
MOVES = range(-190, 0, 19)
MOVE_S = 0.1


@dataclass(frozen=True)
class Seen:
    """A sign that was held.

    Attributes:
        times: how often it was read in that time.
        shown: seconds until its words were on the page; None if it was not read.
        heard: until its sound began.
    """

    times: int
    shown: float | None
    heard: float | None


def film(count: int, held: float, apart: float) -> list[Scene]:
    """Signs with nothing between them, and a page: cut off, moving, whole."""
    wall = Scene(WALL, apart)
    scenes = [Scene(WALL, FIRST_S)]
    for number in range(count):
        # Each stands elsewhere, in its own light, so that the page's picture tells them apart.
        picture = board(SIGNS[number % len(SIGNS)], down=12 * number).astype(np.float32)
        lit = np.clip(picture * (1 - 0.05 * number), 0, 255).astype(np.uint8)
        scenes += [Scene(lit, held), wall]
    scenes += [Scene(board(*MENU, right=MOVES[0]), 5.0)]
    scenes += [Scene(board(*MENU, right=right), MOVE_S) for right in MOVES]
    return [*scenes, Scene(board(*MENU), 12.0)]


def measure(page: Any, count: int, apart: float) -> list[Seen]:
    """What became of each of so many signs, up to the end of the time without one."""
    timeline, events = page.evaluate("timeline"), page.evaluate("voisPlayerEvents")
    texts = {event["id"]: event["text"] for event in events if event["type"] == "shown"}
    found = []
    for place, now in enumerate(timeline):
        sign = now["scene"] - 1
        if not 0 <= sign < count:  # nothing is held, or the page
            continue
        until = timeline[place + 1]["at"] + 1000 * apart if place + 1 < len(timeline) else 1e12
        during = [event for event in events if now["at"] <= event["at"] < until]
        mine = [event for event in during if alike(texts.get(event["id"], ""), SIGNS[sign])]
        first = {kind: next((e for e in mine if e["type"] == kind), None) for kind in
                 ("shown", "playing")}  # fmt: skip
        shown, heard = (
            None if event is None else (event["at"] - now["at"]) / 1000
            for event in (first["shown"], first["playing"])
        )
        found.append(Seen(sum(e["type"] == "shown" for e in mine), shown, heard))
    return found


def report(seen: Sequence[Seen], sentences: Sequence[str]) -> None:
    """Prints the medians, and what was said of the page."""
    once = sum(one.times == 1 for one in seen)
    print(f"{once} of {len(seen)} signs were read once, {sum(one.times > 1 for one in seen)} twice")
    for name, values in (
        ("words", [one.shown for one in seen if one.shown is not None]),
        ("sound", [one.heard for one in seen if one.heard is not None]),
    ):
        if not values:
            continue
        median = statistics.median(values)
        print(f"sign to {name}: {median:.2f} s ({min(values):.2f} to {max(values):.2f}), "
              f"{median / BAR_S:.2f} of the bar of {BAR_S} s")  # fmt: skip
    print("of the page:", " | ".join(text.replace("\n", ", ") for text in sentences))
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signs", type=int, default=8)
    parser.add_argument("--held", type=float, default=3.0)
    parser.add_argument("--apart", type=float, default=2.5)
    chosen = parser.parse_args()
    scenes = film(chosen.signs, chosen.held, chosen.apart)
    with tempfile.TemporaryDirectory() as folder, serve(ROOT / "assets") as server:
        path = write_film(Path(folder) / "film.y4m", scenes)
        with sync_playwright() as driver:
            arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={path}"]
            browser = driver.chromium.launch(executable_path=chromium(), args=arguments)
            vois = Vois.visit(browser, server.url)
            vois.open_camera()
            signs = [scene for scene in scenes if scene.seconds == chosen.held]
            watch_scenes(vois.page, [scenes[0], *signs, *scenes[-len(MOVES) - 2 :]])
            vois.page.keyboard.press("r")
            vois.wait_for_status(ENGLISH.reading_begins.format(keys=""))
            vois.page.keyboard.press("l")
            vois.page.wait_for_timeout(1000 * sum(scene.seconds for scene in scenes))
            page_at = vois.page.evaluate(
                "count => timeline.find(({ scene }) => scene > count)?.at ?? 0", chosen.signs
            )
            sentences = vois.page.evaluate("sentences")
            seen = measure(vois.page, chosen.signs, chosen.apart)
            browser.close()
    report(seen[: chosen.signs], [one["text"] for one in sentences if one["at"] >= page_at])
    return 0


if __name__ == "__main__":
    sys.exit(main())
