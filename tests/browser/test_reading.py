"""What is written before the camera, on the real page and through WebRTC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.phrases import ENGLISH
from tests.browser.app import Server, Vois, visit
from tests.browser.camera import SHOWN, show
from tests.data.boards import MENU, WALL, board

pytestmark = pytest.mark.browser

SIGN = "OPEN TODAY"
# Vois makes no sound then: what it says is all that is waited for.
READER = "localStorage.setItem('vois-settings', JSON.stringify({ speaker: 'reader' }))"


@pytest.fixture
def held(server: Server, browser: Any) -> Iterator[Vois]:
    """The page of a person who has nothing before the camera yet."""
    with visit(browser, server.url) as vois:
        vois.page.add_init_script(SHOWN)
        vois.page.add_init_script(READER)
        vois.open_camera()
        yield vois


def said(vois: Vois) -> list[str]:
    return [entry["text"] for entry in vois.page.evaluate("sentences")]


def test_a_sign_is_read_once_and_a_page_is_guided_into_view(held: Vois) -> None:
    held.page.keyboard.press("Alt+Shift+R")
    held.wait_for_status(ENGLISH.reading_begins.format(keys=ENGLISH.alt_shift))
    show(held, board(SIGN))
    held.page.keyboard.press("Alt+Shift+L")
    held.wait_for_sentence(SIGN)
    held.page.wait_for_timeout(3_000)  # under test: the sign that is still there
    assert said(held) == [SIGN]
    show(held, board(*MENU, right=-190))
    held.wait_for_sentence(ENGLISH.reading_left)
    for right in range(-150, -30, 30):
        show(held, board(*MENU, right=right))
    show(held, board(*MENU))
    held.wait_for_sentence("\n".join(MENU))
    assert said(held) == [SIGN, ENGLISH.reading_left, ENGLISH.reading_still, "\n".join(MENU)]
    show(held, WALL)
    held.wait_for_sentence(ENGLISH.reading_no_text)
