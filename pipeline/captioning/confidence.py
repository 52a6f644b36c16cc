"""The probability that a caption is right, and the manner of speaking that follows. NumPy only.

`training.calibrate` fits three models and writes their weights beside the captioner:

- the probability that a caption is right: a logistic regression (Platt, 1999) on word scores, the
  agreement of the beams and the photo's position among the training photos;
- the out-of-distribution (ood) score of a photo: its distance from the training photos inside and
  outside their principal subspace (Mahalanobis; Wang and others, "ViM", 2022), fitted against
  pictures that are not scenes, such as screens of text;
- the probability that a single word is right, to name things in a photo whose caption is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.beam_search import Hypothesis
from pipeline.captioning.confidence_features import (
    DESCRIPTION_FEATURES,
    MAX_OOD,
    WORD_FEATURES,
    Floats,
    Space,
    Words,
    description_features,
    sigmoid,
    word_features,
)
from pipeline.captioning.vocabulary import joined
from pipeline.errors import ErrorCode, ModelError
from pipeline.languages import ARTICLES

MOST_SURE = 3  # phrases; more would read like a description
NEVER = -50.0  # a bias whose logistic function is 0


class Manner(StrEnum):
    """How a caption is spoken, by its confidence."""

    PLAIN = "plain"
    PERHAPS = "perhaps"  # "Perhaps: a dog runs."
    UNKNOWN = "unknown"  # "I cannot tell what this shows.", and up to MOST_SURE sure phrases


@dataclass(frozen=True)
class Verdict:
    """The judgement of one caption.

    Attributes:
        probability: 0..1 that it is right (its CIDEr is 0.4 or more).
        manner: how to say it.
        sure: phrases of the caption that are probably right, with their articles, at most
            `MOST_SURE`; empty unless the manner is UNKNOWN.
    """

    probability: float
    manner: Manner
    sure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confidence:
    """The fitted weights and thresholds; immutable, so threads may share it.

    Attributes:
        model: `training.scoring.model_card.model_hash` of the files that they were fitted for.
        space: the principal subspace of the training photos' features.
        ood: (2 + K + 1,) weights of `Space.place` and a bias; a score above 0 is out of
            distribution: the picture is not a scene.
        right: (len(DESCRIPTION_FEATURES) + 1,) weights of the standardised features and a bias.
        feature_scale: by language, (2, len(DESCRIPTION_FEATURES)): mean and standard deviation of
            the features.
        word: (len(WORD_FEATURES) + 1,) weights of a word's features and a bias.
        words: word statistics by language.
        unlike_flickr8k: (2 + K + 1,) weights of `Space.place` and a bias; their logistic function
            is the probability that a photo resembles the smaller training sets, not Flickr8k.
        plain_from: least probability for PLAIN, for a photo like Flickr8k's.
        plain_from_unlike: the same for a photo unlike Flickr8k's; interpolated in between.
        unknown_below: a probability below this is UNKNOWN.
        sure_from: least probability of a word that is named alone.
    """

    model: str
    space: Space
    ood: Floats
    right: Floats
    feature_scale: dict[str, Floats]
    word: Floats
    words: dict[str, Words]
    unlike_flickr8k: Floats
    plain_from: float
    plain_from_unlike: float
    unknown_below: float
    sure_from: float

    @classmethod
    def neutral(cls, languages: Sequence[str], features: int) -> Confidence:
        """The confidence of a model that is not calibrated: every caption is PERHAPS."""
        return cls(
            model="",
            space=Space(np.zeros(features), np.zeros((features, 1)), np.ones(1)),
            # Every probability is 0.5, and no photo is out of distribution.
            ood=np.array([0.0, 0.0, 0.0, -MAX_OOD]),
            right=np.zeros(len(DESCRIPTION_FEATURES) + 1),
            feature_scale={
                code: np.array([[0.0], [1.0]]) * np.ones(len(DESCRIPTION_FEATURES))
                for code in languages
            },
            word=np.zeros(len(WORD_FEATURES) + 1),
            words={code: Words({}, np.zeros(0), np.zeros(0, bool)) for code in languages},
            unlike_flickr8k=np.array([0.0, 0.0, 0.0, NEVER]),
            plain_from=1.0,
            plain_from_unlike=1.0,
            unknown_below=0.0,
            sure_from=1.0,
        )

    def out_of_distribution(self, features: NDArray[np.float32]) -> bool:
        """Whether a picture is unlike every training photo; (D,) float32 from the encoder."""
        place = self.space.place(features[None])[0]
        return float(place @ self.ood[:-1] + self.ood[-1]) > 0

    def judge(
        self,
        said: Sequence[Sequence[str]],
        hypotheses: Sequence[Hypothesis],
        features: NDArray[np.float32],
        language: str,
    ) -> list[Verdict]:
        """Judges all captions of one photo, the best first.

        Args:
            said: the words of each caption.
            hypotheses: the same captions, as `beam_search` returned them.
            features: (D,) float32, from the encoder.
            language: two-letter code of the words.

        Raises:
            ModelError: the features or the language are not those of the fitted model.
        """
        if features.shape != self.space.centre.shape or language not in self.feature_scale:
            raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
        place = self.space.place(features[None])[0]
        ood_score = float(place @ self.ood[:-1] + self.ood[-1])
        found = description_features(said, hypotheses, place)
        mean, deviation = self.feature_scale[language]
        chances = sigmoid((found - mean) / deviation @ self.right[:-1] + self.right[-1])
        chances = chances * (1 - sigmoid(ood_score))
        unlike = float(sigmoid(float(place @ self.unlike_flickr8k[:-1] + self.unlike_flickr8k[-1])))
        plain_from = self.plain_from + unlike * (self.plain_from_unlike - self.plain_from)
        verdicts = []
        for words, hypothesis, chance in zip(said, hypotheses, chances, strict=True):
            manner = self._manner(float(chance), ood_score, plain_from)
            sure: tuple[str, ...] = ()
            if manner is Manner.UNKNOWN:
                sure = self._sure(words, hypothesis.word_scores, said, ood_score, language)
            verdicts.append(Verdict(float(chance), manner, sure))
        return verdicts

    def _manner(self, chance: float, ood_score: float, plain_from: float) -> Manner:
        if ood_score > 0 or chance < self.unknown_below:
            return Manner.UNKNOWN
        return Manner.PLAIN if chance >= plain_from else Manner.PERHAPS

    def _sure(
        self,
        words: Sequence[str],
        scores: Sequence[float],
        said: Sequence[Sequence[str]],
        ood_score: float,
        language: str,
    ) -> tuple[str, ...]:
        """The sure nouns, each with its article and adjectives if those are sure too."""
        known = self.words[language]
        rows = word_features(words, scores, said, ood_score, known)
        chances = sigmoid(rows @ self.word[:-1] + self.word[-1])
        numbers = [known.number.get(word) for word in words]
        chosen: list[str] = []
        for end, number in enumerate(numbers):
            if number is None or not known.thing[number] or chances[end] < self.sure_from:
                continue
            begin = _phrase_begin(words, end, chances >= self.sure_from, language)
            phrase = joined(words[begin : end + 1])
            if phrase not in chosen:
                chosen.append(phrase)
        return tuple(chosen[:MOST_SURE])


def _phrase_begin(words: Sequence[str], end: int, sure: NDArray[np.bool_], language: str) -> int:
    """The start of "a brown dog" if "brown" is sure and an article comes first; else `end`."""
    articles = ARTICLES.get(language, frozenset())
    for begin in range(end - 1, max(-1, end - 4), -1):
        if words[begin] in articles:
            return begin
        if not sure[begin]:
            break
    return end
