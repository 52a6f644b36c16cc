"""The networks there are to train, and the one place that builds them."""

from __future__ import annotations

from training.config import ModelConfig
from training.networks.encoder import Encoder
from training.networks.show_attend_tell import AttendAndTell
from training.networks.transformer import CaptionModel

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
