"""The history panel as Streamlit draws it. What it knows lives in `HistoryView`."""

from __future__ import annotations

import functools

import streamlit as st

from pipeline.phrases import Phrases
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.history_view import HistoryView
from pipeline.web.ui import components
from pipeline.web.ui import streamlit_internals as keys

IMPORT_MEGABYTES = 500  # 50,000 entries with their pictures; sounds come on top, but are not read
POLL_S = 1.0  # how often the list looks for what the camera has added; nobody reads it faster


def draw(history_view: HistoryView, queue: DescriptionQueue, say: Phrases) -> None:
    """Draws the panel and lets the page's one player say what it has to say.

    Args:
        history_view: what it shows.
        queue: where words are shown and spoken.
        say: the page's sentences.
    """
    history_view.translate(say)
    with st.container(key=keys.HISTORY_PANEL):
        data = history_view.data() | {"import_megabytes": IMPORT_MEGABYTES}
        components.history(data, say, functools.partial(_receive, history_view))
        with st.expander(say.history_import):
            archive = st.file_uploader(
                say.history_import_label.format(megabytes=IMPORT_MEGABYTES),
                type="zip",
                max_upload_size=IMPORT_MEGABYTES,
                key=keys.HISTORY_IMPORT,
            )
        if archive is not None:
            history_view.take_in(archive.file_id, archive)
    speech, problem = history_view.take_speech(), history_view.take_problem()
    if problem:
        queue.report(problem, say.language)
    if speech is not None:
        queue.say(*speech)
    if problem or speech is not None:
        st.rerun()  # the player is drawn elsewhere on the page


def _receive(history_view: HistoryView) -> None:
    history_view.receive(st.session_state.history.messages)
