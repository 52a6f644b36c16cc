"""Decides which camera frames are described, and when; independent of camera, threads and page.

Like Seeing AI and Lookout, it speaks when the scene changes; like WorldScribe (Chang and others,
UIST 2024), it is short while scenes change fast and longer when they rest:

- frames that stay unfit to describe for `HOLD_S` get guidance, once;
- a new scene (`pipeline.live.scene_change`) is described once, when the voice is free and the
  person's interval has passed; a CUT interrupts the voice;
- a description is not repeated, unless the person asks;
- a hand over the lens pauses it (`pipeline.live.lens_cover`).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DEFAULT_STYLE, DescriptionStyle, Form
from pipeline.description import Description, Inspection, advised, describe, read_aloud
from pipeline.languages import ARTICLES, ENGLISH
from pipeline.live.lens_cover import LensCover, is_covered
from pipeline.live.scene_change import Change, SceneGate
from pipeline.live.text_watcher import Advice, TextWatcher
from pipeline.photo_quality import Kind, assess
from pipeline.reading.reader import Reader

# Seconds that frames must stay unfit before guidance is given. Turning the camera blurs about a
# second, and WebRTC's first frames are soft until it has measured the bandwidth.
HOLD_S = {Kind.DARK: 1.0, Kind.BRIGHT: 1.0, Kind.BLANK: 1.0, Kind.BLURRED: 3.0}
# No description in the first seconds: WebRTC's first frames are coarse until it has measured the
# bandwidth, and a flower is described as "a crowd".
FIRST_S = 0.8
FIT_S = 1.0  # seconds that frames must be fit before the same guidance may be repeated
FAST_S = 5.0  # seconds; scenes that follow one another faster get Form.SHORT
_ARTICLES = frozenset().union(*ARTICLES.values())


@dataclass(frozen=True)
class LiveSettings:
    """The person's settings for the camera.

    Attributes:
        style: length and wording of descriptions.
        interval_s: least seconds from the start of one sentence to the next, unless asked.
        rate: pace at which the page plays sentences; 2 is twice as fast.
        language: two-letter code; a model that does not speak it describes in its own.
        reading: whether the text in view is read, and the scene not described.
    """

    style: DescriptionStyle = DEFAULT_STYLE
    interval_s: float = 2.0
    rate: float = 1.0
    language: str = ENGLISH
    reading: bool = False


@dataclass(frozen=True)
class Utterance:
    """A description to be shown and spoken now.

    Attributes:
        description: of the frame; its `guidance` is set when the frame is unfit.
        interrupts: whether it interrupts the sentence being spoken.
        asked: whether the person asked for it.
        passing: whether it is of this moment only, such as how to hold the camera: not to be kept.
    """

    description: Description
    interrupts: bool
    asked: bool
    passing: bool = False


class Watcher:
    """Decides frame by frame. One thread calls `look`; any thread may call the other methods."""

    def __init__(
        self,
        captioner: Captioner,
        gate: SceneGate | None = None,
        reader: Reader | None = None,
    ) -> None:
        """Starts without a reference scene.

        Args:
            captioner: the model; threads may share it.
            gate: detects new scenes; belongs to this watcher.
            reader: reads text; threads may share it, and it opens its models when they are needed.
        """
        self.settings = LiveSettings()
        self.paused = False
        self._captioner = captioner
        self._gate = gate or SceneGate()
        self._text = TextWatcher(reader or Reader())
        self._was_reading = False
        self._begins = True
        self._began_at = -math.inf
        self._asked = False
        self._cover = LensCover()
        self._unfit = _Unfit()
        self._last_words: tuple[str, ...] = ()
        self._said_at = -math.inf
        self._scene_at = -math.inf
        self._voice_free_at = -math.inf

    def begin(self) -> None:
        """The camera starts: its first scene is described, even if it repeats the last one."""
        self._begins = True

    def ask(self) -> None:
        """The next frame is described at once, even while paused or if it repeats the last."""
        self._asked = True

    @property
    def asked(self) -> bool:
        """Whether `ask` was called since the last frame."""
        return self._asked

    @property
    def covered(self) -> bool:
        """Whether a hand over the lens has paused it."""
        return self._cover.on

    def spoken(self, at: float, seconds: float) -> None:
        """Notes that the voice starts a sentence.

        Args:
            at: now, on the clock of `look`.
            seconds: how long the sentence takes at the voice's own pace.
        """
        self._voice_free_at = at + seconds / self.settings.rate

    def hushed(self) -> None:
        """Notes that the person stopped the voice."""
        self._voice_free_at = -math.inf

    def look(self, rgb: NDArray[np.uint8], at: float) -> Utterance | None:
        """Decides about a frame, and describes it if due.

        Args:
            rgb: (H, W, 3) uint8, 0..255, RGB.
            at: seconds on any clock that never goes back.

        Returns:
            What to say now; None when nothing is due.

        Raises:
            ModelError: the model failed.
        """
        if self.paused and not self._asked:
            return None
        if self._begins:
            self._begins, self._began_at = False, at
            self._gate.forget()
            self._unfit, self._last_words, self._cover = _Unfit(), (), LensCover()
            self._text.forget()
        started = time.perf_counter()
        guidance = assess(rgb)
        assess_s = time.perf_counter() - started
        self._cover.see(is_covered(rgb, guidance), at)
        if self._cover.on and not self._asked:
            return None
        asked, self._asked = self._asked, False
        settings = self.settings  # another thread may replace it during this call
        if settings.reading is not self._was_reading:
            self._was_reading = settings.reading
            self._gate.forget()
            self._text.forget()
            self._last_words = ()
        if settings.reading:
            return self._read(rgb, at, settings, asked)
        if guidance is not None:
            if not self._guidance_due(guidance.kind, at) and not asked:
                return None
            inspection, interrupts = Inspection(guidance, None, assess_s), False
        else:
            if self._unfit.lingers(at) and not asked:
                return None
            started = time.perf_counter()
            encoded = self._captioner.encode(rgb)
            encode_s = time.perf_counter() - started
            change = self._gate.look(encoded.features, at)
            if not asked and not self._may_speak(change, at):
                return None
            inspection = Inspection(None, encoded, assess_s, encode_s)
            interrupts = change is Change.CUT
        style = self._style(settings.style, at)
        description = describe(self._captioner, rgb, settings.language, style, inspection)
        if not self._note(description, at) and not asked:
            return None
        self._said_at = at
        return Utterance(description, interrupts=interrupts or asked, asked=asked)

    def _read(
        self, rgb: NDArray[np.uint8], at: float, settings: LiveSettings, asked: bool
    ) -> Utterance | None:
        """Decides about a frame whose text is read; the voice is let finish, unless asked."""
        if at < self._voice_free_at and not asked:
            return None
        found = self._text.look(rgb, at, settings.language, asked=asked)
        if found is None:
            return None
        if isinstance(found, Advice):
            description = advised(rgb, found.message(settings.language), settings.language)
        else:
            description = read_aloud(rgb, found, settings.language)
        passing = isinstance(found, Advice)
        return Utterance(description, interrupts=asked, asked=asked, passing=passing)

    def _guidance_due(self, kind: Kind, at: float) -> bool:
        due = self._unfit.met(kind, at) and at >= self._voice_free_at
        return due and not self._cover.begins  # who covers the lens knows it

    def _note(self, description: Description, at: float) -> bool:
        """Updates the state after a description; False when it repeats the previous one."""
        if description.guidance is not None:
            self._unfit.said(description.guidance.kind)
            # The scene after the guidance is described, even if it is the scene before it.
            self._gate.forget()
            self._last_words = ()
            return True
        self._gate.accept()
        self._scene_at = at
        words = tuple(word for word in description.words if word not in _ARTICLES)
        if not description.words:
            words = (description.text,)  # of a caption whose manner is UNKNOWN
        repeated = words == self._last_words
        self._last_words = words
        return not repeated

    def _may_speak(self, change: Change, at: float) -> bool:
        if at < max(self._began_at + FIRST_S, self._said_at + self.settings.interval_s):
            return False
        return change is Change.CUT or (change is Change.NEW and at >= self._voice_free_at)

    def _style(self, style: DescriptionStyle, at: float) -> DescriptionStyle:
        if style.form is Form.AUTO and at < self._scene_at + FAST_S:
            return replace(style, form=Form.SHORT)
        return style


class _Unfit:
    """How long frames have been unfit, and which guidance was given."""

    def __init__(self) -> None:
        self._kind: Kind | None = None
        self._since = 0.0
        self._fit_since: float | None = None
        self._said: set[Kind] = set()

    def met(self, kind: Kind, at: float) -> bool:
        """Notes an unfit frame; True when guidance is due."""
        self._fit_since = None
        if kind is not self._kind:
            self._kind, self._since = kind, at
        return kind not in self._said and at - self._since >= HOLD_S[kind]

    def said(self, kind: Kind) -> None:
        self._said.add(kind)

    def lingers(self, at: float) -> bool:
        """Notes a fit frame; True until frames have been fit for FIT_S after guidance."""
        self._kind = None
        if self._said:
            self._fit_since = at if self._fit_since is None else self._fit_since
            if at - self._fit_since >= FIT_S:
                self._said.clear()
        return bool(self._said)
