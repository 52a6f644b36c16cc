"""What a prompt of another program asks for, as far as Vois can do it, and in which language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.languages import ENGLISH
from pipeline.reading.language_guess import language_of

_ALTERNATIVE_TEXT = re.compile(r"\balt(?:ernative)?[- ]texts?\b|\btextes? alternatifs?\b")
_READS = re.compile(
    r"\bread\b|\btexts?\b|\bwritten\b|\bocr\b|\btranscri|\bwhat (?:do|does)\b[^.?!]*\bsays?\b"
    r"|\blis\b|\blire\b|\blisez\b|\btextes?\b|\bécrite?s?\b|\bque (?:dit|disent)\b"
    r"|\bqu['\u2019]est-ce qu[^.?!]*\bdi(?:t|sent)\b"
)
# Questions that a description answers. Of others, such as "What colour is it?", only a part is.
_DESCRIBES = re.compile(
    r"\bdescri|\bcaption|\bdécri|\blégende"
    r"|\bwhat (?:do|can) (?:you|we) see\b|\bwhat am i looking at\b|\bwhat does (?:it|this) show\b"
    r"|\bwhat(?:'s|\u2019s| is) (?:it|this|that)\s*[?.!]*$"
    r"|\bwhat(?:'s|\u2019s| is)(?: shown)? (?:here|in|on) ?(?:the|this|that|my)?"
    r"(?: image| picture| photo\w*)?\s*[?.!]*$"
    r"|\bque (?:vois|voit|voyez|montre)\b"
    r"|\bqu['\u2019]est-ce que (?:c['\u2019]est|tu vois|vous voyez)"
    r"|\bqu['\u2019]y a-t-il (?:sur|dans) (?:l['\u2019]|la |cette )(?:image|photo\w*)\s*[?.!]*$"
)


@dataclass(frozen=True)
class Wish:
    """What a prompt asks for.

    Attributes:
        describes: whether for a description.
        reads: whether for what is written.
        language: two-letter code of the answer.
    """

    describes: bool
    reads: bool
    language: str

    @property
    def is_more(self) -> bool:
        """Whether it is something that Vois cannot do."""
        return not (self.describes or self.reads)


def wish_of(prompt: str, instructions: str = "") -> Wish:
    """Reads a prompt.

    Args:
        prompt: what the person or the program asks; empty for a description.
        instructions: what the program says beside it ("Answer in French."), for its language alone.
    """
    text = prompt.lower().strip()
    wants_text = _ALTERNATIVE_TEXT.search(text) is not None
    rest = _ALTERNATIVE_TEXT.sub("", text)
    describes = not text or wants_text or _DESCRIBES.search(rest) is not None
    language = language_of(text, "") or language_of(instructions, ENGLISH)
    return Wish(describes, _READS.search(rest) is not None, language)
