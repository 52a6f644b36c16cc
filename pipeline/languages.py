"""Language codes, and the word lists of each language that captioning and training share."""

from __future__ import annotations

ENGLISH = "en"
FRENCH = "fr"

# Words that cannot end a caption: a caption that stops at one of them is cut short.
NEVER_LAST = {
    ENGLISH: frozenset(
        "a an the of with in on at by for from to into onto and or as is are was while his her "
        "their its that which through near over under behind beside between wearing holding".split()
    ),
    FRENCH: frozenset(
        "un une le la les l' des du de d' à au aux en dans sur sous avec par pour sans vers chez "
        "entre et ou où que qu' qui est sont a ont son sa ses leur leurs se s' ne n' ce cette ces "
        "tandis pendant comme très plusieurs deux portant tenant".split()
    ),
}
ARTICLES = {
    ENGLISH: frozenset({"a", "an", "the"}),
    FRENCH: frozenset({"un", "une", "des", "le", "la", "les", "l'", "du"}),
}
