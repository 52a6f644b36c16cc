"""How likely is a description right, and in what manner is it said? NumPy only.

`training.calibrate` fits the numbers and writes them beside the model. Three of them are learned:

- the probability that a description is right, a logistic regression (Platt, 1999) over the word
  scores, the agreement among the beams and the photo's place among the training photos;
- how strange a photo is: its distance to the training photos inside and outside the space of their
  principal components (Mahalanobis; Wang and others, "ViM", 2022), weighed against pictures that
  are no scenes, such as screens of text;
- the probability that a single word is right, for what can be said of a photo nobody understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.beam_search import Hypothesis
from pipeline.captioning.confidence_features import (
    EVIDENCE,
    FARTHEST,
    WORD_EVIDENCE,
    Floats,
    Space,
    Words,
    evidence,
    sigmoid,
    word_evidence,
)
from pipeline.captioning.vocabulary import joined
from pipeline.errors import Message, ModelError

ARTICLES = {
    "en": frozenset({"a", "an", "the"}),
    "fr": frozenset({"un", "une", "des", "le", "la", "les", "l'", "du"}),
}
MOST_SURE = 3  # more words than these would be a description again
NEVER = -50.0  # a constant whose logistic function is 0


class Manner(StrEnum):
    """How a description is said."""

    PLAIN = "plain"
    PERHAPS = "perhaps"  # "Perhaps: a dog runs."
    UNKNOWN = "unknown"  # "I cannot tell what this shows.", and the few words that are sure


@dataclass(frozen=True)
class Verdict:
    """What is thought of one description.

    Attributes:
        probability: 0..1 that it is right (its CIDEr is 0.4 or more).
        manner: how to say it.
        sure: words of it that are probably right all the same, with their articles, at most
            `MOST_SURE`; none unless the manner is UNKNOWN.
    """

    probability: float
    manner: Manner
    sure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confidence:
    """The fitted numbers; holds no state of a call.

    Attributes:
        model: `training.scoring.model_card.model_hash` of the files that they were fitted for.
        space: where the training photos lie.
        strange: (2 + K + 1,) weights of `Space.place` and a constant; above 0 a photo is no scene.
        right: (len(EVIDENCE) + 1,) weights of the evidence, in deviations, and a constant.
        usual: by language, (2, len(EVIDENCE)): mean and deviation of the evidence.
        word: (len(WORD_EVIDENCE) + 1,) weights for single words.
        words: by language.
        other: (2 + K + 1,) weights of `Space.place` and a constant; their logistic function tells
            how far a photo is like those of the smaller training sets, of which less was learned.
        plain_from: least probability of what is said plainly of a photo like the first set's.
        plain_from_other: the same of a photo like the other sets'; in between, what lies between.
        unknown_below: probability below which nothing is said of the whole photo.
        sure_from: least probability of a word that is named alone.
    """

    model: str
    space: Space
    strange: Floats
    right: Floats
    usual: dict[str, Floats]
    word: Floats
    words: dict[str, Words]
    other: Floats
    plain_from: float
    plain_from_other: float
    unknown_below: float
    sure_from: float

    @classmethod
    def neutral(cls, languages: Sequence[str], features: int) -> Confidence:
        """What a model has before it is calibrated: every description is a guess, "Perhaps"."""
        return cls(
            model="",
            space=Space(np.zeros(features), np.zeros((features, 1)), np.ones(1)),
            # One in two is right, and no photo is strange.
            strange=np.array([0.0, 0.0, 0.0, -FARTHEST]),
            right=np.zeros(len(EVIDENCE) + 1),
            usual={code: np.array([[0.0], [1.0]]) * np.ones(len(EVIDENCE)) for code in languages},
            word=np.zeros(len(WORD_EVIDENCE) + 1),
            words={code: Words({}, np.zeros(0), np.zeros(0, bool)) for code in languages},
            other=np.array([0.0, 0.0, 0.0, NEVER]),
            plain_from=1.0,
            plain_from_other=1.0,
            unknown_below=0.0,
            sure_from=1.0,
        )

    def judge(
        self,
        said: Sequence[Sequence[str]],
        hypotheses: Sequence[Hypothesis],
        features: NDArray[np.float32],
        language: str,
    ) -> list[Verdict]:
        """Judges all beams of one photo, the best first.

        Args:
            said: the words of each.
            hypotheses: the same captions, as the search gave them.
            features: (D,) float32, the encoder's.
            language: two-letter code of the words.

        Raises:
            ModelError: the features are not those of the model this was fitted for.
        """
        if features.shape != self.space.centre.shape or language not in self.usual:
            raise ModelError(Message.MODEL_FILES_MISMATCHED)
        place = self.space.place(features[None])[0]
        strangeness = float(place @ self.strange[:-1] + self.strange[-1])
        found = evidence(said, hypotheses, place)
        mean, deviation = self.usual[language]
        chances = sigmoid((found - mean) / deviation @ self.right[:-1] + self.right[-1])
        chances = chances * (1 - sigmoid(strangeness))
        other = float(sigmoid(float(place @ self.other[:-1] + self.other[-1])))
        plain_from = self.plain_from + other * (self.plain_from_other - self.plain_from)
        verdicts = []
        for words, hypothesis, chance in zip(said, hypotheses, chances, strict=True):
            manner = self._manner(float(chance), strangeness, plain_from)
            sure: tuple[str, ...] = ()
            if manner is Manner.UNKNOWN:
                sure = self._sure(words, hypothesis.word_scores, said, strangeness, language)
            verdicts.append(Verdict(float(chance), manner, sure))
        return verdicts

    def _manner(self, chance: float, strangeness: float, plain_from: float) -> Manner:
        if strangeness > 0 or chance < self.unknown_below:
            return Manner.UNKNOWN
        return Manner.PLAIN if chance >= plain_from else Manner.PERHAPS

    def _sure(
        self,
        words: Sequence[str],
        scores: Sequence[float],
        said: Sequence[Sequence[str]],
        strangeness: float,
        language: str,
    ) -> tuple[str, ...]:
        """The words that may be named, each with its article and adjectives if those are sure."""
        known = self.words[language]
        rows = word_evidence(words, scores, said, strangeness, known)
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
    """Where "a brown dog" begins, if "brown" is sure and an article stands there; else `end`."""
    articles = ARTICLES.get(language, frozenset())
    for begin in range(end - 1, max(-1, end - 4), -1):
        if words[begin] in articles:
            return begin
        if not sure[begin]:
            break
    return end
