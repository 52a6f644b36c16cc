"""Reads one line of text: PP-OCRv6's recogniser, whose graph is in the wheel of rapidocr.

A network with connectionist temporal classification (Graves and others, ICML 2006): each slice of
the line gets a character or none, and a character that goes on counts once.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.onnx_session import Session

HEIGHT_PX = 48  # of a line, as the network was trained
_SLICE_PX = 8  # a slice of the answer
_LONGEST_PX = 3200  # bounds the memory of a call
_SHORTEST_PX = 160  # shorter lines are padded, as in training
# Western European letters and the signs beside them, without those that no sign or letter has.
_SIGNS = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA1, 0x100)))) | set(
    "ŒœŸ€\u2013—\u2018\u2019“”•…™"
)


class Transcriber:
    """The opened recogniser. Calls keep no state in it, so threads may share it."""

    def __init__(self, session: Session, characters: str) -> None:
        """Takes the opened graph and its characters.

        Args:
            session: the graph.
            characters: one in a line, as in the graph's metadata.
        """
        self._session = session
        # 0 is none; a blank was added behind the last.
        known = ["", *characters.splitlines(), " "]
        # No voice reads other letters. A slice that shows one gets the best of these, with the
        # little probability that is left for it, so that its line is not believed.
        self._kept = np.array([n for n, sign in enumerate(known) if not sign or sign in _SIGNS])
        self._characters = [known[n] for n in self._kept]

    def read(self, line: NDArray[np.uint8]) -> tuple[str, float]:
        """Reads a line.

        Args:
            line: (h, w, 3) uint8, 0..255, RGB: the text, upright, with little around it.

        Returns:
            The text, "" for none, and the mean probability of its characters, 0..1.
        """
        height, width = line.shape[:2]
        wide = min(max(math.ceil(width * HEIGHT_PX / height), _SLICE_PX), _LONGEST_PX)
        shrinks = height > HEIGHT_PX
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        bgr = cv2.resize(line, (wide, HEIGHT_PX), interpolation=interpolation)[:, :, ::-1]
        padded = max(math.ceil(wide / _SLICE_PX) * _SLICE_PX, _SHORTEST_PX)
        pixels = np.zeros((1, 3, HEIGHT_PX, padded), np.float32)
        pixels[0, :, :, :wide] = bgr.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1)
        (scores,) = self._session.run(("fetch_name_0",), {"x": pixels})
        kept = scores[0][:, self._kept]
        best = kept.argmax(1)
        begins = np.concatenate(([True], best[1:] != best[:-1])) & (best > 0)
        text = "".join(self._characters[n] for n in best[begins])
        probability = float(kept.max(1)[begins].mean()) if begins.any() else 0.0
        return text.strip(), probability
