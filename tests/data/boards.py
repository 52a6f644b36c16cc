"""Boards with lines before a camera: a sign, or a page of text that moves into view."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WALL = np.full((480, 640, 3), (90, 110, 130), np.uint8)
MENU = ("Settings", "Sound", "Battery", "Storage", "Display", "Network")


def board(*lines: str, right: int = 0, down: int = 0) -> NDArray[np.uint8]:
    """(480, 640, 3) uint8 RGB: a white board, moved by pixels; what leaves the frame is cut off."""
    picture = WALL.copy()
    cv2.rectangle(picture, (70, 40), (570, 440), (245, 245, 245), -1)
    for number, text in enumerate(lines):
        place = (110, 110 + 60 * number)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(picture, text, place, font, 1.3, (20, 20, 20), 3, cv2.LINE_AA)
    shift = np.array(((1, 0, right), (0, 1, down)), np.float32)
    moved = cv2.warpAffine(picture, shift, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
