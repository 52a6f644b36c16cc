"""The page of Vois and its HTTP routes. Run it with `streamlit run streamlit_app.py`.

Streamlit runs this file anew after every touch: it draws the page from what is known, does one
step of work, and starts over. So words are on the page before their sound is begun.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipeline.assistant import Assistant, Description
from pipeline.camera import Speak
from pipeline.captioner import Captioner
from pipeline.errors import HistoryError
from pipeline.forms import Telling
from pipeline.history import Entry, History, Source
from pipeline.live import LiveSettings
from pipeline.page import doors, panel, parts
from pipeline.page.camera_tab import CameraTab
from pipeline.page.desk import Crew, Desk
from pipeline.page.keeper import Keeper, owner_of
from pipeline.page.ledger import Ledger, zone_of
from pipeline.page.live import LiveTab, State, ice_servers
from pipeline.page.photo_tab import (
    PHOTO_TYPES,
    UPLOAD_MEGABYTES,
    chosen_photos,
    forget_sample,
    pictures,
)
from pipeline.page.settings import draw_settings
from pipeline.page.sounds import shelf, utter
from pipeline.phrases import phrases
from pipeline.speech import ONLINE_NAMES, VoiceChain, default_chain

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent
MODEL = Path(os.environ.get("VOIS_ASSETS", ROOT / "assets"))
LANGUAGE = "en"
ICE_SERVERS = ice_servers(os.environ.get("VOIS_ICE_SERVERS", ""))
POLL_S = 0.2  # how often the page asks the camera's thread for news
PURGE_S = 3600.0

say = phrases(LANGUAGE)


def sound(request: Request) -> Response:
    """Hands the browser a sentence's sound."""
    wav = shelf().get(request.path_params["token"])
    if wav is None:
        return Response(status_code=404)
    return Response(wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})


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
def offline_voices() -> tuple[str, ...]:
    """The names of the voices that speak on this machine."""
    return tuple(voice.name for voice in default_chain(allow_online=False).choose("offline"))


@st.cache_resource(show_spinner=False)
def history() -> tuple[History | None, str]:
    """The process's one history, or why there is none."""
    try:
        opened = History()
    except HistoryError as error:
        return None, str(error)
    threading.Thread(target=purge, args=(opened,), name="vois-purge", daemon=True).start()
    return opened, ""


def purge(opened: History) -> None:
    """Removes what is deleted or too old, now and every hour."""
    while True:
        try:
            opened.purge()
        except HistoryError as error:
            logger.warning("The history was not cleaned: %s", error)
        time.sleep(PURGE_S)


def keeper() -> Keeper:
    """This person's part of the history."""
    if "keeper" not in st.session_state:
        owner = owner_of(
            str(st.get_option("server.address") or ""),
            dict(st.context.headers),
            secrets.token_hex(16),
            bool(os.environ.get("VOIS_SHARED")),
        )
        st.session_state.keeper = Keeper(history()[0], owner, history()[1])
    kept: Keeper = st.session_state.keeper
    return kept


def ledger() -> Ledger:
    """What this person's history panel shows."""
    if "ledger" not in st.session_state:
        zone = zone_of(st.context.timezone)
        token = doors.doors().open(keeper())
        st.session_state.ledger = Ledger(keeper(), say, token, zone)
    mine: Ledger = st.session_state.ledger
    return mine


def page() -> None:
    """Draws the page, does one step of work and, if there was any, draws it again."""
    st.set_page_config(page_title="Vois", page_icon="\N{SPEAKER WITH THREE SOUND WAVES}")
    with st.container(key="page"):
        main, side = st.columns((3, 2))
    with main:
        on = content()
    desk: Desk = st.session_state.desk
    with side:
        every_s = panel.POLL_S if on else None
        st.fragment(panel.draw, run_every=every_s)(ledger(), desk, say, LANGUAGE)
    if desk.step(Crew(prepare, describe, speech()), say):
        st.rerun()


