"""The page's queue, its shelf of sounds, and the page itself under Streamlit's own test bench."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

import streamlit_app
from pipeline.assistant import Assistant, Description
from pipeline.camera import NO_SOUND
from pipeline.captioner import Captioner
from pipeline.errors import ModelError, SpeechError
from pipeline.page.desk import Crew, Desk, Kind, Photo
from pipeline.page.sounds import SoundShelf, shelf
from pipeline.phrases import ENGLISH, phrases
from pipeline.speech import default_chain
from tests.bad_files import DifficultFile, difficult_files
from tests.data.tiny_files import TINY

ROOT = Path(__file__).resolve().parents[1]
CAT = ROOT / "assets" / "samples" / "cat.jpg"


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant(Captioner.load(TINY), default_chain(allow_online=False))


@pytest.fixture
def crew(assistant: Assistant) -> Crew:
    return Crew(lambda: None, assistant.describe, lambda text: assistant.speak(text).wav())


def photo(key: str, data: bytes | None = None) -> Photo:
    return Photo(key, f"{key}.jpg", lambda: CAT.read_bytes() if data is None else data, now=False)


def work(desk: Desk, crew: Crew, sounds: SoundShelf | None = None) -> int:
    """Works until nothing is left; returns the number of steps."""
    steps = 0
    while desk.step(crew, sounds or SoundShelf(), ENGLISH):
        steps += 1
    return steps


def test_words_come_one_step_before_their_sound(crew: Crew) -> None:
    desk, sounds = Desk(), SoundShelf()
    desk.sync([photo("a"), photo("b")], ENGLISH)
    assert [entry.text for entry in desk.entries] == [
        "Describing photo 1 of 2.",
        "Describing photo 2 of 2.",
    ]
    assert desk.step(crew, sounds, ENGLISH)  # gets ready
    first, second = desk.entries
    assert desk.step(crew, sounds, ENGLISH)
    assert (first.kind, first.sound) == (Kind.DESCRIPTION, None)
    assert desk.step(crew, sounds, ENGLISH)
    assert first.sound is not None
    assert second.kind is Kind.WAITING
    wav = sounds.get(first.sound)
    assert wav is not None
    assert wav[:4] == b"RIFF"
    assert work(desk, crew, sounds) == 2


def test_the_same_photo_drawn_again_is_not_described_again(crew: Crew) -> None:
    desk = Desk()
    desk.sync([photo("a")], ENGLISH)
    work(desk, crew)
    known = desk.entries[0].id
    desk.sync([photo("a")], ENGLISH)
    assert [entry.id for entry in desk.entries] == [known]
    assert work(desk, crew) == 0
    desk.sync([], ENGLISH)
    assert desk.entries == []
    desk.sync([photo("a")], ENGLISH)
    assert [entry.kind for entry in desk.entries] == [Kind.WAITING]
    assert desk.entries[0].id != known


def test_broken_photo_is_numbered_and_stops_nobody(crew: Crew) -> None:
    desk = Desk()
    desk.sync([photo("a"), photo("b", b"words"), photo("c")], ENGLISH)
    work(desk, crew)
    kinds = [entry.kind for entry in desk.entries]
    assert kinds == [Kind.DESCRIPTION, Kind.ERROR, Kind.DESCRIPTION]
    assert desk.entries[1].text.startswith("Photo 2: ")
    assert all(entry.sound for entry in desk.entries)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("file", difficult_files(), ids=lambda file: file.name)
def test_every_difficult_file_ends_in_spoken_words_and_the_next_photo_is_described(
    file: DifficultFile, crew: Crew
) -> None:
    desk, sounds = Desk(), SoundShelf()
    desk.sync([photo("bad", file.data), photo("good")], ENGLISH)
    work(desk, crew, sounds)
    bad, good = desk.entries
    if isinstance(file.expectation, str):
        assert bad.kind is Kind.ERROR
        assert re.search(file.expectation, bad.text)
    else:
        assert bad.kind in (Kind.DESCRIPTION, Kind.GUIDANCE)
    assert bad.text.endswith((".", "!"))
    assert ENGLISH.unknown_error not in bad.text
    assert bad.sound is not None
    assert sounds.get(bad.sound) is not None
    assert good.kind is Kind.DESCRIPTION


def test_unforeseen_error_becomes_a_sentence(crew: Crew, caplog: pytest.LogCaptureFixture) -> None:
    def describe(data: bytes) -> Description:
        raise RuntimeError("secret detail")

    desk = Desk()
    desk.sync([photo("a")], ENGLISH)
    work(desk, Crew(crew.prepare, describe, crew.speak))
    assert desk.entries[0].text == ENGLISH.unknown_error
    assert desk.entries[0].sound
    assert "secret detail" in caplog.text


def test_silent_voice_leaves_the_words(crew: Crew) -> None:
    def speak(text: str) -> bytes:
        raise SpeechError("No voice.")

    desk = Desk()
    desk.sync([photo("a")], ENGLISH)
    work(desk, Crew(crew.prepare, crew.describe, speak))
    assert desk.entries[0].kind is Kind.DESCRIPTION
    assert desk.entries[0].sound == NO_SOUND


def test_missing_model_is_reported_until_the_person_moves_on(crew: Crew) -> None:
    def prepare() -> None:
        raise ModelError("The model is missing.")

    desk = Desk()
    work(desk, Crew(prepare, crew.describe, crew.speak))
    assert [entry.text for entry in desk.entries] == ["The model is missing."]
    assert desk.entries[0].as_item("en")["now"] is True
    desk.sync([], ENGLISH)
    assert len(desk.entries) == 1
    desk.sync([photo("a")], ENGLISH)
    assert [entry.kind for entry in desk.entries] == [Kind.WAITING]


def test_shelf_drops_the_oldest_sound() -> None:
    sounds = SoundShelf(limit_bytes=10)
    tokens = [sounds.put(bytes(4)) for _ in range(3)]
    assert [sounds.get(token) is None for token in tokens] == [True, False, False]
    assert sounds.get("guess") is None


def test_route_hands_out_sounds_by_token() -> None:
    def ask(token: str) -> Response:
        return streamlit_app.sound(Request({"type": "http", "path_params": {"token": token}}))

    answer = ask(shelf().put(b"RIFF"))
    assert (answer.status_code, answer.body, answer.media_type) == (200, b"RIFF", "audio/wav")
    assert ask("guess").status_code == 404


def test_unknown_language_falls_back_to_english() -> None:
    assert phrases("xx") is phrases("en")


def test_settings_keep_everything_on_this_machine() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["maxUploadSize"] == 50
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("VOIS_ASSETS", str(TINY))
    test = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    test.session_state["tab"] = ENGLISH.photo
    test.run()
    assert not test.exception
    return test


def texts(page: AppTest) -> Sequence[str]:
    return [entry.text for entry in page.session_state.desk.entries]


def test_page_offers_each_sample_once(page: AppTest) -> None:
    labels = [button.label for button in page.button]
    assert labels == sorted(path.stem.capitalize() for path in CAT.parent.glob("*.jpg"))
    assert [title.value for title in page.title] == ["Vois"]


def test_page_describes_uploads_and_a_sample(page: AppTest, assistant: Assistant) -> None:
    dark = io.BytesIO()
    Image.new("RGB", (640, 480)).save(dark, "PNG")
    page.file_uploader[0].upload("dark.png", dark.getvalue(), "image/png").run()
    assert texts(page) == [assistant.describe(dark.getvalue()).text]
    next(button for button in page.button if button.label == "Cat").click().run()
    assert texts(page)[1] == assistant.describe(CAT.read_bytes()).text
    assert not page.exception


def test_only_the_persons_choice_lets_the_online_voice_in(page: AppTest) -> None:
    assert page.radio[0].value is False
    assert any(ENGLISH.what_leaves in text.value for text in page.markdown)
    page.radio[0].set_value(True).run()
    assert any(ENGLISH.what_leaves_online in text.value for text in page.markdown)
