"""Reads drawn photos of signs, labels, receipts, letters and screens: python -m tests.bench.reading

    python -m tests.bench.reading [--count 300] [--from 0] [--tesseract]
    python -m tests.bench.reading --photos FOLDER [--list NAMES.txt | --captions CAPTIONS.tsv]

Prints the character error rate (edits over characters, blanks counted once) of the clean and of the
hard ones, and in how many of those that were read the lines came in their order. With --tesseract
(`apt install tesseract-ocr tesseract-ocr-fra`) the same of it, on the same files, with its time
beside ours. With --photos it prints what is read in a folder's photos, to be compared by eye. What
it costs: tests/bench/reading_cost.py.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.image import read_rgb
from pipeline.reading.reader import Reader
from tests.data.written_pictures import Written, photographed

READ_ENOUGH = 0.6  # likeness of a line that was read to what is written, to have a place
_PLAIN = str.maketrans("\u2019\u2018\u201c\u201d\u2013\u2014", "''\"\"--")


@dataclass
class Score:
    """What was counted of one reader.

    Attributes:
        edits, characters: of all pictures.
        ordered, judged: pictures whose lines came in their order, and those with two lines or more.
        seconds: of reading.
        worst: share of edits and name of each picture.
    """

    edits: int = 0
    characters: int = 0
    ordered: int = 0
    judged: int = 0
    seconds: float = 0.0
    worst: list[tuple[float, str]] = field(default_factory=list)

    def add(self, written: Written, read: str, seconds: float) -> None:
        """Counts one picture."""
        wanted, read = plain(" ".join(written.lines)), plain(read)
        edits = distance(wanted, read)
        self.edits += edits
        self.characters += len(wanted)
        self.seconds += seconds
        self.worst.append((edits / len(wanted), written.name))
        places = [place(plain(line), read) for line in written.lines]
        found = [one for one in places if one is not None]
        if len(found) > 1:
            self.judged += 1
            self.ordered += found == sorted(found)

    def __str__(self) -> str:
        rate = 100 * self.edits / max(self.characters, 1)
        order = 100 * self.ordered / max(self.judged, 1)
        pictures = max(len(self.worst), 1)
        return (
            f"character errors {rate:.2f} %, order right in {order:.1f} % of {self.judged}, "
            f"{self.seconds / pictures:.2f} s each"
        )


def plain(text: str) -> str:
    """A text with one kind of quotation mark and dash, and single blanks."""
    return " ".join(text.translate(_PLAIN).split())


def distance(wanted: str, read: str) -> int:
    """Fewest characters to insert, delete or replace (Levenshtein)."""
    row = np.arange(len(read) + 1)
    signs = np.array(list(read))
    for number, sign in enumerate(wanted, start=1):
        cheapest = np.minimum(row[1:] + 1, row[:-1] + (signs != sign))
        new = np.concatenate(([number], cheapest))
        # An insertion costs one more than what stands to its left.
        steps = np.arange(len(new))
        row = np.minimum.accumulate(new - steps) + steps
    return int(row[-1])


def place(line: str, read: str) -> int | None:
    """Where a line begins in what was read; None when too little of it was read."""
    matcher = SequenceMatcher(None, line, read, autojunk=False)
    longest = matcher.find_longest_match()
    if longest.size < READ_ENOUGH * len(line):
        return None
    return longest.b - longest.a


def tesseract(written: Written) -> str:
    """What tesseract reads, told the language."""
    code = {"en": "eng", "fr": "fra"}[written.language]
    png = io.BytesIO()
    Image.fromarray(read_rgb(written.jpeg)).save(png, "PNG", compress_level=0)
    ran = subprocess.run(
        ["tesseract", "-", "-", "-l", code, "--psm", "3"],
        input=png.getvalue(), capture_output=True, check=True, env={"OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    return ran.stdout.decode()


def pictures(numbers: Sequence[int], with_tesseract: bool) -> None:
    """Reads the drawn pictures and prints the scores."""
    reader = Reader()
    reader.read(read_rgb(photographed(0).jpeg))  # opens the models

    def ours(written: Written) -> str:
        return reader.read(read_rgb(written.jpeg), written.language).text

    readers: dict[str, Callable[[Written], str]] = {"Vois": ours}
    if with_tesseract:
        readers["tesseract"] = tesseract
    scores = {(name, hard): Score() for name in readers for hard in (False, True)}
    for number in numbers:
        written = photographed(number)
        for name, read in readers.items():
            begun = time.perf_counter()
            text = read(written)
            scores[name, written.hard].add(written, text, time.perf_counter() - begun)
        if number % 20 == 19:
            report(scores)
    report(scores)
    for name in readers:
        for share, which in sorted(
            scores[name, False].worst + scores[name, True].worst, reverse=True
        )[:12]:
            print(f"{name}: {100 * share:5.1f} % wrong in {which}")


def report(scores: dict[tuple[str, bool], Score]) -> None:
    """Prints the scores so far."""
    for (name, hard), score in scores.items():
        print(f"{name}, {len(score.worst)} {'hard' if hard else 'clean'}: {score}", flush=True)


def photos(folder: Path, names: Sequence[str]) -> None:
    """Prints what is read in photos."""
    reader, count = Reader(), 0
    for name in names:
        text = reader.read(read_rgb((folder / name).read_bytes())).text
        if text:
            count += 1
            print(f"{name}: {text!r}", flush=True)
    print(f"{len(names)} photos, {count} with text")


def main() -> None:
    """Runs the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--tesseract", action="store_true")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--list", type=Path, help="names of photos, one a line")
    parser.add_argument("--captions", type=Path, help="a data set's table: its test photos")
    chosen = parser.parse_args()
    if chosen.photos is None:
        pictures(range(chosen.first, chosen.first + chosen.count), chosen.tesseract)
        return
    names = sorted(path.name for path in chosen.photos.iterdir())
    if chosen.list is not None:
        names = chosen.list.read_text().split()
    elif chosen.captions is not None:
        with chosen.captions.open(encoding="utf-8") as table:
            rows = csv.DictReader(table, delimiter="\t")
            names = sorted({row["image"] for row in rows if row["split"] == "test"})
    photos(chosen.photos, names)


if __name__ == "__main__":
    main()
