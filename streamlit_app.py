"""The page of Vois and its HTTP routes. Run it with `streamlit run streamlit_app.py`.

Streamlit runs this file anew after every touch: it draws the page from what is known, does one
step of work, and starts over. So words are on the page before their sound is begun.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipeline.assistant import Assistant, Description
from pipeline.captioner import Captioner
from pipeline.page.desk import Crew, Desk, Kind, Photo
from pipeline.page.sounds import shelf
from pipeline.phrases import phrases
from pipeline.speech import Mode, VoiceChain, default_chain

ROOT = Path(__file__).resolve().parent
MODEL = Path(os.environ.get("VOIS_ASSETS", ROOT / "assets"))
SAMPLES = ROOT / "assets" / "samples"
# The last four cannot be read, but the sentence that says so and what to do is Python's.
PHOTO_TYPES = "jpg jpeg png webp gif bmp tif tiff heic heif avif mp4".split()
UPLOAD_MEGABYTES = 50
LANGUAGE = "en"

say = phrases(LANGUAGE)


def sound(request: Request) -> Response:
    """Hands the browser a sentence's sound."""
    wav = shelf().get(request.path_params["token"])
    if wav is None:
        return Response(status_code=404)
    return Response(wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})


@st.cache_resource(show_spinner=False)
def captioner() -> Captioner:
    """The process's one model."""
    return Captioner.load(MODEL)


@st.cache_resource(show_spinner=False)
def voices(allow_online: bool) -> VoiceChain:
    """The process's voices, with or without those that need a network."""
    chain = default_chain(allow_online=allow_online)
    chain.warm_up()
    return chain


def page() -> None:
    """Draws the page, does one step of work and, if there was any, draws it again."""
    st.set_page_config(page_title="Vois", page_icon="\N{SPEAKER WITH THREE SOUND WAVES}")
    desk: Desk = st.session_state.setdefault("desk", Desk())
    with st.sidebar:
        settings()
    st.title("Vois", anchor=False)
    st.markdown(say.tagline)
    with st.expander(say.about, expanded=not desk.used):  # a first visitor meets it open
        leaves = say.what_leaves_online if online() else say.what_leaves
        st.markdown("\n\n".join((say.what_it_is, leaves, say.not_for_safety)))
    desk.sync(chosen_photos(), say)
    player(desk)
    pictures(desk)
    if desk.step(Crew(prepare, describe, speak), shelf(), say):
        st.rerun()


def settings() -> None:
    """The sidebar."""
    st.header(say.settings, anchor=False)
    st.session_state.setdefault("pace", 1.0)
    st.radio(
        say.voice,
        (False, True),
        format_func=lambda allowed: say.voice_online if allowed else say.voice_offline,
        key="online",
    )
    st.markdown(say.voice_online_note)
    st.slider(say.pace_label, 0.5, 2.0, step=0.25, key="pace")
    st.toggle(say.mute_label, key="muted")
    st.toggle(say.keys_label, value=True, key="keys")


def online() -> bool:
    """Whether this person lets the text of descriptions leave the machine."""
    return bool(st.session_state.get("online", False))


def chosen_photos() -> list[Photo]:
    """Draws the ways to choose a photo and returns those that are chosen now."""
    st.header(say.photo, anchor=False)
    uploads = st.file_uploader(
        say.choose.format(megabytes=UPLOAD_MEGABYTES),
        type=PHOTO_TYPES,
        accept_multiple_files=True,
        max_upload_size=UPLOAD_MEGABYTES,
    )
    photos = [Photo(file.file_id, file.name, file.getvalue, now=False) for file in uploads]
    st.markdown(say.samples)
    with st.container(horizontal=True):
        for path in sorted(SAMPLES.glob("*.jpg")):
            st.button(path.stem.replace("_", " ").capitalize(), on_click=choose, args=(path,))
    # The camera is asked for only when it is wanted: asking at once would startle.
    if st.toggle(say.use_camera):
        shot = st.camera_input(say.take)
        if shot is not None:
            photos.append(Photo(shot.file_id, shot.name, shot.getvalue, now=True))
    if "sample" in st.session_state:
        photos.append(st.session_state.sample)
    return photos


def choose(path: Path) -> None:
    """Takes a sample photo in place of the last one."""
    st.session_state.sample = Photo(secrets.token_hex(8), path.name, path.read_bytes, now=True)


@st.cache_resource(show_spinner=False)
def component() -> Any:
    """The live region and the voice, whose nodes stay while the page is drawn anew."""
    html, js, player_css, page_css = (
        (ROOT / "assets" / "page" / name).read_text(encoding="utf-8")
        for name in ("player.html", "player.js", "player.css", "page.css")
    )
    css = player_css + page_css  # not isolated, so that it reaches Streamlit's own parts
    return st.components.v2.component("vois", html=html, css=css, js=js, isolate_styles=False)


def player(desk: Desk) -> None:
    """Sends the queue to the browser, which announces and speaks it."""
    component()(
        key="player",
        data={
            "items": [entry.as_item(LANGUAGE) for entry in desk.entries],
            "status": {"id": str(desk.ready), "text": say.ready if desk.ready else say.loading},
            "labels": dataclasses.asdict(say),
            "pace": st.session_state.pace,
            "muted": st.session_state.muted,
            "keys": st.session_state["keys"],
            "accepts": {"types": PHOTO_TYPES, "bytes": UPLOAD_MEGABYTES * 1024 * 1024},
        },
        on_pace_change=lambda: st.session_state.update(pace=st.session_state.player.pace),
        on_muted_change=lambda: st.session_state.update(muted=st.session_state.player.muted),
        on_refused_change=refused,
    )


def refused() -> None:
    """Says what the browser would not send."""
    for file in st.session_state.player.refused or ():
        sentence = say.too_large if file["reason"] == "too_large" else say.wrong_type
        st.session_state.desk.report(sentence.format(name=file["name"], megabytes=UPLOAD_MEGABYTES))


def pictures(desk: Desk) -> None:
    """The photos, the newest choice first; their words too when there are several."""
    several = len(desk.entries) > 1
    with st.container(key="pictures"):
        for entry in sorted(desk.entries, key=lambda entry: -entry.batch):
            if several and entry.kind is not Kind.WAITING:
                st.text(entry.text)  # never as Markdown: a file's name may be in it
            if entry.description is not None:
                seen = entry.kind is Kind.DESCRIPTION
                alt = say.photo_of.format(text=entry.text) if seen else say.unreadable
                st.image(entry.description.preview, alt=alt, width="stretch")


def prepare() -> None:
    """Loads what speaks, then what describes: an error of the second is spoken by the first."""
    voices(online())
    captioner()


def describe(data: bytes) -> Description:
    """A photo file to words."""
    return Assistant(captioner(), voices(online())).describe(data, LANGUAGE)


def speak(text: str) -> bytes:
    """Words to a WAV file at the voice's own pace: the browser changes it while it plays."""
    mode: Mode = "best" if online() else "offline"
    return voices(online()).speak(text, language=LANGUAGE, mode=mode).wav()


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(__file__, routes=[Route("/sound/{token}", sound)])
else:
    page()
