"""Odd inputs and what Vois says of each: a table, and how many of them went wrong.

python -m tests.bench.odd_inputs
python -m tests.bench.odd_inputs --only archive --faults
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from tests.odd import archives, files, photos, processes, requests, states
from tests.odd.case import Case, judge

PARTS = (photos, files, archives, states, requests, processes)
_PATIENCE_S = 300  # the machine may be busy, and some wait for a lock
_WIDTH = 150


def main() -> int:
    """Prints a row for each case; 1 when something is wrong with one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose kind or name has this in it")
    parser.add_argument("--faults", action="store_true", help="only those with something wrong")
    chosen = parser.parse_args()
    every = [case for part in PARTS for case in part.cases()]
    wrong = done = 0
    for case in every:
        if chosen.only in str(case):
            done += 1
            wrong += _row(case, chosen.faults)
    print(f"{done} odd inputs, {wrong} of them with faults")
    return min(wrong, 1)


def _row(case: Case, only_faults: bool) -> bool:
    home = Path(tempfile.mkdtemp())
    begun = time.process_time()
    try:
        verdict = judge(case, home / "home", _PATIENCE_S)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    spent_ms = 1000 * (time.process_time() - begun)
    if verdict.faults or not only_faults:
        text = " / ".join(verdict.said.text.split("\n"))[:_WIDTH]
        print(f"{case} | {verdict.said.status} | {text!a} | {spent_ms:.0f} ms", flush=True)
        for fault in verdict.faults:
            print(f"    FAULT {fault}", flush=True)
    return bool(verdict.faults)


if __name__ == "__main__":
    raise SystemExit(main())
