"""Photos a second of a whole folder, on one core and on all.

    python -m tests.bench.folder [--photos FOLDER] [--count 500]

`python -m pipeline describe` with a process for each core, starts included: one core, all of them,
one again. A smaller folder is taken again and again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.archive import LEAST_RATIO, ROOT, seconds
from tests.bench.figures import Figure, table

PART = "a folder of photos"


def compare(photos: Path, assets: Path, count: int) -> list[Figure]:
    """The rates and their ratio."""
    cores = sorted(os.sched_getaffinity(0))
    files = sorted(photos.resolve().glob("*.jpg"))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        folder, tables = home / "photos", home / "tables"
        folder.mkdir()
        tables.mkdir()
        for number in range(count):
            (folder / f"{number}.jpg").symlink_to(files[number % len(files)])
        before = seconds(folder, tables, assets, cores[:1])
        together = seconds(folder, tables, assets, cores)
        after = seconds(folder, tables, assets, cores[:1])
    alone = (before + after) / 2
    bar = LEAST_RATIO if len(cores) == 2 else None
    return [
        Figure(PART, f"{count} photos, one core", count / alone, "photos/s"),
        Figure(PART, f"{count} photos, {len(cores)} cores", count / together, "photos/s"),
        Figure(PART, "all cores over one", alone / together, "times", least=bar),
    ]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, default=ROOT / "assets" / "samples")
    parser.add_argument("--assets", type=Path, default=ROOT / "assets")
    parser.add_argument("--count", type=int, default=500)
    chosen = parser.parse_args()
    print(table(compare(chosen.photos, chosen.assets, chosen.count)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
