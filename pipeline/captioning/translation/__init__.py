"""A caption in another language: the English one, translated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.captioning.caption import Caption
from pipeline.captioning.translation.translator import Translator
from pipeline.captioning.vocabulary import joined, normalise


def translated(caption: Caption, translator: Translator) -> Caption:
    """The caption in the translator's language.

    Confidence and manner stay those of the English caption: only they were calibrated. Scores and
    attention of a word are the mean of the English words' that the translator looked at for it.

    Raises:
        ModelError: the translator's files do not fit together.
    """
    language = translator.contract.language
    sure = (translator.translate(tuple(normalise(phrase))).words for phrase in caption.sure)
    phrases = tuple(dict.fromkeys(joined(words) for words in sure))
    if not caption.words:
        return replace(caption, sure=phrases, language=language)
    found = translator.translate(caption.words)
    scores = found.sources @ np.array(caption.word_scores[:-1], dtype=np.float32)
    return replace(
        caption,
        words=found.words,
        english=caption.words,
        word_scores=(*map(float, scores), caption.word_scores[-1]),
        sure=phrases,
        language=language,
        attention=np.tensordot(found.sources, caption.attention, axes=1).astype(np.float32),
    )
