"""The player as Streamlit draws it, and the messages that it sends. Needs Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from pipeline.description import Description
from pipeline.web.state.announcement import Speak
from pipeline.web.state.camera_state import State
from pipeline.web.state.inbox import Inbox
from pipeline.web.state.settings import PACES, Settings
from pipeline.web.ui import components
from pipeline.web.ui.camera_tab import CameraTab
from pipeline.web.ui.consulting import Consulting, consulting_of
from pipeline.web.ui.photo_tab import UPLOAD_MEGABYTES
from pipeline.web.ui.session import history_access, remembered_settings, speech_token, words
from pipeline.web.ui.settings_panel import show

INBOX = "player_inbox"  # where the session keeps it


def draw(
    tab: CameraTab,
    settings: Settings,
    camera_open: bool,
    missing: Sequence[str],
    tell: Callable[[Description], Description],
    speak: Callable[[], Speak],
) -> None:
    """Draws the player; Streamlit repeats the call while the camera is on.

    Args:
        tab: the person's queue and camera.
        settings: as chosen when the whole page was last drawn.
        camera_open: whether the camera's tab is.
        missing: what this machine lacks of the page's language; announced once.
        tell: gives the second sentence of a description; may raise VoisError.
        speak: gives what makes the sounds of another model's answer.
    """
    say, redraw = tab.say, tab.poll()
    consulting = consulting_of(tab, settings, speak)
    if consulting is not None:
        redraw = consulting.consultation.poll(tab.queue, say) or redraw
    for problem in (history_access().take_problem(say), remembered_settings().take_problem(say)):
        if problem:
            tab.queue.report(problem, say.language)
            redraw = True
    if st.session_state.pop("redraw", redraw):
        st.rerun()  # before the player is drawn: it may have changed a setting since `settings`
    state, text = status(tab, settings, camera_open, missing)
    asking = None if consulting is None else consulting.consultation.status(say)
    if asking is not None:
        state, text = (
            asking[0],
            f"{asking[1]} {text}" if tab.live.state is State.PAUSED else asking[1],
        )
    data = {
        "language": say.language,
        "acknowledged": inbox().acknowledged,
        "items": [entry.as_item() for entry in tab.queue.entries],
        "status": {"id": state, "text": text, "hushes": tab.live.state is State.COVERED},
        "pace": settings.pace,
        "volume": settings.volume,
        "muted": settings.muted,
        "keys": settings.single_keys,
        "speaker": settings.speaker,
        "remembered": remembered_settings().preferences.chosen(),
        "speech": speech_token(),
        "other": None if consulting is None else consulting.data(),
    }
    components.player(data, say, partial(receive, tab, tell, consulting))


def status(
    tab: CameraTab, settings: Settings, camera_open: bool, missing: Sequence[str]
) -> tuple[str, str]:
    """How things stand, for the live region, under an id that changes with it."""
    say = tab.say
    if not (tab.queue.ready and remembered_settings().asked):
        return "loading", say.loading
    state, text = tab.live.status(say) if camera_open else ("ready", say.ready)
    text = text.format(keys="" if settings.single_keys else say.alt_shift)
    state = f"{state} {say.language}"
    # Said once: what is missing in each language, and that there is a question; with the first
    # state that is announced, and no more when that state comes again.
    noted = st.session_state.setdefault("noted", {})
    asks = not noted and settings.speaker is None
    at, asked = noted.setdefault(say.language, (state, asks))
    if at == state:
        text = " ".join((text, *missing, *((say.speaker_question,) if asked else ())))
    else:
        noted[say.language] = ("", False)
    return state, text


def inbox() -> Inbox:
    """Takes this person's messages of assets/page/player.js."""
    mine: Inbox = st.session_state.setdefault(INBOX, Inbox())
    return mine


def receive(
    tab: CameraTab, tell: Callable[[Description], Description], consulting: Consulting | None
) -> None:
    """Acts on the messages of assets/page/player.js."""
    for message in inbox().take(st.session_state.player.messages):
        value = message.values.get("value")
        if consulting is not None and consulting.receive(message):
            st.session_state.redraw = True
        elif message.kind == "hushed":
            tab.hush()
        elif message.kind == "more":
            tab.queue.tell_more(str(message.values.get("id")), tell, tab.say)
            st.session_state.redraw = True
        elif message.kind == "remembered":
            show(remembered_settings().recall(message.values.get("settings")))
            st.session_state.redraw = True
        elif message.kind == "refused":
            refuse(message.values.get("files"))
        elif message.kind == "pace" and isinstance(value, int | float) and value in PACES:
            change("pace", float(value))
        elif message.kind == "volume" and isinstance(value, int) and 0 <= value <= 100:
            change("volume", value)
        elif message.kind == "muted" and isinstance(value, bool):
            change("muted", value)


def change(setting: str, value: float | bool) -> None:
    """Takes a setting that was changed by the player's buttons and keys into the settings."""
    st.session_state[setting] = value
    st.session_state.redraw = True


def refuse(files: object) -> None:
    """Says which files the browser did not send.

    Args:
        files: a list of {name, large}; anything else is ignored. Those that are not too large were
            lost on their way.
    """
    say = words()
    for file in files if isinstance(files, list) else ():
        if not isinstance(file, Mapping):
            continue
        sentence = say.too_large if file.get("large") is True else say.not_arrived
        text = sentence.format(name=file.get("name"), megabytes=UPLOAD_MEGABYTES)
        st.session_state.queue.report(text, say.language)
        st.session_state.redraw = True
