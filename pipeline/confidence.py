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

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.decoding import Hypothesis
from pipeline.errors import ModelError
from pipeline.vocabulary import joined

Floats = NDArray[np.float64]

# What a description's probability is computed from, in order.
EVIDENCE = (
    "mean",  # word log-probability, the end's too
    "least",  # the lowest of them
    "margin",  # score over that of the best other beam
    "agreement",  # words that two beams share, of those that they have: mean over the pairs
    "length",  # words
    "beams",  # mean word log-probability of all beams, over this one's
    "outside",  # log squared distance from the training photos' principal space
    "inside",  # log mean squared distance within it, in deviations
)
# What a word's probability is computed from, in order; then comes a constant.
WORD_EVIDENCE = ("beams that say it", "log-probability", "log share in captions", "strangeness")
ARTICLES = {
    "en": frozenset({"a", "an", "the"}),
    "fr": frozenset({"un", "une", "des", "le", "la", "les", "l'", "du"}),
}
MOST_SURE = 3  # more words than these would be a description again
_MISFIT = "The model's files do not fit together. Install Vois again."
_FARTHEST = 10.0  # strangeness beyond this says nothing more about words


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
class Space:
    """Where the training photos lie.

    Attributes:
        centre: (D,) their mean, each feature vector being scaled to length 1.
        axes: (D, K) their principal components, to float16's precision.
        spread: (K,) their deviation along each, shrunk towards the mean.
    """

    centre: Floats
    axes: Floats
    spread: Floats

    def place(self, features: NDArray[np.floating]) -> Floats:
        """(N, D) features -> (N, 2 + K): outside, inside, and the coordinates in deviations."""
        rows = np.asarray(features, np.float64)
        rows = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9) - self.centre
        along = rows @ self.axes
        outside = np.maximum((rows**2).sum(1) - (along**2).sum(1), 1e-9)
        along = along / self.spread
        inside = np.maximum((along**2).mean(1), 1e-9)
        return np.column_stack([np.log(outside), np.log(inside), along])


@dataclass(frozen=True)
class Words:
    """What is known of one language's words.

    Attributes:
        number: where a word stands in the arrays.
        share: (W,) natural log of the share of training captions that hold it.
        thing: (W,) bool, whether it can be named alone ("dog", not "brown" or "runs").
    """

    number: dict[str, int]
    share: Floats
    thing: NDArray[np.bool_]


@dataclass(frozen=True)
class Confidence:
    """The fitted numbers; holds no state of a call.

    Attributes:
        model: `training.card.model_hash` of the files that they were fitted for.
        space: where the training photos lie.
        strange: (2 + K + 1,) weights of `Space.place` and a constant; above 0 a photo is no scene.
        right: (len(EVIDENCE) + 1,) weights of the evidence, in deviations, and a constant.
        usual: by language, (2, len(EVIDENCE)): mean and deviation of the evidence.
        word: (len(WORD_EVIDENCE) + 1,) weights for single words.
        words: by language.
        plain_from: least probability of what is said plainly.
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
    plain_from: float
    unknown_below: float
    sure_from: float

    @classmethod
    def neutral(cls, languages: Sequence[str], features: int) -> Confidence:
        """What a model has before it is calibrated: every description is a guess, "Perhaps"."""
        return cls(
            model="",
            space=Space(np.zeros(features), np.zeros((features, 1)), np.ones(1)),
            # One in two is right, and no photo is strange.
            strange=np.array([0.0, 0.0, 0.0, -_FARTHEST]),
            right=np.zeros(len(EVIDENCE) + 1),
            usual={code: np.array([[0.0], [1.0]]) * np.ones(len(EVIDENCE)) for code in languages},
            word=np.zeros(len(WORD_EVIDENCE) + 1),
            words={code: Words({}, np.zeros(0), np.zeros(0, bool)) for code in languages},
            plain_from=1.0,
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
            raise ModelError(_MISFIT)
        place = self.space.place(features[None])[0]
        strangeness = float(place @ self.strange[:-1] + self.strange[-1])
        found = evidence(said, hypotheses, place)
        mean, deviation = self.usual[language]
        chances = sigmoid((found - mean) / deviation @ self.right[:-1] + self.right[-1])
        chances = chances * (1 - sigmoid(strangeness))
        verdicts = []
        for words, hypothesis, chance in zip(said, hypotheses, chances, strict=True):
            manner = self._manner(float(chance), strangeness)
            sure: tuple[str, ...] = ()
            if manner is Manner.UNKNOWN:
                sure = self._sure(words, hypothesis.word_scores, said, strangeness, language)
            verdicts.append(Verdict(float(chance), manner, sure))
        return verdicts

    def _manner(self, chance: float, strangeness: float) -> Manner:
        if strangeness > 0 or chance < self.unknown_below:
            return Manner.UNKNOWN
        return Manner.PLAIN if chance >= self.plain_from else Manner.PERHAPS

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

    def save(self, path: Path) -> None:
        """Writes a compressed npz file."""
        arrays: dict[str, NDArray[np.generic]] = {
            "model": np.array(self.model),
            "languages": np.array(list(self.usual)),
            "centre": self.space.centre.astype(np.float32),
            "axes": self.space.axes.astype(np.float16),
            "spread": self.space.spread,
            "strange": self.strange,
            "right": self.right,
            "word": self.word,
            "limits": np.array([self.plain_from, self.unknown_below, self.sure_from]),
        }
        for code, known in self.words.items():
            arrays[f"usual_{code}"] = self.usual[code]
            arrays[f"words_{code}"] = np.array(list(known.number), dtype=np.str_)
            arrays[f"share_{code}"] = known.share.astype(np.float32)
            arrays[f"thing_{code}"] = known.thing
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path, languages: Sequence[str]) -> Confidence:
        """Reads and checks what `save` wrote, for a model that speaks `languages`.

        Raises:
            ModelError: the file is missing or damaged, or belongs to another model.
        """
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                confidence = _read({name: file[name] for name in file.files})
        except FileNotFoundError as error:
            raise ModelError("The model is missing: there is no {file}.", file=path.name) from error
        except _UNREADABLE as error:
            raise ModelError(
                "The model file {file} is damaged. Install Vois again.", file=path.name
            ) from error
        if set(confidence.usual) != set(languages):
            raise ModelError(_MISFIT)
        return confidence


_UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)


def sigmoid(values: NDArray[np.float64] | float) -> Floats:
    """The logistic function, of any shape; never overflows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))), np.float64)


