"""A circuit breaker: who has just failed is not asked again for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FIRST_REST_S = 60.0
LONGEST_REST_S = 960.0


class Breaker:
    """Counts failures; each one in a row doubles the rest, from one minute to sixteen."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins closed: everything may be asked.

        Args:
            clock: seconds that never run backwards.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until_s = float("-inf")

    @property
    def rest_s(self) -> float:
        """Seconds until it may be asked again; 0 when it may be asked now."""
        with self._lock:
            return max(0.0, self._open_until_s - self._clock())

    def failed(self, at_least_s: float = 0.0) -> None:
        """Begins a rest, or lengthens it to `at_least_s` from now.

        Failures of requests that were under way when the first of them failed count once.
        """
        with self._lock:
            now_s = self._clock()
            if now_s >= self._open_until_s:
                rest_s = min(FIRST_REST_S * 2**self._failures, LONGEST_REST_S)
                self._failures = min(self._failures + 1, 10)
                self._open_until_s = now_s + rest_s
            self._open_until_s = max(self._open_until_s, now_s + at_least_s)

    def succeeded(self) -> None:
        """Forgets the failures."""
        with self._lock:
            self._failures = 0
            self._open_until_s = float("-inf")