def content() -> bool:
    """Draws all but the history; whether the camera is on."""
    desk: Desk = st.session_state.setdefault("desk", Desk())
    live: LiveTab = st.session_state.setdefault("live", LiveTab())
    with st.sidebar:
        draw_settings(say, keeper(), offline_voices())
    st.title("Vois", anchor=False)
    st.markdown(say.tagline)
    with st.expander(say.about, expanded=not desk.used):  # a first visitor meets it open
        leaves = say.what_leaves_online if online() else say.what_leaves
        st.markdown("\n\n".join((say.what_it_is, leaves, say.not_for_safety)))
    tab = CameraTab(desk, live, say, captioner, ICE_SERVERS)
    camera_tab, photo_tab = st.tabs((say.live, say.photo), key="tab", on_change="rerun")
    if camera_tab.open:
        forget_sample()
        with camera_tab:
            photos = tab.draw(st.session_state["keys"])
    else:
        live.leave()
        with photo_tab:
            photos = chosen_photos(say)
    desk.sync(photos, say)
    if desk.ready:  # before, the voices are not loaded, and the page is to be drawn first
        tab.stream(live_settings(), speech(), partial(keeper().keep, Source.CAMERA))
    on = live.sending or live.state is not State.OFF
    st.fragment(result, run_every=POLL_S if on else None)(tab, bool(camera_tab.open))
    pictures(desk, say)
    return on


def mode() -> str:
    """Which voices may speak: "offline", "best" or one voice's name."""
    return str(st.session_state.get("voice", "offline"))


def online() -> bool:
    """Whether this person lets the text of descriptions leave the machine."""
    return mode() == "best" or mode() in ONLINE_NAMES


def live_settings() -> LiveSettings:
    """How the camera is to be described."""
    return LiveSettings(telling(), st.session_state.interval, st.session_state.pace, LANGUAGE)


def telling() -> Telling:
    """How this person wants descriptions to be put."""
    return Telling(st.session_state["form"], st.session_state.neutral)


def result(tab: CameraTab, camera_open: bool) -> None:
    """What is shown and said; drawn anew by itself while the camera is on."""
    redraw = tab.take_news()
    problem = keeper().take_problem()
    if problem:
        tab.desk.report(problem)
        redraw = True
    status = tab.live.status(say) if camera_open else ("ready", say.ready)
    if not tab.desk.ready:
        status = ("loading", say.loading)
    data = {
        "items": [entry.as_item(LANGUAGE) for entry in tab.desk.entries],
        "status": dict(zip(("id", "text"), status, strict=True)),
        "pace": st.session_state.pace,
        "muted": st.session_state.muted,
        "keys": st.session_state["keys"],
        "accepts": {"types": PHOTO_TYPES, "bytes": UPLOAD_MEGABYTES * 1024 * 1024},
    }
    parts.player(
        data,
        say,
        on_pace_change=partial(adopt, "pace"),
        on_muted_change=partial(adopt, "muted"),
        on_refused_change=refused,
        on_hushed_change=tab.hush,
    )
    if st.session_state.pop("redraw", redraw):
        st.rerun()


def adopt(setting: str) -> None:
    """Takes a setting that was changed by the player's buttons into the sidebar."""
    st.session_state[setting] = st.session_state.player[setting]
    st.session_state.redraw = True


def refused() -> None:
    """Says what the browser would not send."""
    for file in st.session_state.player.refused or ():
        sentence = say.too_large if file["reason"] == "too_large" else say.wrong_type
        st.session_state.desk.report(sentence.format(name=file["name"], megabytes=UPLOAD_MEGABYTES))
        st.session_state.redraw = True


def prepare() -> None:
    """Loads what speaks, then what describes: an error of the second is spoken by the first."""
    voices(online())
    captioner()


def describe(data: bytes, name: str) -> Description:
    """A photo file to words, which are written down before anybody sees them."""
    description = Assistant(captioner(), voices(online())).describe(data, LANGUAGE, telling())
    keeper().keep(Source.UPLOAD, description, name)
    return description


def speech() -> Speak:
    """What speaks, by the voices and the privacy that this person has chosen."""
    return partial(utter, voices(online()), LANGUAGE, mode(), keeper().privacy.history)


def entry_sound(entry: Entry) -> bytes:
    """A kept description as a WAV file, for an export; its words stay on this machine."""
    return voices(False).speak(entry.words, entry.language, entry.rate).wav()


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(__file__, routes=[Route("/sound/{token}", sound), *doors.routes(entry_sound)])
else:
    page()
