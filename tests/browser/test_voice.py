"""The page's one player: sentence after sentence, who speaks, how loud, and the online voice."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipeline.phrases import ENGLISH
from tests.browser.app import WAIT_MS, Vois, serve, visit
from tests.browser.photos import black, sample, square
from tests.browser.sounds import DONE, SOURCES
from tests.data.tiny_files import TINY
from tests.data.written_pictures import photographed
from tests.speech.gtts_server import GttsServer

pytestmark = pytest.mark.browser

HIBARI = ENGLISH.spoken_offline.format(voice="hibari")
STOP_BAR_MS = 200
LETTER = 3
# The sound that the player has; the next one to be heard will be `next`.
NEXT = """
(() => {
  const audio = document.querySelector("audio");
  audio.addEventListener("playing", () => (window.next = audio.src), { once: true });
  return audio.src;
})()
"""


def test_a_text_of_several_sentences_is_one_sound_after_the_other(vois: Vois) -> None:
    vois.page.evaluate(SOURCES)
    vois.upload(black())
    vois.wait_for_events("ended", 1)
    assert len(re.findall(r"\w\.", vois.sentence)) == 2  # "It is too dark to see. Turn on ..."
    assert len(vois.page.evaluate("sources")) == 2
    assert [kind for kind, _ in vois.events(*DONE)] == ["playing", "ended"]
    assert vois.page.inner_text(".vois-voice") == HIBARI
    vois.press(ENGLISH.again)
    vois.wait_for_events("ended", 2)
    first, second = vois.page.evaluate("sources.slice(0, 2)")
    assert vois.page.evaluate("sources") == [first, second, first, second]


def test_stop_silences_at_once_and_the_next_sentence_too(vois: Vois) -> None:
    vois.page.evaluate(SOURCES)
    vois.drawl()
    vois.upload(black())
    vois.wait_for_events("playing", 1)
    took = vois.page.evaluate(
        """async () => {
          const begun = performance.now();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "s" }));
          while (!document.querySelector("audio").paused) await new Promise(requestAnimationFrame);
          return performance.now() - begun;
        }"""
    )
    assert took < STOP_BAR_MS
    vois.page.wait_for_timeout(4_000)  # under test: the second sentence may not follow
    assert len(vois.page.evaluate("sources")) == 1
    assert [kind for kind, _ in vois.events(*DONE)] == ["playing", "stopped"]


def test_a_page_of_text_is_stopped_and_goes_on_where_it_was(vois: Vois) -> None:
    letter = photographed(LETTER, 1280)
    vois.page.evaluate(SOURCES)
    vois.upload(("letter.jpg", letter.jpeg))
    vois.page.wait_for_function("sources.length > 1", timeout=WAIT_MS)
    vois.page.keyboard.press("s")
    vois.wait_for_events("stopped", 1)
    at = vois.page.evaluate(NEXT)
    read_on = vois.page.get_by_role("button", name=ENGLISH.read_on, exact=True)
    read_on.press("Enter")
    vois.wait_for_events("playing", 2)
    assert vois.page.evaluate("next") == at != vois.page.evaluate("sources[0]")
    vois.press(ENGLISH.stop)
    # The words can be selected, line by line.
    assert letter.lines[0] in vois.page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('.vois-sentence')), "
        "`${getSelection()}`.split('\\n')"
    )
    vois.upload(sample("cat"))
    vois.wait_for_events("shown", 2)
    assert read_on.count() == 0


def test_more_by_button_and_key(vois: Vois) -> None:
    vois.page.keyboard.press("e")
    vois.wait_for_status(ENGLISH.nothing_yet)
    vois.upload(square())
    vois.wait_for_events("ended", 1)
    first = vois.sentence
    vois.press(ENGLISH.more)
    vois.wait_for_events("ended", 2)
    assert vois.sentence not in ("", first)
    vois.page.keyboard.press("Alt+Shift+E")
    vois.wait_for_status(ENGLISH.nothing_more)
    assert len(vois.events("shown")) == 2


def test_two_clicks_are_one_voice(vois: Vois) -> None:
    vois.upload(sample("cat"))
    vois.wait_for_events("ended", 1)
    vois.page.evaluate(
        "const again = document.querySelector('[data-do=again]'); again.click(); again.click();"
    )
    vois.wait_for_events("ended", 2)
    vois.settle()
    kinds = [kind for kind, _ in vois.events(*DONE)]
    assert kinds.count("ended") == 2
    on = 0
    for kind in kinds:
        on += 1 if kind == "playing" else -1
        assert 0 <= on <= 1
    assert vois.page.locator("audio").count() == 1


def test_volume_by_key_and_in_the_settings(vois: Vois) -> None:
    volume = "Math.round(100 * document.querySelector('audio').volume)"
    assert vois.page.evaluate(volume) == 100
    vois.page.keyboard.press("Alt+Shift+ArrowDown")
    assert vois.page.evaluate(volume) == 95
    vois.wait_for_status(ENGLISH.volume_now.format(percent=95))
    slider = "document.querySelector('.st-key-volume [role=slider], .st-key-volume input')"
    vois.page.wait_for_function(f"{slider}.value === '95'")
    vois.expand("st-key-settings")
    vois.page.evaluate(f"{slider}.focus()")
    vois.page.keyboard.press("ArrowLeft")
    vois.page.wait_for_function(f"{volume} === 90")


def test_the_online_voice_says_that_the_words_went_away(browser: Any) -> None:
    with GttsServer() as google:
        proxy = {"HTTPS_PROXY": google.proxy_url, "https_proxy": google.proxy_url}
        with serve(TINY, **proxy) as server, visit(browser, server.url) as vois:
            vois.open()
            vois.upload(sample("cat"))
            vois.wait_for_events("ended", 1)
            assert google.asked == []  # offline is the default
            choose_voice(vois, ENGLISH.voice_online)
            vois.upload(sample("rocket"))
            vois.wait_for_events("ended", 2)
            assert vois.page.inner_text(".vois-voice") == ENGLISH.spoken_online.format(
                voice="google"
            )
            assert [asked.text for asked in google.asked] == [vois.sentence]
            # The network fails: the same page continues with the voice of this machine.
            google.stop()
            vois.upload(black())
            vois.wait_for_events("ended", 3)
            assert vois.page.inner_text(".vois-voice") == HIBARI


def choose_voice(vois: Vois, label: str) -> None:
    """In the settings, as a person would."""
    vois.expand("st-key-settings")
    name = re.compile(f"(^|[.] ){ENGLISH.voice}")  # Streamlit puts the choice before the label
    vois.page.get_by_role("combobox", name=name).click()
    vois.page.get_by_role("option", name=label, exact=True).click()
    vois.settle()
