"""The classic to stand beside: an LSTM that looks at the photo anew for every word.

Xu et al., "Show, Attend and Tell" (2015), with soft attention, its gate, deep output and doubly
stochastic regularisation. It has the interface of `training.networks.transformer.CaptionModel`,
so training, search, export and app run it as they are.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from pipeline.captioning.vocabulary import END, PAD
from training.config import ModelConfig
from training.networks.encoder import Encoder


class AttendAndTell(nn.Module):
    """Photo and words so far -> logits of the next word.

    What the decoder keeps of T words is its hidden state and cell after each of them, as "keys" and
    "values" of one layer with one head: (1, B, 1, T, W). Only the last of them is read again. The
    photo's "values" are its annotation vectors a_i, and its "keys" what attention compares.
    """

    def __init__(self, config: ModelConfig, words: int, encoder: Encoder) -> None:
        """Builds the network for `words` tokens.

        Raises:
            ValueError: more than one layer or head: the states have no room for them.
        """
        super().__init__()
        if (config.layers, config.heads) != (1, 1):
            raise ValueError("The LSTM has one layer and one head.")
        self.config = config
        self.encoder = cast("nn.Module", encoder)
        width = config.width
        # Not in the paper: 1,280 channels are brought to the LSTM's width once, not at each word.
        self.norm = nn.LayerNorm(encoder.channels)
        self.annotate = nn.Linear(encoder.channels, width)
        self.first_hidden = nn.Linear(width, width)
        self.first_cell = nn.Linear(width, width)
        self.attend_key = nn.Linear(width, width)
        self.attend_query = nn.Linear(width, width, bias=False)
        self.attend_score = nn.Linear(width, 1, bias=False)  # a bias would change no weight
        self.gate = nn.Linear(width, 1)
        self.embedding = nn.Embedding(words, width)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.cell_word = nn.Linear(width, 4 * width)
        self.cell_state = nn.Linear(2 * width, 4 * width, bias=False)
        with torch.no_grad():  # begins by remembering (Jozefowicz et al., 2015)
            self.cell_word.bias[width : 2 * width] = 1.0
        self.output_hidden = nn.Linear(width, width)
        self.output_seen = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, words)
        self.dropout = nn.Dropout(config.dropout)
        self.bag = nn.Linear(width, words)

    @property
    def photo_encoder(self) -> Encoder:
        """The encoder, seen through its interface."""
        return cast("Encoder", self.encoder)

    def memory(self, features: Tensor) -> Tensor:
        """(P, N, C) features -> (P, N, W) annotation vectors."""
        return cast("Tensor", self.annotate(self.norm(features)))

    def cross(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """(P, N, W) -> what attention compares, and what it mixes, each (P, 1, N, W)."""
        return self.attend_key(memory)[:, None], memory[:, None]

    def bag_of_words(self, memory: Tensor) -> Tensor:
        """(P, N, W) -> (P, V) logits of the words that captions of the photo hold."""
        return cast("Tensor", self.bag(self.dropout(memory.mean(dim=1))))

    def hidden(self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor) -> Tensor:
        """(P * R, T) int64 -> (P * R, T, W), before the output matrix."""
        return self.teach(tokens, cross_keys, cross_values)[0]

    def teach(
        self, tokens: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor]:
        """As `feature_dropout`; also how unevenly the places were looked at.

        Returns:
            (P * R, T, W), and the doubly stochastic penalty: the mean over captions and places of
            (1 - what the place got over all words) squared. A caption of PAD alone has no part.
        """
        embedded = self.dropout(self._embed(tokens))
        hidden, cell = self._first(cross_values, tokens.shape[0])
        states, sights, looks = [], [], []
        # Whatever needs no state before it is done for all words at once.
        for worded in self.cell_word(embedded).unbind(dim=1):
            seen, weights = self._look(hidden, cross_keys, cross_values)
            hidden, cell = self._cell(worded, seen, hidden, cell)
            states.append(hidden)
            sights.append(seen)
            looks.append(weights)
        # A row ends with END and PAD, after which no word is asked for.
        asked = (tokens != PAD) & (tokens != END)
        got = (torch.stack(looks, dim=1).float() * asked[..., None]).sum(dim=1)
        told = asked.any(dim=1)
        penalty = ((1 - got[told]) ** 2).mean() if told.any() else got.sum()
        return self._deep(embedded, torch.stack(states, 1), torch.stack(sights, 1)), penalty

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., W) -> (..., V)."""
        return cast("Tensor", self.output(hidden))

    def step(
        self, tokens: Tensor, keys: Tensor, values: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """One word for each of P * R rows.

        Args:
            tokens: (P * R,) int64, the last word of each row.
            keys: (1, P * R, 1, T, W) float32, hidden states after the T words before; T may be 0.
            values: likewise, cells.
            cross_keys: (P, 1, N, W) float32.
            cross_values: likewise.

        Returns:
            (P * R, V) float32 log-probabilities, hidden states and cells of T + 1 words, and the
            weights over the photo's places (P * R, N) float32.
        """
        first_hidden, first_cell = self._first(cross_values, tokens.shape[0])
        # Put before the others, so that there is a last one also when T is 0.
        hidden = torch.cat([first_hidden[:, None], keys[0, :, 0]], dim=1)[:, -1]
        cell = torch.cat([first_cell[:, None], values[0, :, 0]], dim=1)[:, -1]
        embedded = self._embed(tokens)
        seen, weights = self._look(hidden, cross_keys, cross_values)
        hidden, cell = self._cell(self.cell_word(embedded), seen, hidden, cell)
        scores = self.logits(self._deep(embedded, hidden, seen)).float().log_softmax(dim=-1)
        next_keys = torch.cat([keys, hidden[None, :, None, None]], dim=3)
        next_values = torch.cat([values, cell[None, :, None, None]], dim=3)
        return scores, next_keys, next_values, weights

    def _first(self, cross_values: Tensor, rows: int) -> tuple[Tensor, Tensor]:
        """Hidden state and cell before the first word, each (P * R, W), from the photo's mean."""
        mean = cross_values[:, 0].mean(dim=1)
        photos = mean.shape[0]
        hidden, cell = (
            layer(mean).tanh().float()[:, None].expand(-1, rows // photos, -1).flatten(0, 1)
            for layer in (self.first_hidden, self.first_cell)
        )
        return hidden, cell

    def _look(
        self, hidden: Tensor, cross_keys: Tensor, cross_values: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What is seen, gated, (P * R, W), and each place's weight (P * R, N)."""
        photos, _, places, width = cross_keys.shape
        # (P, R, 1, W) and (P, 1, N, W): the rows of a photo share its keys.
        query = self.attend_query(hidden).reshape(photos, -1, 1, width)
        scores = self.attend_score((cross_keys + query).tanh())[..., 0]
        weights = scores.softmax(dim=-1)
        seen = (weights.to(cross_values.dtype) @ cross_values[:, 0]).reshape(-1, width)
        return self.gate(hidden).sigmoid() * seen, weights.reshape(-1, places)

    def _cell(
        self, worded: Tensor, seen: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The LSTM: `worded` (P * R, 4 W) is the word's share of the four gates."""
        gates = worded + self.cell_state(torch.cat([seen, hidden], dim=-1))
        enter, keep, new, show = gates.float().chunk(4, dim=-1)
        cell = keep.sigmoid() * cell + enter.sigmoid() * new.tanh()
        return show.sigmoid() * cell.tanh(), cell

    def _deep(self, embedded: Tensor, hidden: Tensor, seen: Tensor) -> Tensor:
        """Deep output (Pascanu et al., 2014), each (..., W): last word, state, what was seen."""
        mixed = embedded + self.output_hidden(self.dropout(hidden)) + self.output_seen(seen)
        return cast("Tensor", self.dropout(mixed))

    def _embed(self, tokens: Tensor) -> Tensor:
        return cast("Tensor", self.embedding(tokens))
