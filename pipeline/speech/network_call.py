"""Runs a network call with a deadline, a circuit breaker and a background retry."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech.circuit_breaker import CircuitBreaker

# Concurrent calls, including those that were given up at the deadline.
MOST_REQUESTS = 4

Answer = TypeVar("Answer")
# Makes the requests of a call. The event is set when the call is given up; then it stops.
Fetch = Callable[[threading.Event], Answer]


class PauseError(SpeechError):
    """The server asks for a pause (HTTP 429).

    Attributes:
        pause_s: its least length, in seconds.
    """

    def __init__(self, pause_s: float) -> None:
        """Stores the least length of the pause, in seconds."""
        super().__init__(ErrorCode.ONLINE_VOICE_PAUSE_REQUESTED)
        self.pause_s = pause_s


class NetworkCall(Generic[Answer]):
    """Calls a server that may be slow or unreachable; thread-safe.

    A call fails at the deadline. After a failure calls are paused, then one is retried in the
    background (`CircuitBreaker`).
    """

    def __init__(self, deadline_s: float, clock: Callable[[], float]) -> None:
        """Makes no request.

        Args:
            deadline_s: most seconds that `run` takes.
            clock: a monotonic clock for the pauses, in seconds.
        """
        self._deadline_s = deadline_s
        self._breaker = CircuitBreaker(clock)
        self._slots = threading.BoundedSemaphore(MOST_REQUESTS)

    @property
    def pause_left_s(self) -> float:
        """Seconds until the next request; 0 if the next `run` makes one."""
        return self._breaker.pause_left_s

    def run(self, fetch: Fetch[Answer]) -> Answer:
        """Runs `fetch` in a thread and returns its answer.

        Raises:
            SpeechError: the deadline passed, `fetch` raised it, too many calls are running, or
                calls are paused after a failure. The first call after a pause raises it too and
                runs `fetch` in the background; if that succeeds, the next call runs normally.
        """
        if not self._slots.acquire(blocking=False):
            raise SpeechError(ErrorCode.ONLINE_VOICE_BUSY)
        how = self._breaker.next_call()
        if how == "wait":
            return self._wait(fetch)
        if how == "background":
            retry = threading.Thread(target=self._retry, args=(fetch,), daemon=True)
            if not _started(retry):
                self._breaker.failed()
                self._slots.release()
        else:
            self._slots.release()
        raise SpeechError(ErrorCode.ONLINE_VOICE_SUSPENDED)

    def _retry(self, fetch: Fetch[Answer]) -> None:
        with contextlib.suppress(SpeechError):
            self._wait(fetch)

    def _wait(self, fetch: Fetch[Answer]) -> Answer:
        future: Future[Answer] = Future()
        given_up = threading.Event()
        # In a thread, because neither DNS nor an answer that trickles in has a time limit. It is a
        # daemon, so that one which was given up does not delay the exit.
        worker = threading.Thread(target=self._work, args=(fetch, future, given_up), daemon=True)
        try:
            if not _started(worker):
                self._slots.release()
                raise SpeechError(ErrorCode.ONLINE_VOICE_UNAVAILABLE)
            answer = future.result(timeout=self._deadline_s)
        except TimeoutError as error:
            given_up.set()
            self._breaker.failed()
            raise SpeechError(ErrorCode.ONLINE_VOICE_TIMEOUT) from error
        except PauseError as error:
            self._breaker.failed(error.pause_s)
            raise
        except SpeechError:
            self._breaker.failed()
            raise
        finally:
            # Breaks the cycle of future, error and frame, so that the socket of a failed request
            # is closed now and not by the garbage collector.
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
    """False if the system has no thread left, or Python is shutting down."""
    try:
        thread.start()
    except RuntimeError:
        return False
    return True
