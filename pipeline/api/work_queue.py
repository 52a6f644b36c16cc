"""Work that is done beside the event loop, a few at a time, with a bounded number that waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.errors import ApiError, ErrorCode

_T = TypeVar("_T")

_FIRST_GUESS_S = 0.5  # of what one piece of work takes, before any was done
_NEWEST = 0.2  # the weight of the newest one in the mean


class WorkQueue:
    """A bounded queue before a few threads; safe to use from several event loops."""

    def __init__(self, name: str, workers: int, most_waiting: int) -> None:
        """Starts no thread before there is work.

        Args:
            name: of the threads.
            workers: pieces of work that are done at a time.
            most_waiting: those that may wait beside them; more are refused.
        """
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._workers, self._most = workers, workers + most_waiting
        self._inside = 0  # pieces of work that wait or are done now
        self._mean_s = _FIRST_GUESS_S
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a thread."""
        with self._lock:
            return max(self._inside - self._workers, 0)

    async def do(self, work: Callable[[], _T]) -> _T:
        """Does the work on a thread, in the order of the calls.

        Work whose caller was cancelled while it waited is not begun.

        Raises:
            ApiError: too many wait already.
        """
        with self._lock:
            if self._inside >= self._most:
                seconds = max(1, round(self._mean_s * self._inside / self._workers))
                raise ApiError(ErrorCode.API_BUSY, seconds=seconds)
            self._inside += 1
        future = self._threads.submit(self._timed, work)
        future.add_done_callback(lambda _: self._leave())
        return await asyncio.wrap_future(future)

    def _timed(self, work: Callable[[], _T]) -> _T:
        started = time.monotonic()
        try:
            return work()
        finally:
            took_s = time.monotonic() - started
            with self._lock:
                self._mean_s += _NEWEST * (took_s - self._mean_s)

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1
