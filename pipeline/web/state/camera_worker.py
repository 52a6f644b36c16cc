"""One person's camera: the newest frame goes in, announcements come out.

The camera's callback only leaves the newest frame here, so it never waits. One worker thread looks
at it a few times a second, when it is this camera's turn, and drops the other frames; the page
takes the announcements when it polls. The thread begins with the first frame and ends when no frame
comes any more.
"""

from __future__ import annotations

import logging
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SpeechError, VoisError
from pipeline.live.turns import Turns
from pipeline.live.watcher import LiveSettings, Utterance, Watcher
from pipeline.phrases import phrases
from pipeline.web.state.announcement import Announcement, Keep, Kind, Origin, Speak, Timestamps

logger = logging.getLogger(__name__)

# A look costs 20 ms of two cores (guidance and encoder). Five a second find a new scene within
# 0.2 s and leave nine tenths of the machine to page, video and voice.
LOOK_S = 0.2
IDLE_S = 5.0  # without a frame for so long, the thread ends; the next frame starts another
PLACE_S = 25.0  # a stream brings its first frame by then, and one that hiccups its next
ANNOUNCEMENTS_KEPT = 8  # a page that is gone takes none; one that is there takes them all in 0.2 s


Frame = Callable[[], NDArray[np.uint8]]


