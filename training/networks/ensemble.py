"""An ensemble of trained networks: averages their word probabilities at every step."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from pipeline.captioning.vocabulary import Vocabulary
from training.config import ModelConfig
from training.errors import DataError
from training.networks.build import Network
from training.networks.checkpoint import load_model
from training.networks.encoder import Encoder
from training.networks.transformer import CaptionModel

_LEAST = 1e-30  # probability: its logarithm is finite


class Ensemble(nn.Module):
    """Networks of one shape over one encoder, trained from different seeds.

    It has the interface of a `CaptionModel` whose layers are those of all members, one member after
    another, so contract, beam search and app need no special case.
    """

    def __init__(self, members: Sequence[CaptionModel]) -> None:
        """Combines trained networks.

        Raises:
            DataError: they differ in shape, in the vocabulary's size or in the encoder's weights.
        """
        super().__init__()
        first = members[0]
        for other in members[1:]:
            if other.config != first.config or other.bias.shape != first.bias.shape:
                raise DataError("The members of an ensemble have one shape and one vocabulary.")
            if not _same_weights(first.encoder, other.encoder):
                raise DataError("The members of an ensemble look through one encoder.")
        self.members = nn.ModuleList(members)
        layers = len(members) * first.config.layers
        self.config: ModelConfig = dataclasses.replace(first.config, layers=layers)

    @property
    def photo_encoder(self) -> Encoder:
        """The encoder that all members share."""
        return self._members()[0].photo_encoder

    def memory(self, features: Tensor) -> Tensor:
        """Adapts (P, N, C) to (P, N, K * W), the memories of the K members concatenated."""
        return torch.cat([member.memory(features) for member in self._members()], dim=-1)

    def cross(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Projects (P, N, K * W) to all layers' keys and values, each (P, K * L * H, N, W / H)."""
        parts = torch.split(memory, self.config.width, dim=-1)
        pairs = [member.cross(part) for member, part in zip(self._members(), parts, strict=True)]
        return torch.cat([k for k, _ in pairs], dim=1), torch.cat([v for _, v in pairs], dim=1)

    def step(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Predicts one word for each row; see `CaptionModel.step`.

        The probabilities are averaged, not their logarithms, so that one member cannot rule out a
        word alone.
        """
        layers = self.config.layers // len(self.members)
        heads = self.config.heads
        parts = zip(
            self._members(),
            torch.split(keys, layers),
            torch.split(values, layers),
            torch.split(cross_keys, layers * heads, dim=1),
            torch.split(cross_values, layers * heads, dim=1),
            strict=True,
        )
        results = [member.step(tokens, *caches) for member, *caches in parts]
        scores, next_keys, next_values, weights = zip(*results, strict=True)
        # Not `logsumexp`: it takes a tenth of a step, and log-probabilities cannot overflow.
        mean = functools.reduce(torch.add, [score.exp() for score in scores]) / len(scores)
        averaged = mean.clamp_min(_LEAST).log()
        attention = torch.stack(weights).mean(dim=0)
        return averaged, torch.cat(next_keys), torch.cat(next_values), attention

    def _members(self) -> list[CaptionModel]:
        return [cast("CaptionModel", member) for member in self.members]


Exportable = Network | Ensemble


def load_runs(runs: Sequence[Path]) -> Exportable:
    """Loads the best weights of a run; several runs become an ensemble.

    Args:
        runs: folders that `training.train` wrote.

    Raises:
        DataError: the runs differ in decoder, shape, vocabulary or encoder.
        FileNotFoundError: there is no such run.
    """
    models = [load_model(run / "best.pt") for run in runs]
    return combine(models, [Vocabulary.load(run / "vocabulary.json") for run in runs])


def combine(models: Sequence[Network], vocabularies: Sequence[Vocabulary]) -> Exportable:
    """Returns a single network unchanged, several as an ensemble.

    Args:
        models: trained networks.
        vocabularies: the vocabulary of each network.

    Raises:
        DataError: they differ in decoder, shape, vocabulary or encoder.
    """
    if len(models) == 1:
        return models[0]
    members = [model for model in models if isinstance(model, CaptionModel)]
    if len({one.sha256() for one in vocabularies}) > 1 or len(members) < len(models):
        raise DataError("The members of an ensemble have one kind of decoder and one vocabulary.")
    return Ensemble(members).eval()


def _same_weights(one: nn.Module, other: nn.Module) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(
        torch.equal(value, theirs[name]) for name, value in ours.items()
    )
