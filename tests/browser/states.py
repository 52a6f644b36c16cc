"""Leads a page through its states, for whoever looks at each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.phrases import Phrases
from tests.browser.app import WAIT_MS, Vois
from tests.browser.photos import NOT_A_PHOTO, black, square

Walk = Callable[[Vois, Phrases], Iterator[str]]


def photos(vois: Vois, say: Phrases) -> Iterator[str]:
    """The photo tab, from the first visit on; yields each state's name once it is there."""
    page = vois.page
    page.goto(vois.url)
    vois.wait_for_status(say.ready_live)
    page.get_by_role("tab", name=say.photo).click()
    vois.wait_for_status(say.ready)
    yield "first visit, with the question"
    page.locator(".st-key-question button").first.click()
    page.wait_for_selector(".st-key-question", state="detached", timeout=WAIT_MS)
    vois.upload(NOT_A_PHOTO)
    vois.page.wait_for_selector(".vois-sentence[data-kind=error]", timeout=WAIT_MS)
    yield "a file that is no photo"
    vois.upload(square(), black())
    vois.page.wait_for_selector(".vois-sentence[data-kind=guidance]", timeout=WAIT_MS)
    page.get_by_label(say.look, exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_role("radiogroup", name=say.look_words).first.wait_for(timeout=WAIT_MS)
    yield "several photos, and where it looked"
    vois.expand("st-key-other_photos")
    page.get_by_text(say.samples).wait_for(timeout=WAIT_MS)
    yield "samples"


def camera_and_history(vois: Vois, say: Phrases) -> Iterator[str]:
    """The camera, what it adds to the history, and the settings; yields as `photos`."""
    page = vois.page
    page.goto(vois.url)
    vois.wait_for_status(say.ready_live)
    page.locator(".vois-camera [data-do=power]").click()
    page.wait_for_selector(".vois-picture:not([hidden])", timeout=WAIT_MS)
    vois.wait_for_events("shown", 1)
    yield "live camera"
    page.locator(".vois-camera [data-do=pause]").click()
    page.get_by_role("button", name=say.camera_resume).wait_for(timeout=WAIT_MS)
    yield "paused"
    page.locator(".vois-camera [data-do=power]").click()
    vois.wait_for_status(say.camera_off)
    vois.expand("st-key-settings")
    page.get_by_text(say.cover_help).wait_for(timeout=WAIT_MS)
    yield "settings"
    page.locator(".st-key-settings summary").first.click()
    entry = page.locator(".vois-entry").first
    entry.locator("summary").click()
    yield "an entry's actions"
    entry.locator("[data-action=correct]").click()
    page.wait_for_selector(".vois-form", timeout=WAIT_MS)
    yield "a correction"
    page.keyboard.press("Escape")
    page.locator(".vois-tools > summary").click()
    page.locator("[data-action=ask]").click()
    yield "search, export, and a question"
    entry.locator("[data-action=delete]").click()
    page.wait_for_selector(".vois-gone", timeout=WAIT_MS)
    yield "deleted, to be undone"
