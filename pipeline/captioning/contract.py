"""The model contract that training, export and run time share: contract.json and tensor names."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ErrorCode, ModelError

CONTRACT_FILE = "contract.json"

# The tensors' names, the same in every folder and in both graphs.
PIXELS = "pixels"  # (1, 3, S, S) float32, RGB, normalised
CROSS_KEYS = "cross_keys"  # (1, L * H, N, W / H) float32, the photo's keys for every layer
CROSS_VALUES = "cross_values"  # likewise
FEATURES = "features"  # (1, D) float32, the mean over the feature map
TOKENS = "tokens"  # (B,) int64, the last word of each beam
KEYS = "keys"  # (L, B, H, T, W / H) float32, the decoder's cache of the T words so far
VALUES = "values"  # likewise
LOG_PROBABILITIES = "log_probabilities"  # (B, V) float32, natural logarithms
NEXT_KEYS = "next_keys"  # (L, B, H, T + 1, W / H) float32
NEXT_VALUES = "next_values"  # likewise
ATTENTION = "attention"  # (B, N) float32, mean over layers and heads, sum 1

# The graphs' arguments and results, in order.
ENCODER_INPUTS = (PIXELS,)
ENCODER_OUTPUTS = (CROSS_KEYS, CROSS_VALUES, FEATURES)
DECODER_INPUTS = (TOKENS, KEYS, VALUES, CROSS_KEYS, CROSS_VALUES)
DECODER_OUTPUTS = (LOG_PROBABILITIES, NEXT_KEYS, NEXT_VALUES, ATTENTION)


@dataclass(frozen=True)
class ModelContract:
    """Files, shapes, preprocessing and search settings of a model.

    Attributes:
        encoder: name of the encoder that was trained ("efficientnet-lite2").
        encoder_file: the encoder's ONNX file, beside the contract; it computes in float32.
        encoder_8bit_file: another that computes the same in 8 bits; empty for none.
        encoder_weights_file: what both read their weights from; empty where they hold them.
        decoder_file: the decoder step's ONNX file.
        vocabulary_file: the vocabulary's JSON file.
        vocabulary_sha256: `Vocabulary.sha256()` of the words the model was trained with.
        input_size: S, the side of the square that a photo is squashed to, in pixels.
        mean: per channel, of RGB scaled to 0..1.
        std: per channel, of RGB scaled to 0..1.
        grid: rows and columns of the feature map; its N positions are in row-major order.
        layers: L, decoder layers.
        heads: H, attention heads.
        width: W, features of a decoder position.
        max_length: most words in a description.
        beam_size: beams at run time.
        length_penalty: scores are divided by length to this power (0 favours short sentences).
        languages: two-letter codes of the languages that the model was trained on.
        confidence_file: what `training.calibrate` fitted, read by `pipeline.captioning.confidence`.
    """

    encoder: str
    encoder_file: str
    encoder_8bit_file: str
    encoder_weights_file: str
    decoder_file: str
    vocabulary_file: str
    vocabulary_sha256: str
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    grid: tuple[int, int]
    layers: int
    heads: int
    width: int
    max_length: int
    beam_size: int
    length_penalty: float
    languages: tuple[str, ...]
    confidence_file: str

    @classmethod
    def load(cls, folder: Path) -> ModelContract:
        """Reads and checks `folder/contract.json`.

        Raises:
            ModelError: the file is missing or damaged, or has other fields.
        """
        path = folder / CONTRACT_FILE
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelError(
                ErrorCode.MODEL_MISSING, file=CONTRACT_FILE, folder=folder.name
            ) from error
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(ErrorCode.CONTRACT_UNREADABLE, file=CONTRACT_FILE) from error
        names = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(raw, dict) or set(raw) != names:
            raise ModelError(ErrorCode.CONTRACT_OTHER_VERSION, file=CONTRACT_FILE)
        try:
            contract = cls(
                encoder=str(raw["encoder"]),
                encoder_file=str(raw["encoder_file"]),
                encoder_8bit_file=str(raw["encoder_8bit_file"]),
                encoder_weights_file=str(raw["encoder_weights_file"]),
                decoder_file=str(raw["decoder_file"]),
                vocabulary_file=str(raw["vocabulary_file"]),
                vocabulary_sha256=str(raw["vocabulary_sha256"]),
                input_size=int(raw["input_size"]),
                mean=_triple(raw["mean"]),
                std=_triple(raw["std"]),
                grid=_pair(raw["grid"]),
                layers=int(raw["layers"]),
                heads=int(raw["heads"]),
                width=int(raw["width"]),
                max_length=int(raw["max_length"]),
                beam_size=int(raw["beam_size"]),
                length_penalty=float(raw["length_penalty"]),
                languages=tuple(str(code) for code in raw["languages"]),
                confidence_file=str(raw["confidence_file"]),
            )
        except (TypeError, ValueError) as error:
            raise ModelError(ErrorCode.CONTRACT_VALUE_WRONG, file=CONTRACT_FILE) from error
        contract.check()
        return contract

    def check(self) -> None:
        """Checks the ranges.

        Raises:
            ModelError: a value is out of its range.
        """
        counts = (self.input_size, self.layers, self.heads, self.width, self.max_length)
        positive = (*counts, *self.grid)
        sound = (
            min(positive) > 0
            and self.beam_size > 0
            and self.width % self.heads == 0
            and min(self.std) > 0
            and len(self.languages) > 0
            and self.confidence_file != ""
        )
        if not sound:
            raise ModelError(ErrorCode.CONTRACT_VALUE_OUT_OF_RANGE, file=CONTRACT_FILE)

    def save(self, folder: Path) -> None:
        """Writes `folder/contract.json`."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        (folder / CONTRACT_FILE).write_text(text, encoding="utf-8")


def _pair(values: object) -> tuple[int, int]:
    if not isinstance(values, list | tuple) or len(values) != 2:
        raise ValueError("two numbers expected")
    rows, columns = (int(value) for value in values)
    return rows, columns


def _triple(values: object) -> tuple[float, float, float]:
    if not isinstance(values, list | tuple) or len(values) != 3:
        raise ValueError("three numbers expected")
    red, green, blue = (float(value) for value in values)
    return red, green, blue
