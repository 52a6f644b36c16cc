"""The errors a person can hear: each message is a full sentence that says what to do."""

from __future__ import annotations


class VoisError(Exception):
    """Base of every error that the page shows and speaks; `str(error)` is said as it is."""


class ImageError(VoisError):
    """The photo cannot be read or must not be decoded."""


class ModelError(VoisError):
    """The model's files are missing, damaged or do not fit together."""


class SpeechError(VoisError):
    """A voice could not turn the text into sound."""


class HistoryError(VoisError):
    """The history could not be read or written."""
