"""Trims the samples of every voice, normalises their loudness and limits their peaks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech.codec import resample
from pipeline.speech.sound import Samples, Sound, pcm16

with warnings.catch_warnings():
    # pydub 0.25.1 warns when imported without ffmpeg, which nothing here needs, and about Python's
    # own audioop (3.11, 3.12) and its own regular expressions (3.12 on).
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.silence import detect_leading_silence

LOUDNESS_DBFS = -18.0
CEILING_DBFS = -1.0
# Peaks of speech are 11 to 20.5 dB above its loudness (hibari and eSpeak, 150 captions): without a
# limiter a sixth of them stayed under this loudness, by up to 3.5 dB.
_MOST_LIMITED_DB = 6.0
_LIMITER_BLOCK_S = 0.002

# Sound this far under the peak is silence. hibari's own is 110 dB under it, an MP3's about 60.
_SILENCE_DB = -45.0
_STEP_MS = 10
# Silence that is kept around the words, so that a soft first consonant is not cut.
_LEAD_S = 0.05
_TAIL_S = 0.10
_FADE_S = 0.005
_BLOCK_S = 0.05
_QUIETEST_PEAK = 1e-4  # 10 steps of the 10,000 and more that a voice uses of 16 bit


def finish(samples: Samples, sample_rate_hz: int, voice: str, online: bool = False) -> Sound:
    """Trims the silence at both ends and normalises the loudness to `LOUDNESS_DBFS`.

    Args:
        samples: (n,) float32, mono, any level.
        sample_rate_hz: samples a second.
        voice: the name of the voice.
        online: whether the text was sent to a server.

    Raises:
        SpeechError: the samples are empty, silent or not finite.
    """
    if samples.size == 0 or not np.isfinite(samples).all():
        raise SpeechError(ErrorCode.VOICE_SOUND_INVALID)
    peak = float(np.abs(samples).max())
    if peak < _QUIETEST_PEAK:
        raise SpeechError(ErrorCode.VOICE_SILENT)
    trimmed = _trim(samples / np.float32(peak), sample_rate_hz)
    gain_db = LOUDNESS_DBFS - loudness_dbfs(trimmed, sample_rate_hz)
    gain_db = min(gain_db, CEILING_DBFS + _MOST_LIMITED_DB)
    levelled = _limit(trimmed * np.float32(10 ** (gain_db / 20)), sample_rate_hz)
    return Sound(levelled, sample_rate_hz, voice, online)


def join(sounds: Sequence[Sound], pause_s: float = 0.15) -> Sound:
    """Concatenates sounds, such as a short cue and the sentence after it.

    Args:
        sounds: at least one; all are resampled to the highest of their sample rates.
        pause_s: silence between two of them.

    Returns:
        A sound with the voice of the last one; online if any of them is.

    Raises:
        SpeechError: `sounds` is empty.
    """
    if not sounds:
        raise SpeechError(ErrorCode.NO_SOUNDS_TO_JOIN)
    rate_hz = max(sound.sample_rate_hz for sound in sounds)
    pause = np.zeros(int(pause_s * rate_hz), np.float32)
    parts: list[Samples] = []
    for sound in sounds:
        parts += [pause, resample(sound.samples, sound.sample_rate_hz, rate_hz)]
    online = any(sound.online for sound in sounds)
    return Sound(np.concatenate(parts[1:]), rate_hz, sounds[-1].voice, online)


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


def _limit(samples: Samples, sample_rate_hz: int) -> Samples:
    """Limits peaks to `CEILING_DBFS` by reducing the gain for 10 ms around each.

    A block's gain is the minimum of five blocks, then the mean of three, then a linear
    interpolation. So no sample exceeds its own block's gain, and the gain has no audible steps.
    """
    block = int(_LIMITER_BLOCK_S * sample_rate_hz)
    peaks = np.abs(np.pad(samples, (0, -len(samples) % block))).reshape(-1, block).max(axis=1)
    gains = np.minimum(1.0, 10 ** (CEILING_DBFS / 20) / np.maximum(peaks, _QUIETEST_PEAK))
    if gains.min() == 1.0:
        return samples
    least = np.lib.stride_tricks.sliding_window_view(np.pad(gains, 3, "edge"), 5).min(axis=1)
    smooth = np.convolve(least, np.full(3, 1 / 3), "valid")
    centres = (np.arange(len(smooth)) + 0.5) * block
    return samples * np.interp(np.arange(len(samples)), centres, smooth).astype(np.float32)


def _trim(samples: Samples, sample_rate_hz: int) -> Samples:
    """Cuts the ends of `samples` (peak 1) and fades what is left in and out, against clicks."""
    segment = AudioSegment(pcm16(samples), sample_width=2, frame_rate=sample_rate_hz, channels=1)
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
