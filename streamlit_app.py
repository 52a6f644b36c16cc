"""The page of Vois and its HTTP routes. Run it with `streamlit run streamlit_app.py`.

Streamlit runs this file again after each event: it draws the page from the session's state, does
one step of work and, if there was any, draws the page again. So the text of a description is on the
page before its sound is made.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st

from pipeline.api import Access, Service, routes_below
from pipeline.captioning.captioner import Captioner, languages_of
from pipeline.description import Description, describe_file
from pipeline.errors import ModelError
from pipeline.heap import give_back_large_blocks
from pipeline.history import Source
from pipeline.phrases import Phrases, phrases
from pipeline.reading.reader import Reader
from pipeline.second_sentence import tell_more
from pipeline.speech import VoiceChain, default_chain
from pipeline.web.routes import history as history_routes
from pipeline.web.routes import sounds as sound_routes
from pipeline.web.routes.base_path import under
from pipeline.web.routes.sounds import entry_sound, no_sound, utter
from pipeline.web.state.announcement import Speak
from pipeline.web.state.camera_state import State, ice_servers
from pipeline.web.state.description_queue import Workers
from pipeline.web.state.settings import Settings, Speaker
from pipeline.web.ui import about, connection, history_panel, player
from pipeline.web.ui import streamlit_internals as internals
from pipeline.web.ui.camera_tab import CameraTab
from pipeline.web.ui.photo_tab import chosen_photos, forget_sample, other_photos, pictures
from pipeline.web.ui.session import (
    camera_state,
    consultation,
    description_queue,
    history_access,
    history_view,
    live_cameras,
    narrator,
    remembered_settings,
)
from pipeline.web.ui.settings_panel import draw_question, draw_settings

MODEL = Path(os.environ.get("VOIS_ASSETS", Path(__file__).resolve().parent / "assets"))
ICE_SERVERS = ice_servers(os.environ.get("VOIS_ICE_SERVERS", ""))
POLL_S = 0.2  # seconds between two reads of the camera worker's results


@st.cache_resource(show_spinner=False)
def captioner() -> Captioner:
    """The process's one model."""
    give_back_large_blocks()
    return Captioner.load(MODEL)


@st.cache_resource(show_spinner=False)
def reader() -> Reader:
    """The process's one reader of text; it opens its models with the first photo."""
    return Reader()


@st.cache_resource(show_spinner=False)
def voices(allow_online: bool) -> VoiceChain:
    """The process's voices; those that need a network only with `allow_online`."""
    return default_chain(allow_online=allow_online)


@st.cache_resource(show_spinner=False)
def warm_up(allow_online: bool, language: str, voice: str) -> None:
    """Makes the voice that will speak ready, once, in the background."""
    voices(allow_online).warm_up_later(language, voice)


@st.cache_data(show_spinner=False)
def offline_voices() -> dict[str, frozenset[str]]:
    """The voices that speak on this machine, and the languages of each."""
    chain = default_chain(allow_online=False)
    return {voice.name: voice.languages for voice in chain.choose("offline")}


@st.cache_data(show_spinner=False)
def model_languages() -> tuple[str, ...]:
    """The model's languages; empty if it cannot be read, an error that `captioner` raises too."""
    try:
        return languages_of(MODEL)
    except ModelError:
        return ()


def page() -> None:
    """Draws the page, does one step of work and, if there was any, draws it again."""
    st.set_page_config(page_title="Vois", page_icon="\N{SPEAKER WITH THREE SOUND WAVES}")
    with st.container(key=internals.HEADING, horizontal=True, vertical_alignment="center"):
        st.title("Vois", anchor=False)
        question = st.container()
        remembered, offline = remembered_settings(), tuple(offline_voices())
        settings = draw_settings(history_access(), offline, remembered, consultation())
    say, queue = phrases(settings.language), description_queue()
    drawn = queue.worked
    connection.draw(say)
    if remembered.asked:
        with question:
            draw_question(say)
    content(settings, say)
    workers = Workers(partial(prepare, settings), partial(describe, settings), speech(settings))
    warm_up(settings.online, settings.language, settings.voice)
    if queue.step(workers, say, drawn):
        st.rerun()


def content(settings: Settings, say: Phrases) -> None:
    """Draws what stands below the heading, in the order in which it is read."""
    queue, live, missing = description_queue(), camera_state(), notes(settings, say)
    with st.container():
        for note in (say.safety, *missing):
            st.markdown(note)
    tab = CameraTab(queue, live, say, captioner, reader, ICE_SERVERS, live_cameras())
    camera_tab, photo_tab = st.tabs((say.live, say.photo), key=internals.TABS, on_change="rerun")
    # Each has its place, whether there is something in it or not: Streamlit makes anew what moves.
    result, photo, others, past, stream = (st.container() for _ in range(5))
    if camera_tab.open:
        forget_sample()
        with camera_tab:
            photos = tab.draw(settings.single_keys)
    else:
        live.leave()
        with photo_tab:
            photos = chosen_photos(say)
        with others:
            photos += other_photos(say)
    queue.sync(photos, say)
    if queue.ready:  # before that no voices are loaded: the page is drawn first
        keep = partial(history_access().keep, Source.CAMERA)
        with stream:
            tab.stream(settings.live, speech(settings), keep)
    on, asks = live.sending or live.state is not State.OFF, consultation()
    often = on or (asks is not None and asks.busy)
    with result:
        draw_player = st.fragment(player.draw, run_every=POLL_S if often else None)
        more, speak = partial(tell_more, captioner, reader), partial(speech, settings)
        draw_player(tab, settings, bool(camera_tab.open), missing, more, speak)
    with photo:
        pictures(queue, say)
    with past:
        every_s = history_panel.POLL_S if on else None
        st.fragment(history_panel.draw, run_every=every_s)(history_view(), queue, say)
    asked = None if asks is None else asks.model(settings.other_model)
    about.draw(say, settings.online, asked, captioner if queue.ready else None)


def notes(settings: Settings, say: Phrases) -> list[str]:
    """Sentences on what this machine lacks for the page's language."""
    found = []
    if model_languages() and say.language not in model_languages():
        found.append(say.other_language)
    spoken = frozenset[str]().union(*offline_voices().values())
    if not settings.online and say.language not in spoken:
        found.append(say.no_voice)
    with suppress(ModelError):  # which is said elsewhere
        if description_queue().ready and captioner().problem:
            found.append(say.processor_failed)
    return found


def prepare(settings: Settings) -> None:
    """Loads the voices, then the model, so that an error of the model can be spoken."""
    voices(settings.online)
    captioner()


def describe(settings: Settings, data: bytes, name: str) -> Description:
    """Describes a photo file and stores the description in the history before it is shown."""
    description = describe_file(captioner(), data, settings.language, settings.style, reader())
    history_access().keep(Source.UPLOAD, description, name)
    return description


def speech(settings: Settings) -> Speak:
    """Returns what makes the sound of a text, with the chosen voice and privacy."""
    chain, keep = voices(settings.online), history_access().privacy.history
    narrator().speak = partial(chain.speak, mode=settings.voice, keep=keep)
    if settings.speaker is Speaker.READER:
        return no_sound
    return partial(utter, chain, settings.voice, keep)


if internals.is_page_run():
    page()
else:
    base, offline = internals.base_path(), partial(voices, False)
    own_routes = [*sound_routes.routes(), *history_routes.routes(partial(entry_sound, offline))]
    api_routes = routes_below(base, Service(captioner, reader, offline), Access.of())
    app = st.App(__file__, routes=[*under(base, own_routes), *api_routes])
