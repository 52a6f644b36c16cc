"""How a photo or a frame is put into words: in short, as the model likes best, or in full."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.captioning.captioner import Caption, Captioner, Encoded
from pipeline.captioning.neutral import neutral

SHORT_WORDS = 7  # "A brown dog runs on the grass." is about what one takes in while walking
# Flickr8k's people write 11 words; the model, left alone, 9 at the middle.
FULL_WORDS = 9
# A short caption whose end is less likely than this was cut off ("A person in a red."): looked at
# on 60 photos, where "Two people in a canoe." had 0.013 and "A boy in a green shirt." 0.0013.
LEAST_END = math.log(0.001)


class Form(StrEnum):
    """How much is said."""

    AUTO = "auto"  # as the model likes best; the camera's in short while the picture changes fast
    SHORT = "short"
    FULL = "full"


@dataclass(frozen=True)
class DescriptionStyle:
    """How descriptions are to be put.

    Attributes:
        form: how much is said.
        neutral: whether people are called people.
    """

    form: Form = Form.AUTO
    neutral: bool = True


def describe_in_style(
    captioner: Captioner, encoded: Encoded, style: DescriptionStyle, language: str
) -> Caption:
    """The description of an encoded photo, as it is to be told.

    Args:
        captioner: the model.
        encoded: what its `encode` gave.
        style: how it is to be put.
        language: two-letter code, one of the model's.

    Raises:
        ModelError: the model's files do not fit together, or it does not speak the language.
    """
    if style.form is Form.FULL:
        found = captioner.captions(encoded, language=language, least_words=FULL_WORDS)[0]
    else:
        found = captioner.captions(encoded, language=language)[0]
        if style.form is Form.SHORT and len(found.words) > SHORT_WORDS:
            found = _short(captioner, encoded, found)
    return neutral(found) if style.neutral else found


def _short(captioner: Captioner, encoded: Encoded, whole: Caption) -> Caption:
    few = captioner.captions(encoded, language=whole.language, most_words=SHORT_WORDS)
    short = next((caption for caption in few if caption.word_scores[-1] >= LEAST_END), whole)
    # Few words score less for being few: the whole caption shows whether the model is sure.
    return replace(
        whole, words=short.words, word_scores=short.word_scores, attention=short.attention
    )
