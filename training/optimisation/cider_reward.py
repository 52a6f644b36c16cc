"""CIDEr-D of single captions, for validation and self-critical training.

Source: Vedantam et al., "CIDEr: consensus-based image description evaluation" (2015). A test
compares it with pycocoevalcap (whose "Cider" is CIDEr-D). That scorer counts document frequencies
in the batch it is given, and rebuilds each reference's vector for each caption; self-critical
training needs the frequencies of all training captions, counted once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Appended to each caption in training, so that ending in the right place is rewarded, too.
END_WORD = "<end>"

_LONGEST = 4
_SIGMA = 6.0

Vector = tuple[list[dict[tuple[str, ...], float]], list[float], int]


def _grams(words: Sequence[str]) -> list[Counter[tuple[str, ...]]]:
    return [
        Counter(tuple(words[start : start + n]) for start in range(len(words) - n + 1))
        for n in range(1, _LONGEST + 1)
    ]


class CiderReward:
    """Scores captions of known photos; document frequencies are counted once, on construction."""

    def __init__(self, references: Sequence[Sequence[Sequence[str]]], *, mark_end: bool) -> None:
        """Counts the n-grams of all references.

        Args:
            references: per photo, its captions as lists of words.
            mark_end: append END_WORD to every caption (for training, not for reported scores).
        """
        self._mark_end = mark_end
        self._log_photos = math.log(len(references))
        frequency: Counter[tuple[str, ...]] = Counter()
        for of_photo in references:
            seen = {g for words in of_photo for grams in _grams(self._text(words)) for g in grams}
            frequency.update(seen)
        self._log_frequency = {gram: math.log(count) for gram, count in frequency.items()}
        self._references = [
            [self._vector(self._text(words)) for words in of_photo] for of_photo in references
        ]

    def __call__(
        self, photos: Sequence[int], captions: Sequence[Sequence[str]]
    ) -> NDArray[np.float64]:
        """Scores caption i against the references of photo `photos[i]`.

        Returns:
            (len(captions),) float64, 0..10; papers report the mean times 100 (0.589 as 58.9).
        """
        scores = [
            self._score(self._vector(self._text(words)), self._references[photo])
            for photo, words in zip(photos, captions, strict=True)
        ]
        return np.array(scores, dtype=np.float64)

    def of_people(self, photo: int) -> NDArray[np.float64]:
        """Scores each reference of a photo against its other ones.

        Returns:
            (references,) float64, 0..10; 0 for a photo's only reference.
        """
        vectors = self._references[photo]
        return np.array(
            [
                self._score(one, vectors[:place] + vectors[place + 1 :]) if len(vectors) > 1 else 0
                for place, one in enumerate(vectors)
            ],
            dtype=np.float64,
        )

    def _text(self, words: Sequence[str]) -> list[str]:
        return [*words, END_WORD] if self._mark_end else list(words)

    def _vector(self, words: list[str]) -> Vector:
        vectors, norms = [], []
        for grams in _grams(words):
            vector = {
                gram: count * (self._log_photos - self._log_frequency.get(gram, 0.0))
                for gram, count in grams.items()
            }
            vectors.append(vector)
            norms.append(math.sqrt(sum(weight * weight for weight in vector.values())))
        return vectors, norms, max(0, len(words) - 1)

    @staticmethod
    def _score(caption: Vector, references: list[Vector]) -> float:
        vectors, norms, length = caption
        total = 0.0
        for ref_vectors, ref_norms, ref_length in references:
            length_factor = math.exp(-((length - ref_length) ** 2) / (2 * _SIGMA**2))
            for vector, norm, ref_vector, ref_norm in zip(
                vectors, norms, ref_vectors, ref_norms, strict=True
            ):
                if norm and ref_norm:
                    shared = sum(
                        min(weight, ref_vector[gram]) * ref_vector[gram]
                        for gram, weight in vector.items()
                        if gram in ref_vector
                    )
                    total += length_factor * shared / (norm * ref_norm)
        return 10.0 * total / (_LONGEST * len(references))
