"""What is asked of another model about a photo, in the language in which it shall answer."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from pipeline.languages import ENGLISH, FRENCH

MOST_QUESTION_CHARACTERS = 300
# Of the whole answer, and of what a model thinks before it, which some count as a part.
_MOST_TOKENS = 2_000
_TEMPERATURE = 0.2  # what is in the photo, not what might be

_RULES = {
    ENGLISH: (
        "You describe photos for a person who cannot see them. Answer in English, in plain "
        "sentences without lists or headings. Say only what can be seen, and say so when you are "
        "not sure. Never say who somebody is."
    ),
    FRENCH: (
        "Tu décris des photos pour une personne qui ne les voit pas. Réponds en français, en "
        "phrases simples, sans listes ni titres. Ne dis que ce qui se voit, et dis-le quand tu "
        "n'es pas sûr. Ne dis jamais qui est quelqu'un."
    ),
}
_NEUTRAL = {
    ENGLISH: "Call people persons, not men or women.",
    FRENCH: "Parle de personnes, sans dire si ce sont des hommes ou des femmes.",
}
_DETAIL = {
    ENGLISH: (
        "Describe this photo in detail, in at most six sentences: first what matters most, then "
        "where things are, then colours and what is written."
    ),
    FRENCH: (
        "Décris cette photo en détail, en six phrases au plus\u00a0: d'abord l'essentiel, puis où "
        "se trouvent les choses, puis les couleurs et ce qui est écrit."
    ),
}
_ASKED = {
    ENGLISH: "{words}\nAnswer in at most three sentences. Say so if the photo does not show it.",
    FRENCH: "{words}\nRéponds en trois phrases au plus. Dis-le si la photo ne le montre pas.",
}


@dataclass(frozen=True)
class PhotoQuestion:
    """A question, and the photo that it is about.

    Attributes:
        words: the person's own; "" asks for a description in detail.
        language: two-letter code of the answer.
        neutral: whether people are to be called people, not men and women.
        photo: a JPEG as `pipeline.description.preview` makes it: small, and without anything of
            the file that it comes from but the picture.
    """

    words: str
    language: str
    neutral: bool
    photo: bytes


def request_body(model: str, question: PhotoQuestion) -> bytes:
    """The question as OpenAI's chat completions take it, to be answered in a stream.

    Args:
        model: what the server calls it.
        question: in a language that the page has.
    """
    rules, wish = _RULES[question.language], _DETAIL[question.language]
    if question.neutral:
        rules = f"{rules} {_NEUTRAL[question.language]}"
    if question.words:
        wish = _ASKED[question.language].format(words=question.words[:MOST_QUESTION_CHARACTERS])
    url = f"data:image/jpeg;base64,{base64.b64encode(question.photo).decode()}"
    body = {
        "model": model,
        "stream": True,
        "max_tokens": _MOST_TOKENS,
        "temperature": _TEMPERATURE,
        "messages": [
            {"role": "system", "content": rules},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": wish},
                    {"type": "image_url", "image_url": {"url": url}},
                ],
            },
        ],
    }
    return json.dumps(body).encode()
