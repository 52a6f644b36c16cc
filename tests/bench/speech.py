"""Time from text to WAV, and how voices compare: python -m tests.bench.speech

Medians over 50 captions, each spoken once, in ms. The bars: 150 ms from text, 20 ms from a cache,
600 ms to the first clause of the natural voice (20 captions), which begins with that one; voices
within 3 dB of each other, no sample at the limit, at most 0.15 s before the first word. The
baseline is hibari-tts called directly, its samples neither trimmed, levelled nor written as WAV.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from hibari import Hibari

from pipeline.speech import DiskCache, Sound, VoiceChain, default_chain
from pipeline.speech.hibari import HibariVoice
from tests.data.captions import ENGLISH, FRENCH
from tests.speech.measures import lufs, silence_s

TEXT_BAR_S = 0.15
CACHE_BAR_S = 0.02
CLAUSE_BAR_S = 0.6
SLOW_CAPTIONS = 20
LONG_TEXT = " ".join(ENGLISH[:10])


def median_s(speak: Callable[[str], object], captions: Sequence[str] = ENGLISH) -> float:
    """The median of one call for each caption, in seconds."""
    times_s = []
    for caption in captions:
        began_s = time.perf_counter()
        speak(caption)
        times_s.append(time.perf_counter() - began_s)
    return statistics.median(times_s)


def print_times(chain: VoiceChain) -> None:
    """From text, from memory, from disk; whole and sentence by sentence."""
    raw = Hibari()
    raw("Voiska.")
    baseline_s = median_s(raw)
    rows = [("raw hibari", baseline_s, TEXT_BAR_S)]
    for voice in chain.choose("offline"):
        for language, captions in (("en", ENGLISH), ("fr", FRENCH)):
            if language in voice.languages:
                alone = VoiceChain([voice])

                def speak(caption: str, alone: VoiceChain = alone, asked: str = language) -> bytes:
                    return next(alone.stream(caption, asked)).wav()

                chosen = captions[:SLOW_CAPTIONS] if voice.slow else captions
                bar_s = CLAUSE_BAR_S if voice.slow else TEXT_BAR_S
                name = f"{voice.name} {language}{', first clause' if voice.slow else ''}"
                rows.append((name, median_s(speak, chosen), bar_s))
    recent = ENGLISH[:10]  # memory holds the last few sentences, not all fifty
    for caption in recent:
        chain.speak(caption)
    memory_s = median_s(lambda caption: chain.speak(caption).wav(), recent)
    rows.append(("from memory", memory_s, CACHE_BAR_S))
    with tempfile.TemporaryDirectory() as folder:
        disk = DiskCache(Path(folder))
        hibari = HibariVoice()
        hibari.speak("Ready.", "en", 1.0)
        writing = VoiceChain([hibari], disk=disk)
        put_s = median_s(lambda caption: writing.speak(caption, keep=True).wav())
        rows.append(("hibari en, and to disk", put_s, TEXT_BAR_S))
        reading = VoiceChain([hibari], disk=disk)
        disk_s = median_s(lambda caption: reading.speak(caption, keep=True).wav())
        rows.append(("from disk", disk_s, CACHE_BAR_S))
    whole = VoiceChain(chain.choose("offline"))
    rows.append(("10 sentences at once", median_s(whole.speak, [LONG_TEXT]), TEXT_BAR_S))
    fresh = VoiceChain(chain.choose("offline"))
    first_s = median_s(lambda text: next(fresh.stream(text)), [LONG_TEXT])
    rows.append(("first of 10 sentences", first_s, TEXT_BAR_S))
    print(f"{'':24}{'median':>12}{'of the bar':>12}{'of raw hibari':>15}")
    for name, seconds, bar_s in rows:
        bar, of_raw = seconds / bar_s, seconds / baseline_s
        print(f"{name:24}{seconds * 1000:9.2f} ms{bar:11.3f}x{of_raw:14.3f}x")


def print_voices(chain: VoiceChain) -> None:
    """Loudness after EBU R128, highest sample, silence before the words."""
    print(f"{'':12}{'LUFS':>8}{'quietest':>10}{'loudest':>9}{'peak':>7}{'lead':>9}")
    for voice in chain.choose("offline"):
        for language, captions in (("en", ENGLISH), ("fr", FRENCH)):
            if language not in voice.languages:
                continue
            some = captions[:SLOW_CAPTIONS] if voice.slow else captions
            sounds: list[Sound] = [voice.speak(caption, language, 1.0) for caption in some]
            levels = [lufs(sound) for sound in sounds]
            peak = max(float(np.abs(sound.samples).max()) for sound in sounds)
            lead_s = max(silence_s(sound.samples, sound.sample_rate_hz) for sound in sounds)
            print(f"{voice.name + ' ' + language:12}{statistics.median(levels):8.1f}"
                  f"{min(levels):10.1f}{max(levels):9.1f}{peak:7.2f}{lead_s:7.2f} s")  # fmt: skip


def main() -> None:
    """Measures and prints the tables."""
    chain = default_chain(allow_online=False)
    began_s = time.perf_counter()
    chain.warm_up()
    chain.warm_up("fr")
    warm_up_s = time.perf_counter() - began_s
    words = statistics.mean(len(caption.split()) for caption in ENGLISH)
    spoken_s = statistics.median(chain.speak(caption).seconds for caption in ENGLISH)
    print(f"{len(ENGLISH)} captions of {words:.1f} words, {spoken_s:.2f} s of sound each")
    print_times(chain)
    print_voices(chain)
    print(f"warm-up, once: {warm_up_s:.2f} s")


if __name__ == "__main__":
    main()
