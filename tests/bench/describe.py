"""How long a photo takes to become words, against the bar and against greedy search.

    python -m tests.bench.describe --photos data/flickr8k/photos [--assets assets]

Prints the median of each stage over 50 photos once warm, and the memory of this process, which
holds everything that the app holds but the page's server. Machines are noisy: compare the ratios.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.image import read_rgb
from pipeline.photo_quality import assess
from pipeline.speech import default_chain

BARS_S = {"whole photo": 0.08, "sound": 0.1}
BAR_MB = 600
Result = TypeVar("Result")


def timed(into: list[float], call: Callable[[], Result]) -> Result:
    """Calls and notes the seconds."""
    started = time.perf_counter()
    result = call()
    into.append(time.perf_counter() - started)
    return result


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    files = sorted(chosen.photos.glob("*.jpg"))[: chosen.count]
    captioner = Captioner.load(chosen.assets, threads=chosen.threads)
    voices = default_chain(allow_online=False)
    voices.warm_up()
    stages: dict[str, list[float]] = {
        name: []
        for name in ("read", "guidance", "encode", "beams", "greedy", "whole photo", "sound")
    }
    describe_file(captioner, files[0].read_bytes())
    for file in files:
        data = file.read_bytes()
        rgb = timed(stages["read"], lambda data=data: read_rgb(data))
        timed(stages["guidance"], lambda rgb=rgb: assess(rgb))
        encoded = timed(stages["encode"], lambda rgb=rgb: captioner.encode(rgb))
        timed(stages["beams"], lambda encoded=encoded: captioner.captions(encoded))
        timed(stages["greedy"], lambda encoded=encoded: captioner.captions(encoded, beam_size=1))
        description = timed(stages["whole photo"], lambda data=data: describe_file(captioner, data))
        # The file's name makes each sentence new: the cache would hide the voice.
        sentence = f"{description.text} {len(stages['sound'])}"
        timed(stages["sound"], lambda sentence=sentence: voices.speak(sentence))
    medians = {name: statistics.median(seconds) for name, seconds in stages.items()}
    print(f"{len(files)} photos, {chosen.threads} threads, encoder on {captioner.provider}")
    for name, median in medians.items():
        print(
            f"{name:12} {1000 * median:7.1f} ms  {median / medians['whole photo']:5.2f} of a photo"
        )
    for name, bar in BARS_S.items():
        print(f"{name}: {medians[name] / bar:.2f} of the bar of {1000 * bar:.0f} ms")
    print(f"beam search costs {medians['beams'] / medians['greedy']:.1f} times greedy search")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform == "linux" else 1024**2
    )
    print(f"peak memory {peak:.0f} MB, {peak / BAR_MB:.2f} of the bar of {BAR_MB} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
