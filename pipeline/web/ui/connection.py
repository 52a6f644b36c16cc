"""What the page says by itself when Vois is gone or back. Needs Streamlit."""

from __future__ import annotations

import streamlit as st

from pipeline.phrases import Phrases
from pipeline.web.state.inbox import Inbox
from pipeline.web.ui import components

INBOX = "connection_inbox"  # where the session keeps it


def draw(say: Phrases) -> None:
    """Draws the sentence; it is shown by the browser alone, for nobody else is there.

    Args:
        say: the page's sentences.
    """
    inbox: Inbox = st.session_state.setdefault(INBOX, Inbox())

    def receive() -> None:
        inbox.take(st.session_state.connection.messages)  # to draw the page is all that they ask

    components.connection(say.language, inbox.acknowledged, say, receive)
