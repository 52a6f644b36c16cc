"""A circuit breaker: who has just failed is not asked again for a while, then only on trial."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

FIRST_REST_S = 60.0
LONGEST_REST_S = 960.0
LONGEST_PAUSE_S = 6 * 3600.0  # an answer from the network must not silence a voice for good


class Breaker:
    """Counts failures; each one in a row doubles the rest, from one minute to sixteen.

    After a rest one request goes out on trial, for which nobody waits: so a network that stays
    dead costs its deadline once, at the first failure, and never again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins closed: everything may be asked.

        Args:
            clock: seconds that never run backwards.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until_s = float("-inf")
        self._on_trial = False

    @property
    def rest_s(self) -> float:
        """Seconds until it may be asked again; 0 when it may be asked now."""
        with self._lock:
            return max(0.0, self._open_until_s - self._clock())

    def turn(self) -> Literal["ask", "try", "rest"]:
        """What to do now: ask and wait, try in the background, or leave it alone.

        Whoever is told "try" must tell how it ended, by `failed` or `succeeded`.
        """
        with self._lock:
            if self._failures == 0:
                return "ask"
            if self._on_trial or self._clock() < self._open_until_s:
                return "rest"
            self._on_trial = True
            return "try"

    def failed(self, at_least_s: float = 0.0) -> None:
        """Begins a rest, or lengthens it to `at_least_s` from now (`LONGEST_PAUSE_S` at most).

        Failures of requests that were under way when the first of them failed count once.
        """
        with self._lock:
            self._on_trial = False
            now_s = self._clock()
            if now_s >= self._open_until_s:
                rest_s = min(FIRST_REST_S * 2**self._failures, LONGEST_REST_S)
                self._failures = min(self._failures + 1, 10)
                self._open_until_s = now_s + rest_s
            pause_s = min(at_least_s, LONGEST_PAUSE_S)
            self._open_until_s = max(self._open_until_s, now_s + pause_s)

    def succeeded(self) -> None:
        """Forgets the failures."""
        with self._lock:
            self._on_trial = False
            self._failures = 0
            self._open_until_s = float("-inf")
