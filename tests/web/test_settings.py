"""The settings as one value, the panel that returns them, and the page's ties to Streamlit."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.live.watcher import LiveSettings
from pipeline.phrases import ENGLISH, FRENCH, Phrases
from pipeline.preferences import Preferences
from pipeline.speech import ONLINE_NAMES
from pipeline.web.state.consultation import Consultation
from pipeline.web.state.remembered_settings import preferences_of
from pipeline.web.state.settings import BEST, INTERVALS_S, OFFLINE, PACES, Settings, Speaker
from pipeline.web.ui import streamlit_internals
from pipeline.web.ui.photo_tab import SAMPLES, Sample
from tests.other_model.local_models import listing, running

ROOT = Path(__file__).resolve().parents[2]
UI = ROOT / "pipeline" / "web" / "ui"
PAGE = ROOT / "assets" / "page"
NAMES = [field.name for field in fields(Settings)]


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings("en").pace = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("voice", [OFFLINE, "espeak-ng", "hibari"])
def test_text_stays_here_with_an_offline_voice(voice: str) -> None:
    assert not Settings("en", voice).online


@pytest.mark.parametrize("voice", [BEST, *ONLINE_NAMES])
def test_text_leaves_with_an_online_voice(voice: str) -> None:
    assert Settings("en", voice).online


def test_style_and_live_settings_follow_from_the_choice() -> None:
    settings = Settings("fr", pace=1.5, form=Form.SHORT, neutral=False, interval_s=10)
    assert settings.style == DescriptionStyle(Form.SHORT, neutral=False)
    assert settings.live == LiveSettings(settings.style, interval_s=10, rate=1.5, language="fr")


def test_the_player_knows_the_same_paces() -> None:
    script = (PAGE / "sound.js").read_text(encoding="utf-8")
    found = re.search(r"const PACES = \[(.*?)\]", script)
    assert found is not None
    assert tuple(map(float, found[1].split(","))) == PACES


# ---- The panel -------------------------------------------------------------------------------


def draw_panel() -> None:
    """A page with nothing but the panel; Streamlit runs its source by itself."""
    import streamlit as st

    from pipeline.web.state.history_access import HistoryAccess
    from pipeline.web.state.remembered_settings import RememberedSettings
    from pipeline.web.ui.settings_panel import draw_settings

    remembered = st.session_state.setdefault("remembered", RememberedSettings(None))
    access = HistoryAccess(None, "me")
    asked = st.session_state.setdefault("consultation", None)  # a visitor asks no other model
    st.session_state.returned = draw_settings(access, ["espeak-ng"], remembered, asked)


@pytest.fixture
def panel() -> AppTest:
    test = AppTest.from_function(draw_panel).run()
    assert not test.exception
    return test


def returned(panel: AppTest) -> Settings:
    assert not panel.exception
    settings: Settings = panel.session_state.returned
    return settings


def test_the_panel_returns_the_defaults(panel: AppTest) -> None:
    assert returned(panel) == Settings("en")


def test_the_panel_returns_every_choice(panel: AppTest) -> None:
    panel.selectbox(key="language").set_value("fr")
    panel.selectbox(key="voice").set_value("espeak-ng")
    panel.slider(key="pace").set_value(1.75)
    panel.selectbox(key="form").set_value(Form.FULL)
    panel.toggle(key="neutral").set_value(False)
    panel.selectbox(key="interval").set_value(INTERVALS_S[-1])
    panel.slider(key="volume").set_value(45)
    panel.toggle(key="muted").set_value(True)
    panel.toggle(key="keys").set_value(False)
    panel.run()
    chosen = Settings("fr", "espeak-ng", 1.75, Form.FULL, False, INTERVALS_S[-1], 45, True, False)
    assert returned(panel) == chosen
    assert panel.expander[0].label == FRENCH.settings


def test_a_change_of_language_keeps_every_choice(panel: AppTest) -> None:
    panel.selectbox(key="voice").set_value("espeak-ng")
    panel.selectbox(key="form").set_value(Form.FULL)
    panel.selectbox(key="interval").set_value(INTERVALS_S[-1])
    panel.radio(key="speaker").set_value(Speaker.BOTH)
    before = returned(panel.run())
    for language in ("fr", "en", "fr"):
        panel.selectbox(key="language").set_value(language).run()
        assert returned(panel) == replace(before, language=language)
        panel.run()  # the browser sends what it shows
        assert returned(panel) == replace(before, language=language)


def begin(preferences: Preferences) -> AppTest:
    """A panel in a session that begins with what was chosen before."""
    panel = AppTest.from_function(draw_panel)
    for key, value in preferences.chosen().items():
        names = {"interval_s": "interval"}
        members = {"form": Form, "speaker": Speaker}
        chosen = members[key](value) if key in members else value
        panel.session_state[names.get(key, key)] = chosen
    return panel.run()


def test_what_was_remembered_is_shown() -> None:
    kept = Settings(
        "fr", "espeak-ng", 1.75, Form.FULL, False, INTERVALS_S[-1], 35, True, False, Speaker.VOIS
    )
    assert returned(begin(preferences_of(kept))) == kept


def test_a_voice_that_is_gone_is_not_chosen() -> None:
    assert returned(begin(Preferences(voice="gone"))).voice == OFFLINE


def test_reset_brings_back_the_defaults_and_forgets() -> None:
    kept = Settings(
        "fr", "espeak-ng", 1.75, Form.FULL, False, INTERVALS_S[-1], 35, True, False, Speaker.VOIS
    )
    panel = begin(preferences_of(kept))
    next(button for button in panel.button if button.label == FRENCH.reset).click().run()
    assert returned(panel) == Settings("en")
    assert panel.session_state.remembered.preferences == Preferences()


def test_a_choice_that_the_session_holds_is_returned(panel: AppTest) -> None:
    # So the player's own buttons change the pace and the mute.
    panel.session_state["pace"], panel.session_state["muted"] = 0.5, True
    settings = returned(panel.run())
    assert (settings.pace, settings.muted) == (0.5, True)


def test_every_form_has_its_sentence(panel: AppTest) -> None:
    form = panel.selectbox(key="form")
    assert form.options == [ENGLISH.form_auto, ENGLISH.form_short, ENGLISH.form_full]
    form.set_value(Form.FULL).run()
    assert returned(panel).form is Form.FULL  # not a string that only looks like it


def ask_panel(consultation: Consultation, remembered: str = "") -> AppTest:
    """The panel of the machine's own person, who may ask another model."""
    panel = AppTest.from_function(draw_panel)
    panel.session_state["consultation"] = consultation
    panel.session_state["other_model"] = remembered
    return panel.run()


