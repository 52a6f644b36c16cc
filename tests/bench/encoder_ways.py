"""The encoder in 8 bits against float32, in turns.

    python -m tests.bench.encoder_ways [--assets assets] [--calls 40] [--threads 1 2]

Ratios are of processor time and of the clock's; that of processor time is the one to believe on a
busy machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

from pipeline.captioning import contract as names
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.onnx_session import open_session
from tests.bench.figures import Figure, table

ASSETS = Path(__file__).parents[2] / "assets"
PART = "encoder, float32 over 8 bits"


def compare(assets: Path, threads: int, calls: int) -> list[Figure]:
    """How many times as long float32 takes; nothing for a model without an 8-bit encoder."""
    contract = ModelContract.load(assets)
    if not contract.encoder_8bit_file:
        return []
    files = {"float32": contract.encoder_file, "8 bits": contract.encoder_8bit_file}
    opened = {way: open_session(assets / file, threads=threads) for way, file in files.items()}
    size = contract.input_size
    pixels = np.random.default_rng(0).normal(size=(1, 3, size, size)).astype(np.float32)
    processor: dict[str, list[float]] = {way: [] for way in files}
    clock: dict[str, list[float]] = {way: [] for way in files}
    for number in range(calls + 2):
        for way, session in opened.items():
            used, passed = took(session, pixels)
            if number >= 2:
                processor[way].append(used)
                clock[way].append(passed)
    name = f"{threads} thread{'s'[: threads > 1]}"
    found = [
        Figure(PART, f"{name}, {way}, the clock's", 1000 * statistics.median(clock[way]), "ms")
        for way in files
    ]
    for what, spent in (("processor time", processor), ("the clock's", clock)):
        pairs = zip(spent["float32"], spent["8 bits"], strict=True)
        ratio = statistics.median(one / other for one, other in pairs)
        found.append(Figure(PART, f"{name}, {what}", ratio, "times"))
    return found


def took(session: ort.InferenceSession, pixels: np.ndarray) -> tuple[float, float]:
    """Seconds of processor and clock of one call."""
    used, started = time.process_time(), time.perf_counter()
    session.run(None, {names.PIXELS: pixels})
    return time.process_time() - used, time.perf_counter() - started


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    every = [compare(chosen.assets, threads, chosen.calls) for threads in chosen.threads]
    print(table([one for some in every for one in some]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
