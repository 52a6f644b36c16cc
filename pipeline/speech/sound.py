"""Sound as the page gets it: trimmed, levelled, never clipped, written as WAV."""

from __future__ import annotations

import io
import warnings
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.errors import SpeechError

with warnings.catch_warnings():
    # pydub 0.25.1 warns when imported without ffmpeg, which nothing here needs, and about Python's
    # own audioop (3.11, 3.12) and its own regular expressions (3.12 on).
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

Samples = npt.NDArray[np.float32]

# Speech of both voices has peaks 11 to 17 dB above its loudness (hibari, 11 captions at 3 rates),
# so that this loudness is reached under this ceiling without a limiter.
LOUDNESS_DBFS = -18.0
CEILING_DBFS = -1.0

# Sound this far under the peak is silence. hibari's own is 110 dB under it, an MP3's about 60.
_SILENCE_DB = -45.0
_STEP_MS = 10
# What stays around the words: a soft first consonant is not cut, and nobody waits for it.
_LEAD_S = 0.05
_TAIL_S = 0.10
_FADE_S = 0.005
_BLOCK_S = 0.05
_QUIETEST_PEAK = 1e-4  # 10 steps of the 10,000 and more that a voice uses of 16 bit


@dataclass(frozen=True, eq=False)
class Sound:
    """A finished sound.

    Attributes:
        samples: (n,) float32, -1..1, mono, read-only; n > 0.
        sample_rate_hz: samples a second.
        voice: the name of who spoke.
    """

    samples: Samples
    sample_rate_hz: int
    voice: str

    def __post_init__(self) -> None:
        """Checks the samples and makes them read-only, for the cache hands them to many.

        Raises:
            SpeechError: they are not (n,) float32 with n > 0, or the rate is not positive.
        """
        wrong = self.samples.ndim != 1 or self.samples.dtype != np.float32
        if wrong or self.samples.size == 0 or self.sample_rate_hz <= 0:
            raise SpeechError("The voice gave no sound that can be played.")
        self.samples.flags.writeable = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.sample_rate_hz

    def wav(self) -> bytes:
        """A WAV file: PCM, 16 bit, mono; samples outside -1..1 are held at the limit."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.sample_rate_hz)
            file.writeframes(_pcm16(self.samples))
        return buffer.getvalue()


def finish(samples: Samples, sample_rate_hz: int, voice: str) -> Sound:
    """Cuts the silence at both ends and brings the words to `LOUDNESS_DBFS`.

    Args:
        samples: (n,) float32, mono, any level.
        sample_rate_hz: samples a second.
        voice: the name of who spoke.

    Raises:
        SpeechError: the samples are empty, silent or not finite.
    """
    if samples.size == 0 or not np.isfinite(samples).all():
        raise SpeechError("The voice gave no sound that can be played.")
    peak = float(np.abs(samples).max())
    if peak < _QUIETEST_PEAK:
        raise SpeechError("The voice gave only silence.")
    trimmed = _trim(samples / np.float32(peak), sample_rate_hz)
    gain_db = min(LOUDNESS_DBFS - loudness_dbfs(trimmed, sample_rate_hz), CEILING_DBFS)
    return Sound(trimmed * np.float32(10 ** (gain_db / 20)), sample_rate_hz, voice)


def loudness_dbfs(samples: Samples, sample_rate_hz: int) -> float:
    """The level of the words alone, in dB of full scale; the pauses between them do not count.

    Blocks 10 dB under the mean are left out, after the relative gate of ITU-R BS.1770. Its
    frequency weighting is left out: it moves voices by less than the 3 dB that matter here.

    Args:
        samples: (n,) float32, -1..1, not all zero.
        sample_rate_hz: samples a second.
    """
    block = min(len(samples), int(_BLOCK_S * sample_rate_hz))
    whole = samples[: len(samples) // block * block].reshape(-1, block)
    power = np.square(whole, dtype=np.float64).mean(axis=1)
    words = power[power >= power.mean() / 10]
    return float(10 * np.log10(max(words.mean(), 1e-12)))


def _trim(samples: Samples, sample_rate_hz: int) -> Samples:
    """Cuts the ends of `samples` (peak 1) and fades what is left in and out, against clicks."""
    segment = AudioSegment(_pcm16(samples), sample_width=2, frame_rate=sample_rate_hz, channels=1)
    lead_s, tail_s = (
        detect_leading_silence(side, segment.max_dBFS + _SILENCE_DB, _STEP_MS) / 1000
        for side in (segment, segment.reverse())
    )
    begin = max(0, int((lead_s - _LEAD_S) * sample_rate_hz))
    end = len(samples) - max(0, int((tail_s - _TAIL_S) * sample_rate_hz))
    trimmed = samples[begin:end].copy()
    ramp = np.linspace(0, 1, min(len(trimmed), int(_FADE_S * sample_rate_hz)), dtype=np.float32)
    trimmed[: len(ramp)] *= ramp
    trimmed[len(trimmed) - len(ramp) :] *= ramp[::-1]
    return trimmed


def _pcm16(samples: Samples) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
