"""The settings panel in the sidebar: language, voice, pace, wording and privacy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pipeline.captioning.detail import Form
from pipeline.history import LOCAL_OWNER, Privacy
from pipeline.phrases import LANGUAGES, Phrases, phrases
from pipeline.speech import ONLINE_NAMES
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.settings import BEST, INTERVALS_S, OFFLINE, PACES, Settings
from pipeline.web.ui import streamlit_internals as keys

UNLIMITED = 0  # days; Streamlit shows None as no choice at all
DAYS = (UNLIMITED, 30, 7, 1)


def page_language() -> str:
    """The chosen language's two-letter code; the browser's language until one is chosen.

    A session that begins since Vois or the page was started again goes on in the language before.
    """
    before = st.context.cookies.get(keys.LANGUAGE_COOKIE) or st.context.locale or ""
    chosen = st.session_state.setdefault(keys.LANGUAGE, phrases(before.lower()[:2]).language)
    return str(chosen)


def draw_settings(history_access: HistoryAccess, offline: Sequence[str]) -> Settings:
    """Draws the panel and returns what is chosen in it; privacy is stored in the history.

    Args:
        history_access: this person's history.
        offline: names of the voices that speak on this machine.
    """
    say = phrases(page_language())
    st.header(say.settings, anchor=False)
    language = st.selectbox(
        say.language_label,
        LANGUAGES,
        format_func=lambda language: phrases(language).name,
        key=keys.LANGUAGE,
        on_change=_keep_tab,
        args=(say,),
    )
    voice = _draw_voice(say, offline)
    st.session_state.setdefault(keys.PACE, 1.0)
    pace = st.slider(say.pace_label, PACES[0], PACES[-1], step=PACES[1] - PACES[0], key=keys.PACE)
    sentences = {Form.AUTO: say.form_auto, Form.SHORT: say.form_short, Form.FULL: say.form_full}
    # A list: of an enum class Streamlit takes the values, which are strings and no `Form`.
    forms = list(sentences)
    form = st.selectbox(
        say.form_label, forms, format_func=lambda form: sentences[form], key=keys.FORM
    )
    neutral = st.toggle(say.neutral_label, value=True, key=keys.NEUTRAL)
    interval_s = st.selectbox(
        say.interval_label,
        INTERVALS_S,
        format_func=lambda seconds: say.interval.format(seconds=seconds),
        key=keys.INTERVAL,
    )
    muted = st.toggle(say.mute_label, key=keys.MUTED)
    single_keys = st.toggle(say.keys_label, value=True, key=keys.KEYS)
    _draw_privacy(say, history_access)
    return Settings(language, voice, pace, form, neutral, interval_s, muted, single_keys)


def _draw_voice(say: Phrases, offline: Sequence[str]) -> str:
    def name(voice: str) -> str:
        if voice in (OFFLINE, BEST):
            return say.voice_offline if voice == OFFLINE else say.voice_online
        kinds = {"kokoro": say.voice_named_slow, "espeak": say.voice_named_fast}
        local = kinds.get(voice, say.voice_named)
        return (local if voice in offline else say.voice_named_online).format(voice=voice)

    voices = (OFFLINE, BEST, *offline, *ONLINE_NAMES)
    voice = st.selectbox(say.voice, voices, format_func=name, key=keys.VOICE)
    st.markdown(say.voice_online_note)
    return voice


def _keep_tab(before: Phrases) -> None:
    """Keeps the same tab open: Streamlit knows it by its label, which is in the new language now.

    Args:
        before: the sentences of the language before the change.
    """
    after = phrases(st.session_state[keys.LANGUAGE])
    at_photo = st.session_state.get(keys.TABS) == before.photo
    st.session_state[keys.TABS] = after.photo if at_photo else after.live


def _draw_privacy(say: Phrases, history_access: HistoryAccess) -> None:
    if history_access.history is None:
        return
    st.subheader(say.privacy, anchor=False)
    kept = history_access.privacy
    chosen = Privacy(
        history=st.toggle(say.keep_history, value=kept.history, key=keys.KEEP_HISTORY),
        pictures=st.toggle(say.keep_pictures, value=kept.pictures, key=keys.KEEP_PICTURES),
        days=kept.days,
    )
    if history_access.owner == LOCAL_OWNER:
        chosen = replace(chosen, days=_draw_days(say, kept.days))
        st.markdown(say.history_lies.format(path=history_access.history.path))
    else:
        st.markdown(say.history_of_session)
    if chosen != kept:
        history_access.attempt(
            lambda history: history.set_privacy(history_access.owner, chosen), None
        )


def _draw_days(say: Phrases, kept: int | None) -> int | None:
    """Draws the choice of how many days entries are kept; None is without a limit."""
    now = kept or UNLIMITED
    choices = DAYS if now in DAYS else (*DAYS, now)
    days = st.selectbox(
        say.keep_days,
        choices,
        index=choices.index(now),
        format_func=lambda days: say.keep_for_ever if days == UNLIMITED else say.so_many_days(days),
        key=keys.KEEP_DAYS,
    )
    return days or None
