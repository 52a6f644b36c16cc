"""The errors that training raises; each message is one sentence for a person."""

from __future__ import annotations


class EncoderError(ValueError):
    """An encoder cannot be had; the message says why in one sentence."""


class DataError(ValueError):
    """The data set is missing, incomplete or broken; the message is one sentence for a person."""


class ScoreError(ValueError):
    """The captions cannot be scored; the message is one sentence for a person."""
