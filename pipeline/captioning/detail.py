"""Captions by length (short, the model's own, full) and wording (neutral or as generated)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from pipeline.captioning.caption import Caption
from pipeline.captioning.captioner import Captioner, Encoded
from pipeline.captioning.confidence import Manner
from pipeline.captioning.neutral import neutral
from pipeline.captioning.style import DEFAULT_STYLE, DescriptionStyle, Form
from pipeline.languages import ARTICLES, NEVER_LAST
from pipeline.recognition.recogniser import Recognition

__all__ = [
    "DEFAULT_STYLE",
    "SHORT_WORDS",
    "Choice",
    "DescriptionStyle",
    "Form",
    "choose_in_style",
    "describe_in_style",
    "something_else",
]

SHORT_WORDS = 7  # as long as "A brown dog runs on the grass."; enough while the scene changes
# The median caption has 11 words in Flickr8k, and 9 from the model without a minimum.
FULL_WORDS = 9
# A short caption whose END is less probable than this is cut off ("A person in a red."). Chosen on
# 60 photos, where "Two people in a canoe." had 0.013 and "A boy in a green shirt." 0.0013.
LEAST_END = math.log(0.001)
NEW_WORDS = 2  # a caption with so many words that another one has not says something else


@dataclass(frozen=True)
class Choice:
    """The captions that were chosen for a photo.

    Attributes:
        caption: the best one.
        other: the next best that says something else, in the language of the search, which is
            `searched` of the captioner; None when there is none.
    """

    caption: Caption
    other: Caption | None


def describe_in_style(
    captioner: Captioner,
    encoded: Encoded,
    style: DescriptionStyle,
    language: str,
    recognising: Future[Recognition] | None = None,
) -> Caption:
    """The caption of an encoded photo in a style; arguments and errors as `choose_in_style`."""
    return choose_in_style(captioner, encoded, style, language, recognising).caption


def choose_in_style(
    captioner: Captioner,
    encoded: Encoded,
    style: DescriptionStyle,
    language: str,
    recognising: Future[Recognition] | None = None,
) -> Choice:
    """The captions of an encoded photo in a style.

    Args:
        captioner: the model.
        encoded: what its `encode` returned.
        style: length and wording.
        language: two-letter code, one of the model's. Where it is translated, length and wording
            are chosen in English, and only what was chosen is translated.
        recognising: what its `recognise` returned, by which captions are ranked and judged.

    Raises:
        ModelError: the model's files do not fit together, or it does not speak the language.
    """
    searched = captioner.searched(language)
    least_words = FULL_WORDS if style.form is Form.FULL else 1
    beams = captioner.captions(
        encoded,
        language=searched,
        beam_size=style.beams,
        least_words=least_words,
        recognising=recognising,
    )
    found, *others = map(neutral, beams) if style.neutral else beams
    other = something_else(found, others)
    if style.form is Form.SHORT and len(found.words) > SHORT_WORDS:
        short = _short(captioner, encoded, beams[0])
        found = neutral(short) if style.neutral else short
    return Choice(captioner.in_language(found, language), other)


def something_else(than: Caption, captions: Iterable[Caption]) -> Caption | None:
    """The first caption that may be said and says what another one does not; None if none does.

    Args:
        than: the other one.
        captions: in its language.
    """
    language = than.language
    small = NEVER_LAST.get(language, frozenset()) | ARTICLES.get(language, frozenset())
    for caption in captions:
        new = frozenset(caption.words) - frozenset(than.words) - small
        if len(new) >= NEW_WORDS and caption.manner is not Manner.UNKNOWN:
            return caption
    return None


def _short(captioner: Captioner, encoded: Encoded, whole: Caption) -> Caption:
    few = captioner.captions(encoded, language=whole.language, most_words=SHORT_WORDS)
    short = next((caption for caption in few if caption.word_scores[-1] >= LEAST_END), whole)
    # A short caption scores lower only because it is short: confidence is the whole caption's.
    return replace(
        whole, words=short.words, word_scores=short.word_scores, attention=short.attention
    )
