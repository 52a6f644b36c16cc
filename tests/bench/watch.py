"""Notes how long things take that alternate, so that a busy machine slows all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Watch:
    """Seconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}

    def __call__(self, name: str, call: Callable[[], Result]) -> Result:
        """What the call returns; how long it took is noted."""
        started = time.perf_counter()
        result = call()
        self.spent.setdefault(name, []).append(time.perf_counter() - started)
        return result

    def median_s(self, name: str) -> float:
        """Median seconds."""
        return statistics.median(self.spent[name])
