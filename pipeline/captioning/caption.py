"""One generated caption of a photo, in any language."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.confidence import Manner
from pipeline.captioning.vocabulary import sentence


@dataclass(frozen=True)
class Caption:
    """One generated caption of a photo.

    Attributes:
        words: in lower case, without punctuation.
        word_scores: natural log-probability of each word, then of END.
        confidence: 0..1, the probability that it is right (`pipeline.captioning.confidence`).
        manner: how to speak it, by the confidence.
        sure: for the manner UNKNOWN, the phrases that are probably right.
        language: two-letter code.
        attention: (words, rows, columns) float32, the attention weights of each word on the
            contract's grid over the whole photo; they sum to 1 for each word.
        english: the words that it was translated from; empty where it was not.
    """

    words: tuple[str, ...]
    word_scores: tuple[float, ...]
    confidence: float
    manner: Manner
    sure: tuple[str, ...]
    language: str
    attention: NDArray[np.float32] = field(compare=False, repr=False)
    english: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words as a sentence ("A brown dog runs.")."""
        return sentence(self.words)
