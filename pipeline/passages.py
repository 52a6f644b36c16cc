"""What is spoken of a description: its sentence and what was read, each in its own language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.phrases import phrases
from pipeline.reading.language_guess import language_of
from pipeline.reading.saying import as_said


@dataclass(frozen=True)
class Passage:
    """Words of one language.

    Attributes:
        text: the words; a voice pauses between lines.
        language: its two-letter code.
    """

    text: str
    language: str


def shown(sentence: str, read: str, language: str) -> str:
    """A description's sentence with what was read.

    Args:
        sentence: of the description; "" where the text is all.
        read: what was read, in lines; "" for nothing.
        language: two-letter code of the sentence.
    """
    said = (Passage(read, language),) if read else ()
    return "".join(piece.text for piece in pieces(sentence, said, language))


def pieces(sentence: str, read: Sequence[Passage], language: str) -> tuple[Passage, ...]:
    """The same, each piece in its own language; joined, they are what is shown.

    Args:
        sentence: of the description; "" where the text is all.
        read: what was read, as it is written.
        language: two-letter code of the sentence.
    """
    if not read:
        return (Passage(sentence, language),) if sentence else ()
    lines = [f"{chr(10) if place else ''}{one.text}" for place, one in enumerate(read)]
    written = tuple(Passage(line, one.language) for line, one in zip(lines, read, strict=True))
    if not sentence:
        return written
    gap = "\n" if "\n" in "".join(lines) else " "
    return (Passage(f"{sentence} {phrases(language).says}{gap}", language), *written)


def passages(sentence: str, language: str, read: Iterable[Passage]) -> tuple[Passage, ...]:
    """What is spoken, in order; neighbours of one language are one passage.

    Args:
        sentence: of the description; "" where the text is all.
        language: two-letter code of the sentence.
        read: what was read, as it is written.
    """
    said = [Passage(sentence, language)] if sentence else []
    for number, passage in enumerate(read):
        if number == 0 and sentence:
            said = [Passage(f"{sentence} {phrases(language).says}", language)]
        text = as_said(passage.text, passage.language)
        if said and passage.language == said[-1].language:
            said[-1] = Passage(f"{said[-1].text}\n{text}", passage.language)
        else:
            said.append(Passage(text, passage.language))
    return tuple(said)


def kept_passages(sentence: str, language: str, read: str) -> tuple[Passage, ...]:
    """The same of a description that was kept: the language of its text is guessed as a whole.

    Args:
        sentence: of the description.
        language: two-letter code of the sentence.
        read: what was read, in lines; "" for nothing.
    """
    return passages(
        sentence, language, [Passage(read, language_of(read, language))] if read else ()
    )
