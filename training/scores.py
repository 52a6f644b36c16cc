"""BLEU, ROUGE-L, CIDEr and METEOR as papers on Flickr8k report them, by pycocoevalcap.

Without Java the captions are cut into words by `pipeline.vocabulary.normalise`. On people's
captions of the test split this was measured to be within 0.05 point of the usual PTB tokenizer
(CIDEr: 82.3 instead of 82.0). METEOR needs Java.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.bleu.bleu_scorer import BleuScorer
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer import ptbtokenizer

from pipeline.vocabulary import normalise

BOOTSTRAP_SAMPLES = 1000

# Sentences by photo, every sentence being its words with one space between them.
Cut = dict[str, list[str]]


class ScoreError(ValueError):
    """The captions cannot be scored; the message is one sentence for a person."""


@dataclass(frozen=True)
class Scores:
    """Scores of a whole set of photos, x100 as in papers (CIDEr may exceed 100).

    Attributes:
        bleu1: modified precision of words, with the brevity penalty (Papineni et al., 2002).
        bleu2: likewise, geometric mean up to pairs of words.
        bleu3: likewise, up to triples.
        bleu4: likewise, up to four words.
        rouge_l: longest common subsequence, F-measure with beta 1.2 (Lin, 2004).
        cider: CIDEr-D, agreement with the references by TF-IDF (Vedantam et al., 2015).
        meteor: METEOR 1.5 (Denkowski and Lavie, 2014); None without Java.
    """

    bleu1: float
    bleu2: float
    bleu3: float
    bleu4: float
    rouge_l: float
    cider: float
    meteor: float | None


@dataclass(frozen=True)
class Interval:
    """A 95 % confidence interval, x100."""

    low: float
    high: float


@dataclass(frozen=True)
class Intervals:
    """How far scores would move with other photos of the same kind."""

    cider: Interval
    bleu4: Interval


def java_found() -> bool:
    """Whether Java runs; macOS has a `java` that only says where to get one."""
    if shutil.which("java") is None:
        return False
    return subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0


def score(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    java: bool = False,
) -> Scores:
    """Scores one description a photo against what people said.

    Args:
        candidates: by photo, the description: a sentence or its words.
        references: by photo, people's captions; the same photos.
        java: cut words with the PTB tokenizer, and add METEOR.

    Raises:
        ScoreError: the photos differ, there are none, one has no reference, or Java fails.
    """
    said, people = _cut(candidates, references, java)
    bleu, _ = Bleu(4).compute_score(people, said, verbose=0)
    _, rouge = Rouge().compute_score(people, said)
    cider, _ = Cider().compute_score(people, said)
    return Scores(
        bleu1=100 * float(bleu[0]),
        bleu2=100 * float(bleu[1]),
        bleu3=100 * float(bleu[2]),
        bleu4=100 * float(bleu[3]),
        rouge_l=100 * float(np.mean(rouge)),
        cider=100 * float(cider),
        meteor=100 * _meteor(said, people) if java else None,
    )


def cider_by_photo(
    candidates: Mapping[str, str | Sequence[str]], references: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """CIDEr-D of every photo, x100, with the word frequencies of all `references`; no Java.

    Raises:
        ScoreError: as for `score`.
    """
    said, people = _cut(candidates, references, java=False)
    _, values = Cider().compute_score(people, said)
    return {name: 100 * float(value) for name, value in zip(people, values, strict=True)}


def intervals(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    samples: int = BOOTSTRAP_SAMPLES,
    seed: int = 0,
) -> Intervals:
    """95 % intervals by the percentile bootstrap over photos (Koehn, 2004); no Java.

    CIDEr's word frequencies stay those of all the references.

    Raises:
        ScoreError: as for `score`.
    """
    said, people = _cut(candidates, references, java=False)
    _, cider = Cider().compute_score(people, said)
    photos = len(people)
    drawn = np.random.default_rng(seed).multinomial(photos, [1 / photos] * photos, size=samples)
    bleu4 = [_bleu(counts)[3] for counts in drawn @ _bleu_counts(said, people)]
    return Intervals(cider=_interval(drawn @ cider / photos), bleu4=_interval(np.array(bleu4)))


def human_scores(references: Mapping[str, Sequence[str]], java: bool = False) -> Scores:
    """One person against the others: each caption against the rest of its photo's, averaged.

    Raises:
        ScoreError: photos differ in how many captions they have, or have fewer than two.
    """
    counts = {len(sentences) for sentences in references.values()}
    if len(counts) != 1 or min(counts) < 2:
        raise ScoreError("Every photo needs the same number of captions, two or more.")
    rounds = [
        score(
            {name: sentences[turn] for name, sentences in references.items()},
            {name: _without(sentences, turn) for name, sentences in references.items()},
            java,
        )
        for turn in range(counts.pop())
    ]
    means = {
        field.name: float(np.mean([getattr(one, field.name) for one in rounds]))
        for field in fields(Scores)
        if field.name != "meteor" or java
    }
    return Scores(**{"meteor": None, **means})  # type: ignore[arg-type]  # meteor alone is None


def _without(sentences: Sequence[str], turn: int) -> list[str]:
    return [sentence for place, sentence in enumerate(sentences) if place != turn]


def _cut(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    java: bool,
) -> tuple[Cut, Cut]:
    """Both sides cut into words, the photos in the same order."""
    if set(candidates) != set(references) or not references:
        raise ScoreError("The descriptions and the references are not of the same photos.")
    if not all(references.values()):
        raise ScoreError("A photo has no reference to score against.")
    cut = _ptb if java else _plain
    said = {
        name: [words if isinstance(words, str) else " ".join(words)]
        for name, words in ((name, candidates[name]) for name in references)
    }
    return cut(said), cut({name: list(sentences) for name, sentences in references.items()})


def _plain(sentences: Cut) -> Cut:
    return {name: [" ".join(normalise(one)) for one in every] for name, every in sentences.items()}


def _ptb(sentences: Cut) -> Cut:
    """Cuts words with Stanford's PTB tokenizer and drops punctuation.

    As `PTBTokenizer.tokenize` of pycocoevalcap does, but quietly, through a pipe instead of a file
    in site-packages, and with a check that no line got lost.
    """
    flat = [" ".join(one.split()) for every in sentences.values() for one in every]
    package = Path(ptbtokenizer.__file__).parent
    command = ["java", "-cp", str(package / ptbtokenizer.STANFORD_CORENLP_3_4_1_JAR)]
    command += ["edu.stanford.nlp.process.PTBTokenizer", "-encoding", "utf-8"]
    command += ["-preserveLines", "-lowerCase"]
    text = "".join(f"{line}\n" for line in flat).encode()
    try:
        answer = subprocess.run(command, input=text, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ScoreError("Java could not run the PTB tokenizer: score without Java.") from error
    lines = answer.stdout.decode().splitlines()
    if len(lines) != len(flat):
        raise ScoreError("The PTB tokenizer lost a line: score without Java.")
    dropped = set(ptbtokenizer.PUNCTUATIONS)
    cut = iter([" ".join(word for word in line.split() if word not in dropped) for line in lines])
    return {name: [next(cut) for _ in every] for name, every in sentences.items()}


def _meteor(said: Cut, people: Cut) -> float:
    meteor = None
    try:
        meteor = Meteor()
        value, _ = meteor.compute_score(people, said)
        return float(value)
    except (OSError, ValueError) as error:
        raise ScoreError("Java could not run METEOR: score without Java.") from error
    finally:
        if meteor is not None:
            # It ends its process when it is collected, but leaves these open.
            meteor.meteor_p.stdout.close()
            meteor.meteor_p.stderr.close()


def _bleu_counts(said: Cut, people: Cut) -> NDArray[np.int64]:
    """What BLEU sums over photos, so that photos can be drawn again without counting again.

    Returns:
        (photos, 10) int64: 1- to 4-grams that are right, 1- to 4-grams in all, the description's
        length and the closest reference's, in words.
    """
    scorer = BleuScorer(n=4)
    for name, references in people.items():
        scorer += (said[name][0], references)
    rows = []
    for counts in scorer.ctest:
        length = counts["testlen"]
        closest = min((abs(reference - length), reference) for reference in counts["reflen"])[1]
        rows.append([*counts["correct"], *counts["guess"], length, closest])
    return np.array(rows, dtype=np.int64)


def _bleu(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """BLEU-1 to BLEU-4, 0..1, of summed counts; the formula of BleuScorer.compute_score."""
    right, guessed, length, closest = counts[:4], counts[4:8], counts[8], counts[9]
    precisions = (right + 1e-15) / (guessed + 1e-9)
    ratio = (length + 1e-15) / (closest + 1e-9)
    penalty = np.exp(min(0.0, 1 - 1 / ratio))
    bleus: NDArray[np.float64] = penalty * np.cumprod(precisions) ** (1 / np.arange(1, 5))
    return bleus


def _interval(values: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(100 * values, [2.5, 97.5])
    return Interval(float(low), float(high))
