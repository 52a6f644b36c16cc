"""Decodes, resamples and changes the pace of sound with PyAV, whose wheel includes FFmpeg."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.filter import Graph

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech.sound import Samples


class SoundFormat(StrEnum):
    """Formats of sound files, by the names that programs use."""

    WAV = "wav"
    MP3 = "mp3"
    OPUS = "opus"
    FLAC = "flac"
    AAC = "aac"
    PCM = "pcm"  # 24,000 samples a second, 16 bit, little-endian, mono, no header


@dataclass(frozen=True)
class _Codec:
    """What FFmpeg calls a format; a rate of 0 is the sound's own."""

    container: str
    name: str
    sample_rate_hz: int


_COMPRESSED_RATE_HZ = 48_000
_CODECS = {
    SoundFormat.WAV: _Codec("wav", "pcm_s16le", 0),
    SoundFormat.MP3: _Codec("mp3", "libmp3lame", _COMPRESSED_RATE_HZ),
    SoundFormat.OPUS: _Codec("ogg", "libopus", _COMPRESSED_RATE_HZ),
    SoundFormat.FLAC: _Codec("flac", "flac", 0),
    SoundFormat.AAC: _Codec("adts", "aac", _COMPRESSED_RATE_HZ),
    SoundFormat.PCM: _Codec("s16le", "pcm_s16le", 24_000),
}


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


def encode(samples: Samples, sample_rate_hz: int, file_format: SoundFormat) -> bytes:
    """Writes a whole sound file.

    Args:
        samples: (n,) float32, -1..1, mono.
        sample_rate_hz: samples a second.
        file_format: what is written; compressed formats have 48,000 samples a second.
    """
    codec = _CODECS[file_format]
    rate_hz = codec.sample_rate_hz or sample_rate_hz
    file = io.BytesIO()
    with av.open(file, "w", format=codec.container) as container:
        stream = cast(AudioStream, container.add_stream(codec.name, rate=rate_hz, layout="mono"))
        frame = _frame(resample(samples, sample_rate_hz, rate_hz), rate_hz, "flt")
        frame.pts, frame.time_base = 0, Fraction(1, rate_hz)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()


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
