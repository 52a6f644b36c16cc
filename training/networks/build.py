"""Builds encoders and captioning networks by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.config import ModelConfig
from training.errors import EncoderError
from training.networks.efficientnet import LITE, TRIO, EfficientNetLite, EfficientNetTrio
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


def build_encoder(
    name: str, *, pretrained: bool = True, tower: Mapping[str, Any] | None = None
) -> Encoder:
    """The encoder called `name`.

    Args:
        name: one of `LITE`, `TRIO`, or "hf:" and what `training.networks.huggingface` takes.
        pretrained: False leaves random weights for a checkpoint to fill.
        tower: what a checkpoint keeps of an encoder "hf:", to build it without the hub.

    Raises:
        EncoderError: no encoder has this name, or it cannot be had.
    """
    if name in LITE:
        return EfficientNetLite(name, pretrained=pretrained)
    if name == TRIO:
        return EfficientNetTrio(pretrained=pretrained)
    if name.startswith("hf:"):
        from training.networks.huggingface import HuggingFaceEncoder, load_tower, tower_from

        return HuggingFaceEncoder(tower_from(tower)) if tower else load_tower(name[3:])
    known = ", ".join((*LITE, TRIO, "hf:NAME_OR_FOLDER"))
    raise EncoderError(f"There is no encoder called {name!r}; there are {known}.")
