"""Two pages of one browser: one history, and one voice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.phrases import ENGLISH
from tests.browser.app import WATCH, Vois
from tests.browser.photos import sample

pytestmark = pytest.mark.browser


@pytest.fixture
def tabs(browser: Any, home: tuple[str, History]) -> Iterator[tuple[Vois, Vois]]:
    url, history = home
    history.add(LOCAL_OWNER, Draft(Source.UPLOAD, "An old dog."))
    context = browser.new_context()
    context.add_init_script(WATCH)
    first, second = (Vois(context.new_page(), url) for _ in range(2))
    first.open()
    second.open()
    yield first, second
    context.close()


def words(vois: Vois) -> list[str]:
    return list(vois.page.locator(".vois-entry .vois-text").all_inner_texts())


def wait_for_entries(vois: Vois, count: int) -> None:
    vois.page.wait_for_function(
        "count => document.querySelectorAll('.vois-entry').length === count", arg=count
    )


def test_both_show_one_history_and_the_one_used_last_speaks(tabs: tuple[Vois, Vois]) -> None:
    first, second = tabs
    first.drawl()
    first.upload(sample("cat"))
    first.wait_for_events("playing", 1)
    wait_for_entries(second, 2)
    assert words(first) == words(second)
    # The second one is used: the first falls silent, and stays silent.
    second.page.locator("h1").click()
    first.wait_for_events("stopped", 1)
    second.upload(sample("rocket"))
    second.wait_for_events("ended", 1)
    assert len(first.events("playing")) == 1
    wait_for_entries(first, 3)
    # The first is used again, and may speak again.
    first.press(ENGLISH.again)
    first.wait_for_events("playing", 2)
    second.page.close()
    # All is deleted, the page is loaded anew, and Undo brings it back.
    first.page.locator("[data-action=ask]").click()
    first.page.locator("[data-action=delete_all]").click()
    wait_for_entries(first, 0)
    first.page.reload()
    undo = first.page.locator(".vois-history [data-action=undo]").first
    first.page.wait_for_function(
        "document.querySelector('.vois-history [data-action=undo]')"
        "?.getAttribute('aria-disabled') === 'false'"
    )
    undo.click()
    wait_for_entries(first, 3)


def test_a_page_whose_speaker_is_closed_speaks(tabs: tuple[Vois, Vois]) -> None:
    first, second = tabs  # the second was opened last
    first.page.evaluate("document.querySelector('audio').volume")
    second.page.close()
    first.upload(sample("cat"))  # nobody has pressed anything here since
    first.wait_for_events("ended", 1)
