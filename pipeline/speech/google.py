"""The online voice: Google Translate through gTTS. The text leaves the machine.

gTTS sends its requests with `verify=False`: encrypted, but without a check of the certificate.
It honours HTTPS_PROXY, by which the tests replace Google with a server of their own.
"""

from __future__ import annotations

import copy
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import numpy as np
from gtts import gTTS, gTTSError
from gtts.accents import accents
from gtts.lang import tts_langs

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech.codec import change_pace, decode
from pipeline.speech.finishing import finish
from pipeline.speech.network_call import NetworkCall, PauseError
from pipeline.speech.sound import Sound
from pipeline.speech.voice import ACCENTS

# After this time the offline voice speaks instead.
DEADLINE_S = 3.0
# gTTS sends 100 characters per request, one after the other; more would miss the deadline.
MAX_CHARS = 400
SAMPLE_RATE_HZ = 24_000  # what Google sends; anything else is resampled to it
# The pause after a 429 without Retry-After (people report blocks of an hour).
PAUSE_S = 900.0
_PLAIN = "com"
# Cached answers, 30 kB each: the same text at another pace needs no request.
_CACHED_ANSWERS = 64

_Mp3s = tuple[bytes, ...]


class GoogleVoice:
    """Speaks 69 languages over the network, or fails within `deadline_s`.

    After a failure, requests are paused and then retried in the background (`NetworkCall`). So a
    network that is down delays only the first sentence, and a 429 is honoured.
    """

    online = True
    slow = False

    def __init__(
        self, deadline_s: float = DEADLINE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sends nothing; the first `speak` does.

        Args:
            deadline_s: most seconds that one `speak` takes, all its requests together.
            clock: a monotonic clock for the pauses after failures, in seconds.
        """
        self.name = "google"
        self.languages = frozenset(tts_langs())
        self._accent = _PLAIN
        self._deadline_s = deadline_s
        self._call: NetworkCall[_Mp3s] = NetworkCall(deadline_s, clock)
        self._cache = _AnswerCache()

    def with_accent(self, accent: str) -> GoogleVoice:
        """The same voice with another accent, named "google co.uk"; both are paused together.

        Args:
            accent: Google's top-level domain whose voice speaks: one of `ACCENTS`, or another
                that gTTS lists.

        Raises:
            SpeechError: gTTS does not list this domain.
        """
        if accent not in (*ACCENTS, *accents):
            raise SpeechError(ErrorCode.ONLINE_VOICE_ACCENT_UNSUPPORTED)
        other = copy.copy(self)
        other._accent, other.name = accent, f"google {accent}"
        return other

    @property
    def pause_left_s(self) -> float:
        """Seconds until the next request; 0 if the next `speak` makes one."""
        return self._call.pause_left_s

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 24 kHz; see `Voice.speak`.

        Raises:
            SpeechError: no sound within the deadline, an unknown language, more than `MAX_CHARS`,
                or requests are paused after a failure.
        """
        if language not in self.languages:
            raise SpeechError(ErrorCode.ONLINE_VOICE_LANGUAGE_UNSUPPORTED)
        if len(text) > MAX_CHARS:
            raise SpeechError(ErrorCode.ONLINE_VOICE_TEXT_TOO_LONG)
        key = (self._accent, language, text)
        mp3s = self._cache.get(key)
        if mp3s is None:
            mp3s = self._call.run(lambda given_up: self._fetch(text, language, given_up))
            self._cache.put(key, mp3s)
        return self._sound(mp3s, rate)

    def _fetch(self, text: str, language: str, given_up: threading.Event) -> _Mp3s:
        limits_s = (self._deadline_s, self._deadline_s)  # to connect, between two bytes
        mp3s: list[bytes] = []
        try:
            tts = gTTS(text, tld=self._accent, lang=language, lang_check=False, timeout=limits_s)
            for mp3 in tts.stream():
                mp3s.append(mp3)
                if given_up.is_set():
                    break
            self._sound(
                tuple(mp3s), 1.0
            )  # an answer that cannot be played counts as a network failure
        except gTTSError as error:
            if error.rsp is not None and error.rsp.status_code == 429:
                raise PauseError(_pause_s(error.rsp.headers)) from error
            raise SpeechError(ErrorCode.ONLINE_VOICE_UNREACHABLE) from error
        except Exception as error:
            # gTTS hardly checks the answers: a malformed one may raise any of a dozen errors.
            raise SpeechError(ErrorCode.ONLINE_VOICE_AUDIO_UNREADABLE) from error
        return tuple(mp3s)

    def _sound(self, mp3s: _Mp3s, rate: float) -> Sound:
        natural = np.concatenate([decode(mp3, "mp3", SAMPLE_RATE_HZ) for mp3 in mp3s])
        samples = change_pace(natural, SAMPLE_RATE_HZ, rate)
        return finish(samples, SAMPLE_RATE_HZ, self.name, self.online)


class _AnswerCache:
    """Google's last answers by accent, language and text; thread-safe."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str, str], _Mp3s] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> _Mp3s | None:
        with self._lock:
            return self._answers.get(key)

    def put(self, key: tuple[str, str, str], mp3s: _Mp3s) -> None:
        with self._lock:
            self._answers[key] = mp3s
            while len(self._answers) > _CACHED_ANSWERS:
                self._answers.popitem(last=False)


def _pause_s(headers: Mapping[str, str]) -> float:
    """The seconds of a Retry-After header, which holds a number or a date (RFC 9110)."""
    asked = headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return PAUSE_S
    return (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()
