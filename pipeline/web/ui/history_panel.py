"""The history panel as Streamlit draws it. What it knows lives in `Ledger`."""

from __future__ import annotations

import functools

import streamlit as st

from pipeline.phrases import Phrases
from pipeline.web.state.description_queue import Desk
from pipeline.web.state.history_view import Ledger
from pipeline.web.ui import components

IMPORT_MEGABYTES = 500  # 50,000 entries with their pictures; sounds come on top, but are not read
POLL_S = 1.0  # how often the list looks for what the camera has added; nobody reads it faster


def draw(ledger: Ledger, desk: Desk, say: Phrases) -> None:
    """Draws the panel and lets the page's one player say what it has to say.

    Args:
        ledger: what it shows.
        desk: where words are shown and spoken.
        say: the page's sentences.
    """
    ledger.translate(say)
    with st.container(key="history_panel"):
        data = ledger.data() | {"import_megabytes": IMPORT_MEGABYTES}
        components.history(data, say, on_deeds_change=functools.partial(_hear, ledger))
        archive = st.file_uploader(
            say.history_import.format(megabytes=IMPORT_MEGABYTES),
            type="zip",
            max_upload_size=IMPORT_MEGABYTES,
            key="history_import",
        )
        if archive is not None:
            ledger.take_in(archive.file_id, archive)
    speech, problem = ledger.take_speech(), ledger.take_problem()
    if problem:
        desk.report(problem, say.language)
    if speech is not None:
        desk.say(*speech)
    if problem or speech is not None:
        st.rerun()  # the player is drawn elsewhere on the page


def _hear(ledger: Ledger) -> None:
    ledger.hear(st.session_state.history.deeds)
