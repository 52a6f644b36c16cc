"""What was chosen is found again: after a reload, in a second tab, by another browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.phrases import ENGLISH, FRENCH
from tests.browser.app import DATA, Server, Vois, launch, serve, visit
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser

# Whether each sound that began could be heard.
HEARD = """
window.heard = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (this.tagName === "AUDIO") heard.push(!this.muted);
  return play.call(this);
};
"""
SHOWN = """() => ({
  language: document.documentElement.lang,
  muted: document.querySelector(".vois-result audio, audio").muted,
  form: document.querySelector(".st-key-form input").value,
  interval: document.querySelector(".st-key-interval input").value,
})"""
CHOSEN_IN_FRENCH = {
    "language": "fr",
    "muted": True,
    "form": FRENCH.form_short,
    "interval": FRENCH.interval.format(seconds=30),
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    """A server whose visitors leave nothing on it."""
    with serve(TINY, VOIS_SHARED="1") as running:
        yield running


def choose(vois: Vois, label: str, option: str) -> None:
    """By typing: the list closes when the page is drawn again."""
    box = vois.page.get_by_role("combobox", name=label, exact=True)
    for _ in range(3):
        box.fill(option)
        box.press("ArrowDown")
        box.press("Enter")
        vois.settle()
        if box.count() == 0 or box.input_value() == option:
            return


def choose_all(vois: Vois) -> None:
    """Mute by its key, the others in the settings; the language last."""
    vois.expand("st-key-settings")
    vois.settle()
    choose(vois, ENGLISH.form_label, ENGLISH.form_short)
    choose(vois, ENGLISH.interval_label, ENGLISH.interval.format(seconds=30))
    vois.page.keyboard.press("Escape")
    vois.page.evaluate("document.activeElement.blur()")
    vois.page.keyboard.press("Alt+Shift+m")
    vois.settle()
    choose(vois, ENGLISH.language_label, FRENCH.name)
    vois.page.wait_for_function("document.documentElement.lang === 'fr'")


def wait_until_shown(vois: Vois, expected: dict[str, object]) -> None:
    vois.expand("st-key-settings")
    for _ in range(20):
        vois.settle()
        if (shown := vois.page.evaluate(SHOWN)) == expected:
            return
    assert shown == expected


def test_a_visitor_finds_their_choices_after_a_reload_and_in_a_second_tab(
    shared: Server, browser: Any
) -> None:
    with visit(browser, shared.url) as vois:
        vois.page.context.add_init_script(HEARD)
        vois.open_camera()
        choose_all(vois)
        # A change of language lost what is chosen from a list of words.
        wait_until_shown(vois, CHOSEN_IN_FRENCH)
        vois.page.reload()
        vois.wait_for_status(FRENCH.ready_live)
        wait_until_shown(vois, CHOSEN_IN_FRENCH)
        second = Vois(vois.page.context.new_page(), vois.url)
        second.page.goto(second.url)
        second.wait_for_status(FRENCH.ready_live)
        wait_until_shown(second, CHOSEN_IN_FRENCH)
        assert True not in second.page.evaluate("heard")
    assert not (DATA[shared.url.removeprefix("http://")] / "settings.json").exists()


def test_the_machines_own_person_finds_them_in_another_browser(
    server: Server, browser: Any
) -> None:
    with visit(browser, server.url) as vois:
        vois.open_camera()
        choose_all(vois)
        wait_until_shown(vois, CHOSEN_IN_FRENCH)
    kept = json.loads((DATA[server.url.removeprefix("http://")] / "settings.json").read_text())
    assert kept == {
        "language": "fr", "form": "short", "interval_s": 30, "muted": True
    }  # fmt: skip
    with visit(browser, server.url, known=True) as vois:
        vois.page.goto(vois.url)
        vois.wait_for_status(FRENCH.ready_live)
        wait_until_shown(vois, CHOSEN_IN_FRENCH)
        vois.press(FRENCH.reset)
        vois.page.wait_for_function("document.documentElement.lang === 'en'")
        beginning = {
            "language": "en", "muted": False, "form": ENGLISH.form_auto,
            "interval": ENGLISH.interval.format(seconds=2),
        }  # fmt: skip
        wait_until_shown(vois, beginning)
        vois.page.reload()
        vois.wait_for_status(ENGLISH.ready_live)
        wait_until_shown(vois, beginning)


def test_the_chosen_camera_is_found_again_and_another_one_is_told(
    server: Server, driver: Any
) -> None:
    used = "document.querySelector('.vois-camera video').srcObject?.getVideoTracks()[0]"
    id_of = f"({used})?.getSettings().deviceId"
    with (
        launch(driver, "--use-fake-device-for-media-stream=device-count=2") as browser,
        visit(browser, server.url) as vois,
    ):
        vois.open_camera()
        vois.page.keyboard.press("Alt+Shift+l")
        vois.page.wait_for_function(id_of)
        first = vois.page.evaluate(id_of)
        choice = vois.page.locator(".vois-choice select")
        second = next(
            option.get_attribute("value")
            for option in choice.locator("option").all()
            if option.get_attribute("value") != first
        )
        choice.select_option(second)
        vois.page.wait_for_function(f"{id_of} === '{second}'")
        for again in ("stop", "reload"):
            if again == "reload":
                vois.page.reload()
                vois.wait_for_status(ENGLISH.ready_live)
            else:
                vois.page.keyboard.press("Alt+Shift+l")
                vois.page.wait_for_function(f"!({used})")
            vois.page.keyboard.press("Alt+Shift+l")
            vois.page.wait_for_function(f"{id_of} === '{second}'")
        vois.page.evaluate("localStorage.setItem('vois-camera', 'gone')")
        vois.page.keyboard.press("Alt+Shift+l")
        vois.page.wait_for_function(f"!({used})")
        vois.page.keyboard.press("Alt+Shift+l")
        vois.page.wait_for_function(id_of)
        name = vois.page.evaluate(f"({used}).label")
        vois.page.wait_for_function(
            "text => said.some((one) => one.text.includes(text))",
            arg=ENGLISH.camera_other.format(name=name),
        )
