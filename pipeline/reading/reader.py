"""Reads the text in a photo, with the models of RapidOCR.

Only the two graphs of its wheel are used (PP-OCRv6 small, Apache-2.0). Its own classes read every
photo at one size, take all processor cores, and set up a log of their own when they are imported.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.onnx_session import open_changing
from pipeline.errors import ErrorCode, ModelError
from pipeline.languages import ENGLISH
from pipeline.reading.language_guess import language_of
from pipeline.reading.ligatures import with_ligatures
from pipeline.reading.orientation import cut_out, direction_of, upright
from pipeline.reading.reading_order import ordered
from pipeline.reading.text_finder import TextFinder, is_text, regions
from pipeline.reading.transcriber import Transcriber
from pipeline.reading.trust import SEEN_FROM, trusted
from pipeline.reading.written_page import Block, Line, WrittenPage

FINDER_FILE = "PP-OCRv6_det_small.onnx"
TRANSCRIBER_FILE = "PP-OCRv6_rec_small.onnx"

# A page of letters of 11 pixels in 4,000, seen so small, still is text to the detector, though no
# line of it can be told from the next.
_GLANCE_SIDE = 224
_GLANCE_PX = 16  # so many pixels of text are the least that can be a word
# A sign's large letters are seen well in a quarter of the pixels, at a quarter of the cost. Where
# there are more lines, whose columns might run together, or lower ones, or one that is not read
# surely, the part is looked at again.
_LARGE_TEXT_SIDE, _LARGE_PX, _SIGN_LINES = 480, 16.0, 5
_READ_SIDE = 960
_MARGIN = 0.12  # of the photo's longer side, around what the glance found
_LIKELY = 0.9  # a line that was read so surely is not upside down
_TRIED = 3  # lines that are read both ways round


class Reader:
    """Reads photos. It opens its models when they are first needed; threads may share it."""

    def __init__(self, folder: Path | None = None) -> None:
        """Opens nothing yet.

        Args:
            folder: holds the two graphs; None for the one in rapidocr's wheel.
        """
        self._folder = folder
        self._lock = threading.Lock()
        self._finder: TextFinder | None = None
        self._transcriber: Transcriber | None = None

    def read(self, rgb: NDArray[np.uint8], language: str = ENGLISH) -> WrittenPage:
        """Reads a photo.

        Args:
            rgb: (H, W, 3) uint8, 0..255, RGB.
            language: two-letter code for blocks that could be of any language.

        Raises:
            ModelError: the models are missing or damaged.
        """
        origin, part = self._part_with_text(rgb)
        if not part.size:
            return WrittenPage()
        direction, lines = self._transcribed(part)
        lines = [replace(line, box=line.box + origin) for line in lines]
        seen = [line.box for line in lines if line.probability >= SEEN_FROM]
        lines = trusted(lines)
        blocks = [
            Block(tuple(block), layout, language_of("\n".join(x.text for x in block), language))
            for layout, block in ordered(lines, direction)
        ]
        return WrittenPage(
            tuple(blocks), _coverage(lines, rgb.shape[0] * rgb.shape[1]), tuple(seen)
        )

    def _part_with_text(
        self, rgb: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """The part of a photo that has text, and its origin; an empty one where there is none."""
        mask = is_text(self.finder.heat(rgb, _GLANCE_SIDE))
        if mask.sum() < _GLANCE_PX:
            return np.zeros(2, np.float32), rgb[:0]
        height, width = rgb.shape[:2]
        if max(height, width) <= _GLANCE_SIDE:
            return np.zeros(2, np.float32), rgb
        scale = np.array((width / mask.shape[1], height / mask.shape[0]))
        margin = _MARGIN * max(height, width)
        low, high = (
            [found(np.flatnonzero(mask.any(axis))) for axis in (0, 1)] for found in (np.min, np.max)
        )
        left, top = np.maximum(np.array(low) * scale - margin, 0).astype(int)
        right, bottom = ((np.array(high) + 1) * scale + margin).astype(int)
        part = np.ascontiguousarray(rgb[top:bottom, left:right])
        return np.array((left, top), np.float32), part

    def _transcribed(self, part: NDArray[np.uint8]) -> tuple[float, list[Line]]:
        """The direction of the text in a part of a photo, and its pieces of lines."""
        longer = max(part.shape)
        direction, lines = 0.0, list[Line]()
        for side in (_LARGE_TEXT_SIDE, _READ_SIDE):
            rectangles = regions(self.finder.heat(part, side), *part.shape[1::-1])
            is_finest = side == _READ_SIDE or longer <= side
            if not (is_finest or _is_sign(rectangles, _LARGE_PX * longer / side)):
                continue
            direction, lines = self._pieces(part, rectangles)
            if is_finest or (lines and all(line.probability >= _LIKELY for line in lines)):
                break
        return direction, [line for line in lines if line.text]

    def _pieces(
        self, part: NDArray[np.uint8], rectangles: list[NDArray[np.float32]]
    ) -> tuple[float, list[Line]]:
        """The same of these rectangles, also of those in which nothing can be read."""
        direction = direction_of(rectangles)
        boxes = [upright(rectangle, direction) for rectangle in rectangles]
        if self._is_upside_down(part, boxes):
            direction += 180
            boxes = [np.roll(box, 2, axis=0) for box in boxes]
        lines = []
        for box in boxes:
            text, probability = self.transcriber.read(cut_out(part, box))
            lines.append(Line(with_ligatures(text), probability, box))
        return direction, lines

    def _is_upside_down(self, rgb: NDArray[np.uint8], boxes: list[NDArray[np.float32]]) -> bool:
        """Whether the longest lines are read more surely the other way round."""
        longest = sorted(boxes, key=lambda box: -float(np.hypot(*(box[1] - box[0]))))[:_TRIED]
        as_found, turned = 0.0, 0.0
        for box in longest:
            line = cut_out(rgb, box)
            _, probability = self.transcriber.read(line)
            if probability >= _LIKELY:
                return False
            as_found += probability
            turned += self.transcriber.read(np.ascontiguousarray(line[::-1, ::-1]))[1]
        return turned > as_found

    @property
    def finder(self) -> TextFinder:
        """The opened detector."""
        with self._lock:
            if self._finder is None:
                self._finder = TextFinder(open_changing(self._file(FINDER_FILE)))
            return self._finder

    @property
    def transcriber(self) -> Transcriber:
        """The opened recogniser."""
        with self._lock:
            if self._transcriber is None:
                session = open_changing(self._file(TRANSCRIBER_FILE))
                characters = session.get_modelmeta().custom_metadata_map["character"]
                self._transcriber = Transcriber(session, characters)
            return self._transcriber

    def _file(self, name: str) -> Path:
        if self._folder is not None:
            return self._folder / name
        try:
            return Path(str(distribution("rapidocr").locate_file(f"rapidocr/models/{name}")))
        except PackageNotFoundError as error:
            raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=name) from error


def _is_sign(rectangles: list[NDArray[np.float32]], least_px: float) -> bool:
    """Whether these are few lines of large letters."""
    heights = [
        min(math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2]))
        for corners in rectangles
    ]
    return 0 < len(heights) <= _SIGN_LINES and min(heights) >= least_px


def _coverage(lines: list[Line], photo_px: int) -> float:
    """0..1, what the hull of all lines takes of a photo."""
    if not lines:
        return 0.0
    corners = np.concatenate([line.box for line in lines])
    return min(float(cv2.contourArea(cv2.convexHull(corners))) / photo_px, 1.0)