def evidence(
    said: Sequence[Sequence[str]], hypotheses: Sequence[Hypothesis], place: Floats
) -> Floats:
    """What the beams of a photo tell.

    Args:
        said: the words of each.
        hypotheses: the same captions, as the search gave them.
        place: (2 + K,) of `Space.place`.

    Returns:
        (beams, len(EVIDENCE)) float64.
    """
    means = np.array([np.mean(one.word_scores) for one in hypotheses])
    scores = [one.score for one in hypotheses]
    sets = [set(words) for words in said]
    shared = [len(one & other) / max(1, len(one | other)) for one, other in combinations(sets, 2)]
    agreement = float(np.mean(shared)) if shared else 1.0
    rows = []
    for number, one in enumerate(hypotheses):
        others = scores[:number] + scores[number + 1 :]
        margin = scores[number] - max(others) if others else 0.0
        rows.append(
            [
                means[number],
                min(one.word_scores),
                margin,
                agreement,
                len(said[number]),
                means.mean() - means[number],
                place[0],
                place[1],
            ]
        )
    return np.array(rows, np.float64)


def word_evidence(
    words: Sequence[str],
    scores: Sequence[float],
    said: Sequence[Sequence[str]],
    strangeness: float,
    known: Words,
) -> Floats:
    """What tells whether each word of a caption is right: (words, len(WORD_EVIDENCE)) float64."""
    rarest = float(known.share.min()) if known.share.size else 0.0
    far = float(np.clip(strangeness, -_FARTHEST, _FARTHEST))
    rows = []
    for word, score in zip(words, scores, strict=False):  # the last score is the end's
        number = known.number.get(word)
        share = rarest if number is None else float(known.share[number])
        rows.append([np.mean([word in other for other in said]), score, share, far])
    return np.array(rows, np.float64).reshape(len(words), len(WORD_EVIDENCE))


def _phrase_begin(words: Sequence[str], end: int, sure: NDArray[np.bool_], language: str) -> int:
    """Where "a brown dog" begins, if "brown" is sure and an article stands there; else `end`."""
    articles = ARTICLES.get(language, frozenset())
    for begin in range(end - 1, max(-1, end - 4), -1):
        if words[begin] in articles:
            return begin
        if not sure[begin]:
            break
    return end


def _read(arrays: dict[str, NDArray[np.generic]]) -> Confidence:
    """Checks names, shapes and ranges.

    Raises:
        ValueError: something is not as `save` writes it.
        LookupError: an array is missing.
    """
    codes = [str(code) for code in arrays["languages"]]
    floats = {
        name: np.asarray(array, np.float64)
        for name, array in arrays.items()
        if array.dtype.kind == "f"
    }
    if not all(np.isfinite(array).all() for array in floats.values()):
        raise ValueError("a number is not finite")
    centre, axes, spread = floats["centre"], floats["axes"], floats["spread"]
    limits = [float(limit) for limit in floats["limits"]]
    usual, words = {}, {}
    for code in codes:
        usual[code] = floats[f"usual_{code}"]
        spelled = [str(word) for word in arrays[f"words_{code}"]]
        share, thing = floats[f"share_{code}"], np.asarray(arrays[f"thing_{code}"], np.bool_)
        if not len(spelled) == len(share) == len(thing):
            raise ValueError("the words do not fit together")
        words[code] = Words({word: place for place, word in enumerate(spelled)}, share, thing)
    sound = (
        axes.shape == (*centre.shape, *spread.shape)
        and floats["strange"].shape == (len(spread) + 3,)
        and floats["right"].shape == (len(EVIDENCE) + 1,)
        and floats["word"].shape == (len(WORD_EVIDENCE) + 1,)
        and all(one.shape == (2, len(EVIDENCE)) and one[1].min() > 0 for one in usual.values())
        and spread.min() > 0
        and len(limits) == 3
        and 0 <= limits[1] <= limits[0] <= 1
        and 0 <= limits[2] <= 1
    )
    if not sound:
        raise ValueError("the arrays do not fit together")
    return Confidence(
        model=str(arrays["model"]),
        space=Space(centre, axes, spread),
        strange=floats["strange"],
        right=floats["right"],
        usual=usual,
        word=floats["word"],
        words=words,
        plain_from=limits[0],
        unknown_below=limits[1],
        sure_from=limits[2],
    )
