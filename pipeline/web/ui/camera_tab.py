"""The live tab as Streamlit draws it. Its state lives in `CameraState` and `Camera`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from pipeline.captioning.captioner import Captioner
from pipeline.errors import VoisError
from pipeline.live.watcher import LiveSettings, Watcher
from pipeline.phrases import Phrases
from pipeline.reading.reader import Reader
from pipeline.speech.cue import looking
from pipeline.web.routes.sounds import spoken
from pipeline.web.state.announcement import Keep, Photo, Speak
from pipeline.web.state.camera_state import CameraState, Problem, State, sentence
from pipeline.web.state.camera_worker import Camera
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.live_cameras import LiveCameras
from pipeline.web.ui import components
from pipeline.web.ui.photo_tab import taken_photo

WORKER = "worker"  # where the session keeps its camera's worker


@dataclass(frozen=True)
class CameraTab:
    """One run's view of one person's camera.

    Attributes:
        queue: where sentences are shown and spoken.
        live: how the camera stands.
        say: the page's sentences.
        captioner: gives the process's model; may raise ModelError.
        reader: gives the process's reader of text.
        servers: STUN and TURN servers, as WebRTC's `iceServers`.
        cameras: all that are live in this process.
    """

    queue: DescriptionQueue
    live: CameraState
    say: Phrases
    captioner: Callable[[], Captioner]
    reader: Callable[[], Reader]
    servers: list[dict[str, Any]]
    cameras: LiveCameras

    @property
    def worker(self) -> Camera | None:
        """Describes the frames; there is none before the camera was first started."""
        worker: Camera | None = st.session_state.get(WORKER)
        return worker

    def draw(self, keys: bool) -> list[Photo]:
        """Draws the tab; returns the photo that is taken instead where the camera cannot work."""
        components.camera(self.live, keys, self.say, self._receive)
        if not self.live.blocked:
            return []
        st.markdown(self.say.camera_blocked)
        return taken_photo(self.say)

    def stream(self, settings: LiveSettings, speak: Speak, keep: Keep) -> None:
        """Lets the worker describe what the browser sends; drawn in every run once begun."""
        if not (self.live.sending or components.STREAM in st.session_state):
            return
        if self.worker is None:
            try:
                watcher = Watcher(self.captioner(), reader=self.reader())
                st.session_state[WORKER] = Camera(watcher, speak, keep, self.cameras.turns)
            except VoisError as error:
                self.live.leave()
                self.queue.report(self.say.error_sentence(error), self.say.language)
                return
        worker: Camera = st.session_state[WORKER]
        if self.live.sending and not self.cameras.admit(worker):
            self.live.leave()
            self._report(Problem.CROWDED)
            if components.STREAM not in st.session_state:
                return
        worker.configure(replace(settings, reading=self.live.reading), speak, keep)
        worker.pause(self.live.paused)
        components.stream(self.live, worker, self.servers)

    def poll(self) -> bool:
        """Takes the worker's announcements; returns whether to draw the whole page again."""
        worker, before, age, covered = self.worker, self.live.state, None, False
        if worker is not None:
            age, covered = worker.frame_age(), worker.covered
        problem = self.live.observe(age, time.monotonic(), covered)
        if problem is not None:
            self._report(problem)
        if before is State.CONNECTING and self.live.state is State.LIVE:
            self.queue.watch(self.say, spoken(looking()))
        for announcement in worker.take() if worker is not None else ():
            if self.live.wanted:  # what comes after the stop is not said any more
                self.queue.announce(announcement)
        return problem is not None or self.live.reconnect

    def hush(self) -> None:
        """The person silenced the voice: the next scene need not wait for it."""
        if self.worker is not None:
            self.worker.hush()

    def _receive(self) -> None:
        """Acts on the messages of assets/page/camera.js."""
        for message in self.live.inbox.take(st.session_state.camera.messages):
            if message.kind == "camera":
                self._camera_changed(str(message.values.get("event")))
            elif message.kind == "paused":
                self.live.paused = message.values.get("value") is True
            elif message.kind == "reading":
                self.live.reading = message.values.get("value") is True
                self.hush()
            elif message.kind == "ask" and self.worker is not None:
                self.worker.ask()

    def _camera_changed(self, event: str) -> None:
        problem = self.live.browser_event(event, time.monotonic())
        if not self.live.sending:
            self.queue.unwatch()
        if problem is not None:
            self._report(problem)

    def _report(self, problem: Problem) -> None:
        self.queue.report(sentence(problem, self.say), self.say.language)
