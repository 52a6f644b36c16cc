"""What the tests of speech measure with, and a clock that they set."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from pipeline.speech import Sound

CAPTION = "A black dog runs on the beach with a red ball."


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def silence_s(samples: np.ndarray, sample_rate_hz: int) -> float:
    """Seconds before the first sample that is less than 40 dB under the peak."""
    loud = np.abs(samples) > np.abs(samples).max() / 100
    return float(np.argmax(loud)) / sample_rate_hz


def lufs(sound: Sound) -> float:
    """Loudness after EBU R128 as FFmpeg measures it, which shares no code with ours."""
    graph = Graph()
    time_base = Fraction(1, sound.sample_rate_hz)
    source = graph.add_abuffer(
        format="flt", sample_rate=sound.sample_rate_hz, layout="mono", time_base=time_base
    )
    graph.link_nodes(source, graph.add("ebur128", "metadata=1"), graph.add("abuffersink"))
    graph.configure()
    frame = av.AudioFrame.from_ndarray(sound.samples[None].copy(), format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = sound.sample_rate_hz, 0, time_base
    graph.push(frame)
    graph.push(None)
    measured = -70.0
    while True:
        try:
            measured = float(graph.pull().metadata.get("lavfi.r128.I", measured))
        except (av.BlockingIOError, av.EOFError):
            return measured


def pitch_hz(sound: Sound) -> float:
    """The pitch of a steady voice, between 80 and 400 Hz: where the sound is most like itself."""
    block = sound.samples - sound.samples.mean()
    power = np.abs(np.fft.rfft(block, 2 * len(block))) ** 2
    likeness = np.fft.irfft(power)
    shortest, longest = sound.sample_rate_hz // 400, sound.sample_rate_hz // 80
    return sound.sample_rate_hz / (shortest + int(np.argmax(likeness[shortest:longest])))
