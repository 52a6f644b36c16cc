"""Computes BLEU, ROUGE-L, CIDEr and METEOR with pycocoevalcap, as papers on Flickr8k do.

Without Java the captions are cut into words by `pipeline.captioning.vocabulary.normalise`. On
people's captions of the test split this was measured to be within 0.05 point of the standard PTB
tokenizer (CIDEr: 82.3 instead of 82.0). METEOR needs Java.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.meteor.meteor import Meteor
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer import ptbtokenizer

from pipeline.captioning.vocabulary import normalise
from pipeline.languages import ENGLISH
from training.errors import ScoreError

# Sentences by photo; the words of a sentence are separated by single spaces.
Cut = dict[str, list[str]]


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


def java_found() -> bool:
    """Tests whether Java runs; macOS has a placeholder `java` that exits with an error."""
    if shutil.which("java") is None:
        return False
    return subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0


def score(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    java: bool = False,
    language: str = ENGLISH,
) -> Scores:
    """Scores one description a photo against people's captions.

    Args:
        candidates: by photo, the description: a sentence or its words.
        references: by photo, people's captions; the same photos.
        java: cut English words with the PTB tokenizer, and add METEOR.
        language: of the captions, for tokenisation without Java.

    Raises:
        ScoreError: the photos differ, there are none, one has no reference, or Java fails.
    """
    said, people = cut_words(candidates, references, java, language)
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
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    language: str = ENGLISH,
) -> dict[str, float]:
    """Computes CIDEr-D of every photo, x100, with document frequencies of all `references`.

    Raises:
        ScoreError: as for `score`.
    """
    said, people = cut_words(candidates, references, False, language)
    _, values = Cider().compute_score(people, said)
    return {name: 100 * float(value) for name, value in zip(people, values, strict=True)}


def human_scores(references: Mapping[str, Sequence[str]], java: bool = False) -> Scores:
    """Scores human captions: each against the others of its photo, averaged.

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
    return mean_scores(rounds)


def mean_scores(rounds: Sequence[Scores]) -> Scores:
    """Averages scores; METEOR is None when any of the inputs lacks it."""
    columns = {field.name: [getattr(one, field.name) for one in rounds] for field in fields(Scores)}
    means = {
        name: None if None in column else float(np.mean(column)) for name, column in columns.items()
    }
    return Scores(**means)  # type: ignore[arg-type]  # meteor alone is None


def _without(sentences: Sequence[str], turn: int) -> list[str]:
    return [sentence for place, sentence in enumerate(sentences) if place != turn]


def cut_words(
    candidates: Mapping[str, str | Sequence[str]],
    references: Mapping[str, Sequence[str]],
    java: bool = False,
    language: str = ENGLISH,
) -> tuple[Cut, Cut]:
    """Tokenises candidates and references, in the order of `references`; see `score`.

    Raises:
        ScoreError: the photos differ, there are none, one has no reference, or Java fails.
    """
    if set(candidates) != set(references) or not references:
        raise ScoreError("The descriptions and the references are not of the same photos.")
    if not all(references.values()):
        raise ScoreError("A photo has no reference to score against.")
    cut = _ptb if java else partial(_plain, language)
    said = {
        # Joined without a space, "l'" and "homme" are tokenised as in people's captions.
        name: [words if isinstance(words, str) else " ".join(words).replace("' ", "'")]
        for name, words in ((name, candidates[name]) for name in references)
    }
    return cut(said), cut({name: list(sentences) for name, sentences in references.items()})


def _plain(language: str, sentences: Cut) -> Cut:
    return {
        name: [" ".join(normalise(one, language)) for one in every]
        for name, every in sentences.items()
    }


def _ptb(sentences: Cut) -> Cut:
    """Tokenises with Stanford's PTB tokenizer and drops punctuation.

    Equal to `PTBTokenizer.tokenize` of pycocoevalcap, but prints nothing, uses a pipe instead of a
    file in site-packages, and checks the number of lines.
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
            # `Meteor` ends its process when it is garbage-collected, but leaves these pipes open.
            meteor.meteor_p.stdout.close()
            meteor.meteor_p.stderr.close()
