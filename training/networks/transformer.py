"""The captioning network: encoder, adapter, Transformer decoder with cached keys and values.

Shapes: P photos, R captions a photo, B rows, T words, N positions of the feature map, C channels,
L layers, H heads, W the decoder's width, V the size of the vocabulary. Floats are float32 unless
autocast makes them bfloat16.
"""

from __future__ import annotations

from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.config import ModelConfig
from training.networks.encoder import Encoder


class LayerShape(Protocol):
    """What a layer reads of a configuration: `ModelConfig`'s or the translator's."""

    @property
    def width(self) -> int:
        """W."""

    @property
    def heads(self) -> int:
        """H."""

    @property
    def hidden(self) -> int:
        """The feed-forward width."""

    @property
    def dropout(self) -> float:
        """0..1."""


class Attention(nn.Module):
    """Multi-head attention over given keys and values (Vaswani et al., 2017)."""

    def __init__(self, width: int, heads: int) -> None:
        """Builds the projections; keys and values share one matrix."""
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """Splits into heads: (B, T, W) -> (B, H, T, W / H)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Projects (B, T, W) to keys and values, each (B, H, T, W / H)."""
        keys, values = self.key_value(x).chunk(2, dim=-1)
        return self.split(keys), self.split(values)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, *, causal: bool = False) -> Tensor:
        """Attends from (B, T, W) to keys and values (B, H, N, W / H); returns (B, T, W)."""
        return self.attend(x, keys, values, causal=causal)[0]

    def attend(
        self, x: Tensor, keys: Tensor, values: Tensor, *, causal: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Attends as `forward`; also returns the weights (B, H, T, N), which sum to 1 over N."""
        query = self.split(self.query(x))
        # Not torch's fused attention: its backward pass takes twice the time on a CPU.
        scores = query @ keys.transpose(-2, -1) * query.shape[-1] ** -0.5
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, float("-inf"))
        weights = scores.softmax(dim=-1)
        mixed = weights.to(values.dtype) @ values
        return cast("Tensor", self.out(mixed.transpose(1, 2).flatten(2))), weights


class RowDropout(nn.Dropout1d):
    """Dropout with one mask for all words of a row (Gal and Ghahramani, 2016).

    A mask for each word took a seventh of a training step to draw.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, W) -> (B, T, W)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def feed_forward(width: int, hidden: int, dropout: float) -> nn.Sequential:
    """Builds the feed-forward sub-layer: linear, GELU, dropout, linear."""
    return nn.Sequential(
        nn.Linear(width, hidden), nn.GELU(), RowDropout(dropout), nn.Linear(hidden, width)
    )


class Adapter(nn.Module):
    """Projects the feature map to the decoder's width and applies self-attention to it."""

    def __init__(self, channels: int, places: int, config: ModelConfig) -> None:
        """Builds one pre-norm Transformer encoder layer with learned position embeddings."""
        super().__init__()
        self.norm_in = nn.LayerNorm(channels)
        self.project = nn.Linear(channels, config.width)
        self.positions = nn.Parameter(torch.randn(places, config.width) * 0.02)
        self.norm_attention = nn.LayerNorm(config.width)
        self.attention = Attention(config.width, config.heads)
        self.norm_feed = nn.LayerNorm(config.width)
        self.feed = feed_forward(config.width, config.hidden, config.dropout)
        self.norm_out = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, features: Tensor) -> Tensor:
        """Adapts the feature map: (B, N, C) -> (B, N, W)."""
        x = self.dropout(self.project(self.norm_in(features)) + self.positions)
        normed = self.norm_attention(x)
        x = x + self.dropout(self.attention(normed, *self.attention.keys_values(normed)))
        x = x + self.dropout(self.feed(self.norm_feed(x)))
        return cast("Tensor", self.norm_out(x))


