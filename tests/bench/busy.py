"""A photo to words beside two programs that do nothing but count, against its quiet time.

python -m tests.bench.busy [--photos FOLDER] [--rounds 4]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from tests.bench.figures import Figure, table
from tests.bench.watch import Watch

ASSETS = Path(__file__).parents[2] / "assets"
PART, BAR, LOOPS = "beside two busy programs", 2.0, 2


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """So many programs that keep a core busy each."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(loops)]
    time.sleep(0.5)  # they have begun by then
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


def compare(captioner: Captioner, photos: Sequence[bytes], rounds: int) -> list[Figure]:
    """Quiet and busy rounds in turns."""
    watch = Watch()
    describe_file(captioner, photos[0])
    for _ in range(rounds):
        for name, loops in (("quiet", 0), ("busy", LOOPS)):
            with busy(loops):
                for data in photos:
                    watch(name, lambda data=data: describe_file(captioner, data))
    quiet, beside = watch.median_s("quiet"), watch.median_s("busy")
    return [
        Figure(PART, "photo to words, quiet", 1000 * quiet, "ms"),
        Figure(PART, "photo to words, busy", 1000 * beside, "ms"),
        Figure(PART, "busy over quiet", beside / quiet, "times", most=BAR),
    ]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, default=ASSETS / "samples")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    files = sorted(chosen.photos.glob("*.jpg"))[: chosen.count]
    photos = [file.read_bytes() for file in files]
    print(table(compare(Captioner.load(ASSETS), photos, chosen.rounds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
