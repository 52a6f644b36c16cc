"""What is shown and said, and what the player's own buttons tell. Needs Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pipeline.web.state.settings import Settings
from pipeline.web.ui import components
from pipeline.web.ui.camera_tab import CameraTab
from pipeline.web.ui.photo_tab import PHOTO_TYPES, UPLOAD_MEGABYTES
from pipeline.web.ui.session import history_access, words


def draw(tab: CameraTab, settings: Settings, camera_open: bool, missing: Sequence[str]) -> None:
    """Draws it; called anew by itself while the camera is on.

    Args:
        tab: the person's queue and camera.
        settings: as chosen when the whole page was last drawn.
        camera_open: whether the camera's tab is.
        missing: what this machine lacks of the page's language, told once.
    """
    say, redraw = tab.say, tab.take_news()
    problem = history_access().take_problem(say)
    if problem:
        tab.queue.report(problem, say.language)
        redraw = True
    if st.session_state.pop("redraw", redraw):
        st.rerun()  # before the player is drawn: it may have changed a setting since `settings`
    data = {
        "language": say.language,
        "items": [entry.as_item() for entry in tab.queue.entries],
        "status": dict(zip(("id", "text"), status(tab, camera_open, missing), strict=True)),
        "pace": settings.pace,
        "muted": settings.muted,
        "keys": settings.keys,
        "accepts": {"types": PHOTO_TYPES, "bytes": UPLOAD_MEGABYTES * 1024 * 1024},
    }
    components.player(
        data,
        say,
        on_pace_change=partial(adopt, "pace"),
        on_muted_change=partial(adopt, "muted"),
        on_refused_change=refused,
        on_hushed_change=tab.hush,
    )


def status(tab: CameraTab, camera_open: bool, missing: Sequence[str]) -> tuple[str, str]:
    """How things stand, for the live region, under an id that changes with it."""
    say = tab.say
    if not tab.queue.ready:
        return "loading", say.loading
    state, text = tab.live.status(say) if camera_open else ("ready", say.ready)
    state = f"{state} {say.language}"
    # What is missing is said once in each language, with the first state that is told in it.
    noted = st.session_state.setdefault("noted", {})
    if noted.setdefault(say.language, state) == state:
        text = " ".join((text, *missing))
    return state, text


def adopt(setting: str) -> None:
    """Takes a setting that was changed by the player's buttons into the sidebar."""
    st.session_state[setting] = st.session_state.player[setting]
    st.session_state.redraw = True


def refused() -> None:
    """Says what the browser would not send."""
    say = words()
    for file in st.session_state.player.refused or ():
        sentence = say.too_large if file["reason"] == "too_large" else say.wrong_type
        text = sentence.format(name=file["name"], megabytes=UPLOAD_MEGABYTES)
        st.session_state.queue.report(text, say.language)
        st.session_state.redraw = True
