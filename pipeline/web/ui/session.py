"""The objects that belong to one browser session, and the process's history. Needs Streamlit."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time

import streamlit as st

from pipeline.errors import HistoryError
from pipeline.folders import data_folder
from pipeline.history import LOCAL_OWNER, History
from pipeline.other_model import VARIABLE
from pipeline.phrases import Phrases, phrases
from pipeline.preferences import PreferencesFile
from pipeline.web.routes import history as history_routes
from pipeline.web.routes.sounds import Narrator, narrators
from pipeline.web.state.camera_state import CameraState
from pipeline.web.state.consultation import Consultation
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.history_access import HistoryAccess, owner_of
from pipeline.web.state.history_view import HistoryView, zone_of
from pipeline.web.state.live_cameras import LiveCameras, most_cameras
from pipeline.web.state.remembered_settings import RememberedSettings
from pipeline.web.ui.settings_panel import page_language, show

logger = logging.getLogger(__name__)

PURGE_S = 3600.0


def words() -> Phrases:
    """The page's sentences, in the chosen language."""
    return phrases(page_language())


def description_queue() -> DescriptionQueue:
    """This session's queue of descriptions."""
    queue: DescriptionQueue = st.session_state.setdefault("queue", DescriptionQueue())
    return queue


def narrator() -> Narrator:
    """Who speaks the page's states to this person."""
    mine: Narrator = st.session_state.setdefault("narrator", Narrator())
    return mine


def speech_token() -> str:
    """The token under which the browser reaches this person's `narrator`."""
    if "speech_token" not in st.session_state:
        st.session_state.speech_token = narrators().open(narrator())
    return str(st.session_state.speech_token)


def camera_state() -> CameraState:
    """The state of this session's camera."""
    live: CameraState = st.session_state.setdefault("live", CameraState())
    return live


@st.cache_resource(show_spinner=False)
def live_cameras() -> LiveCameras:
    """The cameras of all sessions of this process."""
    return LiveCameras(most_cameras(os.environ.get("VOIS_CAMERAS", "")))


@st.cache_resource(show_spinner=False)
def history() -> tuple[History | None, HistoryError | None]:
    """The process's one history, or the error that opening it raised."""
    try:
        opened = History()
    except HistoryError as error:
        return None, error
    threading.Thread(target=purge, args=(opened,), name="vois-purge", daemon=True).start()
    return opened, None


def purge(opened: History) -> None:
    """Removes deleted and expired entries, now and every hour; never returns."""
    while True:
        try:
            opened.purge()
        except HistoryError as error:
            logger.warning("The history was not cleaned: %s", error)
        time.sleep(PURGE_S)


def history_access() -> HistoryAccess:
    """This person's access to the history."""
    if "history_access" not in st.session_state:
        owner = owner_of(
            str(st.get_option("server.address") or ""),
            dict(st.context.headers),
            secrets.token_hex(16),
            bool(os.environ.get("VOIS_SHARED")),
        )
        opened, problem = history()
        st.session_state.history_access = HistoryAccess(opened, owner, problem)
    kept: HistoryAccess = st.session_state.history_access
    return kept


def consultation() -> Consultation | None:
    """What this person asks of another model.

    None for everybody but the machine's own person: the models are theirs.
    """
    if history_access().owner != LOCAL_OWNER:
        return None
    if "consultation" not in st.session_state:
        st.session_state.consultation = Consultation(os.environ.get(VARIABLE, ""))
    mine: Consultation = st.session_state.consultation
    return mine


def history_view() -> HistoryView:
    """The state of this person's history panel."""
    if "history_view" not in st.session_state:
        zone = zone_of(st.context.timezone)
        token = history_routes.access_tokens().open(history_access())
        st.session_state.history_view = HistoryView(history_access(), words(), token, zone)
    mine: HistoryView = st.session_state.history_view
    return mine


def remembered_settings() -> RememberedSettings:
    """What this person chose before; shown in the settings when the session begins."""
    if "remembered" not in st.session_state:
        mine = history_access().owner == LOCAL_OWNER
        file = PreferencesFile(data_folder()) if mine else None
        st.session_state.remembered = RememberedSettings(file)
        show(st.session_state.remembered.preferences)
    kept: RememberedSettings = st.session_state.remembered
    return kept
