"""What a person does with photos, in a real browser against the real app."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.errors import ErrorCode
from pipeline.phrases import ENGLISH
from tests.browser.app import ROOT, Server, Vois, launch, serve, visit
from tests.browser.photos import NOT_A_PHOTO, SAMPLES, black, sample
from tests.browser.sounds import DONE, loudness

playwright_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

MEMORY_LIMIT_KB = 750 * 1024  # with the real model, its names and an English voice


def large(name: str) -> tuple[str, bytes]:
    """The sample as a PNG of 24 megapixels, which takes about half a second to read."""
    file = io.BytesIO()
    with Image.open(SAMPLES / f"{name}.jpg") as photo:
        photo.resize((6000, 4000)).save(file, "PNG", compress_level=1)
    return f"{name}.png", file.getvalue()


def text_of(captioner: Captioner, photo: tuple[str, bytes]) -> str:
    return describe_file(captioner, photo[1]).text


def test_photo_is_described_and_then_spoken(vois: Vois, captioner: Captioner) -> None:
    expected = text_of(captioner, sample("cat"))
    vois.upload(sample("cat"))
    vois.wait_for_sentence(expected)
    vois.wait_for_events("playing", 1)
    assert loudness(vois.sound()) > 0.01
    place = "document.querySelector('audio').currentTime"
    vois.page.wait_for_function(f"{place} > 0.2")
    vois.wait_for_events("ended", 1)
    shown = vois.page.evaluate("sentences[0].at")
    begun = vois.page.evaluate("voisPlayerEvents.find((event) => event.type === 'playing').at")
    assert shown < begun
    size = vois.page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.vois-sentence')).fontSize)"
    )
    assert size >= 28
    image = vois.page.get_by_role("img", name=ENGLISH.photo_alt, exact=True)
    assert image.count() == 1
    # The sentence is on the page once: for the eye, the live region and the picture alike.
    assert vois.page.locator(".vois-result").inner_text().count(expected) == 1


def test_each_state_is_announced_once_in_one_live_region(vois: Vois, captioner: Captioner) -> None:
    # The page may skip a state that is over before it was drawn: this photo takes a while.
    photo = large("cat")
    expected = text_of(captioner, photo)
    vois.upload(photo)
    vois.wait_for_events("ended", 1)
    vois.settle()
    said = [entry["text"] for entry in vois.page.evaluate("said")]
    if said[0] == ENGLISH.loading:  # a process that is warm may be ready before the first look
        said = said[1:]
    first = f"{ENGLISH.ready_live} {ENGLISH.speaker_question}"
    assert said == [first, ENGLISH.ready, ENGLISH.describing, expected]
    regions = vois.page.locator("[aria-live], [role=status], [role=alert], [role=log]").all()
    alert, *others = regions  # the alert is hidden unless Vois does not answer
    assert alert.get_attribute("class") == "vois-connection"
    assert not alert.is_visible()
    assert [region.get_attribute("class") for region in others] == ["vois-sentence", "vois-status"]
    for region in others:
        assert region.get_attribute("aria-live") == "polite"
        assert region.get_attribute("aria-atomic") == "true"
    for selector in ("h1", "main", "audio"):
        assert vois.page.locator(selector).count() == 1, selector
    assert vois.page.inner_text("h1") == "Vois"
    assert vois.page.get_attribute("html", "lang") == "en"


def test_again_replays_as_often_as_it_is_asked(vois: Vois) -> None:
    vois.choose_sample("Cat")
    vois.wait_for_events("ended", 1)
    for count in (2, 3):
        vois.press(ENGLISH.again)
        vois.wait_for_events("ended", count)
    # Also while it speaks: from the start, and never twice at once.
    vois.drawl()
    vois.page.keyboard.press("a")
    vois.wait_for_events("playing", 4)
    vois.page.keyboard.press("A")
    vois.wait_for_events("ended", 4)
    assert len({identity for _, identity in vois.events(*DONE)}) == 1
    assert [kind for kind, _ in vois.events(*DONE)][-4:] == [
        *("playing", "stopped", "playing", "ended"),
    ]


def test_keyboard_alone(vois: Vois) -> None:
    keyboard = vois.page.keyboard
    focused = "document.activeElement.textContent.trim()"

    def tab_to(name: str) -> None:
        for _ in range(60):
            if vois.page.evaluate(focused).endswith(name):
                return
            keyboard.press("Tab")
        pytest.fail(f"{name} cannot be reached")

    tab_to(ENGLISH.other_photos)
    keyboard.press("Enter")
    tab_to("Cat")
    vois.drawl()
    keyboard.press("Enter")
    vois.wait_for_events("playing", 1)
    assert vois.page.evaluate(focused) == "Cat"
    keyboard.press("s")
    vois.wait_for_events("stopped", 1)
    assert vois.page.evaluate("document.querySelector('audio').paused")
    keyboard.press("a")
    vois.wait_for_events("playing", 2)
    keyboard.press("m")
    assert vois.page.evaluate("document.querySelector('audio').muted")
    vois.page.wait_for_function("document.querySelector('[aria-label=\"Mute the voice\"]').checked")
    keyboard.press("m")
    assert not vois.page.evaluate("document.querySelector('audio').muted")
    vois.wait_for_events("ended", 1)
    # The keys also work while one of the voice's own buttons has the focus, and act once.
    vois.page.get_by_role("button", name=ENGLISH.stop).focus()
    keyboard.press("a")
    vois.wait_for_events("playing", 3)
    assert len(vois.events("playing")) == 3


def test_keys_rest_in_text_fields_with_modifiers_and_when_switched_off(vois: Vois) -> None:
    vois.choose_sample("Cat")
    vois.wait_for_events("ended", 1)
    vois.page.keyboard.press("Control+a")
    # The page has no text field of its own yet; the history's search will be one.
    vois.page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('input'),"
        " { id: 'field' }))"
    )
    vois.page.focus("#field")
    vois.page.keyboard.type("asm")
    assert vois.page.input_value("#field") == "asm"
    vois.expand("st-key-settings")
    vois.page.get_by_text(ENGLISH.keys_label, exact=True).click()
    vois.page.wait_for_selector(".vois-result [data-letter]", state="detached")
    vois.page.keyboard.press("a")
    vois.settle()
    assert len(vois.events("playing")) == 1
    assert not vois.page.evaluate("document.querySelector('audio').muted")


def test_pace_changes_at_once_and_in_the_settings(vois: Vois) -> None:
    vois.choose_sample("Cat")
    vois.wait_for_events("playing", 1)
    vois.page.keyboard.press("Alt+Shift+ArrowLeft")
    rate = "document.querySelector('audio').playbackRate"
    assert vois.page.evaluate(rate) == 0.75
    vois.wait_for_status(ENGLISH.pace.format(rate="0.75"))
    vois.page.wait_for_function(
        "document.querySelector('[role=slider], input[type=range]').value === '0.75'"
    )
    vois.wait_for_events("ended", 1)
    vois.press(ENGLISH.again)
    vois.wait_for_events("playing", 2)
    assert vois.page.evaluate(rate) == 0.75


def test_broken_file_is_announced_and_stops_no_other(vois: Vois, captioner: Captioner) -> None:
    vois.upload(NOT_A_PHOTO)
    vois.wait_for_events("ended", 1)
    assert vois.sentence.startswith("This file is not a picture that Vois can read.")
    assert loudness(vois.sound()) > 0.01
    vois.upload(NOT_A_PHOTO, sample("cat"))
    text = text_of(captioner, sample("cat"))
    vois.wait_for_sentence(ENGLISH.numbered.format(number=2, text=text))
    vois.wait_for_events("ended", 3)
    said = [entry["text"] for entry in vois.page.evaluate("said")]
    assert any(text.startswith("Photo 1: This file is not a picture") for text in said)


def test_black_photo_gets_advice_and_no_description(vois: Vois, captioner: Captioner) -> None:
    advice = describe_file(captioner, black()[1]).guidance
    assert advice is not None
    vois.upload(black())
    vois.wait_for_sentence(advice.message("en"))
    vois.wait_for_events("ended", 1)
    assert vois.page.get_attribute(".vois-sentence", "data-kind") == "guidance"
    assert vois.page.get_by_role("img", name=ENGLISH.unreadable).count() == 1


def test_several_photos_speak_one_after_another(vois: Vois, captioner: Captioner) -> None:
    vois.upload(sample("cat"), sample("rocket"), sample("flower"))
    vois.wait_for_events("ended", 3)
    vois.settle()
    events = vois.events(*DONE)
    assert [kind for kind, _ in events] == ["playing", "ended"] * 3
    assert [identity for _, identity in events[::2]] == [identity for _, identity in events[1::2]]
    assert len({identity for _, identity in events}) == 3
    texts = [
        ENGLISH.numbered.format(number=number, text=text_of(captioner, sample(name)))
        for number, name in enumerate(("cat", "rocket", "flower"), start=1)
    ]
    assert vois.page.locator(".st-key-pictures p[lang=en]").all_inner_texts() == texts[:-1]
    assert vois.sentence == texts[-1]


def test_a_redraw_of_the_page_plays_nothing_twice(vois: Vois) -> None:
    vois.upload(sample("cat"))
    vois.wait_for_events("ended", 1)
    said = len(vois.page.evaluate("said"))
    vois.expand("st-key-settings")
    for label in (ENGLISH.keep_pictures, ENGLISH.keep_pictures, ENGLISH.mute_label):
        vois.page.get_by_text(label, exact=True).click()
        vois.settle()
    assert len(vois.events("playing")) == 1
    assert len(vois.page.evaluate("said")) == said


def test_removed_photo_falls_silent_and_may_come_back(vois: Vois, captioner: Captioner) -> None:
    vois.drawl()
    vois.upload(sample("cat"))
    vois.wait_for_events("playing", 1)
    remove = vois.page.locator("[data-testid=stFileChipDeleteBtn] button")
    remove.click()
    vois.wait_for_events("stopped", 1)
    vois.wait_for_status(ENGLISH.ready)
    assert vois.sentence == ""
    assert vois.page.locator(".st-key-pictures img").count() == 0
    for count, name in enumerate(("rocket", "cat"), start=1):
        vois.upload(sample(name))
        vois.wait_for_sentence(text_of(captioner, sample(name)))
        vois.wait_for_events("ended", count)
        remove.click()
        vois.wait_for_status(ENGLISH.ready)


def test_sample_interrupts_and_stop_ends_the_queue(vois: Vois, captioner: Captioner) -> None:
    vois.drawl()
    vois.upload(sample("cat"), sample("flower"))
    vois.wait_for_events("playing", 1)
    vois.choose_sample("Rocket")
    vois.wait_for_sentence(text_of(captioner, sample("rocket")))
    vois.wait_for_events("ended", 1)
    assert [kind for kind, _ in vois.events(*DONE)] == ["playing", "stopped", "playing", "ended"]
    vois.drawl()
    vois.upload(sample("cat"), sample("coffee"))
    vois.wait_for_events("playing", 3)
    vois.press(ENGLISH.stop)
    vois.settle()
    vois.settle()
    assert [kind for kind, _ in vois.events(*DONE)][-2:] == ["playing", "stopped"]


@pytest.mark.parametrize("name", ["photo.jfif", "photo.jpe", "photo", "photo.txt"])
def test_a_photo_of_any_name_is_described(
    vois: Vois, captioner: Captioner, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(sample("cat")[1])
    vois.page.set_input_files("input[type=file]", tmp_path / name)
    vois.wait_for_sentence(text_of(captioner, sample("cat")))


def test_what_the_browser_refuses_is_announced(vois: Vois, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_bytes(b"x")
    vois.page.set_input_files("input[type=file]", letter)
    vois.wait_for_sentence(ENGLISH.errors[ErrorCode.PHOTO_FORMAT_UNKNOWN])
    vois.wait_for_events("ended", 1)
    huge = tmp_path / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    vois.page.set_input_files("input[type=file]", huge)
    vois.wait_for_sentence(ENGLISH.too_large.format(name="huge.jpg", megabytes=50))
    vois.wait_for_events("playing", 2)


def test_photo_from_the_camera(vois: Vois) -> None:
    assert vois.page.locator("video").count() == 0
    vois.expand("st-key-other_photos")
    vois.page.get_by_text(ENGLISH.use_camera, exact=True).click()
    shutter = vois.page.get_by_role("button", name="Take Photo")
    vois.page.wait_for_function("document.querySelector('video')?.videoWidth > 0")
    taken = vois.page.get_by_role("button", name="Clear photo")
    for _ in range(10):  # Streamlit's shutter does nothing while its own picture is not ready
        shutter.click()
        with suppress(playwright_api.TimeoutError):
            taken.wait_for(timeout=2_000)
            break
    vois.wait_for_events("ended", 1)
    assert vois.sentence != ""


def test_the_warning_is_always_there_and_the_introduction_on_request(vois: Vois) -> None:
    assert vois.page.get_by_text(ENGLISH.safety).is_visible()
    sentences = vois.page.get_by_text(ENGLISH.not_for_safety)
    assert not sentences.is_visible()
    vois.page.get_by_text(ENGLISH.about, exact=True).click()
    sentences.wait_for(state="visible")


def test_blocked_sound_is_announced_and_unlocked_by_a_button(server: Server, driver: Any) -> None:
    with launch(driver, "--autoplay-policy=user-gesture-required") as browser:
        with visit(browser, server.url) as vois:
            vois.open()
            vois.forget_gesture()
            assert vois.upload_untouched(SAMPLES / "cat.jpg", 1) == "blocked"
            assert ENGLISH.sound_blocked in vois.page.inner_text(".vois-status")
            vois.press(ENGLISH.unlock)
            vois.wait_for_events("ended", 1)
            assert not vois.page.locator(".vois-unlock").is_visible()
            assert vois.page.evaluate("document.activeElement.dataset.do") == "again"
            # From then on sound plays by itself, without a touch of the page.
            vois.forget_gesture()
            assert vois.upload_untouched(SAMPLES / "rocket.jpg", 4) == "playing"


def test_missing_model_is_announced(driver: Any, browser: Any, tmp_path: Path) -> None:
    with serve(tmp_path) as server, visit(browser, server.url) as vois:
        vois.page.goto(server.url)
        vois.wait_for_events("playing", 1)
        assert vois.sentence.startswith("The model is missing")
        vois.page.keyboard.press("l")
        vois.wait_for_events("playing", 2)
        assert vois.sentence.startswith("The model is missing")
        assert vois.page.get_by_role("button", name=ENGLISH.camera_start).count() == 1
        vois.page.get_by_role("tab", name=ENGLISH.photo).click()
        vois.choose_sample("Cat")
        vois.wait_for_events("playing", 3)
        assert vois.sentence.startswith("The model is missing")


def test_memory_stays_small(browser: Any) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc")
    with serve(ROOT / "assets") as server, visit(browser, server.url) as vois:
        vois.open()
        for count, name in enumerate(("cat", "rocket", "coffee"), start=1):
            vois.upload(sample(name))
            vois.wait_for_events("ended", count)
        status = Path(f"/proc/{server.pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    assert int(lines["VmRSS"].split()[0]) < MEMORY_LIMIT_KB


def test_the_focus_stays_at_the_field_when_files_are_chosen(vois: Vois) -> None:
    with vois.page.expect_file_chooser() as chooser:
        vois.page.get_by_role("button", name=ENGLISH.own_upload).press("Enter")
    chooser.value.set_files(SAMPLES / "cat.jpg")
    vois.wait_for_events("shown", 1)
    vois.page.wait_for_function(
        "document.activeElement.closest('[data-testid=stFileUploader]') !== null"
    )
