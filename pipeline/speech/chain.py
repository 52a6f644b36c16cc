"""Asks one voice after the other and always ends in sound."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from pipeline.errors import SpeechError
from pipeline.speech import espeak, system
from pipeline.speech.cache import MEMORY_BYTES, DiskCache, MemoryCache
from pipeline.speech.finishing import finish
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.sentences import split
from pipeline.speech.sound import Sound
from pipeline.speech.text import clean
from pipeline.speech.voice import ACCENTS, FASTEST_RATE, SLOWEST_RATE, Voice

# "offline": the text stays on this machine. "best": an online voice where the network answers in
# time, else an offline one. Besides these two, a voice's name is a mode: it first, then offline.
Mode = Literal["offline", "best"]

# The name of who "spoke" when no voice could: two tones, "there is something to read".
TONE = "tone"

_log = logging.getLogger(__name__)


class VoiceChain:
    """The voices in the order they are asked, with a cache of what they said.

    One instance serves every thread of the process; whose turn it is, is the caller's `mode`.
    """

    def __init__(
        self,
        voices: Sequence[Voice],
        *,
        by_name: Sequence[Voice] = (),
        cache_bytes: int = MEMORY_BYTES,
        disk: DiskCache | None = None,
    ) -> None:
        """Keeps the voices and loads none.

        Args:
            voices: the earlier ones are asked first, among the online and among the offline ones.
            by_name: voices that speak only when the mode is their name, such as accents.
            cache_bytes: most bytes of samples to keep in memory; the longest unused go first.
            disk: where sounds may be kept for longer; None for nowhere.
        """
        self._voices = tuple(voices)
        self._by_name = tuple(by_name)
        self._memory = MemoryCache(cache_bytes)
        self._disk = disk

    @property
    def names(self) -> tuple[str, ...]:
        """Every voice that can be chosen by name."""
        return tuple(voice.name for voice in (*self._voices, *self._by_name))

    def choose(self, mode: str) -> tuple[Voice, ...]:
        """The voices of this mode, in the order they are asked.

        Args:
            mode: "offline", "best" or a voice's name; any other text means "offline".
        """
        offline = tuple(voice for voice in self._voices if not voice.online)
        if mode == "best":
            return (*(voice for voice in self._voices if voice.online), *offline)
        named = [voice for voice in (*self._voices, *self._by_name) if voice.name == mode]
        return (*named[:1], *(voice for voice in offline if voice not in named))

    def speak(
        self,
        text: str,
        language: str = "en",
        rate: float = 1.0,
        mode: str = "offline",
        keep: bool = False,
    ) -> Sound:
        """Says `text`: by the first voice that can, else as two tones (`Sound.voice` is `TONE`).

        With an online voice it may take as long as that voice's deadline (3 s) once; after a
        failure that voice rests, and the offline one speaks at once. Show the text first.

        Args:
            text: any text; what cannot be said, such as emoji, is left out.
            language: a two-letter code; a voice that does not speak it passes its turn on.
            rate: pace, 1.0 being the voice's own; held within 0.5 to 2.0.
            mode: which voices may be asked (`choose`); by default none that sends the text away.
            keep: whether the sound may be read from and written to the disk, where others who can
                read this user's files could hear it.

        Raises:
            SpeechError: the text holds nothing to say, or more than 10,000 characters.
        """
        return self._speak(clean(text), language, rate, mode, keep)

    def stream(
        self,
        text: str,
        language: str = "en",
        rate: float = 1.0,
        mode: str = "offline",
        keep: bool = False,
    ) -> Iterator[Sound]:
        """Says a long text sentence by sentence; each sound is made when it is asked for.

        The arguments are those of `speak`. At least one sound comes, the first after the first
        sentence. Different voices may speak, where one of them fails on the way.

        Raises:
            SpeechError: at once, as `speak` does; never on the way.
        """
        sentences = split(clean(text))
        return (self._speak(sentence, language, rate, mode, keep) for sentence in sentences)

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

    def forget(self) -> None:
        """Removes every kept sound, from memory and from the disk."""
        self._memory.clear()
        if self._disk is not None:
            self._disk.clear()

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
    """The app's voices: hibari, the system's and eSpeak where they are, Google's where allowed.

    With `allow_online` false no code that could send text is even imported. Sounds are kept on the
    disk only where a call says `keep`.
    """
    offline: list[Voice] = [HibariVoice()]
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
