"""Whole journeys by keyboard: each thing is heard once, by whoever was chosen to speak."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.errors import ErrorCode
from pipeline.phrases import ENGLISH, phrases
from pipeline.web.state.settings import Speaker
from tests.browser.app import WAIT_MS, Vois, serve, visit
from tests.browser.photos import NOT_A_PHOTO, sample
from tests.browser.recorder import RECORD, Recorder, speaker_chosen, speaker_name
from tests.data.tiny_files import TINY

pytestmark = pytest.mark.browser

needs_french_voice = pytest.mark.skipif(
    importlib.util.find_spec("espeakng_loader") is None, reason="no French voice"
)
FOCUSED = """(() => {
  const node = document.activeElement;
  return node.matches("body, main") ? "" : node.textContent.trim();
})()"""


def tab_to(vois: Vois, name: str, most: int = 40) -> int:
    """By keyboard, to what begins with this name; returns after how many Tabs."""
    for count in range(most + 1):
        if str(vois.page.evaluate(FOCUSED)).startswith(name):
            return count
        vois.page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached")


@pytest.mark.parametrize("speaker", list(Speaker))
@pytest.mark.parametrize("language", ["en", pytest.param("fr", marks=needs_french_voice)])
def test_each_thing_is_heard_once(
    browser: Any, captioner: Captioner, tmp_path: Path, speaker: Speaker, language: str
) -> None:
    say = phrases(language)
    with serve(TINY, tmp_path) as server, visit(browser, server.url, locale=language) as vois:
        vois.page.add_init_script(RECORD)
        recorder = Recorder(vois, speaker)
        page, keyboard = vois.page, vois.page.keyboard

        def text_of(name: str) -> str:
            return describe_file(captioner, sample(name)[1], language).text

        # The first visit. Whoever has not chosen is spoken to by both.
        page.goto(server.url)
        vois.wait_for_status(say.ready_live)
        recorder.wait_until_quiet()
        assert recorder.announced()[-1] == f"{say.ready_live} {say.speaker_question}"
        page.evaluate("document.querySelector('[data-testid=stMain]').focus()")  # the skip link
        assert tab_to(vois, speaker_name(speaker, say)) <= 3
        chosen = speaker_chosen(speaker, say)
        recorder.step(lambda: keyboard.press("Enter"), chosen)
        assert page.evaluate(FOCUSED) == say.live
        recorder.step(lambda: (keyboard.press("ArrowRight"), keyboard.press("Enter")), say.ready)

        # Photos, and a file that is none.
        describing = [
            say.describing,
            *(say.describing_one_of.format(number=number, count=2) for number in (1, 2)),
        ]
        cat = text_of("cat")
        recorder.step(lambda: vois.upload(sample("cat")), cat, before=describing)
        again = () if speaker is Speaker.BOTH else (cat,)  # Vois says it again, the reader does not
        recorder.step(lambda: keyboard.press("Alt+Shift+a"), *again)
        if speaker is Speaker.BOTH:
            assert recorder.spoken() == [cat]
        numbered = [
            say.numbered.format(number=number, text=text_of(name))
            for number, name in enumerate(("rocket", "flower"), start=1)
        ]
        recorder.step(
            lambda: vois.upload(sample("rocket"), sample("flower")), *numbered, before=describing
        )
        wrong = say.errors[ErrorCode.PHOTO_FORMAT_UNKNOWN]
        recorder.step(lambda: vois.upload(NOT_A_PHOTO), wrong, before=describing)

        # The history.
        page.wait_for_function("document.querySelectorAll('.vois-entry').length === 3")
        tab_to(vois, say.history_play)
        recorder.step(lambda: keyboard.press("Enter"), text_of("flower"))
        tab_to(vois, say.history_more)
        recorder.step(lambda: keyboard.press("Enter"))
        tab_to(vois, say.history_correct)
        keyboard.press("Enter")
        keyboard.type("Un chat." if language == "fr" else "A cat.")
        recorder.step(lambda: keyboard.press("Enter"), say.history_corrected)
        tab_to(vois, say.history_delete)
        recorder.step(lambda: keyboard.press("Enter"), say.history_deleted)
        assert tab_to(vois, say.history_undo) == 0
        recorder.step(lambda: keyboard.press("Enter"), say.history_undone_one)
        assert str(page.evaluate(FOCUSED)).startswith(say.history_play)

        # The next visit asks nothing.
        page.reload()
        vois.wait_for_status(say.ready_live)
        for _ in range(WAIT_MS // 100):
            if say.ready_live in recorder.heard():
                break
            page.wait_for_timeout(100)
        recorder.wait_until_quiet()
        assert page.locator(".st-key-question").count() == 0
        assert recorder.heard()[-1:] == [say.ready_live]
        recorder.check()


@pytest.mark.parametrize("speaker", list(Speaker))
def test_each_state_of_the_camera_is_heard_once(
    browser: Any, tmp_path: Path, speaker: Speaker
) -> None:
    say = phrases("en")
    with serve(TINY, tmp_path) as server, visit(browser, server.url) as vois:
        vois.page.add_init_script(RECORD)
        vois.page.add_init_script(
            f"localStorage.setItem('vois-settings', JSON.stringify({{speaker: '{speaker}'}}))"
        )
        recorder = Recorder(vois, speaker)
        keyboard = vois.page.keyboard
        vois.open_camera()
        recorder.wait_until_quiet()
        tab_to(vois, say.camera_start)
        vois.page.evaluate("announced.length = voisPlayerEvents.length = 0")
        keyboard.press("Enter")
        vois.wait_for_events("shown", 1)
        recorder.wait_until_quiet()
        heard = recorder.heard()
        assert vois.sentence in heard
        assert len(set(heard)) == len(heard)
        recorder.check()
        paused = say.camera_paused.format(keys="" if speaker is Speaker.VOIS else say.alt_shift)
        recorder.step(lambda: keyboard.press("Alt+Shift+p"), paused, before=heard)
        recorder.step(lambda: keyboard.press("Alt+Shift+p"), say.camera_live, before=heard[:-1])
        recorder.step(lambda: keyboard.press("Alt+Shift+l"), say.camera_off, before=heard)
        vois.page.wait_for_timeout(1_000)  # under test: no sentence comes after the camera's end
        assert recorder.heard()[-1] == say.camera_off
        assert vois.page.evaluate(FOCUSED) == say.camera_start


def test_the_page_stands_still_while_the_focus_is_in_the_history(
    browser: Any, tmp_path: Path, captioner: Captioner
) -> None:
    place = "document.activeElement.getBoundingClientRect().top"
    with serve(TINY, tmp_path) as server, visit(browser, server.url) as vois:
        vois.open()
        for name in ("cat", "rocket", "flower"):
            vois.upload(sample(name))
            vois.wait_for_events("shown", len(vois.events("shown")) + 1)
        vois.page.wait_for_function("document.querySelectorAll('.vois-entry').length === 3")
        vois.page.focus(".vois-entry:last-child [data-action=play]")
        vois.page.wait_for_timeout(500)  # what was begun before is drawn
        before = vois.page.evaluate(place)
        focus = vois.page.evaluate(FOCUSED)
        # A description is shown, and a new entry pushes this one down.
        vois.upload(sample("temple"))
        vois.page.wait_for_function("document.querySelectorAll('.vois-entry').length === 4")
        vois.page.wait_for_timeout(500)
        assert vois.page.evaluate(FOCUSED) == focus
        assert vois.page.evaluate(place) == pytest.approx(before, abs=2)
        # The description is out of sight, and stands at the lower edge.
        pinned = vois.page.locator(".vois-pin")
        vois.page.wait_for_function(
            "text => document.querySelector('.vois-pin')?.textContent === text",
            arg=describe_file(captioner, sample("temple")[1]).text,
            timeout=WAIT_MS,
        )
        assert pinned.get_attribute("aria-hidden") == "true"
        vois.page.focus(".vois-result [data-do=again]")
        pinned.wait_for(state="hidden", timeout=WAIT_MS)


def test_a_tab_that_streamlit_disables_for_a_moment_gets_the_focus_back(vois: Vois) -> None:
    tab = vois.page.get_by_role("tab", name=ENGLISH.photo)
    tab.focus()
    # What React does while a run of the page has not drawn the tab yet.
    tab.evaluate("node => node.setAttribute('aria-disabled', 'true')")
    tab.evaluate("node => node.removeAttribute('tabindex')")
    vois.page.wait_for_function("document.activeElement === document.body")
    tab.evaluate("node => (node.tabIndex = 0)")
    tab.evaluate("node => node.removeAttribute('aria-disabled')")
    vois.page.wait_for_function("document.activeElement.matches('[role=tab]')")


def test_again_keeps_the_focus_when_the_camera_starts(vois: Vois) -> None:
    vois.open_camera()
    vois.page.focus("[data-do=again]")
    vois.page.evaluate("window.again = document.activeElement")
    vois.page.keyboard.press("l")
    vois.wait_for_events("shown", 1)
    assert vois.page.evaluate("document.activeElement === again && again.isConnected")
    vois.page.keyboard.press("l")
    vois.wait_for_status(phrases("en").camera_off)
    assert vois.page.evaluate("document.activeElement === again && again.isConnected")
