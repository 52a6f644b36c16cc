"""The sound of a text: samples, the voice's name, and a WAV file."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.errors import ErrorCode, SpeechError

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound that is ready to play.

    Attributes:
        samples: (n,) float32, -1..1, mono, read-only; n > 0.
        sample_rate_hz: samples a second.
        voice: the name of the voice.
        online: whether the text was sent to a server.
    """

    samples: Samples
    sample_rate_hz: int
    voice: str
    online: bool = False

    def __post_init__(self) -> None:
        """Checks the samples and makes them read-only, because the cache shares them.

        Raises:
            SpeechError: they are not (n,) float32 with n > 0, or the rate is not positive.
        """
        wrong = self.samples.ndim != 1 or self.samples.dtype != np.float32
        if wrong or self.samples.size == 0 or self.sample_rate_hz <= 0:
            raise SpeechError(ErrorCode.VOICE_SOUND_INVALID)
        self.samples.flags.writeable = False

    @property
    def seconds(self) -> float:
        """The duration."""
        return len(self.samples) / self.sample_rate_hz

    def wav(self) -> bytes:
        """A WAV file: PCM, 16 bit, mono; samples are clamped to -1..1."""
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.sample_rate_hz)
            file.writeframes(pcm16(self.samples))
        return buffer.getvalue()


def pcm16(samples: Samples) -> bytes:
    """16 bit, little-endian; samples are clamped to -1..1."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
