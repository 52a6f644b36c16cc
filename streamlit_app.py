"""The page of Vois and its HTTP routes. Run it with `streamlit run streamlit_app.py`.

Streamlit runs this file anew after every touch: it draws the page from what is known, does one
step of work, and starts over. So words are on the page before their sound is begun.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipeline.assistant import Assistant, Description
from pipeline.camera import Camera
from pipeline.captioner import Captioner
from pipeline.errors import VoisError
from pipeline.live import LiveSettings, Watcher, Wording
from pipeline.page import parts
from pipeline.page.desk import Crew, Desk, Kind, Photo
from pipeline.page.live import LiveTab, State, ice_servers
from pipeline.page.sounds import shelf
from pipeline.phrases import phrases
from pipeline.speech import Mode, VoiceChain, default_chain
from pipeline.speech.cue import looking

ROOT = Path(__file__).resolve().parent
MODEL = Path(os.environ.get("VOIS_ASSETS", ROOT / "assets"))
SAMPLES = ROOT / "assets" / "samples"
# The last four cannot be read, but the sentence that says so and what to do is Python's.
PHOTO_TYPES = "jpg jpeg png webp gif bmp tif tiff heic heif avif mp4".split()
UPLOAD_MEGABYTES = 50
LANGUAGE = "en"
ICE_SERVERS = ice_servers(os.environ.get("VOIS_ICE_SERVERS", ""))
POLL_S = 0.2  # how often the page asks the camera's thread for news
INTERVALS_S = (2, 5, 10, 30, 60)

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
    live: LiveTab = st.session_state.setdefault("live", LiveTab())
    with st.sidebar:
        settings()
    st.title("Vois", anchor=False)
    st.markdown(say.tagline)
    with st.expander(say.about, expanded=not desk.used):  # a first visitor meets it open
        leaves = say.what_leaves_online if online() else say.what_leaves
        st.markdown("\n\n".join((say.what_it_is, leaves, say.not_for_safety)))
    camera_tab, photo_tab = st.tabs((say.live, say.photo), key="tab", on_change="rerun")
    with camera_tab if camera_tab.open else photo_tab:
        photos = camera_photos(live) if camera_tab.open else chosen_photos()
    if not camera_tab.open:
        live.leave()
    desk.sync(photos, say)
    if live.sending or parts.STREAM in st.session_state:
        stream(live, desk)
    on = live.state is not State.OFF or live.sending
    st.fragment(result, run_every=POLL_S if on else None)(desk, live, bool(camera_tab.open))
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
    st.selectbox(
        say.wording_label,
        Wording,
        format_func=lambda wording: getattr(say, f"wording_{wording}"),
        key="wording",
    )
    st.selectbox(
        say.interval_label,
        INTERVALS_S,
        format_func=lambda seconds: say.interval.format(seconds=seconds),
        key="interval",
    )
    st.toggle(say.mute_label, key="muted")
    st.toggle(say.keys_label, value=True, key="keys")


def online() -> bool:
    """Whether this person lets the text of descriptions leave the machine."""
    return bool(st.session_state.get("online", False))


def chosen_photos() -> list[Photo]:
    """Draws the ways to choose a photo and returns those that are chosen now."""
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


def camera_photos(live: LiveTab) -> list[Photo]:
    """Draws the live camera and returns the photo that is taken instead where it cannot work."""
    st.session_state.pop("sample", None)
    parts.camera(
        live,
        st.session_state["keys"],
        say,
        on_camera_change=camera_news,
        on_ask_change=lambda: with_camera(Camera.ask),
        on_paused_change=paused,
    )
    if not live.blocked:
        return []
    st.markdown(say.camera_blocked)
    shot = st.camera_input(say.take)
    return [] if shot is None else [Photo(shot.file_id, shot.name, shot.getvalue, now=True)]


def camera_news() -> None:
    """Takes what the browser says of the camera."""
    desk: Desk = st.session_state.desk
    live: LiveTab = st.session_state.live
    news = st.session_state.camera.camera
    if news is None:
        return
    problem = live.hear(news["kind"], time.monotonic())
    if not live.sending:
        desk.unwatch()
    if problem is not None:
        desk.report(getattr(say, f"camera_{problem}"))


def paused() -> None:
    """Pauses or goes on, as the button says."""
    st.session_state.live.paused = bool(st.session_state.camera.paused)


def with_camera(deed: Callable[[Camera], None]) -> None:
    """Does something with the camera's worker, if there is one."""
    if "worker" in st.session_state:
        deed(st.session_state.worker)


