"""The natural offline voice: Kokoro-82M, French (speaker siwis) and English (speaker heart)."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.errors import ErrorCode, SpeechError
from pipeline.languages import ENGLISH, FRENCH
from pipeline.speech.codec import change_pace
from pipeline.speech.finishing import finish
from pipeline.speech.kokoro import kokoro_network
from pipeline.speech.kokoro.kokoro_network import SAMPLE_RATE_HZ, KokoroNetwork, read_style
from pipeline.speech.sentences import split
from pipeline.speech.sound import Samples, Sound

# hexgrad's names: the first letter is the language, the second the speaker's sex.
_STYLES = {FRENCH: "ff_siwis", ENGLISH: "af_heart"}
_FRENCH_PACKAGES = ("gruut_lang_fr", "pycrfsuite", "num2words")
# Time and memory grow with the text, and the network was taught at most 510 symbols.
_MOST_CHARS = 120
_NO_MARKUP = str.maketrans("[]", "()")  # as in `pipeline.speech.hibari`


def is_installed() -> bool:
    """Whether all that it needs is installed; loads nothing."""
    return kokoro_network.is_installed() and all(
        importlib.util.find_spec(package) is not None for package in _FRENCH_PACKAGES
    )


class KokoroVoice:
    """Speaks French and English on the CPU (Kokoro-82M; Apache-2.0), a clause at a time."""

    name = "kokoro"
    languages = frozenset(_STYLES)
    online = False
    slow = True  # a second of sound takes a third of a second on 2 cores

    def __init__(self) -> None:
        """Loads nothing; the first `speak` does, in about 2 s."""
        self._lock = threading.Lock()
        self._network: KokoroNetwork | None = None
        self._speakers: dict[str, _Speaker] = {}

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 24 kHz; see `Voice.speak`.

        Raises:
            SpeechError: another language, nothing to speak, or packages missing or damaged.
        """
        if language not in self.languages:
            raise SpeechError(ErrorCode.KOKORO_LANGUAGE_UNSUPPORTED)
        try:
            network, speaker = self._load(language)
            # Faster than its own pace it slurs, as hibari does, which learned from it.
            own = min(rate, 1.0)
            parts = [np.zeros(0, np.float32)]
            for piece in split(text, _MOST_CHARS):
                symbols = speaker.sounds_of(piece)
                if any(symbol.isalpha() for symbol in symbols):
                    parts.append(network.speak(symbols, speaker.style, own))
            samples = change_pace(np.concatenate(parts), SAMPLE_RATE_HZ, rate / own)
        except Exception as error:
            # Young packages whose failures are not documented, or half of them missing: whatever
            # happens in them must end with the next voice speaking.
            raise SpeechError(ErrorCode.KOKORO_FAILED) from error
        return finish(samples, SAMPLE_RATE_HZ, self.name)

    def _load(self, language: str) -> tuple[KokoroNetwork, _Speaker]:
        with self._lock:
            if self._network is None:
                self._network = KokoroNetwork()
            if language not in self._speakers:
                sounds_of = _french_sounds() if language == FRENCH else _english_sounds()
                self._speakers[language] = _Speaker(sounds_of, read_style(_STYLES[language]))
            return self._network, self._speakers[language]


@dataclass(frozen=True)
class _Speaker:
    """What turns a text into symbols, and the style of who speaks them."""

    sounds_of: Callable[[str], str]
    style: Samples


def _french_sounds() -> Callable[[str], str]:
    # Not at the top: the packages that it imports may be missing.
    from pipeline.speech.kokoro.french_sounds import FrenchSounds

    return FrenchSounds().of


def _english_sounds() -> Callable[[str], str]:
    """Those of hibari: a port of misaki, by which Kokoro was taught English."""
    from hibari.g2p import G2P  # type: ignore[import-untyped, unused-ignore]

    sounds_of = G2P()
    return lambda text: str(sounds_of(text.translate(_NO_MARKUP)))
