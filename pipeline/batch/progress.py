"""How far a run is, at what rate, and how long it will still take."""

from __future__ import annotations

import sys
import time

from pipeline.command_line.console import Console
from pipeline.phrases import Phrases

# A line that changes by itself is read again and again by a screen reader.
_TERMINAL_S, _FILE_S = 5.0, 30.0


class Progress:
    """Writes a line to the errors from time to time."""

    def __init__(self, total: int, console: Console, say: Phrases) -> None:
        """Begins now.

        Args:
            total: photos to describe.
            console: shows the lines.
            say: the person's sentences.
        """
        self._total, self._console, self._say = total, console, say
        self._begun = self._told = time.monotonic()
        self._every_s = _TERMINAL_S if sys.stderr.isatty() else _FILE_S
        self._done = 0

    def step(self) -> None:
        """Counts a photo, and tells if it is time."""
        self._done += 1
        now = time.monotonic()
        if now - self._told < self._every_s:
            return
        self._told = now
        rate = self._done / (now - self._begun)
        left_s = (self._total - self._done) / rate
        self._console.error(
            self._say.batch_progress.format(
                done=self._done, total=self._total, rate=f"{rate:.1f}", left=_duration(left_s)
            )
        )


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds ("1:02:03")."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"