def look(panel: AppTest, say: Phrases = ENGLISH) -> None:
    next(button for button in panel.button if button.label == say.other_look).click().run()


def test_a_model_is_looked_for_when_the_person_wants_it(panel: AppTest) -> None:
    assert ENGLISH.other_look not in [button.label for button in panel.button]  # a visitor
    with running(**{"GET /v1/models": listing("mystery", "llava:7b", "llava:cloud")}) as models:
        panel = ask_panel(Consultation(models.server.address))
        assert returned(panel).other_model == ""
        assert "other_model" not in [box.key for box in panel.selectbox]
        assert models.asked == []
        look(panel)
        here = f"{models.server.address} - llava:7b"
        assert returned(panel).other_model == here
        choice = panel.selectbox(key="other_model")
        assert choice.options == [
            "nobody",
            "llava:7b, on this computer",
            "llava:cloud, at ollama.com (the photo leaves this computer)",
            "mystery, on this computer; it may not see photos",
        ]
        choice.set_value("").run()
        assert returned(panel).other_model == ""
        choice = panel.selectbox(key="other_model")
        choice.set_value(f"{models.server.address} - mystery").run()
        panel.selectbox(key="language").set_value("fr").run()
        look(panel, FRENCH)
        assert returned(panel).other_model == f"{models.server.address} - mystery"
        again = ask_panel(Consultation(models.server.address), remembered=here)
    assert returned(again).other_model == here  # though nobody was asked yet
    look(again)
    assert returned(again).other_model == here  # not running now: the person may start it
    assert returned(ask_panel(Consultation(""), remembered=here)).other_model == ""


def test_every_sample_photo_has_a_button() -> None:
    assert list(Sample) == sorted(path.stem for path in SAMPLES.glob("*.jpg"))


# ---- What depends on Streamlit's inner parts -------------------------------------------------


def test_only_the_panel_reads_settings_from_the_session() -> None:
    names = "|".join([*NAMES, "interval"])
    reads = re.compile(
        rf"session_state(?:\.|\[\"|\.(?:get|setdefault)\(\"|\[keys\.)(?:{names})\b", re.IGNORECASE
    )
    files = [ROOT / "streamlit_app.py", *UI.glob("*.py")]
    found = {path.name for path in files if reads.search(path.read_text(encoding="utf-8"))}
    assert found == {"settings_panel.py", "model_choice.py"}


def test_inner_parts_are_named_in_one_module_one_script_and_one_style() -> None:
    inner = re.compile(r"data-testid|\bst-key-|streamlit\.runtime|\bget_script_run_ctx\b")
    files = [ROOT / "streamlit_app.py", *(ROOT / "pipeline").rglob("*.py"), *PAGE.iterdir()]
    found = {path.name for path in files if inner.search(path.read_text(encoding="utf-8"))}
    assert found == {"streamlit_internals.py", "streamlit.js", "page.css"}


def test_inner_parts_are_those_of_the_installed_streamlit() -> None:
    assert streamlit_internals.STREAMLIT_VERSION == streamlit.__version__
    for path in (Path(streamlit_internals.__file__), PAGE / "streamlit.js", PAGE / "page.css"):
        source = path.read_text(encoding="utf-8")
        assert set(re.findall(r"Streamlit (\d+\.\d+\.\d+)", source)) == {streamlit.__version__}


def test_classes_are_those_of_keys_in_python() -> None:
    keys = {value for value in vars(streamlit_internals).values() if isinstance(value, str)}
    keys.add(streamlit_internals.language_key("fr", "").split("fr")[0])
    for name in ("streamlit.js", "page.css"):
        source = (PAGE / name).read_text(encoding="utf-8")
        used = set(re.findall(r"[.(/]st-key-([a-z_-]+)", source))
        assert used
        assert used <= keys
