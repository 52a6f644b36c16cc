"""Sound files in and out with PyAV, whose wheel brings FFmpeg: no program has to be installed."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph

from pipeline.errors import Message, SpeechError
from pipeline.speech.sound import Samples, Sound

MP3_BITS_PER_SECOND = 64_000  # what Google sends its voice in


def decode(data: bytes, file_format: str, sample_rate_hz: int) -> Samples:
    """Reads a whole sound file.

    Args:
        data: the file's bytes.
        file_format: FFmpeg's name of it: "mp3", "wav", "aiff".
        sample_rate_hz: what the samples are brought to.

    Returns:
        (n,) float32, -1..1, mono.

    Raises:
        SpeechError: this is no such file, or a damaged one.
    """
    try:
        return _decode(data, file_format, sample_rate_hz)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise SpeechError(Message.VOICE_AUDIO_UNREADABLE) from error


def change_pace(samples: Samples, sample_rate_hz: int, pace: float) -> Samples:
    """Makes speech faster or slower without changing its pitch.

    FFmpeg's atempo, a WSOLA (Verhelst and Roelands, 1993). pydub's `speedup` cuts pieces out: of
    captions at double pace a recogniser then understood 13 words in 100, after atempo 93.

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
    """Brings (n,) float32 mono samples to another sample rate."""
    if from_hz == to_hz:
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=to_hz)
    frames = (*resampler.resample(_frame(samples, from_hz, "flt")), *resampler.resample(None))
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def mp3(sound: Sound) -> bytes:
    """A mono MP3 at 64 kbit/s, for downloads: a fifth of the WAV, and every phone plays it.

    Raises:
        SpeechError: this build of PyAV cannot write MP3; `Sound.wav` always works.
    """
    buffer = io.BytesIO()
    try:
        with av.open(buffer, "w", format="mp3") as file:
            stream = file.add_stream("libmp3lame", rate=sound.sample_rate_hz, layout="mono")
            stream.bit_rate = MP3_BITS_PER_SECOND
            frame = _frame(sound.samples, sound.sample_rate_hz, "fltp")
            for packet in (*stream.encode(frame), *stream.encode(None)):
                file.mux(packet)
    except (av.FFmpegError, ValueError) as error:
        raise SpeechError(Message.MP3_UNSUPPORTED) from error
    return buffer.getvalue()


def _decode(data: bytes, file_format: str, sample_rate_hz: int) -> Samples:
    with av.open(io.BytesIO(data), "r", format=file_format) as file:
        stream = file.streams.audio[0]
        form = f"sample_fmts=flt:sample_rates={sample_rate_hz}:channel_layouts=mono"
        graph = Graph()
        source = graph.add_abuffer(template=stream)
        graph.link_nodes(source, graph.add("aformat", form), graph.add("abuffersink")).configure()
        return _run(graph, (*file.decode(stream), None))


def _run(graph: Graph, frames: Iterable[av.AudioFrame | None]) -> Samples:
    """What comes out of the graph, whose sink gives mono float; the last frame is None, the end."""
    parts: list[Samples] = [np.zeros(0, np.float32)]
    for frame in frames:
        graph.push(frame)
        while True:
            try:
                parts.append(graph.pull().to_ndarray()[0])
            except (av.BlockingIOError, av.EOFError):  # it wants more, or it is done
                break
    return np.concatenate(parts)


def _frame(samples: Samples, sample_rate_hz: int, sample_format: str) -> av.AudioFrame:
    row = np.ascontiguousarray(samples[None])
    frame = av.AudioFrame.from_ndarray(row, format=sample_format, layout="mono")
    frame.sample_rate = sample_rate_hz
    return frame
