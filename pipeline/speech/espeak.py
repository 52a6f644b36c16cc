"""The offline voice for French, and for English if hibari fails: eSpeak NG.

eSpeak NG is GPL-3.0, and so must be a program that is distributed with it. Therefore it is optional
(`requirements-espeak.txt`) and used only if the person has installed it.
"""

from __future__ import annotations

import ctypes
import importlib.util
import threading

import numpy as np

from pipeline.errors import ErrorCode, SpeechError
from pipeline.languages import ENGLISH, FRENCH
from pipeline.speech.finishing import finish
from pipeline.speech.sound import Samples, Sound

# eSpeak's own names of the voices: the English of the captions is American.
_VOICES = {ENGLISH: b"en-us", FRENCH: b"fr"}
_WORDS_PER_MINUTE = 175  # eSpeak's own pace; it documents 80 to 450

# From speak_lib.h of eSpeak NG 1.52.
_SYNCHRONOUS = 2  # espeak_Initialize: samples go to the callback before espeak_Synth returns
_DONT_EXIT = 0x8000  # espeak_Initialize: without it a broken package would end the process
_RATE = 1  # espeak_SetParameter
_UTF8 = 1  # espeak_Synth; neither SSML nor its [[phonemes]] are asked for, so both are read as text
_CHARACTERS = 1  # espeak_Synth
_CONTINUE = 0  # result of the callback

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def is_installed() -> bool:
    """Whether the optional package is installed; loads nothing."""
    return importlib.util.find_spec("espeakng_loader") is not None


class EspeakVoice:
    """Speaks English and French by rules: intelligible, but not natural.

    eSpeak's state is global to the process, so all instances share one engine, which speaks one
    text after the other.
    """

    name = "espeak"
    languages = frozenset(_VOICES)
    online = False
    slow = False

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 22.05 kHz; see `Voice.speak`.

        Raises:
            SpeechError: another language, nothing to speak, or the package is not installed.
        """
        voice = _VOICES.get(language)
        if voice is None:
            raise SpeechError(ErrorCode.ESPEAK_LANGUAGE_UNSUPPORTED)
        samples, sample_rate_hz = _ENGINE.say(text, voice, round(_WORDS_PER_MINUTE * rate))
        return finish(samples, sample_rate_hz, self.name)


class _Engine:
    """The eSpeak library, once per process; the lock protects all of its state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library: ctypes.CDLL | None = None
        self._sample_rate_hz = 0
        self._parts: list[bytes] = []
        # Referenced here, because C holds no reference.
        self._callback = _Callback(self._receive)

    def say(self, text: str, voice: bytes, words_per_minute: int) -> tuple[Samples, int]:
        """(n,) float32, -1..1, mono, and its sample rate."""
        encoded = text.encode("utf-8", "ignore").replace(b"\0", b" ")
        with self._lock:
            library = self._library or self._load()
            self._parts.clear()
            failed = (
                library.espeak_SetVoiceByName(voice)
                or library.espeak_SetParameter(_RATE, words_per_minute, 0)
                or library.espeak_Synth(
                    encoded, len(encoded) + 1, 0, _CHARACTERS, 0, _UTF8, None, None
                )
            )
            if failed:
                raise SpeechError(ErrorCode.ESPEAK_FAILED)
            steps = np.frombuffer(b"".join(self._parts), "<i2")
            return steps.astype(np.float32) / np.float32(32768), self._sample_rate_hz

    def _load(self) -> ctypes.CDLL:
        try:
            import espeakng_loader

            library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path().encode()
        except (ImportError, OSError, RuntimeError) as error:
            raise SpeechError(ErrorCode.ESPEAK_MISSING) from error
        library.espeak_Synth.argtypes = [
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint,
            ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        sample_rate_hz = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if sample_rate_hz <= 0:
            raise SpeechError(ErrorCode.ESPEAK_MISSING)
        library.espeak_SetSynthCallback(self._callback)
        self._library, self._sample_rate_hz = library, sample_rate_hz
        return library

    def _receive(self, steps: ctypes._Pointer[ctypes.c_short], count: int, _events: object) -> int:
        if steps and count > 0:
            self._parts.append(ctypes.string_at(steps, 2 * count))
        return _CONTINUE


_ENGINE = _Engine()
