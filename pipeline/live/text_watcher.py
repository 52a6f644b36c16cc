"""Decides what is said about the text in a stream of camera frames, and when.

Like Seeing AI's and Lookout's reading modes: short text is said once when it comes into view; of a
page, the person hears how to hold the camera until it is whole and still, and then the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases import phrases
from pipeline.reading.reader import Reader
from pipeline.reading.written_page import Line, WrittenPage

LIKE = 0.7  # from this likeness on two readings are of one line: blur changes a few letters
FORGOTTEN_S = 8.0  # a line that was out of view for so long is said when it comes back
EMPTY_S = 3.0  # seconds without text until the person hears of it
REPEAT_S = 4.0  # least seconds between two of the same advice
# Text of so many lines is a page to be held well; a sign is read as it comes.
_PAGE_LINES = 5
_EDGE = 0.015  # of a side: a line that ends so near to the frame's edge goes on beyond it
# A line that is cut lengthwise is not read, so the space above and below the text is looked at.
_MARGIN = 0.6  # of a line's height
_STILL = 0.03  # of the frame's diagonal: what a page held by hand moves between two readings
# So many of a page's lines are read surely when it is sharp. Of a drawn page that motion blurred by
# 9 to 15 pixels fewer were, and had a letter or two wrong; sharp, all were.
_SHARP = 0.8
_PATIENCE_S = 5.0  # a page that is whole and still and stays blurred is read as it is


class Advice(StrEnum):
    """How to hold the camera."""

    NO_TEXT = "no text"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    STILL = "still"

    def message(self, language: str) -> str:
        """The sentence, in a two-letter language."""
        say = phrases(language)
        messages = {
            Advice.NO_TEXT: say.reading_no_text,
            Advice.LEFT: say.reading_left,
            Advice.RIGHT: say.reading_right,
            Advice.TOP: say.reading_top,
            Advice.BOTTOM: say.reading_bottom,
            Advice.STILL: say.reading_still,
        }
        return messages[self]


@dataclass
class _Known:
    """A line that was seen.

    Attributes:
        text: as it was last read.
        at: when it was last seen.
        said: whether it was said.
    """

    text: str
    at: float
    said: bool = False


class TextWatcher:
    """Decides frame by frame; for one thread."""

    def __init__(self, reader: Reader) -> None:
        """Has seen nothing yet.

        Args:
            reader: reads the frames; threads may share it.
        """
        self._reader = reader
        self._rests = False
        self.forget()

    def forget(self) -> None:
        """The camera starts, or reading does: all that is in view is new."""
        self._known: list[_Known] = []
        self._text_at: float | None = None
        self._middle: NDArray[np.float32] | None = None
        self._blurred_at: float | None = None
        self._advice: Advice | None = None
        self._advised_at = -math.inf

    def look(
        self, rgb: NDArray[np.uint8], at: float, language: str, *, asked: bool = False
    ) -> WrittenPage | Advice | None:
        """Reads a frame, every second one at most.

        Args:
            rgb: (H, W, 3) uint8, 0..255, RGB.
            at: seconds on any clock that never goes back.
            language: two-letter code for blocks that could be of any language.
            asked: whether the person asked what is there: all of it is said, or that it is nothing.

        Returns:
            What to say now: text that is new, or how to hold the camera; None for nothing.

        Raises:
            ModelError: the models are missing or damaged.
        """
        self._rests = not self._rests
        if not self._rests and not asked:
            return None
        page = self._reader.read(rgb, language)
        if not page.blocks:
            return self._nothing(at, asked)
        self._text_at = at
        new = self._new_lines(page.lines, at)
        if len(page.lines) < _PAGE_LINES or asked:
            self._middle = None
            said = page.lines if asked else new
            return self._said(page, said) if said else None
        advice = self._advice_for(page, rgb.shape[1], rgb.shape[0])
        if advice is not None:
            self._blurred_at = None
        elif self._is_blurred(page, at):
            advice = Advice.STILL
        if advice is not None:
            return self._advised(advice, at)
        # A page is said whole, unless most of it was said before.
        if sum(len(line.text) for line in new) < len(page.text) / 2:
            return None
        return self._said(page, page.lines)

    def _nothing(self, at: float, asked: bool) -> Advice | None:
        self._middle = None
        if self._text_at is None:
            self._text_at = at
        if asked:
            return Advice.NO_TEXT
        return (
            self._advised(Advice.NO_TEXT, at, once=True) if at - self._text_at >= EMPTY_S else None
        )

    def _advised(self, advice: Advice, at: float, *, once: bool = False) -> Advice | None:
        """The advice, unless it was just given; one that is given once waits for another."""
        if advice is self._advice and (once or at - self._advised_at < REPEAT_S):
            return None
        self._advice, self._advised_at = advice, at
        return advice

    def _new_lines(self, lines: Sequence[Line], at: float) -> list[Line]:
        """The lines that were read alike in the last reading, and not said yet."""
        self._known = [known for known in self._known if at - known.at < FORGOTTEN_S]
        before, new = list(self._known), []
        for line in lines:
            known = next((one for one in before if alike(one.text, line.text)), None)
            if known is None:
                self._known.append(_Known(line.text, at))
                continue
            known.text, known.at = line.text, at
            if not known.said:
                new.append(line)
        return new

    def _said(self, page: WrittenPage, lines: Sequence[Line]) -> WrittenPage:
        """The part of a page that has these lines; they are noted as said."""
        self._advice = None
        for line in lines:
            for known in self._known:
                known.said = known.said or alike(known.text, line.text)
        return page.only(lines)

    def _advice_for(self, page: WrittenPage, width: int, height: int) -> Advice | None:
        corners = np.concatenate(page.seen)
        low, high = corners.min(0), corners.max(0)
        margin = _MARGIN * float(np.median([line.height_px for line in page.lines]))
        cut = (
            (Advice.LEFT, low[0] < _EDGE * width),
            (Advice.RIGHT, high[0] > (1 - _EDGE) * width),
            (Advice.TOP, low[1] < margin),
            (Advice.BOTTOM, high[1] > height - margin),
        )
        before, self._middle = self._middle, (low + high) / 2
        for advice, is_cut in cut:
            if is_cut:
                return advice
        if before is None:
            return Advice.STILL
        moved = math.hypot(*(self._middle - before))
        return Advice.STILL if moved > _STILL * math.hypot(width, height) else None

    def _is_blurred(self, page: WrittenPage, at: float) -> bool:
        """Whether to wait for a sharper picture of a page, which is not done for ever."""
        if sum(line.is_sure for line in page.lines) >= _SHARP * len(page.lines):
            self._blurred_at = None
            return False
        if self._blurred_at is None:
            self._blurred_at = at
        return at - self._blurred_at < _PATIENCE_S


def alike(text: str, other: str) -> bool:
    """Whether two readings are of one line."""
    return SequenceMatcher(None, text.lower(), other.lower()).ratio() >= LIKE
