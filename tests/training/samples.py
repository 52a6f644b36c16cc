"""Captions, a contract and photos that several tests of training use."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from pipeline.captioning.contract import ModelContract

REFERENCES = {
    "dog.jpg": [
        "A black dog runs on the beach.",
        "The dog, a black one, runs!",
        "A dog is running",
    ],
    "boy.jpg": ["A boy's kite flies.", "The boy flies a red kite on the beach .", "Kite flying"],
    "car.jpg": ["Two men push a car", "Men pushing an old car up a hill .", "A car is pushed ."],
}
CANDIDATES = {
    "dog.jpg": "A black dog runs on the the beach",
    "boy.jpg": "A boy flies a kite",
    "car.jpg": "Two men push an old car",
}

BILINGUAL = {"en": ["a dog runs", "a cat"], "fr": ["un chat"]}


def words(text: str) -> list[str]:
    return text.lower().replace(".", "").replace(",", "").replace("!", "").split()


CONTRACT = ModelContract(
    encoder="tiny",
    encoder_file="encoder.onnx",
    encoder_8bit_file="",
    encoder_weights_file="",
    decoder_file="decoder.onnx",
    vocabulary_file="vocabulary.json",
    vocabulary_sha256="0123456789abcdef" * 4,
    input_size=8,
    mean=(0.5, 0.5, 0.5),
    std=(0.5, 0.5, 0.5),
    grid=(2, 2),
    layers=1,
    heads=1,
    width=4,
    max_length=5,
    beam_size=3,
    length_penalty=0.7,
    languages=("en",),
    confidence_file="confidence.npz",
)


def jpeg(seed: int, size: tuple[int, int]) -> bytes:
    colours = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(colours).resize(size).save(file, "JPEG")
    return file.getvalue()
