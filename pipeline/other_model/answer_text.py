"""An answer that comes in pieces, as whole sentences to be shown and spoken."""

from __future__ import annotations

import re
import unicodedata

from pipeline.speech.sentences import split

MOST_CHARACTERS = 1_600  # two minutes of speech; the history keeps 2,000 with the question

# What a model thinks aloud before it answers; some servers leave it in the answer.
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
# Markdown, of which a voice says nothing or "asterisk".
_MARKS = re.compile(r"\*+|`+|__+|^[ \t]*(?:#+|[-•>])[ \t]+", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\s*\n\s*")
# The first sentence of a slow model may take half a minute: its first clause is said before.
_FIRST_CLAUSE = re.compile(r"^.{30,}?[,;:](?=\s)")


class AnswerText:
    """Takes the pieces and gives sentences, each once, as soon as it is known where it ends.

    Attributes:
        full: whether there were more than `MOST_CHARACTERS`, and the rest is not taken.
    """

    def __init__(self) -> None:
        """Nothing has come yet."""
        self.full = False
        self._raw = ""
        self._given = 0

    def add(self, piece: str) -> list[str]:
        """The sentences that are whole with this piece: a next one has begun behind them.

        Beside them the first clause of the answer.
        """
        self._raw += piece
        text = _plain(self._raw)
        self.full = len(text) > MOST_CHARACTERS
        rest = text[self._given : MOST_CHARACTERS]
        pieces = split(rest)[:-1]
        clause = None if self._given or pieces else _FIRST_CLAUSE.match(rest)
        return self._take(rest, [clause[0]] if clause else pieces)

    def end(self) -> list[str]:
        """What is left when no more will come."""
        rest = _plain(self._raw)[self._given : MOST_CHARACTERS]
        return self._take(rest, split(rest))

    def _take(self, rest: str, pieces: list[str]) -> list[str]:
        place = 0
        for piece in pieces:
            place = rest.index(piece, place) + len(piece)
        self._given += place
        return pieces


def _plain(raw: str) -> str:
    """Without thoughts, marks and control characters; single blanks, line ends as newlines."""
    text = _MARKS.sub("", _THOUGHT.sub("", raw))
    text = "".join(map(_printed, text))
    return _LINE_ENDS.sub("\n", _BLANKS.sub(" ", text)).lstrip()


def _printed(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cf":  # joiners and direction marks stand inside words
        return ""
    return " " if category[0] == "C" and char != "\n" else char
