"""The captioning network: encoder, adapter, Transformer decoder with cached keys and values."""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.config import ModelConfig
from training.networks.encoder import Encoder


class Attention(nn.Module):
    """Multi-head attention whose keys and values come ready made ("Attention is all you need")."""

    def __init__(self, width: int, heads: int) -> None:
        """Projections for queries and output, and for keys and values together."""
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(B, T, W) -> (B, H, T, W / H)."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, W) -> keys and values, each (B, H, T, W / H)."""
        keys, values = self.key_value(x).chunk(2, dim=-1)
        return self.split(keys), self.split(values)

    def forward(self, x: Tensor, keys: Tensor, values: Tensor, *, causal: bool = False) -> Tensor:
        """(B, T, W), keys and values (B, H, N, W / H) -> (B, T, W)."""
        return self.attend(x, keys, values, causal=causal)[0]

    def attend(
        self, x: Tensor, keys: Tensor, values: Tensor, *, causal: bool = False
    ) -> tuple[Tensor, Tensor]:
        """As `forward`; also the weights (B, H, T, N), which sum to 1 over N."""
        query = self.split(self.query(x))
        # Written out: on processors torch's fused attention takes twice the time backwards.
        scores = query @ keys.transpose(-2, -1) * query.shape[-1] ** -0.5
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, float("-inf"))
        weights = scores.softmax(dim=-1)
        mixed = weights.to(values.dtype) @ values
        return cast("Tensor", self.out(mixed.transpose(1, 2).flatten(2))), weights


class RowDropout(nn.Dropout1d):
    """Dropout with one mask for all words of a row (Gal and Ghahramani, 2016).

    Drawing a number for each word and each of the hidden units took a seventh of a training step.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, W) -> (B, T, W)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


def feed_forward(width: int, hidden: int, dropout: float) -> nn.Sequential:
    """Linear, GELU, linear."""
    return nn.Sequential(
        nn.Linear(width, hidden), nn.GELU(), RowDropout(dropout), nn.Linear(hidden, width)
    )


class Adapter(nn.Module):
    """Brings the feature map to the decoder's width and lets its places look at each other."""

    def __init__(self, channels: int, places: int, config: ModelConfig) -> None:
        """One pre-norm Transformer encoder layer over learned positions."""
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
        """(B, N, C) -> (B, N, W)."""
        x = self.dropout(self.project(self.norm_in(features)) + self.positions)
        normed = self.norm_attention(x)
        x = x + self.dropout(self.attention(normed, *self.attention.keys_values(normed)))
        x = x + self.dropout(self.feed(self.norm_feed(x)))
        return cast("Tensor", self.norm_out(x))


class DecoderLayer(nn.Module):
    """Pre-norm: attention to the words so far, attention to the photo, feed-forward."""

    def __init__(self, config: ModelConfig) -> None:
        """Three sub-layers with a residual each."""
        super().__init__()
        self.norm_self = nn.LayerNorm(config.width)
        self.attend_self = Attention(config.width, config.heads)
        self.norm_cross = nn.LayerNorm(config.width)
        self.attend_cross = Attention(config.width, config.heads)
        self.norm_feed = nn.LayerNorm(config.width)
        self.feed = feed_forward(config.width, config.hidden, config.dropout)
        self.dropout = nn.Dropout(config.dropout)

    def see(self, x: Tensor, cross_keys: Tensor, cross_values: Tensor) -> tuple[Tensor, Tensor]:
        """Attention to the photo and feed-forward; also the weights (P, H, R * T, N).

        `x` is (P * R, T, W) where each of P photos has R rows; the photo's keys and values are
        (P, H, N, W / H). The rows of a photo ask as one long row, so nothing is copied R times.
        """
        photos = cross_keys.shape[0]
        asked = self.norm_cross(x).reshape(photos, -1, x.shape[-1])
        seen, weights = self.attend_cross.attend(asked, cross_keys, cross_values)
        x = x + self.dropout(seen.reshape(x.shape))
        return x + self.dropout(self.feed(self.norm_feed(x))), weights

    def forward(self, x: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """All words at once, for training."""
        normed = self.norm_self(x)
        keys, values = self.attend_self.keys_values(normed)
        x = x + self.dropout(self.attend_self(normed, keys, values, causal=True))
        return self.see(x, cross_keys, cross_values)[0]

    def step(
        self, x: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One word: x (B, 1, W), keys and values (B, H, T, W / H) of the words before it.

        Returns x, the keys and values with this word's, and its weights over the photo (B, N).
        """
        normed = self.norm_self(x)
        new_keys, new_values = self.attend_self.keys_values(normed)
        keys = torch.cat([keys, new_keys], dim=2)
        values = torch.cat([values, new_values], dim=2)
        x = x + self.attend_self(normed, keys, values)
        x, weights = self.see(x, cross_keys, cross_values)
        return x, keys, values, weights.float().mean(dim=1).flatten(0, 1)


class CaptionModel(nn.Module):
    """Photo and words so far -> logits of the next word."""

    def __init__(self, config: ModelConfig, words: int, encoder: Encoder) -> None:
        """Builds the network for `words` tokens; the output matrix is the embedding."""
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
        """The encoder, seen through its interface."""
        return cast("Encoder", self.encoder)

    def memory(self, features: Tensor) -> Tensor:
        """(P, N, C) features -> (P, N, W) what the decoder looks at."""
        return cast("Tensor", self.adapter(features))

    def cross(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """(P, N, W) -> keys and values of all layers, each (P, L * H, N, W / H)."""
        pairs = [layer.attend_cross.keys_values(memory) for layer in self._layers()]
        return torch.cat([k for k, _ in pairs], dim=1), torch.cat([v for _, v in pairs], dim=1)

    def bag_of_words(self, memory: Tensor) -> Tensor:
        """(P, N, W) -> (P, V) logits of the words that captions of the photo hold."""
        return cast("Tensor", self.bag(self.dropout(memory.mean(dim=1))))

    def hidden(self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """(P * R, T) int64 -> (P * R, T, W), before the output matrix."""
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
        """(..., W) -> (..., V)."""
        return F.linear(hidden, self.embedding.weight, self.bias)

    def step(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One word for each of P * R rows.

        Args:
            tokens: (P * R,) int64, the last word of each row.
            keys: (L, P * R, H, T, W / H) float32 of the T words before it; T may be 0.
            values: likewise.
            cross_keys: (P, L * H, N, W / H) float32.
            cross_values: likewise.

        Returns:
            (P * R, V) float32 log-probabilities, keys and values of T + 1 words, and the weights
            over the photo's places (P * R, N) float32, the mean over layers and heads.
        """
        x = self._embed(tokens[:, None]) + self.positions[keys.shape[3]]
        next_keys, next_values, weights = [], [], []
        heads = self.config.heads
        for place, layer in enumerate(self._layers()):
            of_layer = slice(place * heads, (place + 1) * heads)
            x, layer_keys, layer_values, layer_weights = layer.step(
                x, keys[place], values[place], cross_keys[:, of_layer], cross_values[:, of_layer]
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