class Camera:
    """Joins a watcher with the camera's and the page's threads; any thread may call any method."""

    def __init__(
        self, watcher: Watcher, speak: Speak, keep: Keep, turns: Turns | None = None
    ) -> None:
        """Rests until frames are accepted and one has come.

        Args:
            watcher: decides what is said; only the worker thread looks with it.
            speak: gives sentences their sound.
            keep: writes descriptions down.
            turns: of all cameras that share the machine; None for the only one.
        """
        self._watcher = watcher
        self._turns = turns or Turns()
        self._speak = speak
        self._keep = keep
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._frame: tuple[Frame, float] | None = None
        self._frame_at = -1.0
        self._begun_at = -math.inf
        self._accepting = False
        self._announcements: OrderedDict[str, Announcement] = OrderedDict()
        self._last_error = ""

    def offer(self, frame: Frame) -> None:
        """Leaves the newest frame, in place of one that nobody has looked at. Takes microseconds.

        Args:
            frame: gives the (H, W, 3) uint8 RGB picture; called by the worker, at most once.
        """
        with self._changed:
            if not self._accepting:
                return
            self._frame_at = time.monotonic()
            self._frame = (frame, time.time())
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="vois-camera", daemon=True)
                self._thread.start()
            self._changed.notify()

    def accept(self, accepting: bool) -> None:
        """Starts or stops taking frames."""
        with self._changed:
            begins = accepting and not self._accepting
            self._accepting = accepting
            if begins:
                self._begun_at = time.monotonic()
        if begins:
            self._watcher.begin()
        if not accepting:
            self.stream_ended()

    def stream_ended(self) -> None:
        """The stream has ended: forgets the frame and ends the thread, until another one comes."""
        with self._changed:
            self._frame = None
            self._frame_at = -1.0
            self._begun_at = -math.inf
            self._changed.notify()

    def ask(self) -> None:
        """Describe now."""
        self._watcher.ask()
        with self._changed:
            self._changed.notify()

    def pause(self, paused: bool) -> None:
        """Keeps quiet, or goes on; a paused camera still answers `ask`."""
        self._watcher.paused = paused

    @property
    def covered(self) -> bool:
        """Whether a hand over the lens has paused it."""
        return self._watcher.covered

    def hush(self) -> None:
        """The person silenced the voice: the next scene need not wait for it."""
        self._watcher.hushed()

    def configure(self, settings: LiveSettings, speak: Speak, keep: Keep) -> None:
        """Takes what the person chose."""
        self._watcher.settings = settings
        self._speak, self._keep = speak, keep

    def frame_age(self) -> float | None:
        """Seconds since the last frame; None when none has come since the camera began."""
        with self._changed:
            return None if self._frame_at < 0 else time.monotonic() - self._frame_at

    @property
    def has_place(self) -> bool:
        """Whether it counts among the live cameras: frames come, or may come soon."""
        with self._changed:
            latest = max(self._frame_at, self._begun_at)
            return self._accepting and time.monotonic() - latest < PLACE_S

    def working(self) -> bool:
        """Whether the thread runs."""
        with self._changed:
            return self._thread is not None

    def take(self) -> list[Announcement]:
        """What has become known since the last call, the oldest first; must not be changed.

        An announcement comes again, under the same id, with the sound of each sentence.
        """
        with self._changed:
            taken = list(self._announcements.values())
            self._announcements.clear()
            return taken

    # ---- The worker thread -------------------------------------------------------------------

    def _work(self) -> None:
        looked_at = 0.0
        while self._is_due(looked_at):
            with self._turns.turn(asked=self._watcher.asked):
                newest = self._take_frame()  # not before: it would be old by now
                if newest is None:
                    continue
                looked_at = time.monotonic()
                tell = self._look(*newest, looked_at)
            if tell is not None:
                tell()  # keeping and speaking need no turn

    def _look(self, read: Frame, seen: float, now: float) -> Callable[[], None] | None:
        """What tells of a frame, if anything is to be said of it."""
        say = phrases(self._watcher.settings.language)
        try:
            utterance = self._watcher.look(read(), now)
        except VoisError as error:
            return partial(self._fail, say.error_sentence(error), say.language, seen)
        except Exception:
            # The camera goes on: the next frame may be better, and the page stays alive.
            logger.exception("A frame could not be described.")
            return partial(self._fail, say.unknown_error, say.language, seen)
        if utterance is None:
            return None
        self._last_error = ""
        return partial(self._announce, utterance, seen)

    def _is_due(self, looked_at: float) -> bool:
        """Waits until a frame is due; False, and no thread any more, when none will come."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._frame_at < 0 or now - self._frame_at > IDLE_S:
                    self._thread = None
                    return False
                due = looked_at if self._watcher.asked else looked_at + LOOK_S
                if self._frame is not None and now >= due:
                    return True
                late = self._frame is None
                self._changed.wait(IDLE_S if late else due - now)

    def _take_frame(self) -> tuple[Frame, float] | None:
        """The newest frame, which nobody else gets; None when the camera has stopped meanwhile."""
        with self._changed:
            frame, self._frame = self._frame, None
            return frame

    def _announce(self, utterance: Utterance, seen: float) -> None:
        description = utterance.description
        if not utterance.passing:
            self._keep(description)
        announcement = Announcement(
            id=secrets.token_hex(8),
            origin=Origin.CAMERA,
            kind=Kind.GUIDANCE if utterance.passing else Kind.of(description),
            text=description.shown,
            language=description.language,
            now=utterance.interrupts,
            asked=utterance.asked,
            description=description,
            timestamps=Timestamps(seen, told=time.time()),
            passages=description.passages,
            pieces=description.pieces,
        )
        self._publish(announcement)
        self._voice(announcement)

    def _fail(self, text: str, language: str, seen: float) -> None:
        if text == self._last_error:
            return  # said once, not five times a second
        self._last_error = text
        announcement = Announcement(
            id=secrets.token_hex(8),
            origin=Origin.CAMERA,
            kind=Kind.ERROR,
            text=text,
            language=language,
            asked=False,
            timestamps=Timestamps(seen, told=time.time()),
        )
        self._publish(announcement)
        self._voice(announcement)

    def _voice(self, announcement: Announcement) -> None:
        """Makes the sound of each sentence, after the words were published."""
        begun = time.monotonic()
        try:
            for spoken in announcement.spoken(self._speak):
                times = announcement.timestamps
                if times is not None and not announcement.sounds:
                    begun = time.monotonic()
                    times = replace(times, voiced=time.time())
                sounds = (*announcement.sounds, spoken)
                announcement = replace(announcement, sounds=sounds, timestamps=times)
                self._watcher.spoken(begun, sum(sound.seconds for sound in sounds))
                self._publish(announcement)
        except SpeechError as error:
            logger.warning("No voice could speak: %s", error)
        except Exception:
            logger.exception("A voice failed.")
        self._publish(replace(announcement, complete=True))

    def _publish(self, announcement: Announcement) -> None:
        with self._changed:
            self._announcements[announcement.id] = announcement
            while len(self._announcements) > ANNOUNCEMENTS_KEPT:
                self._announcements.popitem(last=False)
