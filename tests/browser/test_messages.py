"""Each kind of message from the browser is lost once on its way, and is still acted on, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.phrases import ENGLISH
from pipeline.web.state.history_view import PAGE_ENTRIES
from tests.browser.app import WAIT_MS, Vois, visit

playwright_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

RESENDS_MS = 5_000  # more than two resends of messages.js
RATE = "document.querySelector('audio').defaultPlaybackRate"
SLIDER = "document.querySelector('[role=slider], input[type=range]')"
TEXTS = [f"Number {n}." for n in range(2 * PAGE_ENTRIES + 2)]
NEWEST_FIRST = TEXTS[::-1]


@dataclass
class Line:
    """The way from one page to the server, on which a message can get lost.

    Attributes:
        losing: the kind of message whose next one gets lost; empty for none.
        passed: what reached the server.
    """

    losing: str = ""
    passed: list[bytes] = field(default_factory=list)

    def carry(self, route: Any) -> None:
        server = route.connect_to_server()

        def towards_server(message: bytes | str) -> None:
            content = message.encode() if isinstance(message, str) else message
            if self.losing and has(content, self.losing):
                self.losing = ""
            else:
                self.passed.append(content)
                server.send(message)

        route.on_message(towards_server)

    @property
    def messages(self) -> int:
        """How many times messages.js has sent something that passed."""
        return sum(has(content) for content in self.passed)


def has(content: bytes, kind: str = "") -> bool:
    """Whether this holds a message of this kind, or of any when none is named."""
    return (f'"kind":"{kind}"' if kind else '"kind":').encode() in content


@contextmanager
def lost(vois: Vois, line: Line, kind: str) -> Iterator[None]:
    """Loses the next message of this kind; it has to be sent again afterwards."""
    line.losing = kind
    yield
    for _ in range(WAIT_MS // 50):
        if not line.losing and any(has(content, kind) for content in line.passed):
            return
        vois.page.wait_for_timeout(50)  # in which the page's messages are carried
    pytest.fail(f"{kind}: never sent" if line.losing else f"{kind}: not sent again")


def check_acknowledged(vois: Vois, line: Line) -> None:
    """Nothing is sent any more, once what was on its way has arrived."""
    vois.page.wait_for_timeout(RESENDS_MS / 2)
    before = line.messages
    vois.page.wait_for_timeout(RESENDS_MS)
    assert line.messages == before


@contextmanager
def at(browser: Any, url: str) -> Iterator[tuple[Vois, Line]]:
    line = Line()
    with visit(browser, url) as vois:
        vois.page.route_web_socket("**/_stcore/stream", line.carry)
        vois.open_camera()
        yield vois, line


def test_the_players_messages(home: tuple[str, History], browser: Any, tmp_path: Path) -> None:
    with at(browser, home[0]) as (vois, line):
        page = vois.page
        with lost(vois, line, "pace"):
            page.keyboard.press("Alt+Shift+ArrowRight")
        page.wait_for_function(f"{SLIDER}.value === '1.25' && {RATE} === 1.25")
        # Once the player's own choice has arrived, the settings may change it.
        vois.expand("st-key-settings")
        page.evaluate(f"{SLIDER}.focus()")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.wait_for_function(f"{SLIDER}.value === '2' && {RATE} === 2")
        with lost(vois, line, "muted"):
            page.keyboard.press("m")
        toggle = page.get_by_role("switch", name=ENGLISH.mute_label).or_(
            page.get_by_role("checkbox", name=ENGLISH.mute_label)
        )
        playwright_api.expect(toggle).to_be_checked(timeout=WAIT_MS)
        assert page.evaluate("document.querySelector('audio').muted")
        with lost(vois, line, "volume"):
            page.keyboard.press("Alt+Shift+ArrowDown")
        page.wait_for_function("document.querySelector('audio').volume === 0.95")
        with lost(vois, line, "hushed"):
            page.keyboard.press("s")
        page.get_by_role("tab", name=ENGLISH.photo).click()
        vois.wait_for_status(ENGLISH.ready)
        huge = tmp_path / "huge.jpg"
        with huge.open("wb") as file:
            file.truncate(50 * 1024 * 1024 + 1)
        with lost(vois, line, "refused"):
            page.locator("input[type=file]").first.set_input_files(huge)
        vois.wait_for_sentence(ENGLISH.too_large.format(name="huge.jpg", megabytes=50))
        check_acknowledged(vois, line)
        assert len(vois.events("shown")) == 1


def test_the_cameras_messages(home: tuple[str, History], browser: Any) -> None:
    with at(browser, home[0]) as (vois, line):
        keyboard = vois.page.keyboard
        with lost(vois, line, "camera"):
            keyboard.press("l")
        vois.wait_for_events("shown", 1)
        with lost(vois, line, "paused"):
            keyboard.press("p")
        vois.wait_for_status(ENGLISH.camera_paused.format(keys=""))
        with lost(vois, line, "reading"):
            keyboard.press("r")
            vois.wait_for_status(ENGLISH.reading_begins.format(keys=""))
        vois.settle()  # a frame that was looked at before is described yet
        shown = len(vois.events("shown"))
        with lost(vois, line, "ask"):
            keyboard.press("d")
        vois.wait_for_events("shown", shown + 1)
        check_acknowledged(vois, line)
        # As Python has it, whose word counts once it has the message.
        assert vois.page.get_by_role("button", name=ENGLISH.read, exact=True, pressed=True).count()
        assert len(vois.events("shown")) == shown + 1
        line.passed.clear()
        with lost(vois, line, "camera"):
            keyboard.press("l")
        vois.wait_for_status(ENGLISH.camera_off)
        check_acknowledged(vois, line)


def fill(history: History) -> None:
    """Replaces all entries by one for each of `TEXTS`, a minute apart."""
    history.delete_all(LOCAL_OWNER)
    history.purge(undo_s=0)
    now = dt.datetime.now(dt.UTC)
    for place, text in enumerate(TEXTS):
        moment = now - (len(TEXTS) - place) * dt.timedelta(minutes=1)
        history.add(LOCAL_OWNER, Draft(Source.CAMERA, text, time=moment))


def wait_for_texts(vois: Vois, *expected: str) -> None:
    vois.page.wait_for_function(
        "texts => JSON.stringify([...document.querySelectorAll('.vois-entry .vois-text')]"
        ".map(node => node.textContent)) === JSON.stringify(texts)",
        arg=list(expected),
        timeout=WAIT_MS,
    )


def test_the_historys_messages(home: tuple[str, History], browser: Any) -> None:
    fill(home[1])
    with at(browser, home[0]) as (vois, line):
        page = vois.page
        panel = page.locator(".vois-history")

        def press(name: str) -> None:
            panel.get_by_role("button", name=name, exact=True).first.click()

        def press_newest(name: str) -> None:
            newest = panel.locator(".vois-entry").first
            if newest.locator(".vois-more").get_attribute("open") is None:
                newest.locator("summary").click()
            newest.get_by_role("button", name=name).first.click()

        page.locator(".vois-tools > summary").click()

        wait_for_texts(vois, *NEWEST_FIRST[:PAGE_ENTRIES])
        # There are three pages: a message that is acted on twice skips one.
        with lost(vois, line, "older"):
            press(ENGLISH.history_older)
        wait_for_texts(vois, *NEWEST_FIRST[PAGE_ENTRIES : 2 * PAGE_ENTRIES])
        check_acknowledged(vois, line)
        wait_for_texts(vois, *NEWEST_FIRST[PAGE_ENTRIES : 2 * PAGE_ENTRIES])
        press(ENGLISH.history_older)
        wait_for_texts(vois, *NEWEST_FIRST[2 * PAGE_ENTRIES :])
        with lost(vois, line, "newer"):
            press(ENGLISH.history_newer)
        wait_for_texts(vois, *NEWEST_FIRST[PAGE_ENTRIES : 2 * PAGE_ENTRIES])
        with lost(vois, line, "search"):
            page.fill(".vois-history input[name=text]", "Number 1")
            page.keyboard.press("Enter")
        found = [text for text in NEWEST_FIRST if text.startswith("Number 1")]
        wait_for_texts(vois, *found)
        with lost(vois, line, "play"):
            press_newest(ENGLISH.history_play)
        vois.wait_for_sentence(found[0])
        with lost(vois, line, "correct"):
            press_newest(ENGLISH.history_correct)
            page.keyboard.type("Number 1, corrected.")
            page.keyboard.press("Enter")
        found[0] = "Number 1, corrected."
        wait_for_texts(vois, *found)
        with lost(vois, line, "delete"):
            press_newest(ENGLISH.history_delete)
        vois.wait_for_status(ENGLISH.history_deleted)
        wait_for_texts(vois, *found[1:])
        vois.pass_double_click_guard()
        press_newest(ENGLISH.history_delete)
        wait_for_texts(vois, *found[2:])
        vois.pass_double_click_guard()
        with lost(vois, line, "undo"):
            press(ENGLISH.history_undo)
        vois.wait_for_status(ENGLISH.history_undone_one)
        check_acknowledged(vois, line)
        wait_for_texts(vois, *found[1:])
        with lost(vois, line, "delete_all"):
            press(ENGLISH.history_delete_all)
            press(ENGLISH.history_delete_all_yes)
        wait_for_texts(vois)
        check_acknowledged(vois, line)
        assert len(vois.events("shown")) == 1
