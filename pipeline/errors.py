"""The errors a person can hear: each message is a full sentence that says what to do."""

from __future__ import annotations


class VoisError(Exception):
    """Base of every error that the page shows and speaks; `str(error)` says it in English.

    `Phrases.told` says it in another language: it knows the sentence, and fills in the same fields.

    Attributes:
        sentence: in English; braces name what is filled in.
        fields: what is filled in.
    """

    def __init__(self, sentence: str, **fields: object) -> None:
        """Takes the sentence and what is filled in; without fields, braces are just braces."""
        super().__init__(sentence.format(**fields) if fields else sentence)
        self.sentence = sentence
        self.fields = fields


class ImageError(VoisError):
    """The photo cannot be read or must not be decoded."""


class ModelError(VoisError):
    """The model's files are missing, damaged or do not fit together."""


class SpeechError(VoisError):
    """A voice could not turn the text into sound."""


class HistoryError(VoisError):
    """The history could not be read or written."""
