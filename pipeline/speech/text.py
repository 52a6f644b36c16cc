"""Removes from a text what voices cannot speak."""

from __future__ import annotations

import re
import unicodedata

from pipeline.errors import ErrorCode, SpeechError

# hibari makes the sound of 10,000 characters in 4 s; it lasts 11 minutes.
MAX_CHARS = 10_000

# hibari fails on numbers of 40 digits, and listeners cannot follow more than 15.
_LONG_NUMBER = re.compile(r"\d{16,}")
# hibari's time grows with the cube of a word's parts: "a-" 300 times took 31 s, 20 times 0.04 s.
_LONG_WORD = re.compile(r"(\S{40})(?=\S)")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\s*\n\s*")
_SYMBOLS_FROM = "\u2190"  # arrows and every emoji after them; the signs before (20 °C) are read


def clean(text: str) -> str:
    """Keeps letters, digits, punctuation, single blanks and line ends (NFC).

    Emoji, control, direction and private characters are removed; words and numbers that are too
    long for a voice are split.

    Raises:
        SpeechError: nothing is left to speak, or the text has more than `MAX_CHARS`.
    """
    if len(text) > MAX_CHARS:
        raise SpeechError(ErrorCode.TEXT_TOO_LONG, most=MAX_CHARS)
    kept = "".join(_speakable(char) for char in unicodedata.normalize("NFC", text))
    kept = _LONG_NUMBER.sub(lambda digits: " ".join(digits[0]), kept)
    kept = _LONG_WORD.sub(r"\1 ", kept)
    kept = _LINE_ENDS.sub("\n", _BLANKS.sub(" ", kept)).strip()
    if not any(char.isalnum() for char in kept):
        raise SpeechError(ErrorCode.TEXT_EMPTY)
    return kept


def _speakable(char: str) -> str:
    if char == "\n":
        return char
    category = unicodedata.category(char)
    if category == "Cf":  # joiners and direction marks stand inside words
        return ""
    is_symbol = category in ("So", "Sk") and char >= _SYMBOLS_FROM
    return " " if category[0] in "CZ" or is_symbol else char
