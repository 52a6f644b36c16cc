"""What the page needs of Streamlit's inner parts. Read from Streamlit 1.67.0.

The browser's side is in assets/page/streamlit.js and page.css. When Streamlit is upgraded, these
three files are to be checked against it, then the versions in them changed.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

STREAMLIT_VERSION = "1.67.0"

# Widgets keep their values in `st.session_state` under these keys. A value that is set there before
# the widget is drawn, or in a callback, is the widget's new value.
TABS = "tab"  # holds the label of the open tab
LANGUAGE = "language"
VOICE = "voice"
PACE = "pace"
FORM = "form"
NEUTRAL = "neutral"
INTERVAL = "interval"
VOLUME = "volume"
MUTED = "muted"
KEYS = "keys"
SPEAKER = "speaker"
OTHER_MODEL = "other_model"
OTHER_LOOK = "other_look"
RESET = "reset"
KEEP_HISTORY = "keep_history"
KEEP_PICTURES = "keep_pictures"
KEEP_DAYS = "keep_days"
PHOTOS = "photos"
USE_CAMERA = "use_camera"
SHOT = "shot"
LOOK_SWITCH = "look_switch"

# Streamlit gives a session the cookies that the browser had when it connected.
LANGUAGE_COOKIE = "vois_language"

# A container's key becomes its CSS class, `st-key-<key>`, by which script and style find it.
HEADING = "heading"
QUESTION = "question"
SETTINGS = "settings"
OTHER_PHOTOS = "other_photos"
PICTURES = "pictures"
HISTORY_PANEL = "history_panel"
HISTORY_IMPORT = "history_import"  # a file uploader: widgets get the class too
STREAMING = "streaming"


def language_key(language: str, name: str) -> str:
    """The key of a container whose content is in one language; streamlit.js sets its `lang`.

    Args:
        language: two-letter code.
        name: makes the key unique on the page.
    """
    return f"language-{language}-{name}"


def base_path() -> str:
    """The path under which the page is served: "" or, for example, "vois/tool"."""
    return str(st.get_option("server.baseUrlPath") or "").strip("/")


def is_page_run() -> bool:
    """Whether Streamlit runs the page for a browser; False when it only imports the app."""
    return get_script_run_ctx(suppress_warning=True) is not None
