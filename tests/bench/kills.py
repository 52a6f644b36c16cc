"""A process killed while it writes loses nothing that it kept: python -m tests.bench.kills

Each round starts a program that adds, corrects, deletes and purges from two threads, prints what
was kept, and is killed (SIGKILL) at a random moment, its start included. Then SQLite alone checks
the file: it is whole, its search index fits its entries, and every entry that was printed is there,
with its picture.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.history.killed_writer import (
    kill_often,
)


def main() -> int:
    """Kills, and prints what came of it; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description="Kills writers of the history.")
    parser.add_argument("--count", type=int, default=500, help="how many are killed")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong, done = kill_often(chosen.count, Path(folder), chosen.seed)
    print(f"{chosen.count} kills; {done['added']} entries said to be kept, "
          f"{done['corrected']} corrected, {done['deleting']} deleted")  # fmt: skip
    print("\n".join(wrong) if wrong else "nothing lost, nothing damaged")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
