"""Vois is closed and started again behind the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.phrases import ENGLISH, FRENCH
from tests.browser.app import WAIT_MS, Vois, free_port, serve, visit
from tests.browser.photos import black
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser


def wait_for_alert(vois: Vois, text: str) -> None:
    vois.page.wait_for_function(
        "text => document.querySelector('.vois-connection').textContent === text",
        arg=text,
        timeout=WAIT_MS,
    )
    assert vois.page.locator(".vois-connection").is_visible()


def test_a_server_that_is_gone_and_back_is_said_in_the_pages_language(
    browser: Any, tmp_path: Path
) -> None:
    port = free_port()
    with visit(browser, f"http://127.0.0.1:{port}") as vois:
        with serve(TINY, tmp_path, port):
            vois.open()
            vois.expand("st-key-settings")
            languages = vois.page.locator("[data-testid=stSelectbox]").first
            languages.locator("button,[role=combobox]").first.click()
            vois.page.get_by_role("option", name=FRENCH.name).click()
            vois.wait_for_status(FRENCH.ready)
        wait_for_alert(vois, FRENCH.connection_lost)
        # Streamlit's own window, in English, comes a few seconds later: it must not stay.
        vois.page.wait_for_timeout(7_000)
        assert vois.page.get_by_role("dialog").count() == 0
        vois.upload(black())
        wait_for_alert(vois, FRENCH.connection_waits)
        with serve(TINY, tmp_path, port):
            wait_for_alert(vois, FRENCH.connection_back)
            # At the photos, where it was; what was chosen meanwhile is described.
            vois.wait_for_sentence(FRENCH.guidance_file_dark)
            vois.page.reload()
            vois.page.wait_for_selector("html[lang=fr]", state="attached", timeout=WAIT_MS)


def test_a_short_break_is_not_mentioned(browser: Any, tmp_path: Path) -> None:
    with serve(TINY, tmp_path) as server, visit(browser, server.url) as vois:
        vois.open()
        state = "document.querySelector('[data-testid=stApp]').dataset.testConnectionState = "
        vois.page.evaluate(f"{state} 'PINGING_SERVER'")
        vois.page.evaluate(f"{state} 'CONNECTED'")
        vois.page.wait_for_timeout(2_500)  # that nothing is said is under test
        assert vois.page.locator(".vois-connection").is_hidden()


def test_a_photo_that_is_lost_on_its_way_is_said(vois: Vois) -> None:
    vois.page.route("**/_stcore/upload_file/**", lambda route: route.abort())
    vois.upload(black())
    vois.wait_for_sentence(ENGLISH.not_arrived.format(name="black.png"))
    vois.page.unroute("**/_stcore/upload_file/**")
    vois.upload(black())
    vois.wait_for_sentence(ENGLISH.guidance_file_dark)
