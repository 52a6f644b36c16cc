"""From `streamlit run` to a page that can be read, and to the first description.

    python -m tests.bench.page_start [--times 3]

In turns with a page of one line, which is what Streamlit itself takes. The browser is open before.
The photo is given to the page as soon as its file field is there.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.bench.figures import Figure, table
from tests.browser.app import ROOT, free_port, launch, serve, visit
from tests.browser.photos import sample

PART = "streamlit run"
READABLE_BAR_MS, FIRST_BAR_MS = 3000.0, 6000.0
LONG_MS = 120_000


def vois(browser: Any, folder: Path) -> tuple[float, float]:
    """Seconds until the page can be read, and until the words of a photo are on it."""
    kept = str(folder / "cache")  # a start that is not the first: the encoder's way is known
    started = time.perf_counter()
    with serve(ROOT / "assets", VOIS_CACHE=kept) as server, visit(browser, server.url) as page:
        page.page.goto(server.url)
        page.page.get_by_role("tab", name="Photo").wait_for(timeout=LONG_MS)
        readable = time.perf_counter() - started
        page.page.get_by_role("tab", name="Photo").click()
        page.page.locator("input[type=file]").first.wait_for(state="attached", timeout=LONG_MS)
        page.upload(sample("coffee"))
        page.wait_for_events("shown", 1, LONG_MS)
        return readable, time.perf_counter() - started


def bare(browser: Any, folder: Path) -> float:
    """Seconds until a page of one line is there."""
    script, port = folder / "bare.py", free_port()
    script.write_text("import streamlit as st\nst.title('Vois')\n", encoding="utf-8")
    started = time.perf_counter()
    options = ["--server.port", str(port), "--server.headless", "true"]
    with subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        while not answers(f"{url}/_stcore/health"):
            time.sleep(0.05)
        page = browser.new_page()
        page.goto(url)
        page.get_by_role("heading", name="Vois").wait_for(timeout=LONG_MS)
        took = time.perf_counter() - started
        page.close()
        process.terminate()
    return took


def answers(url: str) -> bool:
    """Whether a server is there."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as driver,
        launch(driver) as browser,
    ):
        folder = Path(name)
        vois(browser, folder)
        found = [(*vois(browser, folder), bare(browser, folder)) for _ in range(times)]
    readable, first, least = (1000 * statistics.median(one) for one in zip(*found, strict=True))
    figures = [
        Figure(PART, "a page that can be read", readable, "ms", most=READABLE_BAR_MS),
        Figure(PART, "the first description", first, "ms", most=FIRST_BAR_MS),
        Figure(PART, "a page of one line, by Streamlit alone", least, "ms"),
        Figure(PART, "ours over that, to read", readable / least, "times"),
    ]
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
