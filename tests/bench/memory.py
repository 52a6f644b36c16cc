"""Memory of the app as a person runs it: `python -m tests.bench.memory`.

Starts the app with the real model, opens the page in Chromium, has the sample photos described and
spoken, first in English by hibari, then in French by Kokoro, and prints the resident memory of the
server's process (VmRSS, and its peak VmHWM) after each step. Needs /proc, that is, Linux.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from pipeline.phrases import ENGLISH, FRENCH
from tests.browser.app import ROOT, Server, Vois, launch, serve, visit
from tests.browser.photos import SAMPLES, sample

LONG_MS = 300_000  # the machine may be busy


def main() -> None:
    """Prints the table."""
    with sync_playwright() as driver, launch(driver) as browser, serve(ROOT / "assets") as server:
        show(server, "started, nobody has come")
        with visit(browser, server.url) as vois:
            vois.open()
            show(server, "page open, model and voice loaded")
            describe(vois, 1)
            show(server, "6 photos described and spoken in English")
            vois.expand("st-key-settings")
            choose_french(vois)
            vois.wait_for_status(FRENCH.ready)
            describe(vois, 7)
            show(server, "6 photos described and spoken in French")


def describe(vois: Vois, events: int) -> None:
    """Has each sample photo described and spoken; `events` counts the first one's end."""
    for number, path in enumerate(sorted(SAMPLES.glob("*.jpg"))):
        vois.upload(sample(path.stem))
        vois.wait_for_events("ended", events + number, LONG_MS)


def choose_french(vois: Vois) -> None:
    """Chooses the page's language in the settings."""
    box = vois.page.get_by_role("combobox", name=ENGLISH.language_label, exact=True)
    box.fill(FRENCH.name)
    box.press("ArrowDown")
    box.press("Enter")


def show(server: Server, step: str) -> None:
    """Prints the process's memory."""
    lines = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8").splitlines()
    values = dict(line.split(":", 1) for line in lines)
    now, peak = (int(values[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    print(f"{now:6.0f} MB now, {peak:6.0f} MB at most: {step}", flush=True)


if __name__ == "__main__":
    main()
