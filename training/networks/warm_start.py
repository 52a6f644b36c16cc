"""Initialises a network from another run's weights; vocabulary and encoder may differ."""

from __future__ import annotations

from pathlib import Path

import torch

from pipeline.captioning.vocabulary import Vocabulary
from training.errors import DataError
from training.networks.build import Network
from training.networks.checkpoint import read_checkpoint


@torch.no_grad()
def warm_start(
    model: Network, vocabulary: Vocabulary, start: Path, *, fresh_decoder: bool = False
) -> None:
    """Copies another run's best weights where shapes fit; words are matched by their spelling.

    Args:
        model: changed in place; weights that the other run lacks are kept.
        vocabulary: the vocabulary of `model`.
        start: the other run's folder.
        fresh_decoder: copies the encoder only.

    Raises:
        DataError: the other run's decoder is of another kind.
    """
    checkpoint = read_checkpoint(start / "best.pt")
    if checkpoint.model_config.decoder != model.config.decoder:
        raise DataError(f"{start} trained another kind of decoder.")
    old = checkpoint.average
    old_words = Vocabulary.load(start / "vocabulary.json")
    known = [
        (token, old_words.words.index(word))
        for token, word in enumerate(vocabulary.words)
        if word in set(old_words.words)
    ]
    ours, theirs = (torch.tensor(side) for side in zip(*known, strict=True))
    for name, value in model.state_dict().items():
        if name not in old or (fresh_decoder and not name.startswith("encoder.")):
            continue
        if name.startswith(("embedding.", "bias", "bag.", "output.")):
            value[ours] = old[name][theirs]
        elif value.shape == old[name].shape:
            value.copy_(old[name])
        elif name == "adapter.project.weight" and value.shape[1] > old[name].shape[1]:
            channels = old[name].shape[1]  # the new channels start at 0: the output is unchanged
            value[:, :channels], value[:, channels:] = old[name], 0.0
        elif value.ndim == old[name].ndim and value.shape[1:] == old[name].shape[1:]:
            shared = min(len(value), len(old[name]))
            value[:shared] = old[name][:shared]  # position embeddings of another length
