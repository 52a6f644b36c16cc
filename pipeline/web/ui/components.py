"""The page's own parts: three components, and the stream of the camera. Needs Streamlit."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pipeline.phrases import Phrases
from pipeline.web.state.camera_state import CameraState
from pipeline.web.state.camera_worker import Camera
from pipeline.web.ui.streamlit_internals import LANGUAGE_COOKIE, STREAMING, base_path

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "page"
PARTS = {"player": ("words", "sound", "ask", "keys", "files", "still")}  # scripts of their own
STREAM = "stream"  # what streamlit-webrtc keeps in the session, by this key


@st.cache_resource(show_spinner=False)
def _component(name: str) -> Any:
    """A component whose nodes stay while the page is drawn anew."""
    html = (FOLDER / f"{name}.html").read_text(encoding="utf-8")
    # One module, in this order: the later scripts use the earlier ones.
    scripts = ("messages", "address", "streamlit", "letters", *PARTS.get(name, ()), name)
    js = "".join((FOLDER / f"{script}.js").read_text(encoding="utf-8") for script in scripts)
    css = "".join(
        (FOLDER / f"{part}.css").read_text(encoding="utf-8")
        for part in ("player", "page", "history")
    )
    # Not isolated, so that the style reaches Streamlit's own parts.
    return st.components.v2.component(
        f"vois_{name}", html=html, css=css, js=js, isolate_styles=False
    )


def _draw(name: str, data: dict[str, Any], on_messages: Callable[[], None]) -> None:
    # In a list: of a dict Streamlit looks whether each value is a table, for which it loads pandas
    # and pyarrow, 63 MB.
    _component(name)(key=name, data=[data], on_messages_change=on_messages)


def root() -> str:
    """What stands before the addresses of Vois's own routes (assets/page/address.js)."""
    path = base_path()
    # Without one they are found beside the page, also behind a proxy that takes a path away.
    return f"/{path}/" if path else ""


def player(data: dict[str, Any], say: Phrases, on_messages: Callable[[], None]) -> None:
    """Draws the live region and the one voice.

    Args:
        data: what assets/page/player.js reads, but for the labels.
        say: the page's sentences.
        on_messages: called when `st.session_state.player.messages` has come from the browser.
    """
    data = {**data, "labels": say.labels(), "root": root()}
    _draw("player", data, on_messages)


def camera(live: CameraState, keys: bool, say: Phrases, on_messages: Callable[[], None]) -> None:
    """Draws the camera's buttons and picture: assets/page/camera.js.

    Args:
        live: how the camera stands.
        keys: whether single keys press buttons.
        say: the page's sentences.
        on_messages: called when `st.session_state.camera.messages` has come from the browser.
    """
    data = {
        "id": live.id,
        "stops": live.stops,
        "paused": live.paused,
        "reading": live.reading,
        "acknowledged": live.inbox.acknowledged,
        "keys": keys,
        "labels": say.labels(),
    }
    _draw("camera", data, on_messages)


def connection(
    language: str, acknowledged: dict[str, int], say: Phrases, on_messages: Callable[[], None]
) -> None:
    """Draws what says that Vois is gone or back: assets/page/connection.js.

    Args:
        language: of the page, kept in a cookie.
        acknowledged: as `Inbox.acknowledged`.
        say: the page's sentences.
        on_messages: called when `st.session_state.connection.messages` has come from the browser.
    """
    labels = {name: text for name, text in say.labels().items() if name.startswith("connection")}
    data = {
        "language": language,
        "acknowledged": acknowledged,
        "cookie": LANGUAGE_COOKIE,
        "labels": labels,
        "root": root(),
    }
    _draw("connection", data, on_messages)


def history(data: dict[str, object], say: Phrases, on_messages: Callable[[], None]) -> None:
    """Draws the history panel: assets/page/history.js.

    Args:
        data: what the script reads, but for the labels.
        say: the page's sentences.
        on_messages: called when `st.session_state.history.messages` has come from the browser.
    """
    labels = {name: text for name, text in say.labels().items() if name.startswith("history")}
    data = {**data, "labels": labels, "root": root()}
    _draw("history", data, on_messages)


def stream(live: CameraState, camera: Camera, servers: list[dict[str, Any]]) -> None:
    """Carries the camera's frames from the browser to `camera`, by WebRTC.

    Once begun it is drawn in every run, for streamlit-webrtc takes a run without it for a page that
    was left.
    """
    # Registers its page part when it is imported, which only a running Streamlit remembers: an
    # import at the top comes before it runs, since the app's routes are in the page's file.
    from streamlit_webrtc import WebRtcMode, webrtc_streamer

    camera.accept(live.sending)
    with st.container(key=STREAMING):
        try:
            context = webrtc_streamer(
                STREAM,
                mode=WebRtcMode.SENDONLY,
                # Without servers of our own none is asked: the default is one on the internet.
                rtc_configuration={"iceServers": servers},
                media_stream_constraints={"video": True, "audio": False},
                desired_playing_state=live.sending,
                video_frame_callback=functools.partial(_keep, camera),
                on_video_ended=camera.stream_ended,
                async_processing=False,  # the callback only keeps the frame
                video_receiver_size=1,
                media_toggle_controls=False,
            )
        except Exception:
            # A busy machine may not answer the browser's offer in time. The page goes on without
            # the stream, which is made anew.
            logger.warning("The camera's stream was not made.", exc_info=True)
            live.broke()
            return
    if live.streamed(bool(context.state.playing), bool(context.state.signalling)):
        st.rerun()


def _keep(camera: Camera, frame: Any) -> Any:
    """The callback: leaves the newest frame and nothing else."""
    camera.offer(lambda: frame.to_ndarray(format="rgb24"))
    return frame
