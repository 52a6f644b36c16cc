"""A circuit breaker: pauses calls after a failure, then tests with one call in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

FIRST_PAUSE_S = 60.0
LONGEST_OWN_PAUSE_S = 960.0
LONGEST_REQUESTED_PAUSE_S = 6 * 3600.0  # a Retry-After must not disable a voice for good


class CircuitBreaker:
    """Counts failures; each further one doubles the pause, from 1 to 16 minutes.

    After a pause one call runs in the background, as a test. So while a network is down, callers
    wait for the deadline only once, at the first failure.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts closed: calls are allowed.

        Args:
            clock: a monotonic clock, in seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until_s = float("-inf")
        self._testing = False

    @property
    def pause_left_s(self) -> float:
        """Seconds until a call is allowed; 0 if one is allowed now."""
        with self._lock:
            return max(0.0, self._open_until_s - self._clock())

    def next_call(self) -> Literal["wait", "background", "none"]:
        """How to call now: wait for the result, test in the background, or not at all.

        After "background", the caller must report the result by `failed` or `succeeded`.
        """
        with self._lock:
            if self._failures == 0:
                return "wait"
            if self._testing or self._clock() < self._open_until_s:
                return "none"
            self._testing = True
            return "background"

    def failed(self, at_least_s: float = 0.0) -> None:
        """Starts a pause, or extends it to last at least `at_least_s` from now.

        More than `LONGEST_REQUESTED_PAUSE_S` is not granted.

        Failures of concurrent calls count once.
        """
        with self._lock:
            self._testing = False
            now_s = self._clock()
            if now_s >= self._open_until_s:
                pause_s = min(FIRST_PAUSE_S * 2**self._failures, LONGEST_OWN_PAUSE_S)
                self._failures = min(self._failures + 1, 10)
                self._open_until_s = now_s + pause_s
            requested_s = min(at_least_s, LONGEST_REQUESTED_PAUSE_S)
            self._open_until_s = max(self._open_until_s, now_s + requested_s)

    def succeeded(self) -> None:
        """Closes the breaker and resets the count of failures."""
        with self._lock:
            self._testing = False
            self._failures = 0
            self._open_until_s = float("-inf")
