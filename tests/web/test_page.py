"""The page under Streamlit's `AppTest`, and Streamlit's settings."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit
from PIL import Image
from streamlit import config
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Radio

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import SHORT_WORDS, DescriptionStyle, Form
from pipeline.description import describe_file
from pipeline.history import LOCAL_OWNER, Privacy, Source
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.speech import espeak, system
from pipeline.speech.kokoro import kokoro_voice
from pipeline.web.state.announcement import Kind
from pipeline.web.state.settings import Speaker
from tests.captioning.failing_accelerator import add_accelerator
from tests.data.tiny_files import TINY, write_english

ROOT = Path(__file__).resolve().parents[2]
CAT = ROOT / "assets" / "samples" / "cat.jpg"


def test_settings_keep_everything_on_this_machine() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["maxUploadSize"] == 50
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"


def test_streamlit_does_not_stop_the_process_after_every_drawing() -> None:
    # The option is hidden: read as Streamlit does, it fails here should a version not know it.
    assert config.get_option("runner.postScriptGC") is False


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("VOIS_ASSETS", str(TINY))
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    test.session_state["tab"] = ENGLISH.photo
    test.run()
    assert not test.exception
    return test


def texts(page: AppTest) -> Sequence[str]:
    return [entry.text for entry in page.session_state.queue.entries]


def test_page_offers_each_sample_once(page: AppTest) -> None:
    labels = [button.label for button in page.button if button.label != ENGLISH.reset]
    assert labels == sorted(path.stem.capitalize() for path in CAT.parent.glob("*.jpg"))
    assert [title.value for title in page.title] == ["Vois"]


def test_page_describes_uploads_and_a_sample(page: AppTest, captioner: Captioner) -> None:
    dark = io.BytesIO()
    Image.new("RGB", (640, 480)).save(dark, "PNG")
    page.file_uploader[0].upload("dark.png", dark.getvalue(), "image/png").run()
    assert texts(page) == [describe_file(captioner, dark.getvalue()).text]
    next(button for button in page.button if button.label == "Cat").click().run()
    assert texts(page)[1] == describe_file(captioner, CAT.read_bytes()).text
    assert not page.exception


def test_the_online_voice_is_used_only_when_chosen(page: AppTest) -> None:
    voice = page.selectbox(key="voice")
    assert voice.value == "offline"
    assert any(ENGLISH.what_leaves in text.value for text in page.markdown)
    for choice in ("best", "google co.uk"):
        page.selectbox(key="voice").set_value(choice).run()
        assert any(ENGLISH.what_leaves_online in text.value for text in page.markdown)
    page.selectbox(key="voice").set_value("hibari").run()
    assert any(ENGLISH.what_leaves in text.value for text in page.markdown)


def test_each_setting_is_drawn_with_its_value_as_the_default(page: AppTest) -> None:
    """The browser sends the default until it has taken the value: French turned English so."""
    chosen = {
        "language": "fr", "voice": "hibari", "pace": 1.5, "form": Form.SHORT, "neutral": False,
        "interval": 30, "volume": 40, "muted": True, "keys": False, "speaker": Speaker.READER,
        "keep_history": False, "keep_pictures": False,
    }  # fmt: skip
    for key, value in chosen.items():
        page.session_state[key] = value
    page.run()
    assert not page.exception
    drawn = {}
    for box in [*page.selectbox, *page.radio]:
        drawn[box.key] = (box.options[box.proto.default], box.options[box.index])
    for other in [*page.slider, *page.toggle]:
        default = other.proto.default
        drawn[other.key] = (default if isinstance(default, bool) else default[0], other.value)
    assert drawn.keys() >= chosen.keys()
    assert {key: both for key, both in drawn.items() if both[0] != both[1]} == {}
    assert drawn["pace"] == (1.5, 1.5)


def test_the_page_speaks_french_and_keeps_what_was_chosen(
    page: AppTest, captioner: Captioner
) -> None:
    page.selectbox(key="interval").set_value(10)
    page.slider(key="pace").set_value(1.5)
    page.file_uploader[0].upload("cat.jpg", CAT.read_bytes(), "image/jpeg").run()
    page.selectbox(key="language").set_value("fr").run()
    assert not page.exception
    assert page.session_state["tab"] == FRENCH.photo
    assert (page.selectbox(key="interval").value, page.slider(key="pace").value) == (10, 1.5)
    assert page.selectbox(key="voice").label == FRENCH.voice
    assert page.expander[0].label == FRENCH.settings
    assert len(texts(page)) == 1  # what was described is not described again
    assert page.session_state.queue.entries[0].language == "en"
    next(button for button in page.button if button.label == FRENCH.sample_rocket).click().run()
    rocket = page.session_state.queue.entries[-1]
    described = describe_file(captioner, (CAT.parent / "rocket.jpg").read_bytes(), "fr")
    assert (rocket.text, rocket.language) == (described.text, "fr")
    shown = [text.value for text in page.markdown]
    assert FRENCH.what_leaves in " ".join(shown)
    assert FRENCH.other_language not in shown


def test_what_french_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIS_ASSETS", str(write_english(tmp_path / "english")))
    for offline in (espeak, kokoro_voice, system):
        monkeypatch.setattr(offline, "is_installed", lambda: False)
    streamlit.cache_data.clear()
    try:
        test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        test.session_state["language"] = "fr"
        test.run()
        shown = [text.value for text in test.markdown]
        assert FRENCH.other_language in shown
        assert FRENCH.no_voice in shown
        test.selectbox(key="voice").set_value("best").run()  # Google speaks French
        assert FRENCH.no_voice not in [text.value for text in test.markdown]
        test.selectbox(key="language").set_value("en").run()
        missing = {ENGLISH.no_voice, ENGLISH.other_language}
        assert not missing & {text.value for text in test.markdown}
    finally:
        streamlit.cache_data.clear()


def about(test: AppTest) -> str:
    """What stands under About."""
    return next(text.value for text in test.markdown if ENGLISH.what_it_is in text.value)


def test_a_failed_accelerator_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIS_ASSETS", str(TINY))
    add_accelerator(monkeypatch, 3, "raises")  # start, warming up, comparison
    streamlit.cache_resource.clear()
    try:
        test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        test.session_state["tab"] = ENGLISH.photo
        test.run()
        assert ENGLISH.processor_failed not in [text.value for text in test.markdown]
        assert ENGLISH.runs_accelerated.format(provider="Odd") in about(test)
        press(test, "Cat")
        assert ENGLISH.processor_failed in [text.value for text in test.markdown]
        assert ENGLISH.runs_float in about(test)
        assert "the Neural Engine is gone" in about(test)
        assert test.session_state.queue.entries[-1].kind is Kind.DESCRIPTION
    finally:
        streamlit.cache_resource.clear()


def test_what_was_described_is_kept_before_it_is_shown(page: AppTest, captioner: Captioner) -> None:
    next(button for button in page.button if button.label == "Cat").click().run()
    history, owner = (
        page.session_state.history_access.history,
        page.session_state.history_access.owner,
    )
    newest = history.page(owner)[0]
    assert newest.text == describe_file(captioner, CAT.read_bytes()).text
    assert (newest.source, newest.photo) == (Source.UPLOAD, "cat.jpg")
    assert newest.has_picture


def test_one_day_is_no_days(page: AppTest) -> None:
    page.session_state.history_access.owner = LOCAL_OWNER  # nobody else is asked
    page.run()
    days = page.selectbox(key="keep_days")
    assert days.options == [
        *(ENGLISH.keep_for_ever, "for 30 days", "for 7 days", "for 1 day"),
    ]
    page.selectbox(key="language").set_value("fr").run()
    assert page.selectbox(key="keep_days").options[2:] == ["pendant 7 jours", "pendant 1 jour"]


def test_several_photos_are_told_apart(page: AppTest) -> None:
    fields = page.file_uploader[0]
    fields.set_value([("a.jpg", CAT.read_bytes(), "image/jpeg")] * 2).run()
    assert [text[:9] for text in texts(page)] == ["Photo 1: ", "Photo 2: "]
    assert pictures(page) == [ENGLISH.photo_alt_number.format(number=number) for number in (1, 2)]


def test_the_privacy_settings_are_obeyed(page: AppTest) -> None:
    history_access = page.session_state.history_access
    page.toggle(key="keep_pictures").set_value(False).run()
    next(button for button in page.button if button.label == "Cat").click().run()
    assert not history_access.history.page(history_access.owner)[0].has_picture
    page.toggle(key="keep_history").set_value(False).run()
    before = history_access.history.count(history_access.owner)
    next(button for button in page.button if button.label == "Rocket").click().run()
    assert history_access.history.count(history_access.owner) == before
    assert (history_access.privacy.history, history_access.privacy.pictures) == (False, False)
    history_access.history.set_privacy(history_access.owner, Privacy())


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


def pictures(page: AppTest) -> list[str]:
    """The text alternatives of the photos."""
    return [image.proto.imgs[0].alt for image in page.get("image")]


def places(page: AppTest) -> list[Radio[int]]:
    """The choices of a word whose place is shown."""
    return [radio for radio in page.radio if str(radio.key).startswith("look-")]


def test_where_it_looked_is_shown_on_request_and_remembered(
    page: AppTest, captioner: Captioner
) -> None:
    words = describe_file(captioner, CAT.read_bytes()).words
    assert "look_switch" not in page.session_state  # nothing is there to be looked at
    press(page, "Cat")
    assert page.toggle(key="look_switch").value is False
    assert not places(page)
    page.toggle(key="look_switch").set_value(True).run()
    (radio,) = places(page)
    assert [option.split(":")[0].split(" (")[0] for option in radio.options] == list(words)
    assert len(set(radio.options)) == len(words)
    assert any(ENGLISH.look_hint in text.value for text in page.markdown)
    radio.set_value(2).run()
    where = radio.options[2].split(": ")[1]
    assert pictures(page) == [ENGLISH.look_at.format(word=words[2], place=where)]
    assert texts(page)  # and the description is not made anew
    # Away to the camera and back: the switch was not drawn meanwhile.
    page.session_state["tab"] = ENGLISH.live
    page.run()
    assert not places(page)
    page.session_state["tab"] = ENGLISH.photo
    page.run()
    press(page, "Cat")
    assert page.toggle(key="look_switch").value is True
    assert len(places(page)) == 1
    assert not page.exception


def test_form_and_wording_follow_the_settings(page: AppTest) -> None:
    described = []
    for form in Form:
        page.selectbox(key="form").set_value(form).run()
        press(page, "Cat")
        described.append(page.session_state.queue.entries[-1].description.words)
    auto, short, full = described
    assert len(short) <= SHORT_WORDS <= len(full)
    assert len(short) <= len(auto) <= len(full)
    assert DescriptionStyle().neutral  # and wherever nobody chose
    assert page.toggle(key="neutral").value is True
    page.toggle(key="neutral").set_value(False).run()
    assert not page.exception


def test_the_page_loads_no_tables(tmp_path: Path) -> None:
    """pandas and pyarrow take 63 MB, which only tables need."""
    run = (
        "import sys; from streamlit.testing.v1 import AppTest;"
        f"page = AppTest.from_file({str(ROOT / 'streamlit_app.py')!r}, default_timeout=300).run();"
        "print([*page.exception, *(name for name in ('pandas', 'pyarrow') if name in sys.modules)])"
    )
    own = {"VOIS_ASSETS": str(TINY), "VOIS_DATA": str(tmp_path), "VOIS_CACHE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", run],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **own},
        check=False,
    )
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
