"""One person has the page open twice: one voice, one list."""

from __future__ import annotations

import pytest

from tests.browser.app import WAIT_MS, Vois
from tests.browser.photos import NOT_A_PHOTO, black, square

pytestmark = pytest.mark.browser

NEWEST = "document.querySelector('.vois-entry')?.dataset.key"


def test_the_other_tab_falls_silent_and_its_history_follows(vois: Vois) -> None:
    other = Vois(vois.page.context.new_page(), vois.url)
    other.open()
    before = other.page.evaluate(NEWEST)
    other.upload(square())
    other.page.wait_for_function(f"before => {NEWEST} !== before", arg=before, timeout=WAIT_MS)
    other.wait_for_events("ended", 1)
    newest = other.page.evaluate(NEWEST)
    vois.page.bring_to_front()  # Playwright sees nothing change in a page behind another one
    vois.page.wait_for_function(f"newest => {NEWEST} === newest", arg=newest, timeout=WAIT_MS)
    vois.drawl()
    vois.upload(black())
    vois.wait_for_events("playing", 1)
    other.page.bring_to_front()
    other.drawl()
    other.upload(NOT_A_PHOTO)
    other.wait_for_events("playing", 2)
    vois.page.bring_to_front()
    vois.wait_for_events("stopped", 1)
    vois.upload(NOT_A_PHOTO)
    vois.wait_for_events("playing", 2)
    other.page.bring_to_front()
    other.wait_for_events("stopped", 1)
    assert len(vois.events("stopped")) == 1  # who speaks last goes on
