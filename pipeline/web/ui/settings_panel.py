"""The settings panel: language, voice, pace, wording and privacy.

Each setting is drawn with its value as the default, too. Until the browser has taken a value it
holds the default, and sends it with whatever is pressed meanwhile: that would count as a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

import streamlit as st

from pipeline.captioning.detail import Form
from pipeline.history import LOCAL_OWNER, Privacy
from pipeline.phrases import LANGUAGES, Phrases, phrases
from pipeline.preferences import Preferences
from pipeline.speech import ONLINE_NAMES
from pipeline.web.state.consultation import Consultation
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.remembered_settings import RememberedSettings, preferences_of
from pipeline.web.state.settings import BEST, INTERVALS_S, OFFLINE, PACES, Settings, Speaker
from pipeline.web.ui import model_choice
from pipeline.web.ui import streamlit_internals as keys

UNLIMITED = 0  # days; Streamlit shows None as no choice at all
DAYS = (UNLIMITED, 30, 7, 1)

_Name = TypeVar("_Name", bound=StrEnum)
_Value = TypeVar("_Value")


def page_language() -> str:
    """The chosen language's two-letter code; the browser's language until one is chosen.

    A session that begins since Vois or the page was started again goes on in the language before.
    """
    before = st.context.cookies.get(keys.LANGUAGE_COOKIE) or st.context.locale or ""
    chosen = st.session_state.setdefault(keys.LANGUAGE, phrases(before.lower()[:2]).language)
    return str(chosen)


def _browser_language() -> str:
    return phrases((st.context.locale or "").lower()[:2]).language


def draw_settings(
    history_access: HistoryAccess,
    offline: Sequence[str],
    remembered: RememberedSettings,
    consultation: Consultation | None,
) -> Settings:
    """Draws the panel and returns what is chosen in it; privacy is stored in the history.

    Args:
        history_access: this person's history.
        offline: names of the voices that speak on this machine.
        remembered: takes what is chosen, and forgets it when the person wants that.
        consultation: knows the other models; None for a visitor, who may ask none.
    """
    say = phrases(page_language())
    if st.session_state.get(keys.VOICE) not in (None, *_voices(offline)):
        st.session_state[keys.VOICE] = OFFLINE  # remembered, but no longer installed
    with st.expander(say.settings, key=keys.SETTINGS):
        settings = _draw_panel(say, offline)
        if consultation is not None:
            chosen = model_choice.draw(say, consultation)
            settings = replace(settings, other_model=chosen)
        st.button(say.reset, key=keys.RESET, on_click=_reset, args=(remembered,))
        _draw_privacy(say, history_access)
    remembered.note(settings)
    return settings


def _draw_panel(say: Phrases, offline: Sequence[str]) -> Settings:
    language = st.selectbox(
        say.language_label,
        LANGUAGES,
        index=LANGUAGES.index(say.language),
        format_func=lambda language: phrases(language).name,
        key=keys.LANGUAGE,
        on_change=_keep_tab_and_choices,
        args=(say,),
    )
    names = _speaker_names(say)
    now = _now(keys.SPEAKER, None)
    speaker = st.radio(
        say.speaker_label,
        list(names),
        index=None if now is None else list(names).index(now),
        format_func=names.__getitem__,
        key=keys.SPEAKER,
    )
    voice = _draw_voice(say, offline)
    pace = st.slider(
        say.pace_label,
        PACES[0],
        PACES[-1],
        value=_now(keys.PACE, 1.0),
        step=PACES[1] - PACES[0],
        key=keys.PACE,
    )
    sentences = {Form.AUTO: say.form_auto, Form.SHORT: say.form_short, Form.FULL: say.form_full}
    # A list: of an enum class Streamlit takes the values, which are strings and no `Form`.
    forms = list(sentences)
    form = st.selectbox(
        say.form_label,
        forms,
        index=forms.index(_now(keys.FORM, Form.AUTO)),
        format_func=lambda form: sentences[form],
        key=keys.FORM,
    )
    neutral = st.toggle(say.neutral_label, value=_now(keys.NEUTRAL, True), key=keys.NEUTRAL)
    interval_s = st.selectbox(
        say.interval_label,
        INTERVALS_S,
        index=INTERVALS_S.index(_now(keys.INTERVAL, INTERVALS_S[0])),
        format_func=lambda seconds: say.interval.format(seconds=seconds),
        key=keys.INTERVAL,
    )
    st.markdown(say.cover_help)
    volume = st.slider(
        say.volume,
        0,
        100,
        value=_now(keys.VOLUME, 100),
        step=5,
        format="%d %%",
        key=keys.VOLUME,
    )
    muted = st.toggle(say.mute_label, value=_now(keys.MUTED, False), key=keys.MUTED)
    single_keys = st.toggle(say.keys_label, value=_now(keys.KEYS, True), key=keys.KEYS)
    st.markdown(say.keys_help)
    return Settings(
        language=language,
        voice=voice,
        pace=pace,
        form=form,
        neutral=neutral,
        interval_s=interval_s,
        volume=volume,
        muted=muted,
        keys=single_keys,
        speaker=speaker,
    )


def _now(key: str, first: _Value) -> _Value:
    """A setting's value, `first` until one is chosen."""
    now: _Value = st.session_state.get(key, first)
    return now


