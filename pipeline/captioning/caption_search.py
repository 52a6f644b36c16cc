"""The words of an encoded photo: the beam search over the decoder step, with what it looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning import contract as names
from pipeline.captioning.beam_search import Hypothesis, Rules, beam_search
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.english_grammar import EnglishGrammar
from pipeline.captioning.onnx_session import Array, Session, run
from pipeline.captioning.vocabulary import Vocabulary
from pipeline.languages import ENGLISH, NEVER_LAST


@dataclass(frozen=True)
class Encoded:
    """The encoder's outputs for one photo.

    Attributes:
        cross_keys: (1, L * H, N, W / H) float32.
        cross_values: the same shape, float32.
        features: (D,) float32, the mean over the feature map.
        rgb: the photo, (H, W, 3) uint8.
    """

    cross_keys: NDArray[np.float32]
    cross_values: NDArray[np.float32]
    features: NDArray[np.float32]
    rgb: NDArray[np.uint8]


@dataclass(frozen=True)
class Found:
    """What the search found.

    Attributes:
        hypotheses: finished captions, the best first.
        weights: the decoder's attention at each step, (B, N) float32.
        grid: rows and columns of the feature map.
    """

    hypotheses: Sequence[Hypothesis]
    weights: Sequence[NDArray[np.float32]]
    grid: tuple[int, int]

    def attention(self, hypothesis: Hypothesis) -> NDArray[np.float32]:
        """(words, rows, columns) float32, the attention weights of each word."""
        chosen = [step[row] for step, row in zip(self.weights, hypothesis.rows, strict=False)]
        return np.reshape(chosen, (len(hypothesis.tokens), *self.grid)).astype(np.float32)


@dataclass(frozen=True)
class _State:
    """The decoder's cached keys and values.

    Attributes:
        keys: (L, B, H, T, W / H) float32.
        values: the same shape, float32.
    """

    keys: NDArray[np.float32]
    values: NDArray[np.float32]


class CaptionSearch:
    """Searches captions of one model. Calls keep no state in it, so threads may share it."""

    def __init__(self, contract: ModelContract, vocabulary: Vocabulary) -> None:
        """Prepares the rules of each language.

        Args:
            contract: of the model.
            vocabulary: of the model.
        """
        self._contract, self._vocabulary = contract, vocabulary
        grammar = EnglishGrammar(vocabulary)
        self._rules = {
            language: Rules(
                never_last=frozenset(map(vocabulary.token, NEVER_LAST.get(language, ()))),
                repeat_pairs=False,
                never_written=vocabulary.never_written,
                never_next=grammar.never_next if language == ENGLISH else None,
            )
            for language in contract.languages
        }

    def find(
        self,
        decoder: Session,
        encoded: Encoded,
        language: str,
        beam_size: int | None,
        most_words: int | None,
        least_words: int,
    ) -> Found:
        """Searches the captions of an encoded photo.

        Args:
            decoder: the decoder step.
            encoded: what the encoder gave.
            language: two-letter code, one of the contract's languages.
            beam_size: the contract's when None; 1 is greedy search.
            most_words: maximum length of a caption; the contract's when None.
            least_words: minimum length of a caption.

        Raises:
            ModelError: the model's files do not fit together, or it does not speak the language.
        """
        contract = self._contract
        begin = self._vocabulary.begin(language)
        shape = (contract.layers, 1, contract.heads, 0, contract.width // contract.heads)
        empty = np.zeros(shape, dtype=np.float32)
        weights: list[NDArray[np.float32]] = []

        def step(tokens: NDArray[np.int64], state: _State) -> tuple[NDArray[np.float32], _State]:
            inputs: dict[str, Array] = {
                names.TOKENS: tokens,
                names.KEYS: state.keys,
                names.VALUES: state.values,
                names.CROSS_KEYS: encoded.cross_keys,
                names.CROSS_VALUES: encoded.cross_values,
            }
            scores, keys, values, attention = run(decoder, names.DECODER_OUTPUTS, inputs)
            weights.append(attention)
            return scores, _State(keys, values)

        hypotheses = beam_search(
            step,
            lambda state, rows: _State(state.keys[:, rows], state.values[:, rows]),
            _State(empty, empty),
            beam_size=beam_size or contract.beam_size,
            length_penalty=contract.length_penalty,
            max_length=min(most_words or contract.max_length, contract.max_length),
            min_length=min(least_words, contract.max_length),
            rules=self._rules[language],
            begin=begin,
            early_stopping=True,  # a seventh of the time, and the same captions on 250 photos
        )
        return Found(hypotheses, weights, contract.grid)
