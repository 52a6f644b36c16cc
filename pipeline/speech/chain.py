"""Asks one voice after the other and always ends in sound."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Literal

import numpy as np

from pipeline.errors import SpeechError
from pipeline.speech.finishing import finish
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.sound import Sound
from pipeline.speech.text import clean
from pipeline.speech.voice import FASTEST_RATE, SLOWEST_RATE, Voice

# "offline": the text stays on this machine. "best": an online voice where the network answers in
# time, else an offline one.
Mode = Literal["offline", "best"]

# The name of who "spoke" when no voice could: two tones, "there is something to read".
TONE = "tone"

CACHE_BYTES = 32 * 2**20  # about 90 descriptions of 4 s

_log = logging.getLogger(__name__)

_Key = tuple[str, str, float, str]


class VoiceChain:
    """The voices in the order they are asked, with a cache of what they said.

    One instance serves every thread of the process; whose turn it is, is the caller's `mode`.
    """

    def __init__(self, voices: Sequence[Voice], cache_bytes: int = CACHE_BYTES) -> None:
        """Keeps the voices and loads none.

        Args:
            voices: the earlier ones are asked first, among the online and among the offline ones.
            cache_bytes: most bytes of samples to keep; what was heard longest ago goes first.
        """
        self._voices = tuple(voices)
        self._cache = _Cache(cache_bytes)

    def choose(self, mode: Mode) -> tuple[Voice, ...]:
        """The voices of this mode, in the order they are asked."""
        offline = tuple(voice for voice in self._voices if not voice.online)
        if mode == "offline":
            return offline
        return (*(voice for voice in self._voices if voice.online), *offline)

    def speak(
        self, text: str, language: str = "en", rate: float = 1.0, mode: Mode = "offline"
    ) -> Sound:
        """Says `text`: by the first voice that can, else as two tones (`Sound.voice` is `TONE`).

        In mode "best" it may take as long as the online voice's deadline (3 s) once; after a
        failure that voice rests, and the offline one speaks at once. Show the text first.

        Args:
            text: any text; what cannot be said, such as emoji, is left out.
            language: a two-letter code; a voice that does not speak it passes its turn on.
            rate: pace, 1.0 being the voice's own; held within 0.5 to 2.0.
            mode: which voices may be asked; by default none that sends the text away.

        Raises:
            SpeechError: the text holds nothing to say, or more than 10,000 characters.
        """
        text = clean(text)
        rate = round(min(max(rate, SLOWEST_RATE), FASTEST_RATE), 2)
        for voice in self.choose(mode):
            key = (voice.name, language, rate, text)
            sound = self._cache.get(key)
            if sound is not None:
                return sound
            try:
                sound = voice.speak(text, language, rate)
            except SpeechError as error:
                _log.info("%s did not speak: %s", voice.name, error)
                continue
            self._cache.put(key, sound)
            return sound
        _log.warning("No voice could speak %r; two tones instead.", language)
        return _tones()

    def warm_up(self) -> tuple[str, ...]:
        """Lets every offline voice say a few words, so that the first description is quick.

        Sends nothing. Takes about 0.8 s; call it from a thread of its own.

        Returns:
            The names of the voices that are ready.
        """
        ready = []
        for voice in self.choose("offline"):
            try:
                voice.speak("Vois is ready.", min(voice.languages), 1.0)
            except SpeechError as error:
                _log.warning("%s is not ready: %s", voice.name, error)
            else:
                ready.append(voice.name)
        return tuple(ready)


def default_chain(allow_online: bool) -> VoiceChain:
    """The app's voices: hibari, and Google's only where it is allowed.

    With `allow_online` false no code that could send text is even imported.
    """
    if not allow_online:
        return VoiceChain([HibariVoice()])
    from pipeline.speech.google import GoogleVoice

    return VoiceChain([GoogleVoice(), HibariVoice()])


class _Cache:
    """Sounds up to a number of bytes; the least recently used go first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._sounds: OrderedDict[_Key, Sound] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> Sound | None:
        with self._lock:
            if key in self._sounds:
                self._sounds.move_to_end(key)
            return self._sounds.get(key)

    def put(self, key: _Key, sound: Sound) -> None:
        with self._lock:
            self._sounds[key] = sound
            # Added up anew each time: they are a hundred at most, and a running sum can go wrong.
            while sum(kept.samples.nbytes for kept in self._sounds.values()) > self._most_bytes:
                self._sounds.popitem(last=False)


def _tones() -> Sound:
    """Two rising tones, 660 and 880 Hz, 0.15 s each."""
    sample_rate_hz = 24_000
    seconds = np.arange(int(0.15 * sample_rate_hz)) / sample_rate_hz
    swell = np.sin(np.pi * seconds / 0.15)  # no click at either end
    tones = [swell * np.sin(2 * np.pi * pitch_hz * seconds) for pitch_hz in (660, 880)]
    return finish(np.concatenate(tones).astype(np.float32), sample_rate_hz, TONE)
