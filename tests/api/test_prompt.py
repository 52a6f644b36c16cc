"""What prompts of other programs ask for, and in which language."""

from __future__ import annotations

import pytest

from pipeline.api.prompt import wish_of

DESCRIBES = {
    "en": [
        "Describe this image.",
        "What do you see?",
        "What's in this image?",
        "what is this",
        "Write an alt text for this picture.",
        "Write a short caption.",
        "Describe this image in as much detail as possible to someone who is blind.",
    ],
    "fr": [
        "Décris cette image.",
        "Que vois-tu ?",
        "Qu\u2019est-ce que c\u2019est ?",
        "Rédige un texte alternatif pour cette photo.",
        "Qu\u2019y a-t-il sur cette image ?",
    ],
}
READS = {
    "en": ["What does it say?", "Read the sign.", "Extract all text.", "Transcribe this letter."],
    "fr": ["Que dit ce panneau ?", "Lis le texte.", "Qu\u2019est-ce qui est écrit ici ?"],
}
MORE = {
    "en": ["What colour is the dog?", "How many people are there?", "Is it safe to cross?",
           "What is the name of the woman in this photo?", "Tell me a joke."],
    "fr": ["De quelle couleur est le chien ?", "Combien y a-t-il de personnes ?"],
}  # fmt: skip


def cases(prompts: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, prompt) for language, some in prompts.items() for prompt in some]


@pytest.mark.parametrize(("language", "prompt"), cases(DESCRIBES))
def test_it_wants_a_description(language: str, prompt: str) -> None:
    wish = wish_of(prompt)
    assert (wish.describes, wish.reads, wish.language) == (True, False, language)


@pytest.mark.parametrize(("language", "prompt"), cases(READS))
def test_it_wants_what_is_written(language: str, prompt: str) -> None:
    wish = wish_of(prompt)
    assert (wish.describes, wish.reads, wish.language) == (False, True, language)


@pytest.mark.parametrize(("language", "prompt"), cases(MORE))
def test_it_wants_more_than_vois_can(language: str, prompt: str) -> None:
    wish = wish_of(prompt)
    assert wish.is_more
    assert wish.language == language


def test_it_wants_both() -> None:
    wish = wish_of("Describe this image. If there is text, include it in your response.")
    assert (wish.describes, wish.reads) == (True, True)


def test_nothing_asks_for_a_description_in_the_language_of_the_program() -> None:
    assert wish_of("").describes
    assert wish_of("").language == "en"
    assert wish_of("", "Réponds toujours en français, s\u2019il te plaît.").language == "fr"
    assert wish_of("What is this?", "Réponds toujours en français.").language == "en"