def draw_question(say: Phrases) -> None:
    """Asks who speaks, until it is known; call it when the browser's own answer has come."""
    if st.session_state.get(keys.SPEAKER) is not None:
        return
    with st.container(key=keys.QUESTION):
        st.header(say.speaker_label, anchor=False)
        with st.container(horizontal=True):
            for speaker, name in _speaker_names(say).items():
                st.button(name, key=f"speaker {speaker}", on_click=_choose_speaker, args=(speaker,))


def _speaker_names(say: Phrases) -> dict[Speaker, str]:
    return {
        Speaker.READER: say.speaker_reader,
        Speaker.VOIS: say.speaker_vois,
        Speaker.BOTH: say.speaker_both,
    }


def _choose_speaker(speaker: Speaker) -> None:
    st.session_state[keys.SPEAKER] = speaker


def show(preferences: Preferences) -> None:
    """Sets the panel to what was chosen before, as far as this version and machine know it."""
    choices = {
        keys.LANGUAGE: (preferences.language, LANGUAGES),
        keys.VOICE: (preferences.voice, None),  # compared with the voices when it is drawn
        keys.PACE: (preferences.pace, PACES),
        keys.FORM: (_member(Form, preferences.form), None),
        keys.NEUTRAL: (preferences.neutral, None),
        keys.INTERVAL: (preferences.interval_s, INTERVALS_S),
        keys.VOLUME: (preferences.volume, None),
        keys.MUTED: (preferences.muted, None),
        keys.KEYS: (preferences.keys, None),
        keys.SPEAKER: (_member(Speaker, preferences.speaker), None),
        keys.OTHER_MODEL: (preferences.other_model, None),  # looked at when it is drawn
    }
    for key, (value, known) in choices.items():
        if value is not None and (known is None or value in known):
            st.session_state[key] = value


def _member(names: type[_Name], value: str | None) -> _Name | None:
    return names(value) if value in frozenset(names) else None


def _draw_voice(say: Phrases, offline: Sequence[str]) -> str:
    def name(voice: str) -> str:
        if voice in (OFFLINE, BEST):
            return say.voice_offline if voice == OFFLINE else say.voice_online
        kinds = {"kokoro": say.voice_named_slow, "espeak": say.voice_named_fast}
        local = kinds.get(voice, say.voice_named)
        return (local if voice in offline else say.voice_named_online).format(voice=voice)

    voices = _voices(offline)
    voice = st.selectbox(
        say.voice,
        voices,
        index=voices.index(_now(keys.VOICE, OFFLINE)),
        format_func=name,
        key=keys.VOICE,
    )
    st.markdown(say.voice_online_note)
    return voice


def _voices(offline: Sequence[str]) -> tuple[str, ...]:
    return (OFFLINE, BEST, *offline, *ONLINE_NAMES)


def _keep_tab_and_choices(before: Phrases) -> None:
    """Keeps the tab and what is chosen: the browser knows both by their words in one language.

    Args:
        before: the sentences of the language before the change.
    """
    after = phrases(st.session_state[keys.LANGUAGE])
    at_photo = st.session_state.get(keys.TABS) == before.photo
    st.session_state[keys.TABS] = after.photo if at_photo else after.live
    chosen = (keys.SPEAKER, keys.VOICE, keys.FORM, keys.INTERVAL, keys.OTHER_MODEL, keys.KEEP_DAYS)
    for key in chosen:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]  # sent to the browser in the new words


def _reset(remembered: RememberedSettings) -> None:
    remembered.reset()
    at_photo = st.session_state.get(keys.TABS) == phrases(page_language()).photo
    show(preferences_of(Settings(_browser_language())))
    st.session_state[keys.SPEAKER] = None
    say = phrases(page_language())
    st.session_state[keys.TABS] = say.photo if at_photo else say.live


def _draw_privacy(say: Phrases, history_access: HistoryAccess) -> None:
    if history_access.history is None:
        return
    st.header(say.privacy, anchor=False)
    kept = history_access.privacy
    chosen = Privacy(
        history=st.toggle(
            say.keep_history, value=_now(keys.KEEP_HISTORY, kept.history), key=keys.KEEP_HISTORY
        ),
        pictures=st.toggle(
            say.keep_pictures, value=_now(keys.KEEP_PICTURES, kept.pictures), key=keys.KEEP_PICTURES
        ),
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
    shown = _now(keys.KEEP_DAYS, now)
    days = st.selectbox(
        say.keep_days,
        choices,
        index=choices.index(shown if shown in choices else now),
        format_func=lambda days: say.keep_for_ever if days == UNLIMITED else say.so_many_days(days),
        key=keys.KEEP_DAYS,
    )
    return days or None