def stream(live: LiveTab, desk: Desk) -> None:
    """Lets the camera's worker describe what the browser sends."""
    if not desk.ready:
        return
    if "worker" not in st.session_state:
        try:
            st.session_state.worker = Camera(
                Watcher(captioner()), partial(utter, voices(False), "offline")
            )
        except VoisError as error:
            live.leave()
            desk.report(str(error))
            return
    worker: Camera = st.session_state.worker
    wording, interval, pace = (st.session_state[key] for key in ("wording", "interval", "pace"))
    mode: Mode = "best" if online() else "offline"
    worker.configure(
        LiveSettings(wording, interval, pace, LANGUAGE), partial(utter, voices(online()), mode)
    )
    worker.pause(live.paused)
    parts.stream(live, worker, ICE_SERVERS)


def utter(chain: VoiceChain, mode: Mode, text: str) -> tuple[str, float]:
    """Words to a token of the shelf and their seconds; runs in the camera's thread."""
    sound = chain.speak(text, language=LANGUAGE, mode=mode)
    return shelf().put(sound.wav()), sound.seconds


def result(desk: Desk, live: LiveTab, camera_open: bool) -> None:
    """What is shown and said: redrawn by itself while the camera is on."""
    worker: Camera | None = st.session_state.get("worker")
    before, age = live.state, None
    if worker is not None:
        age = worker.frame_age()
        for report in worker.take() if live.sending else ():
            desk.tell(report)
    problem = live.observe(age, time.monotonic())
    if problem is not None:
        desk.report(getattr(say, f"camera_{problem}"))
    if before is State.CONNECTING and live.state is State.LIVE:
        desk.watch(say.camera_first, shelf().put(looking().wav()))
    status = live.status(say) if camera_open else ("ready", say.ready)
    if not desk.ready:
        status = ("loading", say.loading)
    data = {
        "items": [entry.as_item(LANGUAGE) for entry in desk.entries],
        "status": dict(zip(("id", "text"), status, strict=True)),
        "pace": st.session_state.pace,
        "muted": st.session_state.muted,
        "keys": st.session_state["keys"],
        "accepts": {"types": PHOTO_TYPES, "bytes": UPLOAD_MEGABYTES * 1024 * 1024},
    }
    parts.player(
        data,
        say,
        on_pace_change=lambda: adopt("pace"),
        on_muted_change=lambda: adopt("muted"),
        on_refused_change=refused,
        on_hushed_change=lambda: with_camera(Camera.hush),
    )
    if problem is not None or st.session_state.pop("redraw", False):
        st.rerun()


def adopt(setting: str) -> None:
    """Takes a setting that was changed by the player's buttons into the sidebar."""
    st.session_state[setting] = st.session_state.player[setting]
    st.session_state.redraw = True


def refused() -> None:
    """Says what the browser would not send."""
    for file in st.session_state.player.refused or ():
        sentence = say.too_large if file["reason"] == "too_large" else say.wrong_type
        st.session_state.desk.report(sentence.format(name=file["name"], megabytes=UPLOAD_MEGABYTES))
        st.session_state.redraw = True


def pictures(desk: Desk) -> None:
    """The photos, the newest choice first; their words too when there are several."""
    entries = [entry for entry in desk.entries if entry.moments is None]  # the camera has its own
    several = len(entries) > 1
    with st.container(key="pictures"):
        for entry in sorted(entries, key=lambda entry: -entry.batch):
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
