"""Time from text to WAV: python tests/bench/speech.py

Medians over 30 captions of about ten words, each spoken once, in ms; the bar is 100 ms. The
baseline is hibari-tts called directly, its samples neither trimmed, levelled nor written as WAV.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from hibari import Hibari

from pipeline.speech import default_chain

BAR_S = 0.1
WHO = ("A black dog", "Two young men", "A girl in a pink dress", "An old man", "A small child")
WHAT = (
    "runs along the beach with a stick",
    "sits on a bench in the park",
    "climbs up a rock above the water",
    "jumps over a red and white fence",
    "plays with a ball on green grass",
    "stands in front of a painted wall",
)
CAPTIONS = tuple(f"{who} {what}." for who in WHO for what in WHAT)


def median_s(speak: Callable[[str], object]) -> float:
    """The median of one call for each caption, in seconds."""
    times_s = []
    for caption in CAPTIONS:
        began_s = time.perf_counter()
        speak(caption)
        times_s.append(time.perf_counter() - began_s)
    return statistics.median(times_s)


def main() -> None:
    """Measures and prints the table."""
    chain = default_chain(allow_online=False)
    began_s = time.perf_counter()
    chain.warm_up()
    warm_up_s = time.perf_counter() - began_s
    raw = Hibari()
    raw("Voiska.")

    baseline_s = median_s(raw)
    offline_s = median_s(lambda caption: chain.speak(caption).wav())
    cached_s = median_s(lambda caption: chain.speak(caption).wav())
    spoken_s = statistics.median(chain.speak(caption).seconds for caption in CAPTIONS)
    words = statistics.mean(len(caption.split()) for caption in CAPTIONS)

    print(f"{len(CAPTIONS)} captions of {words:.1f} words, {spoken_s:.2f} s of sound each")
    print(f"{'':24}{'median':>10}{'of the bar':>12}{'of raw hibari':>15}")
    for name, seconds in (
        ("raw hibari", baseline_s),
        ("offline, text to WAV", offline_s),
        ("from the cache, to WAV", cached_s),
    ):
        bar, raw_hibari = seconds / BAR_S, seconds / baseline_s
        print(f"{name:24}{seconds * 1000:7.2f} ms{bar:11.3f}x{raw_hibari:14.3f}x")
    print(f"warm-up, once: {warm_up_s:.2f} s")


if __name__ == "__main__":
    main()
