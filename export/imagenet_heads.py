"""Writes the last layers of the encoder's two untouched networks: ImageNet's 1,000 classes.

    python -m export.imagenet_heads --assets assets

They are in the packages of the networks' weights (Apache-2.0). The encoder's first network was
fine-tuned, so its own last layer no longer fits.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from pipeline.recognition.classifier import HEADS_FILE, Classifier, Head, save_classifier
from pipeline.recognition.recogniser import RECOGNITION_FOLDER
from training.networks.efficientnet import TRIO, EfficientNetTrio, imagenet_weights

# The trio's features are its networks', one after another.
UNTOUCHED = {"efficientnet-lite1": 1, "efficientnet-lite0": 2}


def imagenet_heads() -> Classifier:
    """The last layers of Lite1 and Lite0, to be used with the trio's features."""
    width = EfficientNetTrio.channels // EfficientNetTrio.parts
    heads = []
    for name, place in UNTOUCHED.items():
        weights = imagenet_weights(name)
        matrix, bias = (weights[f"_fc.{part}"].numpy() for part in ("weight", "bias"))
        heads.append(Head(place * width, matrix.T.astype(np.float32), bias.astype(np.float32)))
    return Classifier(TRIO, tuple(heads))


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    path = parser.parse_args(arguments).assets / RECOGNITION_FOLDER / HEADS_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    save_classifier(imagenet_heads(), path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
