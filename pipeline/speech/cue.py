"""Short sounds without words."""

from __future__ import annotations

import functools

import numpy as np

from pipeline.speech.sound import Sound

SAMPLE_RATE_HZ = 24_000
# Lower and softer than speech, and rising. 0.3 s in all.
_PITCHES_HZ = (392.0, 523.25)
_BLIP_S = 0.12
_GAP_S = 0.06
_LEVEL = 0.12


@functools.cache
def looking() -> Sound:
    """Two soft blips: the camera's first picture is being described."""
    seconds = np.arange(int(_BLIP_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    swell = np.sin(np.pi * seconds / _BLIP_S) ** 2  # no click at either end
    gap = np.zeros(int(_GAP_S * SAMPLE_RATE_HZ))
    low, high = (_LEVEL * swell * np.sin(2 * np.pi * pitch * seconds) for pitch in _PITCHES_HZ)
    samples = np.concatenate([low, gap, high]).astype(np.float32)
    return Sound(samples, SAMPLE_RATE_HZ, "cue")
