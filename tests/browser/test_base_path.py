"""The page below a path, as a proxy serves it: what Vois makes itself must arrive there, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.phrases import ENGLISH
from tests.browser.app import Server, Vois, serve, visit
from tests.browser.photos import sample
from tests.browser.sounds import loudness
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def below() -> Iterator[Server]:
    with serve(TINY, STREAMLIT_SERVER_BASE_URL_PATH="tools/vois") as server:
        yield server


@pytest.fixture(params=["", "/"], ids=["without a slash", "with a slash"])
def vois(below: Server, browser: Any, request: pytest.FixtureRequest) -> Iterator[Vois]:
    with visit(browser, below.url + request.param) as person:
        person.open()
        yield person


def test_below_a_path_everything_arrives(vois: Vois, captioner: Captioner, tmp_path: Path) -> None:
    name, data = sample("cat")
    vois.upload((name, data))
    vois.wait_for_sentence(describe_file(captioner, data).text)
    vois.wait_for_events("ended", 1)
    assert loudness(vois.sound()) > 0.01
    picture = vois.page.locator(".vois-entry img").first
    picture.scroll_into_view_if_needed()
    vois.page.wait_for_function(
        "document.querySelector('.vois-entry img')?.naturalWidth > 0", timeout=30_000
    )
    vois.page.locator(".vois-history details:has(a[data-kind]) > summary").click()
    for kind, begins in (("csv", b"\xef\xbb\xbf"), ("json", b"["), ("zip", b"PK")):
        with vois.page.expect_download() as download:
            vois.page.locator(f"a[data-kind={kind}]").click()
        file = tmp_path / kind
        download.value.save_as(file)
        assert file.read_bytes().startswith(begins)
        assert download.value.suggested_filename == f"vois-history.{kind}"


def test_a_page_in_place_of_a_file_is_said(vois: Vois) -> None:
    page = {"status": 200, "content_type": "text/html", "body": "<!doctype html>"}
    for path in ("sound", "history"):
        vois.page.route(f"**/{path}/**", lambda route: route.fulfill(**page))
    vois.upload(sample("cat"))
    vois.wait_for_status(ENGLISH.sound_lost)
    assert vois.events("playing") == []
    vois.page.locator(".vois-history details:has(a[data-kind]) > summary").click()
    vois.page.locator("a[data-kind=csv]").click()
    vois.wait_for_status(ENGLISH.history_not_exported)
    vois.page.wait_for_selector(".vois-entry img", state="hidden")
