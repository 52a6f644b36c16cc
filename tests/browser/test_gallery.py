"""The page to review an archive, opened from the disk, and the API's page for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.api import Access
from pipeline.api.application import operations
from pipeline.api.openapi import page as api_page
from pipeline.batch.gallery import read_corrections, write_gallery
from pipeline.batch.row import Row
from pipeline.captioning.captioner import Captioner
from pipeline.phrases import ENGLISH, FRENCH
from tests.api.server import photo, service
from tests.browser.accessibility import violations
from tests.browser.app import Vois
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser

ODD = 'b "2" & <3>#?.jpg'
ROWS = [
    Row("a.jpg", "A red square.", "en", 0.9, "plain"),
    Row(ODD, "A </textarea><script>window.broken = 1</script>\nIt says: </script>", "en"),
    Row("c.jpg", language="en", error="This picture is incomplete."),
]


@pytest.fixture
def gallery(tmp_path: Path, browser: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    for row in ROWS[:2]:
        Path(row.photo).write_bytes(photo())
    write_gallery(tmp_path / "page.html", ROWS, "en")
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    context.close()


def test_corrections_are_typed_and_saved_by_keyboard(gallery: Any, tmp_path: Path) -> None:
    assert gallery.title() == ENGLISH.gallery_title.format(count=3)
    assert gallery.evaluate("window.broken") is None
    shown = "[...document.images].slice(0, 2).every((one) => one.naturalWidth > 0)"
    gallery.locator("img").nth(1).scroll_into_view_if_needed()
    gallery.wait_for_function(shown)
    box = gallery.get_by_label(ENGLISH.gallery_text.format(photo=ODD))
    assert box.input_value() == ROWS[1].text
    box.focus()
    gallery.keyboard.press("Control+A")
    gallery.keyboard.type("Two tiles.")
    gallery.keyboard.press("Tab")  # to the next photo's text
    gallery.keyboard.type("A tree.")
    gallery.keyboard.press("Tab")
    with gallery.expect_download() as download:
        gallery.keyboard.press("Enter")
    download.value.save_as(tmp_path / "corrections.json")
    assert read_corrections(tmp_path / "corrections.json") == {
        ODD: "Two tiles.",
        "c.jpg": "A tree.",
    }
    assert gallery.get_by_role("status").inner_text() == ENGLISH.gallery_saved.format(count=2)


def test_both_pages_are_accessible(gallery: Any, axe: str) -> None:
    assert violations(Vois(gallery, ""), axe) == []
    document = api_page(operations(service(Captioner.load(TINY, threads=1)), Access()), "")
    gallery.set_content(document)
    assert violations(Vois(gallery, ""), axe) == []


def test_the_page_is_in_the_language_of_the_command(tmp_path: Path) -> None:
    write_gallery(tmp_path / "page.html", ROWS, "fr")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="fr">' in html
    assert FRENCH.gallery_save in html
