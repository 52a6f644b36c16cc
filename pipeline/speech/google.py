"""The online voice, Google Translate's through gTTS: the text leaves the machine.

gTTS sends its requests with `verify=False`: they are encrypted, but who answers is not checked.
It honours HTTPS_PROXY, which is how the tests put a server of their own in Google's place.
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

from pipeline.errors import Message, SpeechError
from pipeline.speech.codec import change_pace, decode
from pipeline.speech.finishing import finish
from pipeline.speech.line import Line, PauseError
from pipeline.speech.sound import Sound
from pipeline.speech.voice import ACCENTS

# Longer than this after the words are on the page, and the offline voice speaks instead.
DEADLINE_S = 3.0
# gTTS sends 100 characters a request, one after the other: more do not fit into the deadline.
MAX_CHARS = 400
SAMPLE_RATE_HZ = 24_000  # what Google sends; anything else is resampled to it
# The rest after a 429 that does not say how long (people report blocks of an hour).
PAUSE_S = 900.0
_PLAIN = "com"
# Answers kept as they came, 30 kB each, so that another pace of the same words sends nothing.
_MOST_KEPT = 64

_Mp3s = tuple[bytes, ...]


class GoogleVoice:
    """Speaks 69 languages over the network, or says within `deadline_s` that it cannot.

    After a failure it is not asked again for a while, and then in the background (`Line`), so
    that a dead network costs nothing from the second sentence on, and a Google that wants a pause
    (429) gets it.
    """

    online = True

    def __init__(
        self, deadline_s: float = DEADLINE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sends nothing; the first `speak` does.

        Args:
            deadline_s: seconds that one `speak` takes at most, all its requests together.
            clock: seconds for the rests after failures.
        """
        self.name = "google"
        self.languages = frozenset(tts_langs())
        self._accent = _PLAIN
        self._deadline_s = deadline_s
        self._line: Line[_Mp3s] = Line(deadline_s, clock)
        self._kept = _Kept()

    def with_accent(self, accent: str) -> GoogleVoice:
        """The same voice with another accent, named "google co.uk"; both rest together.

        Args:
            accent: the end of Google's address whose voice speaks: one of `ACCENTS`, or any other
                that Google has.

        Raises:
            SpeechError: Google has no such address.
        """
        if accent not in (*ACCENTS, *accents):
            raise SpeechError(Message.ONLINE_VOICE_ACCENT_UNSUPPORTED)
        other = copy.copy(self)
        other._accent, other.name = accent, f"google {accent}"
        return other

    @property
    def rest_s(self) -> float:
        """Seconds until the network is asked again; 0 when the next `speak` asks it."""
        return self._line.rest_s

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 24 kHz; see `Voice.speak`.

        Raises:
            SpeechError: no sound within the deadline, an unknown language, more than `MAX_CHARS`,
                or a rest after a failure.
        """
        if language not in self.languages:
            raise SpeechError(Message.ONLINE_VOICE_LANGUAGE_UNSUPPORTED)
        if len(text) > MAX_CHARS:
            raise SpeechError(Message.ONLINE_VOICE_TEXT_TOO_LONG)
        key = (self._accent, language, text)
        mp3s = self._kept.get(key)
        if mp3s is None:
            mp3s = self._line.ask(lambda given_up: self._fetch(text, language, given_up))
            self._kept.put(key, mp3s)
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
            self._sound(tuple(mp3s), 1.0)  # what cannot be played is a failure of the network
        except gTTSError as error:
            if error.rsp is not None and error.rsp.status_code == 429:
                raise PauseError(_pause_s(error.rsp.headers)) from error
            raise SpeechError(Message.ONLINE_VOICE_UNREACHABLE) from error
        except Exception as error:
            # gTTS checks little of what it is sent: garbage ends in any of a dozen errors.
            raise SpeechError(Message.ONLINE_VOICE_AUDIO_UNREADABLE) from error
        return tuple(mp3s)

    def _sound(self, mp3s: _Mp3s, rate: float) -> Sound:
        natural = np.concatenate([decode(mp3, "mp3", SAMPLE_RATE_HZ) for mp3 in mp3s])
        samples = change_pace(natural, SAMPLE_RATE_HZ, rate)
        return finish(samples, SAMPLE_RATE_HZ, self.name, self.online)


class _Kept:
    """Google's last answers by accent, language and text."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str, str], _Mp3s] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> _Mp3s | None:
        with self._lock:
            return self._answers.get(key)

    def put(self, key: tuple[str, str, str], mp3s: _Mp3s) -> None:
        with self._lock:
            self._answers[key] = mp3s
            while len(self._answers) > _MOST_KEPT:
                self._answers.popitem(last=False)


def _pause_s(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After, which is a number of them or a date (RFC 9110)."""
    asked = headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return PAUSE_S
    return (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()
