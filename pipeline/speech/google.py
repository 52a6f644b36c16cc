"""The online voice, Google Translate's through gTTS: the text leaves the machine.

gTTS sends its requests with `verify=False`: they are encrypted, but who answers is not checked.
It honours HTTPS_PROXY, which is how the tests put a server of their own in Google's place.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future

import av
import numpy as np
from av.filter import Graph
from gtts import gTTS, gTTSError
from gtts.lang import tts_langs

from pipeline.errors import SpeechError
from pipeline.speech.breaker import Breaker
from pipeline.speech.sound import Samples, Sound, finish

# Longer than this after the words are on the page, and the offline voice speaks instead.
DEADLINE_S = 3.0
# gTTS sends 100 characters a request, one after the other: more do not fit into the deadline.
MAX_CHARS = 400
SAMPLE_RATE_HZ = 24_000  # what Google sends; anything else is resampled to it
# Requests under way at once, those included that nobody waits for any more.
_MOST_REQUESTS = 4


class _TooManyRequestsError(SpeechError):
    """Google asked for a pause.

    Attributes:
        pause_s: for how long at least, in seconds.
    """

    def __init__(self, pause_s: float) -> None:
        super().__init__("The online voice asks for a pause.")
        self.pause_s = pause_s


class GoogleVoice:
    """Speaks 69 languages over the network, or says within `deadline_s` that it cannot.

    After a failure it is not asked again for a while (`Breaker`), so that a dead network costs
    nothing from the second sentence on, and a Google that wants a pause (429) gets it.
    """

    name = "google"
    online = True

    def __init__(
        self, deadline_s: float = DEADLINE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Sends nothing; the first `speak` does.

        Args:
            deadline_s: seconds that one `speak` takes at most, all its requests together.
            clock: seconds for the breaker's rests.
        """
        self.languages = frozenset(tts_langs())
        self._deadline_s = deadline_s
        self._breaker = Breaker(clock)
        self._slots = threading.BoundedSemaphore(_MOST_REQUESTS)

    @property
    def rest_s(self) -> float:
        """Seconds until the network is asked again; 0 when the next `speak` asks it."""
        return self._breaker.rest_s

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 24 kHz; see `Voice.speak`.

        Raises:
            SpeechError: no sound within the deadline, an unknown language, more than `MAX_CHARS`,
                or a rest after a failure.
        """
        if language not in self.languages:
            raise SpeechError("The online voice does not speak this language.")
        if len(text) > MAX_CHARS:
            raise SpeechError("This text is too long for the online voice.")
        if self._breaker.rest_s > 0:
            raise SpeechError("The online voice rests after a failure.")
        if not self._slots.acquire(blocking=False):
            raise SpeechError("The online voice is still busy with earlier texts.")
        return self._wait(text, language, rate)

    def _wait(self, text: str, language: str, rate: float) -> Sound:
        answer: Future[Sound] = Future()
        given_up = threading.Event()
        # A thread, because neither looking up a host nor an answer that trickles has a time limit.
        # Daemon: left behind, it ends by its requests' own limits and never holds up the exit.
        worker = threading.Thread(
            target=self._work,
            args=(answer, given_up, text, language, rate),
            name="online-voice",
            daemon=True,
        )
        try:
            worker.start()
        except RuntimeError as error:  # the system has no thread left, or Python is ending
            self._slots.release()
            raise SpeechError("The online voice cannot be asked now.") from error
        try:
            sound = answer.result(timeout=self._deadline_s)
        except TimeoutError as error:
            given_up.set()
            self._breaker.failed()
            raise SpeechError("The online voice did not answer in time.") from error
        except _TooManyRequestsError as error:
            self._breaker.failed(error.pause_s)
            raise
        except SpeechError:
            self._breaker.failed()
            raise
        finally:
            # The error in it holds this frame, and a failed request's socket: without the circle
            # that socket closes at once, not when garbage is next collected.
            del answer
        self._breaker.succeeded()
        return sound

    def _work(
        self,
        answer: Future[Sound],
        given_up: threading.Event,
        text: str,
        language: str,
        rate: float,
    ) -> None:
        try:
            answer.set_result(self._fetch(text, language, rate, given_up))
        except SpeechError as error:
            answer.set_exception(error)
        finally:
            self._slots.release()
            del answer

    def _fetch(self, text: str, language: str, rate: float, given_up: threading.Event) -> Sound:
        limits_s = (self._deadline_s, self._deadline_s)  # to connect, between two bytes
        parts: list[Samples] = []
        try:
            tts = gTTS(text, lang=language, lang_check=False, timeout=limits_s)
            for mp3 in tts.stream():
                parts.append(decode_mp3(mp3, rate))
                if given_up.is_set():
                    break
        except gTTSError as error:
            if error.rsp is not None and error.rsp.status_code == 429:
                raise _TooManyRequestsError(_pause_s(error.rsp.headers)) from error
            raise SpeechError("The online voice cannot be reached.") from error
        except Exception as error:
            # gTTS checks little of what it is sent: garbage ends in any of a dozen errors.
            raise SpeechError("The online voice sent nothing that can be played.") from error
        if not parts:
            raise SpeechError("The online voice sent no sound.")
        return finish(np.concatenate(parts), SAMPLE_RATE_HZ, self.name)


def decode_mp3(mp3: bytes, rate: float) -> Samples:
    """Decodes an MP3 with PyAV, whose wheel brings FFmpeg: no program has to be installed.

    Args:
        mp3: the file's bytes.
        rate: pace, 0.5 to 2.0; the pitch stays (FFmpeg's atempo).

    Returns:
        (n,) float32, -1..1, mono, at `SAMPLE_RATE_HZ`.

    Raises:
        av.FFmpegError: this is no MP3.
    """
    parts: list[Samples] = [np.zeros(0, np.float32)]
    with av.open(io.BytesIO(mp3), "r", format="mp3") as file:
        stream = file.streams.audio[0]
        graph = Graph()
        graph.link_nodes(
            graph.add_abuffer(template=stream),
            graph.add("atempo", str(rate)),
            graph.add(
                "aformat", f"sample_fmts=flt:sample_rates={SAMPLE_RATE_HZ}:channel_layouts=mono"
            ),
            graph.add("abuffersink"),
        ).configure()
        for frame in (*file.decode(stream), None):  # None: no more will come
            graph.push(frame)
            while True:
                try:
                    parts.append(graph.pull().to_ndarray()[0])
                except (av.BlockingIOError, av.EOFError):  # it wants more, or it is done
                    break
    return np.concatenate(parts)


def _pause_s(headers: Mapping[str, str]) -> float:
    seconds = headers.get("Retry-After", "")  # the other form, a date, is left to the breaker
    return float(seconds) if seconds.isdecimal() else 0.0
