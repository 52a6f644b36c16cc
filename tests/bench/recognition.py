"""What naming things costs: time and memory of a photo with and without it, in one run.

.venv/bin/python -m tests.bench.recognition --photos data/flickr8k/photos
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.image import read_rgb

ASSETS = Path(__file__).parents[2] / "assets"


def main() -> int:
    """Describes each photo twice, in turns, and prints medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=50)
    chosen = parser.parse_args()
    captioner = Captioner.load(ASSETS)
    recogniser = captioner.recogniser
    if recogniser is None:
        print("The model in assets/ has no recogniser.")
        return 2
    times: dict[str, list[float]] = {"without": [], "with": [], "detector and classes alone": []}
    for path in sorted(chosen.photos.iterdir())[: chosen.count]:
        rgb = read_rgb(path.read_bytes())
        for named in (False, True):
            started = time.perf_counter()
            encoded = captioner.encode(rgb)
            recognising = captioner.recognise(encoded) if named else None
            captioner.captions(encoded, recognising=recognising)
            times["with" if named else "without"].append(time.perf_counter() - started)
        started = time.perf_counter()
        recogniser.recognise(encoded.rgb, encoded.features)
        times["detector and classes alone"].append(time.perf_counter() - started)
    for what, seconds in times.items():
        print(f"{what}: median {statistics.median(seconds) * 1e3:.0f} ms")
    pairs = zip(times["with"], times["without"], strict=True)
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"with names / without, median of the photos: {ratio:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
