"""What a long session leaves behind: memory, threads, open files, the scenes described.

    python -m tests.bench.soak [--minutes 15] [--starts 20] [--photos FOLDER]

Opens the app with the real model in Chromium, whose fake camera shows 12 scenes of 15 seconds in a
loop, and looks at the app's process once a minute; then starts and stops the camera many times.
Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import sync_playwright

from pipeline.phrases import ENGLISH
from tests.bench.live import scenes
from tests.browser.app import CHROMIUM_ARGUMENTS, ROOT, Vois, chromium, serve
from tests.browser.camera import descriptions, held, overlaps, scene_at
from tests.browser.film import watch_scenes, write_film

SCENES, SCENE_S = 12, 15.0
GROWTH_BAR_MB = 20.0


def switch(vois: Vois, on: bool) -> None:
    """Starts or stops the camera and waits until it is so."""
    vois.page.keyboard.press("l")
    if not on:
        vois.wait_for_status(ENGLISH.camera_off)
        return
    said = "said.filter(({ text }) => text.startsWith('The camera is live')).length"
    before = vois.page.evaluate(said)
    vois.page.wait_for_function(f"before => {said} > before", arg=before, timeout=30_000)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=15)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--photos", type=Path)
    chosen = parser.parse_args()
    shown = scenes(chosen.photos, SCENES, SCENE_S)
    with tempfile.TemporaryDirectory() as folder, serve(ROOT / "assets") as server:
        film = write_film(Path(folder) / "film.y4m", shown)
        with sync_playwright() as driver:
            arguments = [*CHROMIUM_ARGUMENTS, f"--use-file-for-fake-video-capture={film}"]
            browser = driver.chromium.launch(executable_path=chromium(), args=arguments)
            vois = Vois.visit(browser, server.url)
            vois.open_camera()
            watch_scenes(vois.page, shown)
            before = held(server)
            switch(vois, on=True)
            memory = [before[0]]
            for minute in range(1, chosen.minutes + 1):
                vois.page.wait_for_timeout(60_000)
                megabytes, threads, files = held(server)
                memory.append(megabytes)
                print(f"minute {minute:2}: {megabytes:6.1f} MB, {threads} threads, {files} files")
            described = [scene_at(vois, event["at"]) for event in descriptions(vois)]
            on = len(vois.page.evaluate("timeline"))
            twice = sum(one == other for one, other in pairwise(described))
            count = len(described)
            print(f"{on} scenes shown, {count} descriptions, {twice} of a scene described last")
            print(f"{len(overlaps(vois))} sounds began over another one")
            switch(vois, on=False)
            time.sleep(8)
            after = held(server)
            for name, one, other in zip(("MB", "threads", "files"), before, after, strict=True):
                print(f"{name}: {one:.0f} before the first start, {other:.0f} after the stop")
            for _ in range(chosen.starts):
                switch(vois, on=True)
                switch(vois, on=False)
            time.sleep(8)
            last = held(server)
            print(f"after {chosen.starts} more starts: {last[1]} threads, {last[2]} files")
            browser.close()
    growth = memory[-1] - memory[1]
    print(f"memory grew by {growth:.1f} MB after the first minute, bar {GROWTH_BAR_MB:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
