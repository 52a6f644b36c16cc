"""The sidebar: voice, pace, wording and privacy, as Streamlit draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pipeline.captioning.detail import Form
from pipeline.history import LOCAL_OWNER, Privacy
from pipeline.phrases import LANGUAGES, Phrases, phrases
from pipeline.speech import ONLINE_NAMES
from pipeline.web.state.history_access import HistoryAccess

INTERVALS_S = (2, 5, 10, 30, 60)
FOR_EVER = 0  # Streamlit shows None as no choice at all
DAYS = (FOR_EVER, 30, 7, 1)


def draw_settings(say: Phrases, history_access: HistoryAccess, offline: Sequence[str]) -> None:
    """Draws the sidebar; what is chosen lies in the session, and privacy in the history.

    Args:
        say: the page's sentences.
        history_access: this person's history.
        offline: names of the voices that speak on this machine.
    """
    st.header(say.settings, anchor=False)
    st.session_state.setdefault("pace", 1.0)
    st.selectbox(
        say.language_label,
        LANGUAGES,
        format_func=lambda language: phrases(language).name,
        key="language",
        on_change=_stay,
        args=(say,),
    )

    def called(mode: str) -> str:
        if mode in ("offline", "best"):
            return say.voice_offline if mode == "offline" else say.voice_online
        return (say.voice_named if mode in offline else say.voice_named_online).format(voice=mode)

    voices = ("offline", "best", *offline, *ONLINE_NAMES)
    st.selectbox(say.voice, voices, format_func=called, key="voice")
    st.markdown(say.voice_online_note)
    st.slider(say.pace_label, 0.5, 2.0, step=0.25, key="pace")
    st.selectbox(
        say.form_label,
        Form,
        format_func=lambda form: str(getattr(say, f"form_{form}")),
        key="form",
    )
    st.toggle(say.neutral_label, value=True, key="neutral")
    st.selectbox(
        say.interval_label,
        INTERVALS_S,
        format_func=lambda seconds: say.interval.format(seconds=seconds),
        key="interval",
    )
    st.toggle(say.mute_label, key="muted")
    st.toggle(say.keys_label, value=True, key="keys")
    _privacy(say, history_access)


def _stay(before: Phrases) -> None:
    """Keeps the tab that is open: Streamlit knows it by its label, which is another one now."""
    after = phrases(st.session_state["language"])
    at_photo = st.session_state.get("tab") == before.photo
    st.session_state["tab"] = after.photo if at_photo else after.live


def _privacy(say: Phrases, history_access: HistoryAccess) -> None:
    if history_access.history is None:
        return
    st.subheader(say.privacy, anchor=False)
    kept = history_access.privacy
    chosen = Privacy(
        history=st.toggle(say.keep_history, value=kept.history, key="keep_history"),
        pictures=st.toggle(say.keep_pictures, value=kept.pictures, key="keep_pictures"),
        days=kept.days,
    )
    if history_access.owner == LOCAL_OWNER:
        now = kept.days or FOR_EVER
        choices = DAYS if now in DAYS else (*DAYS, now)
        days = st.selectbox(
            say.keep_days,
            choices,
            index=choices.index(now),
            format_func=lambda days: (
                say.keep_for_ever if days == FOR_EVER else say.keep_so_long.format(days=days)
            ),
            key="keep_days",
        )
        chosen = replace(chosen, days=days or None)
        st.markdown(say.history_lies.format(path=history_access.history.path))
    else:
        st.markdown(say.history_of_session)
    if chosen != kept:
        history_access.attempt(
            lambda history: history.set_privacy(history_access.owner, chosen), None
        )
