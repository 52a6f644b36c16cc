"""Mends the French words with œ, which the recogniser mostly takes for other letters."""

from __future__ import annotations

import re

# The words that people meet. Œ alone is read as e, ce or oe: no other word of either language is
# written so.
_WORDS = (
    "œuf œufs bœuf bœufs cœur cœurs sœur sœurs œuvre œuvres chœur chœurs nœud nœuds vœu vœux "
    "mœurs œil œillet œillets œillères œnologie œnologue œdème œsophage fœtus chef-d'œuvre "
    "hors-d'œuvre main-d'œuvre désœuvré écœurant"
).split()
_MISREAD = {
    word.replace("œ", letters): word
    for word in _WORDS
    for letters in (("oe", "ce", "e", "ae", "0e") if word.startswith("œ") else ("oe", "ce", "0e"))
}
_PARTS = re.compile(r"[\w'\u2019-]+")
_ELIDED = re.compile(r"^((?:[dlDL]|qu|Qu|QU)['\u2019])?(.+)$")


def with_ligatures(text: str) -> str:
    """The text with œ and Œ where French has them; other words stay as they are."""
    return _PARTS.sub(lambda part: _mended(part[0]), text)


def _mended(part: str) -> str:
    found = _ELIDED.match(part)
    if found is None:
        return part
    before, word = found[1] or "", found[2]
    mended = _MISREAD.get(word.lower().replace("\u2019", "'"))
    if mended is None:
        return part
    if word.isupper():
        mended = mended.upper()
    elif word[:1].isupper():
        mended = mended[:1].upper() + mended[1:]
    return before + mended
