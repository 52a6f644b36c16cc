"""Neutral wording about people: replaces words of gender and age that the model can only guess.

The model learned "man" and "woman" from the habits of the people who wrote the training captions.
Its words are replaced by neutral ones, and words that agree with them are changed too. Roles and
clothes ("a bride", "a cowboy") stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.captioning.caption import Caption
from pipeline.captioning.neutral import english, french
from pipeline.captioning.neutral.rewording import Piece, merged_attention, pieces
from pipeline.captioning.vocabulary import joined, normalise
from pipeline.languages import ENGLISH, FRENCH

_LANGUAGES: dict[str, Callable[[list[Piece]], list[Piece]]] = {
    ENGLISH: english.neutral,
    FRENCH: french.neutral,
}


def neutral_words(words: Sequence[str], language: str) -> tuple[str, ...]:
    """The words in neutral wording, such as "a", "child", "laughs" for "a", "girl", "laughs".

    Args:
        words: of one caption, as `pipeline.captioning.vocabulary.normalise` returns them.
        language: two-letter code; words of a language without a table stay as they are.
    """
    return tuple(piece.word for piece in _neutral(words, language))


def neutral(caption: Caption) -> Caption:
    """The caption in neutral wording; each word keeps the scores and attention of its sources."""
    found = _neutral(caption.words, caption.language)
    claimed: set[int] = set()
    scores = []
    for piece in found:
        mine = set(piece.sources) - claimed
        claimed |= mine
        # A word whose sources are all counted already has probability 1: log 1 = 0.
        scores.append(sum(caption.word_scores[place] for place in sorted(mine)))
    return replace(
        caption,
        words=tuple(piece.word for piece in found),
        word_scores=(*scores, caption.word_scores[-1]),
        sure=_neutral_phrases(caption.sure, caption.language),
        attention=merged_attention(caption.attention, [piece.sources for piece in found]),
    )


def _neutral_phrases(phrases: Sequence[str], language: str) -> tuple[str, ...]:
    """Phrases such as "a man" in neutral wording, without duplicates."""
    reworded = (neutral_words(normalise(phrase, language), language) for phrase in phrases)
    return tuple(dict.fromkeys(joined(words) for words in reworded))


def _neutral(words: Sequence[str], language: str) -> list[Piece]:
    reword = _LANGUAGES.get(language)
    return pieces(words) if reword is None else reword(pieces(words))