class DecoderLayer(nn.Module):
    """Pre-norm decoder layer: causal self-attention, cross-attention to the photo, feed-forward."""

    def __init__(self, config: LayerShape) -> None:
        """Builds three sub-layers with residual connections."""
        super().__init__()
        self.norm_self = nn.LayerNorm(config.width)
        self.attend_self = Attention(config.width, config.heads)
        self.norm_cross = nn.LayerNorm(config.width)
        self.attend_cross = Attention(config.width, config.heads)
        self.norm_feed = nn.LayerNorm(config.width)
        self.feed = feed_forward(config.width, config.hidden, config.dropout)
        self.dropout = nn.Dropout(config.dropout)

    def cross_attend(
        self, x: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Applies cross-attention and feed-forward; also returns the weights (P, H, R * T, N).

        `x` is (P * R, T, W); keys and values are (P, H, N, W / H). The R rows of a photo are
        concatenated into one row of queries, so that keys and values need no R copies.
        """
        photos = cross_keys.shape[0]
        queries = self.norm_cross(x).reshape(photos, -1, x.shape[-1])
        context, weights = self.attend_cross.attend(queries, cross_keys, cross_values)
        x = x + self.dropout(context.reshape(x.shape))
        return x + self.dropout(self.feed(self.norm_feed(x))), weights

    def forward(self, x: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """Runs all words at once, for training: (P * R, T, W) -> (P * R, T, W)."""
        normed = self.norm_self(x)
        keys, values = self.attend_self.keys_values(normed)
        x = x + self.dropout(self.attend_self(normed, keys, values, causal=True))
        return self.cross_attend(x, cross_keys, cross_values)[0]

    def step(
        self, x: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Runs one word: x (B, 1, W), keys and values (B, H, T, W / H) of the words before it.

        Returns:
            x (B, 1, W), keys and values (B, H, T + 1, W / H), and the attention weights over the
            photo (B, N) float32, the mean over heads.
        """
        normed = self.norm_self(x)
        new_keys, new_values = self.attend_self.keys_values(normed)
        keys = torch.cat([keys, new_keys], dim=2)
        values = torch.cat([values, new_values], dim=2)
        x = x + self.attend_self(normed, keys, values)
        x, weights = self.cross_attend(x, cross_keys, cross_values)
        return x, keys, values, weights.float().mean(dim=1).flatten(0, 1)


class CaptionModel(nn.Module):
    """Predicts the next word of a caption from a photo and the words before it."""

    def __init__(self, config: ModelConfig, words: int, encoder: Encoder) -> None:
        """Builds the network for a vocabulary of `words` tokens; embedding and output are tied."""
        super().__init__()
        self.config = config
        self.encoder = cast("nn.Module", encoder)
        self.adapter = Adapter(encoder.channels, encoder.places, config)
        self.embedding = nn.Embedding(words, config.width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.positions = nn.Parameter(torch.randn(config.max_words + 1, config.width) * 0.02)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.bias = nn.Parameter(torch.zeros(words))
        self.dropout = nn.Dropout(config.dropout)
        self.bag = nn.Linear(config.width, words)

    @property
    def photo_encoder(self) -> Encoder:
        """The encoder, typed as its protocol: `nn.Module` attributes are typed as modules."""
        return cast("Encoder", self.encoder)

    def memory(self, features: Tensor) -> Tensor:
        """Adapts the features (P, N, C) to the memory of the cross-attention (P, N, W)."""
        return cast("Tensor", self.adapter(features))

    def cross(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Projects (P, N, W) to all layers' keys and values, each (P, L * H, N, W / H)."""
        pairs = [layer.attend_cross.keys_values(memory) for layer in self._layers()]
        return torch.cat([k for k, _ in pairs], dim=1), torch.cat([v for _, v in pairs], dim=1)

    def bag_of_words(self, memory: Tensor) -> Tensor:
        """Predicts the words of all captions of the photo: memory (P, N, W) -> logits (P, V)."""
        return cast("Tensor", self.bag(self.dropout(memory.mean(dim=1))))

    def hidden(self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """Runs the decoder on whole captions: (P * R, T) int64 -> (P * R, T, W) hidden states."""
        x = self._embed(tokens) + self.positions[: tokens.shape[1]]
        x = self.dropout(x)
        per_layer = zip(
            self._layers(),
            torch.split(cross_keys, self.config.heads, dim=1),
            torch.split(cross_values, self.config.heads, dim=1),
            strict=True,
        )
        for layer, layer_keys, layer_values in per_layer:
            x = layer(x, layer_keys, layer_values)
        return cast("Tensor", self.norm(x))

    def logits(self, hidden: Tensor) -> Tensor:
        """Maps hidden states (..., W) to logits (..., V)."""
        return F.linear(hidden, self.embedding.weight, self.bias)

    def step(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Predicts one word for each of P * R rows.

        Args:
            tokens: (P * R,) int64, the last word of each row.
            keys: (L, P * R, H, T, W / H) float32 of the T words before it; T may be 0.
            values: likewise.
            cross_keys: (P, L * H, N, W / H) float32.
            cross_values: likewise.

        Returns:
            (P * R, V) float32 log-probabilities, keys and values of T + 1 words, and the weights
            over the photo's positions (P * R, N) float32, the mean over layers and heads.
        """
        x = self._embed(tokens[:, None]) + self.positions[keys.shape[3]]
        next_keys, next_values, weights = [], [], []
        heads = self.config.heads
        for number, layer in enumerate(self._layers()):
            of_layer = slice(number * heads, (number + 1) * heads)
            x, layer_keys, layer_values, layer_weights = layer.step(
                x, keys[number], values[number], cross_keys[:, of_layer], cross_values[:, of_layer]
            )
            next_keys.append(layer_keys)
            next_values.append(layer_values)
            weights.append(layer_weights)
        scores = self.logits(self.norm(x[:, 0])).float().log_softmax(dim=-1)
        attention = torch.stack(weights).mean(dim=0)
        return scores, torch.stack(next_keys), torch.stack(next_values), attention

    def _embed(self, tokens: Tensor) -> Tensor:
        return cast("Tensor", self.embedding(tokens))

    def _layers(self) -> list[DecoderLayer]:
        return [cast("DecoderLayer", layer) for layer in self.layers]
