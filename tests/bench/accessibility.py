"""axe over the page in each state, language, theme and size: `python -m tests.bench.accessibility`.

Prints what it finds, with the rules of best practice and a contrast of 7:1, and how many states it
has looked at: 132, which takes ten minutes or more. A walk that breaks off is said, and the others
are taken. With `--forced-colours FOLDER` it takes a picture of each state in forced colours
instead, to be looked at: every switch, choice and tab must be told apart.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from pipeline.phrases import phrases
from tests.browser.accessibility import violations
from tests.browser.app import Vois, launch, serve, visit
from tests.browser.states import camera_and_history, photos
from tests.data.tiny_files import TINY

LOCALES, SCHEMES, WIDTHS = ("en", "fr"), ("light", "dark"), (1280, 390, 320)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forced-colours", type=Path, metavar="FOLDER")
    folder = parser.parse_args().forced_colours
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        parser.error("axe-playwright-python is not installed")
    axe = (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    looked = faults = broken = 0
    try:
        with sync_playwright() as driver, launch(driver) as browser, serve(TINY) as server:
            for locale, scheme, width in itertools.product(LOCALES, SCHEMES, WIDTHS):
                options = {"color_scheme": scheme, "locale": locale, "reduced_motion": "reduce"}
                if folder is not None:
                    options["forced_colors"] = "active"
                for walk in (photos, camera_and_history):
                    where = f"{locale} {scheme} {width}"
                    size = {"width": width, "height": 900}
                    before = looked
                    try:
                        with visit(browser, server.url, viewport=size, **options) as vois:
                            for state in walk(vois, phrases(locale)):
                                looked += 1
                                faults += _look(vois, axe, f"{where} {state}", folder)
                    except (Error, AssertionError, pytest.fail.Exception) as error:
                        broken += 1
                        why = (str(error) or type(error).__name__).splitlines()[0]
                        print(f"{where}, {walk.__name__}, broke off: {why}")
                    print(f"{where}, {walk.__name__}: {looked - before} states", flush=True)
    finally:  # after Ctrl-C, too
        print(f"{looked} states, {faults} faults, {broken} walks broken off", flush=True)


def _look(vois: Vois, axe: str, where: str, folder: Path | None) -> int:
    """Prints what is wrong with a state and returns how much; or takes a picture of it."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        vois.page.screenshot(path=folder / f"{where}.png")
        return 0
    wrong = violations(vois, axe)
    for one in wrong:
        print(f"{where}: {one}", flush=True)
    return len(wrong)


if __name__ == "__main__":
    main()
