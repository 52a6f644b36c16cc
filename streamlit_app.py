"""The page of Vois and its HTTP routes. Run it with `streamlit run streamlit_app.py`.

Streamlit runs this file anew after every touch: it draws the page from what is known, does one
step of work, and starts over. So words are on the page before their sound is begun.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.description import Description, describe_file
from pipeline.errors import ModelError
from pipeline.history import Entry, Source
from pipeline.phrases import Phrases
from pipeline.speech import VoiceChain, default_chain
from pipeline.web.routes import history as history_routes
from pipeline.web.routes import sounds as sound_routes
from pipeline.web.routes.sounds import utter
from pipeline.web.state.camera_state import CameraState, State, ice_servers
from pipeline.web.state.camera_worker import Speak
from pipeline.web.state.description_queue import DescriptionQueue, Workers
from pipeline.web.ui import history_panel, player
from pipeline.web.ui.camera_tab import CameraTab
from pipeline.web.ui.photo_tab import chosen_photos, forget_sample, pictures
from pipeline.web.ui.session import (
    history_access,
    history_view,
    live_settings,
    mode,
    online,
    style,
    words,
)
from pipeline.web.ui.settings import draw_settings

ROOT = Path(__file__).resolve().parent
MODEL = Path(os.environ.get("VOIS_ASSETS", ROOT / "assets"))
ICE_SERVERS = ice_servers(os.environ.get("VOIS_ICE_SERVERS", ""))
POLL_S = 0.2  # how often the page asks the camera's thread for news


@st.cache_resource(show_spinner=False)
def captioner() -> Captioner:
    """The process's one model."""
    return Captioner.load(MODEL)


@st.cache_resource(show_spinner=False)
def voices(allow_online: bool) -> VoiceChain:
    """The process's voices, with or without those that need a network."""
    chain = default_chain(allow_online=allow_online)
    chain.warm_up()
    return chain


@st.cache_data(show_spinner=False)
def offline_voices() -> dict[str, frozenset[str]]:
    """The voices that speak on this machine, and the languages of each."""
    chain = default_chain(allow_online=False)
    return {voice.name: voice.languages for voice in chain.choose("offline")}


@st.cache_data(show_spinner=False)
def model_languages() -> tuple[str, ...]:
    """What the model describes in; empty for a model that cannot be read, which is told anyway."""
    try:
        return ModelContract.load(MODEL).languages
    except ModelError:
        return ()


def page() -> None:
    """Draws the page, does one step of work and, if there was any, draws it again."""
    st.set_page_config(page_title="Vois", page_icon="\N{SPEAKER WITH THREE SOUND WAVES}")
    with st.container(key="page"):
        main, side = st.columns((3, 2))
    say = words()
    with main:
        on = content(say)
    queue: DescriptionQueue = st.session_state.queue
    with side:
        every_s = history_panel.POLL_S if on else None
        st.fragment(history_panel.draw, run_every=every_s)(history_view(), queue, say)
    if queue.step(Workers(prepare, describe, speech()), say):
        st.rerun()


def content(say: Phrases) -> bool:
    """Draws all but the history; whether the camera is on."""
    queue: DescriptionQueue = st.session_state.setdefault("queue", DescriptionQueue())
    live: CameraState = st.session_state.setdefault("live", CameraState())
    with st.sidebar:
        draw_settings(say, history_access(), tuple(offline_voices()))
    st.title("Vois", anchor=False)
    st.markdown(say.tagline)
    missing = notes(say)
    for note in missing:
        st.markdown(note)
    with st.expander(say.about, expanded=not queue.used):  # a first visitor meets it open
        leaves = say.what_leaves_online if online() else say.what_leaves
        st.markdown("\n\n".join((say.what_it_is, leaves, say.not_for_safety)))
    tab = CameraTab(queue, live, say, captioner, ICE_SERVERS)
    camera_tab, photo_tab = st.tabs((say.live, say.photo), key="tab", on_change="rerun")
    if camera_tab.open:
        forget_sample()
        with camera_tab:
            photos = tab.draw(st.session_state["keys"])
    else:
        live.leave()
        with photo_tab:
            photos = chosen_photos(say)
    queue.sync(photos, say)
    if queue.ready:  # before, the voices are not loaded, and the page is to be drawn first
        tab.stream(
            live_settings(say.language), speech(), partial(history_access().keep, Source.CAMERA)
        )
    on = live.sending or live.state is not State.OFF
    st.fragment(player.draw, run_every=POLL_S if on else None)(tab, bool(camera_tab.open), missing)
    pictures(queue, say)
    return on


def notes(say: Phrases) -> list[str]:
    """What this machine lacks of the page's language."""
    found = []
    if model_languages() and say.language not in model_languages():
        found.append(say.other_language)
    if not online() and not any(say.language in known for known in offline_voices().values()):
        found.append(say.no_voice)
    return found


def prepare() -> None:
    """Loads what speaks, then what describes: an error of the second is spoken by the first."""
    voices(online())
    captioner()


def describe(data: bytes, name: str) -> Description:
    """A photo file to words, which are written down before anybody sees them."""
    description = describe_file(captioner(), data, words().language, style())
    history_access().keep(Source.UPLOAD, description, name)
    return description


def speech() -> Speak:
    """What speaks, by the voices and the privacy that this person has chosen."""
    return partial(utter, voices(online()), mode(), history_access().privacy.history)


def entry_sound(entry: Entry) -> bytes:
    """A kept description as a WAV file, for an export; its words stay on this machine."""
    return voices(False).speak(entry.words, entry.language, entry.rate).wav()


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(__file__, routes=[*sound_routes.routes(), *history_routes.routes(entry_sound)])
else:
    page()
