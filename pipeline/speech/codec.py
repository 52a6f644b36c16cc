"""Sound files in and out with PyAV, whose wheel brings FFmpeg: no program has to be installed."""

from __future__ import annotations

import io

import av
import numpy as np
from av.filter import Graph

from pipeline.errors import SpeechError
from pipeline.speech.sound import Samples, Sound

MP3_BITS_PER_SECOND = 64_000  # what Google sends its voice in


def decode(data: bytes, file_format: str, sample_rate_hz: int, pace: float = 1.0) -> Samples:
    """Reads a whole sound file.

    Args:
        data: the file's bytes.
        file_format: FFmpeg's name of it: "mp3", "wav", "aiff".
        sample_rate_hz: what the samples are brought to.
        pace: 0.5 to 2.0; the pitch stays (FFmpeg's atempo, a WSOLA: Verhelst and Roelands, 1993).

    Returns:
        (n,) float32, -1..1, mono.

    Raises:
        SpeechError: this is no such file, or a damaged one.
    """
    try:
        return _decode(data, file_format, sample_rate_hz, pace)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise SpeechError("The voice sent nothing that can be played.") from error


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
        raise SpeechError("This computer cannot write MP3 files.") from error
    return buffer.getvalue()


def _decode(data: bytes, file_format: str, sample_rate_hz: int, pace: float) -> Samples:
    parts: list[Samples] = [np.zeros(0, np.float32)]
    with av.open(io.BytesIO(data), "r", format=file_format) as file:
        stream = file.streams.audio[0]
        form = f"sample_fmts=flt:sample_rates={sample_rate_hz}:channel_layouts=mono"
        graph = Graph()
        nodes = [graph.add_abuffer(template=stream)]
        if pace != 1.0:
            nodes.append(graph.add("atempo", str(pace)))
        graph.link_nodes(*nodes, graph.add("aformat", form), graph.add("abuffersink")).configure()
        for frame in (*file.decode(stream), None):  # None: no more will come
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
