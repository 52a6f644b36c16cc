"""COCO's 80 things with their places: EfficientDet-Lite0, anchors and suppression in NumPy.

Tan, Pang and Le, "EfficientDet" (2020); `export.efficientdet` writes the graph.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.onnx_session import open_session
from pipeline.errors import ErrorCode, ModelError
from pipeline.image import squash

DETECTOR_FILE = "detector.onnx"
SIDE_PX = 320  # of the square that a photo is squashed to

# The graph's argument and results.
RGB = "rgb"  # (1, 320, 320, 3) uint8
BOXES = "boxes"  # (1, A, 4) float32: of each anchor, shift y, x and log scale y, x
SCORES = "scores"  # (1, A) float32, 0..1, of the anchor's likeliest class
CLASSES = "classes"  # (1, A) int64, that class
PRESENCE = "presence"  # (1, 90) float32, 0..1, the highest score of each class
OUTPUTS = (BOXES, SCORES, CLASSES, PRESENCE)

# COCO's labels by class; it left ten numbers out.
LABELS = tuple(
    """person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,,
stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,,backpack,
umbrella,,,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,
baseball glove,skateboard,surfboard,tennis racket,bottle,,wine glass,cup,fork,knife,spoon,bowl,
banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,
,dining table,,,toilet,,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,
refrigerator,,book,clock,vase,scissors,teddy bear,hair drier,toothbrush""".replace("\n", "").split(
        ","
    )
)

# Anchors of the five levels of the pyramid, as the network was trained with them.
_CELLS = (40, 20, 10, 5, 3)  # a side of each level
_ANCHOR_SCALE = 3.0
_OCTAVES = (0.0, 1 / 3, 2 / 3)
_ASPECTS = (1.0, 2.0, 0.5)

_LEAST_SCORE = 0.1  # below it nothing was ever a thing (training/LOG.md)
_MOST_ANCHORS = 200
_SAME_THING = 0.5  # intersection over union of two boxes of one class
_WITHIN = 0.85  # share of the smaller of two boxes of one class: a hand within a person
_SAME_PLACE = 0.8  # intersection over union of two classes: one thing that was named twice


@dataclass(frozen=True)
class Box:
    """A place in a photo, in shares of its width and height, 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """The share of the photo that it covers."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Detection:
    """One thing that the detector found.

    Attributes:
        label: its class, one of `LABELS`.
        score: 0..1, not calibrated.
        box: its place.
    """

    label: str
    score: float
    box: Box


@dataclass(frozen=True)
class Detections:
    """What the detector found in a photo.

    Attributes:
        things: the best first.
        presence: (90,) float32, the highest score of each class, also of those not found.
    """

    things: tuple[Detection, ...]
    presence: NDArray[np.float32]


class Detector:
    """The opened graph. Calls keep no state in it, so threads may share it."""

    def __init__(self, path: Path) -> None:
        """Opens the graph on one processor thread: the captioner has the others.

        Raises:
            ModelError: the file is missing or damaged.
        """
        self._session = open_session(path, threads=1)

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        """Finds things in (H, W, 3) uint8 RGB.

        Raises:
            ModelError: the file holds another graph.
        """
        try:
            boxes, scores, classes, presence = self._session.run(
                OUTPUTS, {RGB: squash(rgb, SIDE_PX)[None]}
            )
        except Exception as error:  # onnxruntime raises many unrelated kinds
            raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED) from error
        return Detections(tuple(find_things(boxes[0], scores[0], classes[0])), presence[0])


def find_things(
    shifts: NDArray[np.float32], scores: NDArray[np.float32], classes: NDArray[np.int64]
) -> list[Detection]:
    """Turns anchors into things: the best of overlapping boxes, the best first.

    Args:
        shifts: (A, 4) float32, the graph's `BOXES`.
        scores: (A,) float32, 0..1.
        classes: (A,) int64.
    """
    best = np.argsort(-scores, kind="stable")[:_MOST_ANCHORS]
    best = best[scores[best] >= _LEAST_SCORE]
    boxes = decode(shifts[best], anchors()[best])
    kept: list[int] = []
    for number in range(len(best)):
        over_union, over_smaller = _overlaps(boxes[number], boxes[kept])
        same = classes[best[kept]] == classes[best[number]]
        again = same & ((over_union > _SAME_THING) | (over_smaller > _WITHIN))
        if not (again | (over_union > _SAME_PLACE)).any():
            kept.append(number)
    return [
        Detection(LABELS[classes[best[one]]], float(scores[best[one]]), Box(*boxes[one].tolist()))
        for one in kept
        if LABELS[classes[best[one]]]
    ]


@functools.cache
def anchors() -> NDArray[np.float32]:
    """(A, 4) float32: centre y, x, height and width of each anchor, in pixels of the square."""
    levels = []
    for cells in _CELLS:
        stride = SIDE_PX / cells
        centres = np.arange(cells) * stride + stride / 2
        sizes = [
            (stride * _ANCHOR_SCALE * 2**octave / aspect**0.5,
             stride * _ANCHOR_SCALE * 2**octave * aspect**0.5)
            for octave in _OCTAVES
            for aspect in _ASPECTS
        ]  # fmt: skip
        grid = np.stack(np.meshgrid(centres, centres, indexing="ij"), axis=-1).reshape(-1, 1, 2)
        shape = (len(grid), len(sizes), 2)
        sides = np.broadcast_to(np.array(sizes), shape)
        levels.append(np.concatenate([np.broadcast_to(grid, shape), sides], axis=2).reshape(-1, 4))
    return np.concatenate(levels).astype(np.float32)


def decode(shifts: NDArray[np.float32], placed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shifts anchors to boxes.

    Args:
        shifts: (N, 4) float32, the graph's `BOXES`.
        placed: (N, 4) float32, rows of `anchors`.

    Returns:
        (N, 4) float32: left, top, right, bottom in shares of the photo, within it.
    """
    centres = placed[:, :2] + shifts[:, :2] * placed[:, 2:]
    halves = placed[:, 2:] * np.exp(shifts[:, 2:]) / 2
    low, high = (centres - halves) / SIDE_PX, (centres + halves) / SIDE_PX
    corners = np.concatenate([low[:, ::-1], high[:, ::-1]], axis=1)
    return np.asarray(np.clip(corners, 0, 1), np.float32)


def _overlaps(
    box: NDArray[np.float32], others: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The intersection of a box with (N, 4) others, over their union and over the smaller one."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.clip(high - low, 0, None).prod(axis=1)
    area, areas = (box[2:] - box[:2]).prod(), (others[:, 2:] - others[:, :2]).prod(axis=1)
    return both / (area + areas - both + 1e-9), both / (np.minimum(area, areas) + 1e-9)
