"""Which captions of crowd workers teach nothing: no sentence, no photo seen, said twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.captioning.vocabulary import normalise

# PASCAL's shortest good ones have three words ("Orange cat sleeping"); COCO's longest are essays.
_FEWEST, _MOST = 3, 30  # words
_NO_PHOTO = re.compile(
    r"\b(?:unable to see|no image|(?:see|view) (?:this|the|an) image|this hit)\b", re.IGNORECASE
)


def keep_good(captions: Sequence[str]) -> tuple[str, ...]:
    """Leaves out a photo's crude captions.

    Crude are those of fewer than 3 or more than 30 words, those with letters that are not ASCII,
    those that say that no image was shown, and repetitions.

    Returns:
        The others, in their order; none, perhaps.
    """
    kept: dict[tuple[str, ...], str] = {}
    for caption in captions:
        words = tuple(normalise(caption))
        if _FEWEST <= len(words) <= _MOST and caption.isascii() and not _NO_PHOTO.search(caption):
            kept.setdefault(words, caption)
    return tuple(kept.values())
