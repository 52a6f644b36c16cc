"""Several people's live cameras in real pages of one app: its memory, and whether anybody waits.

    python -m tests.bench.live_pages [--pages 4] [--seconds 30] [--photos FOLDER]

Each page has the film of 12 scenes of 5 seconds for its camera. Prints the memory of the app's
process after each page that has come, then how often each page was told something while all were
live. The browser takes its share of the machine, too: `tests.bench.cameras` has the latencies.
Linux only: it reads /proc.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.cameras import MORE_BAR_MB, ONE_BAR_MB
from tests.bench.live import scenes
from tests.browser.app import ROOT, Vois, launch, serve
from tests.browser.camera import CAMERA, descriptions, held
from tests.browser.film import write_film

SCENES, SCENE_S, LONG_MS = 12, 5.0, 120_000


def told(vois: Vois, since_ms: float) -> tuple[int, float]:
    """How often a page was told something since then, and the longest time between, in seconds."""
    now = vois.page.evaluate("performance.now()")
    times = [event["at"] for event in descriptions(vois) if event["at"] >= since_ms]
    edges = [since_ms, *times, now]
    return len(times), max(after - before for before, after in pairwise(edges)) / 1000


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--photos", type=Path)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serve(ROOT / "assets"))
        film = write_film(folder / "film.y4m", scenes(chosen.photos, SCENES, SCENE_S))
        driver = stack.enter_context(sync_playwright())
        browser = stack.enter_context(launch(driver, f"{CAMERA}{film}"))
        pages: list[Vois] = []
        memory: list[float] = []
        for number in range(1, chosen.pages + 1):
            vois = Vois.visit(browser, server.url)
            vois.open_camera()
            if not pages:
                print(f"page open: {held(server)[0]:.0f} MB", flush=True)
            vois.page.keyboard.press("l")
            vois.wait_for_events("shown", 2, LONG_MS)
            vois.page.wait_for_timeout(1000 * chosen.seconds / 2)
            pages.append(vois)
            memory.append(held(server)[0])
            print(f"{number} live: {memory[-1]:.0f} MB", flush=True)
        begun = [vois.page.evaluate("performance.now()") for vois in pages]
        pages[0].page.wait_for_timeout(1000 * chosen.seconds)
        for number, (vois, since_ms) in enumerate(zip(pages, begun, strict=True), 1):
            count, longest = told(vois, since_ms)
            print(f"page {number}: told {count} times, the longest between {longest:.1f} s")
    print(f"one live camera: {memory[0]:.0f} MB in all (bar {ONE_BAR_MB:.0f})")
    if len(memory) > 1:
        each = (memory[-1] - memory[0]) / (len(memory) - 1)
        print(f"a further one: {each:.0f} MB (bar {MORE_BAR_MB:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
