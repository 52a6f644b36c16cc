"""A baseline: an LSTM decoder with soft attention to the photo.

Xu et al., "Show, Attend and Tell" (2015), with gated context, deep output and doubly stochastic
regularisation. It has the interface of `training.networks.transformer.CaptionModel`, so training,
beam search, export and app need no special case. That module explains the letters
of the shapes.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from pipeline.captioning.vocabulary import END, PAD
from training.config import ModelConfig
from training.networks.encoder import Encoder


class AttendAndTell(nn.Module):
    """Predicts the next word of a caption from a photo and the words before it.

    The cache of T words holds the hidden state and the cell after each word as "keys" and "values"
    of one layer with one head: (1, B, 1, T, W). Only the last ones are read. The photo's "values"
    are the annotation vectors a_i; its "keys" are their projections for the attention scores.
    """

    def __init__(self, config: ModelConfig, words: int, encoder: Encoder) -> None:
        """Builds the network for a vocabulary of `words` tokens.

        Raises:
            ValueError: the configuration has more than one layer or head.
        """
        super().__init__()
        if (config.layers, config.heads) != (1, 1):
            raise ValueError("The LSTM has one layer and one head.")
        self.config = config
        self.encoder = cast("nn.Module", encoder)
        width = config.width
        # Not in the paper: the channels are projected to the LSTM's width once, not at each word.
        self.norm = nn.LayerNorm(encoder.channels)
        self.annotate = nn.Linear(encoder.channels, width)
        self.first_hidden = nn.Linear(width, width)
        self.first_cell = nn.Linear(width, width)
        self.attend_key = nn.Linear(width, width)
        self.attend_query = nn.Linear(width, width, bias=False)
        self.attend_score = nn.Linear(width, 1, bias=False)  # softmax cancels a bias
        self.gate = nn.Linear(width, 1)
        self.embedding = nn.Embedding(words, width)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.cell_word = nn.Linear(width, 4 * width)
        self.cell_state = nn.Linear(2 * width, 4 * width, bias=False)
        with torch.no_grad():  # forget gate's bias (Jozefowicz et al., 2015)
            self.cell_word.bias[width : 2 * width] = 1.0
        self.output_hidden = nn.Linear(width, width)
        self.output_seen = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, words)
        self.dropout = nn.Dropout(config.dropout)
        self.bag = nn.Linear(width, words)

    @property
    def photo_encoder(self) -> Encoder:
        """The encoder, typed as its protocol: `nn.Module` attributes are typed as modules."""
        return cast("Encoder", self.encoder)

    def memory(self, features: Tensor) -> Tensor:
        """Projects the features (P, N, C) to annotation vectors (P, N, W)."""
        return cast("Tensor", self.annotate(self.norm(features)))

    def cross(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Projects annotation vectors (P, N, W) to keys and values, each (P, 1, N, W)."""
        return self.attend_key(memory)[:, None], memory[:, None]

    def bag_of_words(self, memory: Tensor) -> Tensor:
        """Predicts the words of all captions of the photo: (P, N, W) -> logits (P, V)."""
        return cast("Tensor", self.bag(self.dropout(memory.mean(dim=1))))

    def hidden(self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """Runs the decoder on whole captions: (P * R, T) int64 -> (P * R, T, W) hidden states."""
        return self.hidden_and_penalty(tokens, cross_keys, cross_values)[0]

    def hidden_and_penalty(
        self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Does the same as `hidden`; also computes the doubly stochastic penalty.

        Returns:
            (P * R, T, W) hidden states, and a scalar: the mean over captions and positions of
            (1 - the position's attention summed over the words) squared. Captions that hold only
            PAD are left out.
        """
        embedded = self.dropout(self._embed(tokens))
        hidden, cell = self._initial_state(cross_values, tokens.shape[0])
        states, contexts, attention = [], [], []
        # The words' share of the gates needs no state: it is computed for all words at once.
        for word_gates in self.cell_word(embedded).unbind(dim=1):
            context, weights = self._attend(hidden, cross_keys, cross_values)
            hidden, cell = self._cell(word_gates, context, hidden, cell)
            states.append(hidden)
            contexts.append(context)
            attention.append(weights)
        # No word follows END and PAD: their attention does not count.
        predicts = (tokens != PAD) & (tokens != END)
        total = (torch.stack(attention, dim=1).float() * predicts[..., None]).sum(dim=1)
        kept = predicts.any(dim=1)
        penalty = ((1 - total[kept]) ** 2).mean() if kept.any() else total.sum()
        output = self._deep_output(embedded, torch.stack(states, 1), torch.stack(contexts, 1))
        return output, penalty

    def logits(self, hidden: Tensor) -> Tensor:
        """Maps hidden states (..., W) to logits (..., V)."""
        return cast("Tensor", self.output(hidden))

    def step(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Predicts one word for each of P * R rows.

        Args:
            tokens: (P * R,) int64, the last word of each row.
            keys: (1, P * R, 1, T, W) float32, hidden states after the T words before; T may be 0.
            values: likewise, cells.
            cross_keys: (P, 1, N, W) float32.
            cross_values: likewise.

        Returns:
            (P * R, V) float32 log-probabilities, hidden states and cells of T + 1 words, and the
            weights over the photo's positions (P * R, N) float32.
        """
        first_hidden, first_cell = self._initial_state(cross_values, tokens.shape[0])
        # The initial state comes first, so that there is a last state when T is 0.
        hidden = torch.cat([first_hidden[:, None], keys[0, :, 0]], dim=1)[:, -1]
        cell = torch.cat([first_cell[:, None], values[0, :, 0]], dim=1)[:, -1]
        embedded = self._embed(tokens)
        context, weights = self._attend(hidden, cross_keys, cross_values)
        hidden, cell = self._cell(self.cell_word(embedded), context, hidden, cell)
        output = self._deep_output(embedded, hidden, context)
        scores = self.logits(output).float().log_softmax(dim=-1)
        next_keys = torch.cat([keys, hidden[None, :, None, None]], dim=3)
        next_values = torch.cat([values, cell[None, :, None, None]], dim=3)
        return scores, next_keys, next_values, weights

    def _initial_state(self, cross_values: Tensor, rows: int) -> tuple[Tensor, Tensor]:
        """Computes the initial hidden state and cell, each (P * R, W), from the mean annotation."""
        mean = cross_values[:, 0].mean(dim=1)
        photos = mean.shape[0]
        hidden, cell = (
            layer(mean).tanh().float()[:, None].expand(-1, rows // photos, -1).flatten(0, 1)
            for layer in (self.first_hidden, self.first_cell)
        )
        return hidden, cell

    def _attend(
        self, hidden: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Computes the gated context (P * R, W) and the attention weights (P * R, N)."""
        photos, _, positions, width = cross_keys.shape
        # (P, R, 1, W) and (P, 1, N, W): the rows of a photo share its keys.
        query = self.attend_query(hidden).reshape(photos, -1, 1, width)
        scores = self.attend_score((cross_keys + query).tanh())[..., 0]
        weights = scores.softmax(dim=-1)
        context = (weights.to(cross_values.dtype) @ cross_values[:, 0]).reshape(-1, width)
        return self.gate(hidden).sigmoid() * context, weights.reshape(-1, positions)

    def _cell(
        self, word_gates: Tensor, context: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Runs the LSTM cell; `word_gates` (P * R, 4 W) is the word's share of the four gates."""
        gates = word_gates + self.cell_state(torch.cat([context, hidden], dim=-1))
        enter, forget, new, out = gates.float().chunk(4, dim=-1)
        cell = forget.sigmoid() * cell + enter.sigmoid() * new.tanh()
        return out.sigmoid() * cell.tanh(), cell

    def _deep_output(self, embedded: Tensor, hidden: Tensor, context: Tensor) -> Tensor:
        """Combines word, state and context, each (..., W) (deep output, Pascanu et al., 2014)."""
        mixed = embedded + self.output_hidden(self.dropout(hidden)) + self.output_seen(context)
        return cast("Tensor", self.dropout(mixed))

    def _embed(self, tokens: Tensor) -> Tensor:
        return cast("Tensor", self.embedding(tokens))
