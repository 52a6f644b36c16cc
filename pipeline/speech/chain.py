"""Tries the voices in order; if none can speak, it returns two tones."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.errors import SpeechError
from pipeline.heap import give_back_freed
from pipeline.languages import ENGLISH
from pipeline.speech import espeak, system
from pipeline.speech.cache import MEMORY_BYTES, DiskCache, MemoryCache
from pipeline.speech.finishing import finish
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.kokoro import kokoro_voice
from pipeline.speech.sentences import clauses, split
from pipeline.speech.sound import Sound
from pipeline.speech.text import clean
from pipeline.speech.voice import ACCENTS, FASTEST_RATE, SLOWEST_RATE, Voice

# `Sound.voice` of the two tones that stand for a text that no voice could speak.
TONE = "tone"

_log = logging.getLogger(__name__)


class VoiceChain:
    """The voices in the order in which they are tried, with a cache of their sounds.

    One instance serves every thread of the process; the caller's `mode` selects the voices.
    """

    def __init__(
        self,
        voices: Sequence[Voice],
        *,
        by_name: Sequence[Voice] = (),
        cache_bytes: int = MEMORY_BYTES,
        disk: DiskCache | None = None,
    ) -> None:
        """Stores the voices and loads none.

        Args:
            voices: in order of preference, among the online and among the offline ones.
            by_name: voices that speak only when the mode is their name, such as accents.
            cache_bytes: limit of the memory cache, in bytes of samples.
            disk: the cache on the disk, or None.
        """
        self._voices = tuple(voices)
        self._by_name = tuple(by_name)
        self._memory = MemoryCache(cache_bytes)
        self._disk = disk

    def choose(self, mode: str) -> tuple[Voice, ...]:
        """The voices of a mode, in the order in which they are tried.

        Args:
            mode: "offline": the text stays on this machine. "best": the online voices first, then
                the offline ones. A voice's name: this voice first, then the offline ones. Any other
                text means "offline".
        """
        offline = tuple(voice for voice in self._voices if not voice.online)
        if mode == "best":
            return (*(voice for voice in self._voices if voice.online), *offline)
        named = [voice for voice in (*self._voices, *self._by_name) if voice.name == mode]
        return (*named[:1], *(voice for voice in offline if voice not in named))

    def speak(
        self,
        text: str,
        language: str = ENGLISH,
        rate: float = 1.0,
        mode: str = "offline",
        keep: bool = False,
    ) -> Sound:
        """Speaks `text` with the first voice that can; else two tones (`Sound.voice` is `TONE`).

        An online voice may take its whole deadline (3 s) once; after an error it is paused, and
        the offline voice speaks without delay. Show the text first.

        Args:
            text: any text; characters that cannot be spoken, such as emoji, are left out.
            language: a two-letter code; voices that do not speak it are skipped.
            rate: pace, 1.0 being the voice's own; clamped to 0.5..2.0.
            mode: which voices are tried (`choose`); by default none that sends the text away.
            keep: whether the disk cache may be read and written, whose files everybody can play
                who can read this user's files.

        Raises:
            SpeechError: the text has nothing to speak, or more than 10,000 characters.
        """
        return self._speak(clean(text), language, rate, mode, keep)

    def stream(
        self,
        text: str,
        language: str = ENGLISH,
        rate: float = 1.0,
        mode: str = "offline",
        keep: bool = False,
    ) -> Iterator[Sound]:
        """Speaks a long text sentence by sentence; each sound is made when it is pulled.

        A slow voice is asked for one clause at a time instead, so that it begins soon. The
        arguments are those of `speak`. There is at least one sound. If a voice fails, the next
        voice speaks from that sentence on.

        Raises:
            SpeechError: as `speak`, on the call itself and never during the iteration.
        """
        pieces = split(clean(text))
        first = next((voice for voice in self.choose(mode) if language in voice.languages), None)
        if first is not None and first.slow:
            pieces = [clause for sentence in pieces for clause in clauses(sentence)]
        return (self._speak(piece, language, rate, mode, keep) for piece in pieces)

    def warm_up(self, language: str = ENGLISH, mode: str = "offline") -> str:
        """Loads the voice that will speak, by a few words, so the first description is quick.

        Sends nothing: an online voice is passed over, and the offline one behind it made ready.
        Takes about 0.8 s for hibari, 2 s for Kokoro.

        Args:
            language: two-letter code.
            mode: as in `choose`.

        Returns:
            The name of the voice that is ready; empty when none is.
        """
        for voice in self.choose(mode):
            if voice.online or language not in voice.languages:
                continue
            try:
                voice.speak("Vois.", language, 1.0)
            except SpeechError as error:
                _log.warning("%s is not ready: %s", voice.name, error)
            else:
                give_back_freed()  # of the tables that were read
                return voice.name
        return ""

    def warm_up_later(self, language: str, mode: str) -> None:
        """Does `warm_up` in the background: words never wait for a voice."""
        # No daemon: a process that ends while onnxruntime opens a network is aborted.
        threading.Thread(target=self.warm_up, args=(language, mode), name="vois-voice").start()

    def _speak(self, text: str, language: str, rate: float, mode: str, keep: bool) -> Sound:
        rate = round(min(max(rate, SLOWEST_RATE), FASTEST_RATE), 2)
        disk = self._disk if keep else None
        for voice in self.choose(mode):
            key = (voice.name, language, rate, text)
            sound = self._memory.get(key)
            if sound is None and disk is not None:
                sound = disk.get(key)
            if sound is None:
                try:
                    sound = voice.speak(text, language, rate)
                except SpeechError as error:
                    _log.info("%s did not speak: %s", voice.name, error)
                    continue
                if disk is not None:
                    disk.put(key, sound)
            self._memory.put(key, sound)
            return sound
        _log.warning("No voice could speak %r; two tones instead.", language)
        return _tones()


def default_chain(allow_online: bool) -> VoiceChain:
    """The app's voices: hibari, Kokoro, the system's and eSpeak if installed, Google's if allowed.

    Of two that speak a language the one before is the better: French begins with Kokoro.

    With `allow_online` false no module that could send text is imported. Sounds are written to the
    disk only by calls with `keep`.
    """
    offline: list[Voice] = [HibariVoice()]
    if kokoro_voice.is_installed():
        offline.append(kokoro_voice.KokoroVoice())
    if system.is_installed():
        offline.append(system.SystemVoice())
    if espeak.is_installed():
        offline.append(espeak.EspeakVoice())
    if not allow_online:
        return VoiceChain(offline, disk=DiskCache())
    from pipeline.speech.google import GoogleVoice

    google = GoogleVoice()
    accents = [google.with_accent(accent) for accent in ACCENTS]
    return VoiceChain([google, *offline], by_name=accents, disk=DiskCache())


def _tones() -> Sound:
    """Two rising tones, 660 and 880 Hz, 0.15 s each."""
    sample_rate_hz = 24_000
    seconds = np.arange(int(0.15 * sample_rate_hz)) / sample_rate_hz
    swell = np.sin(np.pi * seconds / 0.15)  # no click at either end
    tones = [swell * np.sin(2 * np.pi * pitch_hz * seconds) for pitch_hz in (660, 880)]
    return finish(np.concatenate(tones).astype(np.float32), sample_rate_hz, TONE)
