"""What one person has of their own: what they chose, and a history. Needs Streamlit."""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time

import streamlit as st

from pipeline.captioning.detail import DescriptionStyle
from pipeline.errors import HistoryError
from pipeline.history import History
from pipeline.live.watcher import LiveSettings
from pipeline.phrases import Phrases, phrases
from pipeline.speech import ONLINE_NAMES
from pipeline.web.routes import history as history_routes
from pipeline.web.state.history_access import HistoryAccess, owner_of
from pipeline.web.state.history_view import HistoryView, zone_of

logger = logging.getLogger(__name__)

LANGUAGE = "language"  # where the session keeps the chosen one, as a two-letter code
PURGE_S = 3600.0


def words() -> Phrases:
    """The page's sentences, in the language that was chosen; the browser's at first."""
    browser = (st.context.locale or "").lower()
    st.session_state.setdefault(LANGUAGE, phrases(browser[:2]).language)
    return phrases(st.session_state[LANGUAGE])


def mode() -> str:
    """Which voices may speak: "offline", "best" or one voice's name."""
    return str(st.session_state.get("voice", "offline"))


def online() -> bool:
    """Whether this person lets the text of descriptions leave the machine."""
    return mode() == "best" or mode() in ONLINE_NAMES


def live_settings(language: str) -> LiveSettings:
    """How the camera is to be described."""
    return LiveSettings(style(), st.session_state.interval, st.session_state.pace, language)


def style() -> DescriptionStyle:
    """How this person wants descriptions to be put."""
    return DescriptionStyle(st.session_state["form"], st.session_state.neutral)


@st.cache_resource(show_spinner=False)
def history() -> tuple[History | None, HistoryError | None]:
    """The process's one history, or why there is none."""
    try:
        opened = History()
    except HistoryError as error:
        return None, error
    threading.Thread(target=purge, args=(opened,), name="vois-purge", daemon=True).start()
    return opened, None


def purge(opened: History) -> None:
    """Removes what is deleted or too old, now and every hour."""
    while True:
        try:
            opened.purge()
        except HistoryError as error:
            logger.warning("The history was not cleaned: %s", error)
        time.sleep(PURGE_S)


def history_access() -> HistoryAccess:
    """This person's part of the history."""
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


def history_view() -> HistoryView:
    """What this person's history panel shows."""
    if "history_view" not in st.session_state:
        zone = zone_of(st.context.timezone)
        token = history_routes.access_tokens().open(history_access())
        st.session_state.history_view = HistoryView(history_access(), words(), token, zone)
    mine: HistoryView = st.session_state.history_view
    return mine
