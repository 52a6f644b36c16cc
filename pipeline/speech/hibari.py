"""The offline English voice, hibari-tts."""

from __future__ import annotations

import textwrap
import threading
from typing import Any

import numpy as np

from pipeline.errors import ErrorCode, SpeechError
from pipeline.languages import ENGLISH
from pipeline.speech.codec import change_pace
from pipeline.speech.finishing import finish
from pipeline.speech.sound import Sound

# The only voice in the wheel; the package downloads others at their first use.
_VOICE = "heart"
# One thread took 0.023 s a caption on 2 cores, two took 0.044 s; the captioner needs the other.
_THREADS = 1
# Longer sentences are spoken in pieces: time and memory grow with more than their length.
_PIECE_CHARS = 200
# The same text sounds the same every time: the seed fixes the voice's breath noise.
_SEED = 0
# hibari reads "[word](/sound/)" as markup of its own; a text's brackets must stay brackets.
_NO_MARKUP = str.maketrans("[]", "()")


class HibariVoice:
    """Speaks English on the CPU (hibari-tts, distilled from Kokoro-82M; Apache-2.0)."""

    name = "hibari"
    languages = frozenset({ENGLISH})
    online = False
    slow = False

    def __init__(self) -> None:
        """Loads nothing; the first `speak` does, in about 0.8 s."""
        self._lock = threading.Lock()
        self._engine: Any = None

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 24 kHz; see `Voice.speak`.

        Raises:
            SpeechError: another language than English, nothing to speak, or a broken package.
        """
        if language not in self.languages:
            raise SpeechError(ErrorCode.OFFLINE_VOICE_LANGUAGE_UNSUPPORTED)
        try:
            with self._lock:
                if self._engine is None:
                    self._engine = _load()
            # Its own speed is clear below 1 and slurs above: at double pace a recogniser got 34 of
            # 100 words wrong, and 7 when the pace was changed afterwards.
            own = min(rate, 1.0)
            samples = self._samples(text.translate(_NO_MARKUP), own)
            samples = change_pace(samples, self._engine.sample_rate, rate / own)
        except Exception as error:
            # A young package whose failures are not documented: whatever happens inside it must
            # end with the next voice speaking.
            raise SpeechError(ErrorCode.OFFLINE_VOICE_FAILED) from error
        return finish(samples, self._engine.sample_rate, self.name)

    def _samples(self, text: str, rate: float) -> np.ndarray[Any, np.dtype[np.float32]]:
        parts = [np.zeros(0, np.float32)]
        for sentence in self._engine.split_sentences(text):
            for piece in textwrap.wrap(sentence, _PIECE_CHARS, break_on_hyphens=False):
                parts.append(self._engine(piece, speed=rate, seed=_SEED))
        return np.concatenate(parts)


def _load() -> Any:
    # Not at the top: importing the package reads its tables, and nothing happens on import here.
    from hibari import Hibari  # type: ignore[import-untyped, unused-ignore]

    engine = Hibari(voice=_VOICE, threads=_THREADS)
    # It loads its tables at the first words, and its spelling rules at the first word it does not
    # know. Once they are there nothing in it changes any more, and threads may share it.
    engine("Voiska.", seed=_SEED)
    return engine
