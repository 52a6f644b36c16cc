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

# A slow voice begins with a short clause and makes the next one while that is heard. It may be
# about twice as long: Kokoro makes 3 seconds of sound in one on 2 cores.
_FIRST_CHARS = 16
_GROWTH = 2
_TOLERANCE = 1.5  # what is only so much longer is not cut
# Clauses begin at a mark, else before a word that opens a group, else before an article.
_OPENERS = frozenset(
    "et ou mais qui que dont où avec sans dans sur sous devant derrière entre contre chez vers par "
    "pour près pendant tandis alors est sont à au aux en se s' "
    "and or but who which that with without in on at under over near behind beside between by for "
    "from into through while as is are to".split()
)
_ARTICLES = frozenset(
    "un une des le la les l' du deux trois a an the some two three his her".split()
)
# What cannot end a clause, beside the words that open one and articles.
_HELD = frozenset("de d' ce cet cette ne pas très of not very".split())
_LEAST_CHARS = 8  # "Un homme" may stand alone, "Il y" may not


def split(text: str, most_chars: int = MOST_CHARS) -> list[str]:
    """The sentences of `text`, each at most `most_chars` long, English or French.

    Abbreviations, initials, decimals and an ellipsis do not end a sentence. In doubt the text is
    not split, because two sentences in one sound do no harm. Only white space is removed.

    Args:
        text: as `pipeline.speech.text.clean` returns it: single blanks, line ends as newlines.
        most_chars: longer sentences are cut at a mark, or between two words.

    Returns:
        Pieces that hold at least a letter or a digit each; none when the text has none.
    """
    pieces: list[str] = []
    for line in text.splitlines():
        begin = 0
        for end in _END.finditer(line):
            if _is_end(line, end):
                pieces += _cut(line[begin : end.end()], most_chars)
                begin = end.end()
        pieces += _cut(line[begin:], most_chars)
    return [piece for piece in pieces if any(char.isalnum() for char in piece)]


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence for a slow voice: the first is short, the others may grow.

    Args:
        sentence: one of those that `split` returns.

    Returns:
        At least one; joined by blanks they are the sentence.
    """
    pieces: list[str] = []
    rest, about = sentence, _FIRST_CHARS
    while len(rest) > _TOLERANCE * about and (place := _clause_end(rest, about)) > 0:
        pieces.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
        about = _GROWTH * len(pieces[-1])
    return [*pieces, rest]


def _clause_end(text: str, about: int) -> int:
    """Where the first clause of `text` ends, near `about` characters; 0 for nowhere."""
    best, least_cost = 0, 1.0
    for gap in re.finditer(r"\s", text):
        place = gap.start()
        if not _LEAST_CHARS <= place <= min(2 * about, len(text) - _LEAST_CHARS):
            continue
        cost = _cost(text[:place].split()[-1].lower(), _first_word(text[place + 1 :]))
        cost += abs(place - about) / (2 * about)
        if cost < least_cost:
            best, least_cost = place, cost
    return best


def _cost(before: str, after: str) -> float:
    """How unnatural a pause is between two words: 0 to 1."""
    if before[-1] in ",;:":
        return 0.0
    if before in _OPENERS | _ARTICLES | _HELD:
        return 1.0
    if after in _OPENERS:
        return 0.2
    return 0.4 if after in _ARTICLES else 1.0


def _first_word(text: str) -> str:
    """In lower case; "l'eau" begins with the word "l'"."""
    return re.split(r"(?<=')|\s", text.lower().replace("\u2019", "'"), maxsplit=1)[0]


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


def _cut(sentence: str, most_chars: int) -> list[str]:
    """Splits a sentence into pieces of at most `most_chars`, at the places of `_CUTS`."""
    pieces = []
    rest = sentence.strip()
    while len(rest) > most_chars:
        places = (_last(cut, rest, most_chars) for cut in _CUTS)
        place = next(filter(None, places), most_chars)
        pieces.append(rest[:place].strip())
        rest = rest[place:].strip()
    return [*pieces, rest]


def _last(cut: re.Pattern[str], text: str, most_chars: int) -> int:
    """The end of the last match within `most_chars`, but not in the first fifth; 0 for none."""
    places = [match.end() for match in cut.finditer(text, most_chars // 5, most_chars)]
    return places[-1] if places else 0
