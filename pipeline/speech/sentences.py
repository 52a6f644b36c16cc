"""Splits a long text into sentences, so that the first is played while the others are made."""

from __future__ import annotations

import re

# Longer sentences are split at a semicolon, a comma or between two words.
MOST_CHARS = 250

# A full stop, with the quotes and brackets that close behind it. French puts a blank before ! ? ».
_END = re.compile(r"(?P<mark>[.!?…]+)(?P<close>(?: ?»|[\"'”\u2019)\]])*)(?=\s)")
_LAST_WORD = re.compile(r"[^\s(\[«“\"'\u2019]+$")
# Abbreviations that do not end a sentence, of both languages, because texts may mix them.
_TITLES = frozenset(
    "mr mrs ms dr prof rev hon gen col capt lt sgt st ste vs cf approx dept est ca"
    " mme mmes mlle mlles mgr me pr env av ap".split()
)
# Abbreviations before a number only: "No. 5", but "No. It is a cat."
_BEFORE_NUMBERS = frozenset("no nos nr fig figs p pp vol art ch chap tél tel éd ed".split())
# Where a sentence that is too long is split, the best places first.
_CUTS = (re.compile(r"[;:]\s"), re.compile(r",\s"), re.compile(r"\s"))


def split(text: str) -> list[str]:
    """The sentences of `text`, each at most `MOST_CHARS` long, English or French.

    Abbreviations, initials, decimals and an ellipsis do not end a sentence. In doubt the text is
    not split, because two sentences in one sound do no harm. Only white space is removed.

    Args:
        text: as `pipeline.speech.text.clean` returns it: single blanks, line ends as newlines.

    Returns:
        Pieces that hold at least a letter or a digit each; none when the text has none.
    """
    pieces: list[str] = []
    for line in text.splitlines():
        begin = 0
        for end in _END.finditer(line):
            if _is_end(line, end):
                pieces += _cut(line[begin : end.end()])
                begin = end.end()
        pieces += _cut(line[begin:])
    return [piece for piece in pieces if any(char.isalnum() for char in piece)]


def _is_end(line: str, end: re.Match[str]) -> bool:
    after = line[end.end() :].lstrip()
    goes_on = after[:1].islower()
    if end["mark"] != ".":
        hesitates = end["mark"] in ("..", "...", "…")
        return not (goes_on and (hesitates or end["close"]))
    if end["close"]:
        return not goes_on
    found = _LAST_WORD.search(line, 0, end.start())
    word = found[0] if found else ""
    if len(word) == 1 and word.isupper() and word != "I":  # "J. Smith", "M. Dupont"
        return False
    if word.lower() in _TITLES or "." in word:  # "Dr. Martin", "e.g. a dog", "av. J.-C."
        return False
    if word.lower() in _BEFORE_NUMBERS:
        return not after[:1].isdigit()
    return not (word.lower() == "etc" and goes_on)


def _cut(sentence: str) -> list[str]:
    """Splits a sentence into pieces of at most `MOST_CHARS`, at the places of `_CUTS`."""
    pieces = []
    rest = sentence.strip()
    while len(rest) > MOST_CHARS:
        place = next(filter(None, (_last(cut, rest) for cut in _CUTS)), MOST_CHARS)
        pieces.append(rest[:place].strip())
        rest = rest[place:].strip()
    return [*pieces, rest]


def _last(cut: re.Pattern[str], text: str) -> int:
    """The end of the last match within `MOST_CHARS`, but not in the first fifth; 0 for none."""
    places = [match.end() for match in cut.finditer(text, MOST_CHARS // 5, MOST_CHARS)]
    return places[-1] if places else 0
