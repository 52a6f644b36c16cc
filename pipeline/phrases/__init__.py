"""The sentences of the page and the command line, looked up by language."""

from __future__ import annotations

from pipeline.phrases.base import Phrases
from pipeline.phrases.english import ENGLISH
from pipeline.phrases.french import FRENCH

__all__ = ["ENGLISH", "FRENCH", "LANGUAGES", "Phrases", "phrases"]

_BY_LANGUAGE = {say.language: say for say in (ENGLISH, FRENCH)}
LANGUAGES = tuple(_BY_LANGUAGE)  # two-letter codes


def phrases(language: str) -> Phrases:
    """The sentences of a two-letter language code; those of English for an unknown code."""
    return _BY_LANGUAGE.get(language, ENGLISH)
