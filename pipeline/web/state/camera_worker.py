"""One person's camera: the newest frame goes in, what is to be said comes out.

The camera's callback only leaves the newest frame here, so it never waits; one worker thread looks
at it a few times a second and drops the rest; the page takes the reports when it next looks. The
thread begins with the first frame and ends when the camera rests or no frame comes any more.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.description import Description
from pipeline.errors import SpeechError, VoisError
from pipeline.live.watcher import LiveSettings, Utterance, Watcher
from pipeline.phrases import phrases

logger = logging.getLogger(__name__)

# A look costs 20 ms of two cores (guidance and encoder). Five a second find a new scene within
# 0.2 s and leave nine tenths of the machine to page, video and voice.
LOOK_S = 0.2
IDLE_S = 5.0  # without a frame for so long, the thread ends; the next frame starts another
REPORTS_KEPT = 8  # a page that is gone takes none; one that is there takes them all in 0.2 s


@dataclass(frozen=True)
class Spoken:
    """The sound of a sentence.

    Attributes:
        token: what fetches it.
        seconds: how long it takes at the voice's own pace.
        voice: who speaks.
        online: whether the words left this machine for it.
    """

    token: str
    seconds: float
    voice: str
    online: bool


@dataclass(frozen=True)
class Timestamps:
    """When things happened, in seconds since 1970; 0 for what has not happened.

    Attributes:
        seen: the frame came.
        told: its words were known.
        voiced: the sound of its first sentence was made.
    """

    seen: float
    told: float = 0.0
    voiced: float = 0.0


@dataclass(frozen=True)
class Report:
    """What the page shows and plays; comes again with each sentence's sound.

    Attributes:
        id: unique over all sessions; the same each time.
        text: a sentence.
        language: its two-letter code.
        description: None when `text` is an error.
        interrupts: whether a sentence that is being spoken ends for it.
        asked: whether the person asked for it.
        moments: when things happened.
        sounds: the sentences' sounds, as far as they are made.
        complete: whether no more will come; without any sound, no voice could speak.
    """

    id: str
    text: str
    language: str
    description: Description | None
    interrupts: bool
    asked: bool
    moments: Timestamps
    sounds: tuple[Spoken, ...] = ()
    complete: bool = False


# Words and the two-letter code of their language to the sounds of their sentences, made one by one;
# may raise SpeechError.
Speak = Callable[[str, str], Iterator[Spoken]]
# Keeps a description; called before it is shown.
Keep = Callable[[Description], None]
Frame = Callable[[], NDArray[np.uint8]]


class Camera:
    """Joins a watcher with the camera's and the page's threads; any thread may call any method."""

    def __init__(self, watcher: Watcher, speak: Speak, keep: Keep) -> None:
        """Rests until frames are accepted and one has come.

        Args:
            watcher: decides what is said; only the worker thread looks with it.
            speak: gives sentences their sound.
            keep: writes descriptions down.
        """
        self._watcher = watcher
        self._speak = speak
        self._keep = keep
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._frame: tuple[Frame, float] | None = None
        self._frame_at = -1.0
        self._accepting = False
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._last_error = ""

    def offer(self, frame: Frame) -> None:
        """Leaves the newest frame, in place of one that nobody has looked at. Takes microseconds.

        Args:
            frame: gives the (H, W, 3) uint8 RGB picture; called by the worker, at most once.
        """
        with self._news:
            if not self._accepting:
                return
            self._frame_at = time.monotonic()
            self._frame = (frame, time.time())
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="vois-camera", daemon=True)
                self._thread.start()
            self._news.notify()

    def accept(self, accepting: bool) -> None:
        """Takes frames from now on, or rests and takes none."""
        with self._news:
            begins = accepting and not self._accepting
            self._accepting = accepting
        if begins:
            self._watcher.begin()
        if not accepting:
            self.rest()

    def rest(self) -> None:
        """The stream has ended: forgets the frame and ends the thread, until another one comes."""
        with self._news:
            self._frame = None
            self._frame_at = -1.0
            self._news.notify()

    def ask(self) -> None:
        """Describe now."""
        self._watcher.ask()
        with self._news:
            self._news.notify()

    def pause(self, paused: bool) -> None:
        """Keeps quiet, or goes on; a paused camera still answers `ask`."""
        self._watcher.paused = paused

    def hush(self) -> None:
        """The person silenced the voice: the next scene need not wait for it."""
        self._watcher.hushed()

    def configure(self, settings: LiveSettings, speak: Speak, keep: Keep) -> None:
        """Takes what the person chose."""
        self._watcher.settings = settings
        self._speak, self._keep = speak, keep

    def frame_age(self) -> float | None:
        """Seconds since the last frame; None when none has come since the camera began."""
        with self._news:
            return None if self._frame_at < 0 else time.monotonic() - self._frame_at

    def working(self) -> bool:
        """Whether the thread runs."""
        with self._news:
            return self._thread is not None

    def take(self) -> list[Report]:
        """What has become known since the last call, the oldest first."""
        with self._news:
            taken = list(self._reports.values())
            self._reports.clear()
            return taken

    # ---- The worker thread -------------------------------------------------------------------

    def _work(self) -> None:
        looked_at = 0.0
        while (frame := self._next(looked_at)) is not None:
            looked_at = time.monotonic()
            read, seen = frame
            say = phrases(self._watcher.settings.language)
            try:
                utterance = self._watcher.look(read(), looked_at)
            except VoisError as error:
                self._fail(say.error_sentence(error), say.language, seen)
            except Exception:
                # The camera goes on: the next frame may be better, and the page stays alive.
                logger.exception("A frame could not be described.")
                self._fail(say.unknown_error, say.language, seen)
            else:
                if utterance is not None:
                    self._last_error = ""
                    self._tell(utterance, seen)

    def _next(self, looked_at: float) -> tuple[Frame, float] | None:
        """Waits for a frame that is due; None, and no thread any more, when none will come."""
        with self._news:
            while True:
                now = time.monotonic()
                if self._frame_at < 0 or now - self._frame_at > IDLE_S:
                    self._thread = None
                    return None
                due = looked_at if self._watcher.asked else looked_at + LOOK_S
                if self._frame is not None and now >= due:
                    frame, self._frame = self._frame, None
                    return frame
                late = self._frame is None
                self._news.wait(IDLE_S if late else due - now)

    def _tell(self, utterance: Utterance, seen: float) -> None:
        self._keep(utterance.description)
        report = Report(
            id=secrets.token_hex(8),
            text=utterance.description.text,
            language=utterance.description.language,
            description=utterance.description,
            interrupts=utterance.interrupts,
            asked=utterance.asked,
            moments=Timestamps(seen, told=time.time()),
        )
        self._publish(report)
        self._voice(report)

    def _fail(self, text: str, language: str, seen: float) -> None:
        if text == self._last_error:
            return  # said once, not five times a second
        self._last_error = text
        moments = Timestamps(seen, told=time.time())
        report = Report(secrets.token_hex(8), text, language, None, True, False, moments)
        self._publish(report)
        self._voice(report)

    def _voice(self, report: Report) -> None:
        """Words first, then the sound of each sentence as soon as it is made."""
        begun = time.monotonic()
        try:
            for spoken in self._speak(report.text, report.language):
                moments = report.moments
                if not report.sounds:
                    begun = time.monotonic()
                    moments = replace(moments, voiced=time.time())
                report = replace(report, sounds=(*report.sounds, spoken), moments=moments)
                self._watcher.spoken(begun, sum(sound.seconds for sound in report.sounds))
                self._publish(report)
        except SpeechError as error:
            logger.warning("No voice could speak: %s", error)
        except Exception:
            logger.exception("A voice failed.")
        self._publish(replace(report, complete=True))

    def _publish(self, report: Report) -> None:
        with self._news:
            self._reports[report.id] = report
            while len(self._reports) > REPORTS_KEPT:
                self._reports.popitem(last=False)
