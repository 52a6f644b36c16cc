"""ImageNet's classes from features that the captioner's encoder has computed anyway.

Two of the encoder's three networks are as ImageNet left them, so their own last layers still fit:
a product with a matrix, and their probabilities are averaged.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ErrorCode, ModelError

HEADS_FILE = "imagenet_heads.npz"
_UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Head:
    """The last layer of one network.

    Attributes:
        begin: where its features begin among the encoder's.
        weights: (C, 1000) float32.
        bias: (1000,) float32.
    """

    begin: int
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1000,) float32 that sum to 1, of the encoder's features (D,)."""
        own = features[self.begin : self.begin + len(self.weights)]
        logits = own @ self.weights + self.bias
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), np.float32)


@dataclass(frozen=True)
class Classifier:
    """The last layers of several networks.

    Attributes:
        encoder: name of the encoder whose features they read.
        heads: the layers.
    """

    encoder: str
    heads: tuple[Head, ...]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The mean of the networks' probabilities, (1000,) float32.

        Args:
            features: (D,) float32, the encoder's `features`.
        """
        every = [head.probabilities(features) for head in self.heads]
        return np.asarray(np.mean(every, axis=0), np.float32)


def save_classifier(classifier: Classifier, path: Path) -> None:
    """Writes the layers with 8-bit weights, each class with a scale of its own."""
    arrays: dict[str, NDArray[np.generic]] = {"encoder": np.array(classifier.encoder)}
    for number, head in enumerate(classifier.heads):
        scale = np.maximum(np.abs(head.weights).max(axis=0), 1e-12) / 127
        arrays[f"begin_{number}"] = np.array(head.begin)
        arrays[f"weights_{number}"] = np.rint(head.weights / scale).astype(np.int8)
        arrays[f"scale_{number}"] = scale.astype(np.float32)
        arrays[f"bias_{number}"] = head.bias.astype(np.float32)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_classifier(path: Path) -> Classifier:
    """Reads what `save_classifier` wrote.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            count = sum(name.startswith("begin_") for name in file.files)
            heads = tuple(
                Head(
                    int(file[f"begin_{number}"]),
                    file[f"weights_{number}"].astype(np.float32) * file[f"scale_{number}"],
                    file[f"bias_{number}"],
                )
                for number in range(count)
            )
            return Classifier(str(file["encoder"]), heads)
    except FileNotFoundError as error:
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name) from error
    except _UNREADABLE as error:
        raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error
