"""Names the things in a photo: the detector and ImageNet's classes joined, with probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ErrorCode, ModelError
from pipeline.recognition.classifier import HEADS_FILE, Classifier, load_classifier
from pipeline.recognition.detector import DETECTOR_FILE, LABELS, Box, Detection, Detector
from pipeline.recognition.evidence import EVIDENCE_FILE, Evidence, load_evidence
from pipeline.recognition.names import Name, names
from pipeline.recognition.probabilities import (
    CALIBRATION_FILE,
    Calibration,
    Floats,
    load_calibration,
)

RECOGNITION_FOLDER = "recognition"  # beside the captioner's files
LEAST_PROBABILITY = 0.05  # what is less probable is not worth a place in the list


@dataclass(frozen=True)
class Recognised:
    """One thing in a photo.

    Attributes:
        name: what it is.
        probability: 0..1, that people would name it so.
        box: its place; None for a thing that only ImageNet's classes name.
    """

    name: Name
    probability: float
    box: Box | None


@dataclass(frozen=True)
class Recognition:
    """All that was recognised in a photo.

    Attributes:
        things: the most probable first.
        presence: (N,) float64, the probability of each name of `names()` to be in the photo.
    """

    things: tuple[Recognised, ...]
    presence: Floats = field(compare=False, repr=False)


NOTHING = Recognition((), np.zeros(len(names())))


@dataclass(frozen=True)
class Outputs:
    """What the networks put out for a photo, before calibration.

    Attributes:
        imagenet: (N,) float64, the sum of the probabilities of each name's ImageNet classes.
        coco: (N,) float64, the detector's highest score of each name.
        detections: what the detector found.
    """

    imagenet: Floats
    coco: Floats
    detections: tuple[Detection, ...]


class Recogniser:
    """Detector, classifier and calibration. Calls keep no state in it: threads may share it."""

    def __init__(
        self,
        detector: Detector,
        classifier: Classifier,
        calibration: Calibration,
        evidence: Evidence,
    ) -> None:
        """Joins opened parts; `load` opens them from a folder."""
        self.calibration, self.evidence = calibration, evidence
        self._detector, self._classifier = detector, classifier
        every = names()
        self._place = {name.coco: number for number, name in enumerate(every) if name.coco}
        self._coco = np.array([LABELS.index(name.coco) for name in every if name.coco])
        self._of_coco = np.array([number for number, name in enumerate(every) if name.coco])
        self._sums = np.zeros((1000, len(every)))  # classes to names
        for number, name in enumerate(every):
            self._sums[list(name.imagenet), number] = 1

    @classmethod
    def load(cls, folder: Path, encoder: str, *, calibrated: bool = True) -> Recogniser:
        """Opens the files in `folder`.

        Args:
            folder: holds the detector, the last layers and what was fitted for them.
            encoder: name of the encoder whose features will be given.
            calibrated: False before anything was fitted: then nothing is sure.

        Raises:
            ModelError: a file is missing or damaged, or the classes are another encoder's.
        """
        classifier = load_classifier(folder / HEADS_FILE)
        if classifier.encoder != encoder:
            raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
        calibration, evidence = Calibration.neutral(), Evidence.neutral()
        if calibrated:
            calibration = load_calibration(folder / CALIBRATION_FILE)
            evidence = load_evidence(folder / EVIDENCE_FILE)
        return cls(Detector(folder / DETECTOR_FILE), classifier, calibration, evidence)

    def recognise(self, rgb: NDArray[np.uint8], features: NDArray[np.float32]) -> Recognition:
        """Names the things in a photo.

        Args:
            rgb: (H, W, 3) uint8, RGB.
            features: (D,) float32, what the captioner's encoder gave for it.

        Raises:
            ModelError: the detector's file holds another graph.
        """
        outputs = self.outputs(rgb, features)
        presence = self.calibration.probabilities(outputs.imagenet, outputs.coco)
        boxed = [
            Recognised(names()[number], float(self._at(outputs, one, number)), one.box)
            for one in outputs.detections
            for number in [self._place[one.label]]
        ]
        placed = {one.name for one in boxed}
        whole = [
            Recognised(name, float(chance), None)
            for name, chance in zip(names(), presence, strict=True)
            if name not in placed
        ]
        things = sorted([*boxed, *whole], key=lambda one: -one.probability)
        likely = tuple(one for one in things if one.probability >= LEAST_PROBABILITY)
        return Recognition(likely, presence)

    def outputs(self, rgb: NDArray[np.uint8], features: NDArray[np.float32]) -> Outputs:
        """What the networks put out; arguments and errors are those of `recognise`."""
        found = self._detector.detect(rgb)
        coco = np.zeros(len(names()))
        coco[self._of_coco] = found.presence[self._coco]
        imagenet = self._classifier.probabilities(features).astype(np.float64) @ self._sums
        return Outputs(imagenet, coco, found.things)

    def _at(self, outputs: Outputs, one: Detection, number: int) -> np.float64:
        """The probability of a name at one detection's place."""
        coco = outputs.coco.copy()
        coco[number] = one.score
        return np.float64(self.calibration.probabilities(outputs.imagenet, coco)[number])
