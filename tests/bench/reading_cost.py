"""What reading adds to a description: time and memory.

    python -m tests.bench.reading_cost --photos data/flickr8k/photos [--count 40] [--threads 2]

Each photo is described with and without a reader, one right after the other and in turns which of
them first, so that a busy machine slows both; beside the time that went by stands the processor's,
which other programs change little. The signs are those of tests/data/written_pictures.py. Memory is
the process's own: its peak before the first photo was read, and after all.
"""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.reading.reader import Reader
from tests.data.written_pictures import Subject, Written, photographed

ASSETS = Path(__file__).parents[2] / "assets"
SIGN_BAR_S = 0.7
WITHOUT_BAR_MS = 60
MEMORY_BAR_MB = 200


@dataclass(frozen=True)
class Took:
    """Seconds of a description.

    Attributes:
        wall: that went by.
        processor: of all threads.
    """

    wall: float
    processor: float


def took(captioner: Captioner, data: bytes, reader: Reader | None) -> Took:
    """Describes a photo file."""
    begun, used = time.perf_counter(), time.process_time()
    describe_file(captioner, data, reader=reader)
    return Took(time.perf_counter() - begun, time.process_time() - used)


def compare(
    captioner: Captioner, reader: Reader, files: Sequence[bytes]
) -> tuple[list[Took], list[Took]]:
    """Each file without and with reading."""
    without, reading = [], []
    for number, data in enumerate(files):
        order = (None, reader) if number % 2 else (reader, None)
        for one in order:
            (without if one is None else reading).append(took(captioner, data, one))
    return without, reading


def report(name: str, without: Sequence[Took], reading: Sequence[Took]) -> None:
    """Prints the medians."""
    for what in ("wall", "processor"):
        plain, read = (
            1000 * float(np.median([getattr(one, what) for one in both]))
            for both in (without, reading)
        )
        print(f"{name}, {what}: {plain:.0f} ms without, {read:.0f} ms with reading, "
              f"{read - plain:+.0f} ms, {read / plain:.2f} times")  # fmt: skip


def signs(wanted: int) -> list[Written]:
    """The first pictures of signs, larger than a thumbnail."""
    every = (photographed(number, 1280) for number in count())
    return list(islice((one for one in every if one.subject is Subject.SIGN), wanted))


def peak_mb() -> int:
    """The most memory that the process has had."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def main() -> None:
    """Runs the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    captioner = Captioner.load(ASSETS, threads=chosen.threads)
    reader = Reader()
    paths = sorted(chosen.photos.glob("*.jpg"))
    photos = [path.read_bytes() for path in paths[:: max(1, len(paths) // chosen.count)]]
    with_sign = [one.jpeg for one in signs(chosen.count // 2)]
    for data in (*photos, *with_sign):
        describe_file(captioner, data)
    before = peak_mb()
    for data in with_sign:
        describe_file(captioner, data, reader=reader)
    print(f"memory: {before} MB before the first photo was read, {peak_mb() - before:+d} MB after "
          f"(at most {MEMORY_BAR_MB})", flush=True)  # fmt: skip
    large = photographed(3, 4000).jpeg  # a page of text
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # to draw it took more than all else: forget that
    describe_file(captioner, large)
    before = peak_mb()
    describe_file(captioner, large, reader=reader)
    print(f"with a photo of 4,000 pixels: {before} MB, {peak_mb() - before:+d} MB when it is read")
    report(f"{len(with_sign)} signs", *compare(captioner, reader, with_sign))
    read = [describe_file(captioner, data, reader=reader).read for data in photos]
    silent = [data for data, text in zip(photos, read, strict=True) if not text]
    report(f"{len(silent)} photos without text", *compare(captioner, reader, silent))
    print(f"bars: a sign within {1000 * SIGN_BAR_S:.0f} ms on 2 free cores, without text at most "
          f"{WITHOUT_BAR_MS} ms more; load now {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
