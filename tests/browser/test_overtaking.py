"""Runs of the page that overtake one another: each key begins one while photos are described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.app import serve, visit
from tests.browser.photos import sample
from tests.browser.sounds import DONE
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser


def test_every_photo_is_shown_and_spoken_once_whatever_is_pressed_meanwhile(
    browser: Any, tmp_path: Path
) -> None:
    names = ("cat", "rocket", "flower", "coffee")
    with serve(TINY, tmp_path) as server, visit(browser, server.url) as vois:
        vois.open()
        vois.upload(*(sample(name) for name in names))
        mute = vois.page.locator(".vois [data-do=mute]")
        for _ in range(20):  # each is a message, and each message another run
            mute.click()
            vois.page.wait_for_timeout(100)
        vois.wait_for_events("ended", len(names))
        assert [kind for kind, _ in vois.events(*DONE)] == ["playing", "ended"] * len(names)
        vois.page.wait_for_function(
            "count => document.querySelectorAll('.vois-entry').length === count", arg=len(names)
        )
