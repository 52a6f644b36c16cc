"""Decodes, resamples and changes the pace of sound with PyAV, whose wheel includes FFmpeg."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech.sound import Samples


def decode(data: bytes, file_format: str, sample_rate_hz: int) -> Samples:
    """Reads a whole sound file.

    Args:
        data: the file's bytes.
        file_format: FFmpeg's name of the format: "mp3", "wav", "aiff".
        sample_rate_hz: the sample rate of the result.

    Returns:
        (n,) float32, -1..1, mono.

    Raises:
        SpeechError: the file is damaged or of another format.
    """
    try:
        return _decode(data, file_format, sample_rate_hz)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise SpeechError(ErrorCode.VOICE_AUDIO_UNREADABLE) from error


def change_pace(samples: Samples, sample_rate_hz: int, pace: float) -> Samples:
    """Changes the pace of speech and keeps its pitch.

    FFmpeg's atempo, a WSOLA (Verhelst and Roelands, 1993). Of captions at double pace a recogniser
    understood 93 words in 100 after atempo and 13 after pydub's `speedup`, which cuts pieces out.

    Args:
        samples: (n,) float32, -1..1, mono.
        sample_rate_hz: samples a second.
        pace: 0.5 to 2.0; 2.0 is twice as fast.
    """
    if pace == 1.0 or samples.size == 0:
        return samples
    graph = Graph()
    time_base = Fraction(1, sample_rate_hz)
    source = graph.add_abuffer(
        format="flt", sample_rate=sample_rate_hz, layout="mono", time_base=time_base
    )
    graph.link_nodes(source, graph.add("atempo", str(pace)), graph.add("abuffersink")).configure()
    frame = _frame(samples, sample_rate_hz, "flt")
    frame.pts, frame.time_base = 0, time_base
    return _run(graph, (frame, None))


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resamples (n,) float32 mono samples."""
    if from_hz == to_hz:
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=to_hz)
    frames = (*resampler.resample(_frame(samples, from_hz, "flt")), *resampler.resample(None))
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _decode(data: bytes, file_format: str, sample_rate_hz: int) -> Samples:
    with av.open(io.BytesIO(data), "r", format=file_format) as file:
        stream = file.streams.audio[0]
        form = f"sample_fmts=flt:sample_rates={sample_rate_hz}:channel_layouts=mono"
        graph = Graph()
        source = graph.add_abuffer(template=stream)
        graph.link_nodes(source, graph.add("aformat", form), graph.add("abuffersink")).configure()
        return _run(graph, (*file.decode(stream), None))


def _run(graph: Graph, frames: Iterable[av.AudioFrame | None]) -> Samples:
    """The output of a graph whose sink gives mono float; the last frame is None, the end."""
    parts: list[Samples] = [np.zeros(0, np.float32)]
    for frame in frames:
        graph.push(frame)
        while True:
            try:
                parts.append(graph.pull().to_ndarray()[0])
            except (av.BlockingIOError, av.EOFError):  # it needs more input, or is done
                break
    return np.concatenate(parts)


def _frame(samples: Samples, sample_rate_hz: int, sample_format: str) -> av.AudioFrame:
    row = np.ascontiguousarray(samples[None])
    frame = av.AudioFrame.from_ndarray(row, format=sample_format, layout="mono")
    frame.sample_rate = sample_rate_hz
    return frame
