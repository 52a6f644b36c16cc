"""The page in French: its words, its language, its voice, by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.phrases import ENGLISH, FRENCH
from tests.browser.accessibility import violations
from tests.browser.app import Server, Vois, launch, serve, visit
from tests.browser.camera import CAMERA, still
from tests.browser.film import write_film
from tests.browser.photos import black, sample
from tests.browser.sounds import SOURCES, loudness
from tests.data.tiny_files import TINY, write_english

pytestmark = pytest.mark.browser

FOCUS = """(() => {
  const node = document.activeElement;
  const words = node.querySelector("[data-testid=stMarkdownContainer]") ?? node;
  return (node.getAttribute("aria-label") || words.textContent).trim();
})()"""
# What a person meets on the page: texts and names.
WORDS = """() => [
  document.body.innerText,
  ...[...document.querySelectorAll("[aria-label]")].map((node) => node.getAttribute("aria-label")),
].join("\\n")"""


LANGUAGE = "node => node.closest('[lang]').lang"  # in which a screen reader reads it


def open_in_french(vois: Vois) -> None:
    vois.page.goto(vois.url)
    vois.wait_for_status(FRENCH.ready_live)


def choose_english(vois: Vois) -> None:
    vois.expand("st-key-settings")
    vois.page.get_by_role("combobox", name=re.compile("Langue")).click()
    vois.page.get_by_role("option", name=ENGLISH.name, exact=True).click()
    vois.page.wait_for_function("document.documentElement.lang === 'en'")


def tab_to(vois: Vois, name: str) -> None:
    """By keyboard, without a pointer."""
    for _ in range(60):
        vois.page.keyboard.press("Tab")
        if vois.page.evaluate(FOCUS) == name:
            return
    pytest.fail(f"{name} cannot be reached")


def test_a_photo_is_described_in_french_by_keyboard_alone(
    server: Server, browser: Any, axe: str, captioner: Captioner
) -> None:
    with visit(browser, server.url, locale="fr-FR", reduced_motion="reduce") as vois:
        open_in_french(vois)
        assert vois.page.get_attribute("html", "lang") == "fr"
        tab_to(vois, FRENCH.live)
        vois.page.keyboard.press("ArrowRight")
        vois.page.keyboard.press("Enter")
        vois.wait_for_status(FRENCH.ready)
        assert violations(vois, axe) == []
        tab_to(vois, FRENCH.other_photos)
        vois.page.keyboard.press("Enter")
        tab_to(vois, FRENCH.sample_cat)
        vois.page.keyboard.press("Enter")
        expected = describe_file(captioner, sample("cat")[1], "fr")
        assert expected.language == "fr"
        vois.wait_for_sentence(expected.text)
        assert vois.page.get_attribute(".vois-sentence", "lang") == "fr"
        vois.wait_for_events("ended", 1)
        assert loudness(vois.sound()) > 0.01
        assert vois.page.inner_text(".vois-voice") == FRENCH.spoken_offline.format(voice="kokoro")
        vois.page.keyboard.press("a")
        vois.wait_for_events("ended", 2)
        vois.page.keyboard.press("m")
        vois.wait_for_status(FRENCH.muted.format(keys=""))
        assert violations(vois, axe) == []


def test_no_english_is_left(browser: Any, tmp_path: Path) -> None:
    # A history of its own: entries of other tests keep their language.
    with (
        serve(TINY, tmp_path) as server,
        visit(browser, server.url, locale="fr-FR") as vois,
    ):
        open_in_french(vois)
        vois.page.get_by_role("tab", name=FRENCH.photo).click()
        vois.wait_for_status(FRENCH.ready)
        vois.upload(black())
        vois.wait_for_sentence(FRENCH.guidance_file_dark)
        vois.expand("st-key-other_photos")
        vois.page.get_by_text(FRENCH.use_camera).click()
        vois.page.get_by_role("button", name=FRENCH.own_take).wait_for()
        vois.page.wait_for_selector(".vois-entry")
        french = set(FRENCH.labels().values())
        # A language's own name, and a word inside of "Données (JSON)".
        allowed = {ENGLISH.name, ENGLISH.history_export_json}
        # Streamlit's own words are translated a moment after it wrote them.
        for _ in range(10):
            vois.settle()
            met = str(vois.page.evaluate(WORDS))
            left = {
                text
                for name, text in ENGLISH.labels().items()
                if name != "language" and "{" not in text and text not in french
                if re.search(rf"\b{re.escape(text)}(?!\w)", met)
            }
            if left <= allowed:
                break
        assert left <= allowed
        heading = vois.page.locator(".vois-day h3").first.inner_text()
        assert heading == "Aujourd’hui"  # noqa: RUF001


def test_the_language_is_chosen_in_the_settings_and_kept_words_keep_theirs(
    server: Server, browser: Any, captioner: Captioner
) -> None:
    with visit(browser, server.url, locale="fr-FR") as vois:
        open_in_french(vois)
        vois.page.get_by_role("tab", name=FRENCH.photo).click()
        vois.wait_for_status(FRENCH.ready)
        vois.choose_sample(FRENCH.sample_rocket)
        french = describe_file(captioner, sample("rocket")[1], "fr").text
        vois.wait_for_sentence(french)
        vois.wait_for_events("ended", 1)
        choose_english(vois)
        vois.page.get_by_role("button", name=ENGLISH.again, exact=True).wait_for()
        # The tab is the same, and so are the photo and its words, which keep their language.
        assert vois.page.get_by_role("tab", name=ENGLISH.photo).get_attribute("aria-selected") == (
            "true"
        )
        photo = vois.page.get_by_role("img", name=FRENCH.photo_alt, exact=True)
        assert photo.evaluate(LANGUAGE) == "fr"
        vois.choose_sample(ENGLISH.sample_cat)
        vois.wait_for_sentence(describe_file(captioner, sample("cat")[1]).text)
        vois.wait_for_events("ended", 2)
        assert vois.page.inner_text(".vois-voice") == ENGLISH.spoken_offline.format(voice="hibari")
        entry = vois.page.locator(".vois-entry", has_text=french).first
        assert entry.locator(".vois-text").get_attribute("lang") == "fr"
        vois.page.evaluate(SOURCES)
        entry.get_by_role("button", name=re.compile(f"^{ENGLISH.history_play}")).click()
        vois.wait_for_events("ended", 3)
        assert vois.page.get_attribute(".vois-sentence", "lang") == "fr"
        assert vois.page.inner_text(".vois-voice") == ENGLISH.spoken_offline.format(voice="kokoro")


def test_the_language_is_chosen_while_the_camera_is_live(
    server: Server, driver: Any, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "film.y4m", [still("flower", 10)])
    with (
        launch(driver, f"{CAMERA}{film}") as browser,
        visit(browser, server.url, locale="fr-FR") as vois,
    ):
        open_in_french(vois)
        vois.page.keyboard.press("l")
        vois.wait_for_events("ended", 1)
        picture = vois.page.locator(".vois-picture")
        assert picture.get_attribute("aria-label") == FRENCH.camera_picture
        vois.page.evaluate(
            "window.track = document.querySelector('.vois-camera video').srcObject"
            ".getVideoTracks()[0]"
        )
        choose_english(vois)
        vois.page.get_by_role("button", name=ENGLISH.camera_stop, exact=True).wait_for()
        vois.page.wait_for_function(
            "text => said.some((entry) => entry.text === text)", arg=ENGLISH.camera_live
        )
        # The camera was not turned off and on for it, and its descriptions keep their language.
        assert vois.page.evaluate("track.readyState") == "live"
        assert picture.is_visible()
        assert vois.page.get_attribute(".vois-sentence", "lang") == "fr"
        assert picture.get_attribute("aria-label") == ENGLISH.camera_picture
        shown = len(vois.events("shown"))
        vois.press(ENGLISH.describe_now)
        vois.wait_for_events("shown", shown + 1)
        assert vois.page.get_attribute(".vois-sentence", "lang") == "en"
        vois.wait_for_events("ended", 2)
        assert vois.page.inner_text(".vois-voice") == ENGLISH.spoken_offline.format(voice="hibari")
        vois.press(ENGLISH.camera_stop)
        vois.wait_for_status(ENGLISH.camera_off)
        assert not picture.is_visible()


def test_a_model_without_french_says_so_and_is_read_in_english(
    browser: Any, tmp_path: Path
) -> None:
    with (
        serve(write_english(tmp_path / "english")) as server,
        visit(browser, server.url, locale="fr-FR") as vois,
    ):
        vois.page.goto(vois.url)
        vois.wait_for_status(f"{FRENCH.ready_live} {FRENCH.other_language}")
        vois.page.get_by_role("tab", name=FRENCH.photo).click()
        vois.wait_for_status(FRENCH.ready)  # once is enough
        vois.choose_sample(FRENCH.sample_cat)
        vois.wait_for_events("ended", 1)
        assert vois.page.get_attribute("html", "lang") == "fr"
        assert vois.page.get_attribute(".vois-sentence", "lang") == "en"
        assert vois.page.inner_text(".vois-voice") == FRENCH.spoken_offline.format(voice="hibari")
        assert vois.page.get_by_text(FRENCH.other_language).count() == 1
