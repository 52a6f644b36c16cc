"""The training text: Multi30k's pairs, and made-up ones for the words that it lacks.

Multi30k (Elliott and others, 2016 and 2017) is a folder with train.tsv, val.tsv,
test_2016_flickr.tsv and test_2017_mscoco.tsv (image, en, fr).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from spellchecker import SpellChecker

from pipeline.captioning.vocabulary import normalise
from pipeline.languages import FRENCH
from training.errors import DataError
from training.translation.mentions import read_table
from training.translation.synthesis import Pair

TRAIN, DEV, TESTS = "train", "val", ("test_2016_flickr", "test_2017_mscoco")


def read_pairs(folder: Path, part: str) -> list[Pair]:
    """The pairs of a part of Multi30k, cut into words, parted by blanks.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = folder / f"{part}.tsv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read.") from error
    if not rows or any(len(row) != 3 for row in rows):
        raise DataError(f"{path} is not a table of image, en, fr.")
    return [
        (" ".join(normalise(english)), " ".join(normalise(french, FRENCH)))
        for _, english, french in rows[1:]
    ]


def allowed_words(pairs: Iterable[Pair]) -> frozenset[str]:
    """The words of the pairs' French that are French."""
    words = {word for _, french in pairs for word in french.split()}
    return frozenset(filter(is_french, words))


def is_french(word: str) -> bool:
    """Whether a word is French: by pyspellchecker's list, or a loan word of loans.tsv.

    English words that the list holds are in foreign.tsv. Of "porte-clés" each part counts.
    """
    known, loans, foreign = _lists()
    if word in loans or word.endswith("'"):
        return True
    parts = word.replace("œ", "oe").split("-")
    return word not in foreign and all(part in known or part.isdigit() for part in parts)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    known = frozenset(SpellChecker(FRENCH).word_frequency.dictionary)
    loans, foreign = (
        frozenset(word for (word,) in read_table(name)) for name in ("loans.tsv", "foreign.tsv")
    )
    return known, loans, foreign


def clean(pairs: Iterable[Pair], words: frozenset[str]) -> list[Pair]:
    """The pairs whose French holds no other word than these."""
    return [pair for pair in pairs if words.issuperset(pair[1].split())]
