"""The translator: a small Transformer from English subwords to French ones.

Vaswani and others, "Attention is all you need" (2017), pre-norm, one embedding for both languages
and for the output. Shapes: B sentences, S source pieces, T target pieces, L decoder layers, H
heads, W width, V pieces. The sentences of a batch have one source length, so nothing is masked.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.config import TranslatorConfig
from training.networks.transformer import Attention, DecoderLayer, feed_forward


class EncoderLayer(nn.Module):
    """Pre-norm encoder layer: self-attention and feed-forward."""

    def __init__(self, config: TranslatorConfig) -> None:
        """Builds two sub-layers with residual connections."""
        super().__init__()
        self.norm_attention = nn.LayerNorm(config.width)
        self.attention = Attention(config.width, config.heads)
        self.norm_feed = nn.LayerNorm(config.width)
        self.feed = feed_forward(config.width, config.hidden, config.dropout)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """(B, S, W) -> (B, S, W)."""
        normed = self.norm_attention(x)
        x = x + self.dropout(self.attention(normed, *self.attention.keys_values(normed)))
        return cast("Tensor", x + self.dropout(self.feed(self.norm_feed(x))))


class TranslationModel(nn.Module):
    """Predicts the next French piece from an English sentence and the pieces before it."""

    def __init__(self, config: TranslatorConfig, pieces: int) -> None:
        """Builds the network for a table of `pieces` tokens."""
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(pieces, config.width)
        nn.init.normal_(self.embedding.weight, std=config.width**-0.5)
        shape = (config.most_pieces + 2, config.width)
        self.source_positions = nn.Parameter(torch.randn(shape) * 0.02)
        self.positions = nn.Parameter(torch.randn(shape) * 0.02)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.norm_source = nn.LayerNorm(config.width)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width)
        self.bias = nn.Parameter(torch.zeros(pieces))
        self.dropout = nn.Dropout(config.dropout)

    def cross(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Reads (B, S) int64: the decoder layers' keys and values, each (B, L * H, S, W / H)."""
        x = self.embedding(source) + self.source_positions[: source.shape[1]]
        x = self.dropout(x)
        for layer in self.encoder:
            x = layer(x)
        x = self.norm_source(x)
        pairs = [layer.attend_cross.keys_values(x) for layer in self._layers()]
        return torch.cat([k for k, _ in pairs], dim=1), torch.cat([v for _, v in pairs], dim=1)

    def hidden(self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """Runs the decoder on whole sentences: (B, T) int64 -> (B, T, W)."""
        x = self.dropout(self.embedding(tokens) + self.positions[: tokens.shape[1]])
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
        """Predicts one piece for each of B beams of one sentence.

        Args:
            tokens: (B,) int64, the last piece of each beam.
            keys: (L, B, H, T, W / H) float32 of the T pieces before it; T may be 0.
            values: likewise.
            cross_keys: (1, L * H, S, W / H) float32.
            cross_values: likewise.

        Returns:
            (B, V) float32 log-probabilities, keys and values of T + 1 pieces, and the weights over
            the English pieces (B, S) float32, the mean over layers and heads.
        """
        x = self.embedding(tokens[:, None]) + self.positions[keys.shape[3]]
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

    def _layers(self) -> list[DecoderLayer]:
        return [cast("DecoderLayer", layer) for layer in self.layers]
