"""The networks there are to train, and the one place that builds them."""

from __future__ import annotations

from training.config import ModelConfig
from training.encoder import Encoder
from training.lstm import AttendAndTell
from training.model import CaptionModel

Network = CaptionModel | AttendAndTell


def build_model(config: ModelConfig, words: int, encoder: Encoder) -> Network:
    """The network that `config.decoder` names, for `words` tokens.

    Raises:
        ValueError: there is no decoder of this name.
    """
    if config.decoder == "transformer":
        return CaptionModel(config, words, encoder)
    if config.decoder == "lstm":
        return AttendAndTell(config, words, encoder)
    raise ValueError(f"There is no decoder called {config.decoder!r}.")
