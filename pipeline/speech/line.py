"""A line to somebody on the network who may be slow, silent or gone: deadline, rests, trials."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from pipeline.errors import Message, SpeechError
from pipeline.speech.breaker import Breaker

# Requests under way at once, those included that nobody waits for any more.
MOST_REQUESTS = 4

Answer = TypeVar("Answer")
# Asks the network. It looks at the event between two requests: once set, nobody waits for more.
Fetch = Callable[[threading.Event], Answer]


class PauseError(SpeechError):
    """The other side asks to be left alone.

    Attributes:
        pause_s: for how long at least, in seconds.
    """

    def __init__(self, pause_s: float) -> None:
        """Keeps the length of the pause, in seconds."""
        super().__init__(Message.ONLINE_VOICE_PAUSE_REQUESTED)
        self.pause_s = pause_s


class Line(Generic[Answer]):
    """Asks within a deadline; after a failure not for a while, and then in the background."""

    def __init__(self, deadline_s: float, clock: Callable[[], float]) -> None:
        """Asks nothing yet.

        Args:
            deadline_s: seconds that one `ask` takes at most.
            clock: seconds for the rests.
        """
        self._deadline_s = deadline_s
        self._breaker = Breaker(clock)
        self._slots = threading.BoundedSemaphore(MOST_REQUESTS)

    @property
    def rest_s(self) -> float:
        """Seconds until the other side is asked again; 0 when the next `ask` asks it."""
        return self._breaker.rest_s

    def ask(self, fetch: Fetch[Answer]) -> Answer:
        """Runs `fetch` in a thread and waits for its answer until the deadline.

        Raises:
            SpeechError: no answer in time, `fetch` raised one, or a rest after a failure. The
                first call after a rest raises it too, and `fetch` decides in the background
                whether the next call asks again.
        """
        if not self._slots.acquire(blocking=False):
            raise SpeechError(Message.ONLINE_VOICE_BUSY)
        turn = self._breaker.turn()
        if turn == "ask":
            return self._wait(fetch)
        if turn == "try":
            trial = threading.Thread(target=self._try, args=(fetch,), daemon=True)
            if not _started(trial):
                self._breaker.failed()
                self._slots.release()
        else:
            self._slots.release()
        raise SpeechError(Message.ONLINE_VOICE_SUSPENDED)

    def _try(self, fetch: Fetch[Answer]) -> None:
        with contextlib.suppress(SpeechError):
            self._wait(fetch)

    def _wait(self, fetch: Fetch[Answer]) -> Answer:
        future: Future[Answer] = Future()
        given_up = threading.Event()
        # A thread, because neither looking up a host nor an answer that trickles has a time limit.
        # Daemon: left behind, it ends by its requests' own limits and never holds up the exit.
        worker = threading.Thread(target=self._work, args=(fetch, future, given_up), daemon=True)
        try:
            if not _started(worker):
                self._slots.release()
                raise SpeechError(Message.ONLINE_VOICE_UNAVAILABLE)
            answer = future.result(timeout=self._deadline_s)
        except TimeoutError as error:
            given_up.set()
            self._breaker.failed()
            raise SpeechError(Message.ONLINE_VOICE_TIMEOUT) from error
        except PauseError as error:
            self._breaker.failed(error.pause_s)
            raise
        except SpeechError:
            self._breaker.failed()
            raise
        finally:
            # The error in it holds this frame, and a failed request's socket: without the circle
            # that socket closes at once, not when garbage is next collected.
            del future
        self._breaker.succeeded()
        return answer

    def _work(
        self, fetch: Fetch[Answer], future: Future[Answer], given_up: threading.Event
    ) -> None:
        try:
            future.set_result(fetch(given_up))
        except SpeechError as error:
            future.set_exception(error)
        finally:
            self._slots.release()
            del future


def _started(thread: threading.Thread) -> bool:
    """False when the system has no thread left, or Python is ending."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True
