"""Whose camera is looked at next, where several share a machine."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """One turn at a time, in the order in which they were asked for; threads share it.

    A lock is not fair: the thread that has just released it mostly has it again before another has
    woken up. Here a turn is handed over to whoever waits longest. What a person waits for goes
    before what nobody asked for, but never twice in a row, so that nobody is kept out.
    """

    def __init__(self) -> None:
        """It is nobody's turn."""
        self._lock = threading.Lock()
        self._taken = False
        self._after_asked = False  # whether the last turn was given out of order
        self._asked: deque[threading.Event] = deque()
        self._others: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        with self._lock:
            return len(self._asked) + len(self._others)

    @contextmanager
    def turn(self, *, asked: bool = False) -> Iterator[None]:
        """Waits for a turn, which ends with the block.

        Args:
            asked: whether a person waits for what is done in it.
        """
        self._wait(self._asked if asked else self._others)
        try:
            yield
        finally:
            self._hand_over()

    def _wait(self, line: deque[threading.Event]) -> None:
        mine = threading.Event()
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            line.append(mine)
        mine.wait()

    def _hand_over(self) -> None:
        with self._lock:
            first = bool(self._asked) and not (self._after_asked and self._others)
            self._after_asked = first
            line = self._asked if first else self._others
            if line:
                line.popleft().set()
            else:
                self._taken = False
