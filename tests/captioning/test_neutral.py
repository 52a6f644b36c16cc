"""Neutral wording about people, in whole sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.captioning.caption import Caption
from pipeline.captioning.confidence import Manner
from pipeline.captioning.neutral import neutral, neutral_words
from pipeline.captioning.neutral.rewording import merged_attention, pieces, repeated
from pipeline.captioning.vocabulary import normalise, sentence
from pipeline.languages import NEVER_LAST

ENGLISH = [
    ("A man runs.", "A person runs."),
    ("A man and a woman sit on a bench.", "Two people sit on a bench."),
    ("The man and the woman are dancing.", "The two people are dancing."),
    ("A young girl in a pink dress is jumping.", "A young child in a pink dress is jumping."),
    ("A old lady sits.", "An old person sits."),
    ("An old man and a woman walk.", "An old person and another person walk."),
    ("A young man and woman kiss.", "Two young people kiss."),
    ("Two men and a woman stand in the snow.", "Three people stand in the snow."),
    ("A group of men and women.", "A group of people."),
    ("A man woman and dog walk.", "Two people and dog walk."),
    ("A teenage girl rides her bike.", "A teenager rides their bike."),
    ("Teenage boys play.", "Teenagers play."),
    ("A baby boy sleeps.", "A baby sleeps."),
    ("A boy scout with a girl.", "A scout with a child."),
    ("A male and a female walk.", "Two people walk."),
    ("A female runner catches her breath.", "A runner catches their breath."),
    ("A police man on a horse.", "A police officer on a horse."),
    ("A boy holds his dog while he tries to jump.",
     "A child holds their dog while they try to jump."),
    ("A girl smiles as she watches a boy.", "A child smiles as they watch another child."),
    ("A dog has a ball in his mouth.", "A dog has a ball in its mouth."),
    ("A woman looks at a dog who follows her.", "A person looks at a dog who follows them."),
    ("The woman's dog.", "The person's dog."),
    ("A man in a hat talks to a woman in a coat.",
     "A person in a hat talks to another in the coat."),
    ("The man in black smokes while the woman in red sits.",
     "The person in black smokes while the other in red sits."),
    ("Two men wrestle while other people wrestle.", "Two people wrestle while others wrestle."),
    ("A brown dog runs on a beach.", "A brown dog runs on a beach."),
    ("A bride and a groom.", "A bride and a groom."),
]  # fmt: skip
FRENCH = [
    ("Un homme assis sur un banc.", "Une personne assise sur un banc."),
    ("Deux femmes marchent.", "Deux personnes marchent."),
    ("Une petite fille est assise.", "Un petit enfant est assis."),
    ("L'homme est vêtu de noir.", "La personne est vêtue de noir."),
    ("Un vieil homme barbu lit.", "Une vieille personne barbue lit."),
    ("La jeune femme parle à l'homme.", "La jeune personne parle à la personne."),
    ("Un homme et une femme sont assis.", "Deux personnes sont assises."),
    ("Un groupe d'hommes joue.", "Un groupe de personnes joue."),
    ("Un groupe de garçons joue.", "Un groupe d'enfants joue."),
    ("Le chien du garçon court vers la fille.", "Le chien de l'enfant court vers l'autre."),
    ("Cette fille parle au garçon.", "Cet enfant parle à l'enfant."),
    ("Un homme habillé en bleu avec un chien assis.",
     "Une personne habillée en bleu avec un chien assis."),
    ("Un beau garçon avec une fille blonde.", "Un bel enfant avec un autre enfant blond."),
    ("Deux vieux hommes.", "Deux vieilles personnes."),
    ("Tous les hommes courent.", "Toutes les personnes courent."),
    ("Un petit garçon et une petite fille jouent.", "Deux petits enfants jouent."),
    ("La fille et le garçon rient.", "Les deux enfants rient."),
    ("Une photo d'un homme et d'une femme.", "Une photo de deux personnes."),
    ("Un homme en noir parle à une femme en rouge.",
     "Une personne en noir parle à une autre en rouge."),
    ("Une fille court pendant qu'elle rit avec un chien derrière elle.",
     "Un enfant court pendant qu'il rit avec un chien derrière elle."),
    ("Une fille regarde derrière elle.", "Un enfant regarde derrière lui."),
    ("Un chien blanc court.", "Un chien blanc court."),
    ("Un type de fleur.", "Un type de fleur."),
]  # fmt: skip
SENTENCES = [("en", *pair) for pair in ENGLISH] + [("fr", *pair) for pair in FRENCH]
CAPTIONS = Path(__file__).parents[2] / "data" / "flickr8k"


@pytest.mark.parametrize(("language", "said", "expected"), SENTENCES)
def test_sentences(language: str, said: str, expected: str) -> None:
    assert sentence(neutral_words(normalise(said, language), language)) == expected


@pytest.mark.parametrize(("language", "said", "expected"), SENTENCES)
def test_nothing_is_said_twice_and_neutral_words_stay(
    language: str, said: str, expected: str
) -> None:
    words = normalise(expected, language)
    assert repeated(pieces(words)) is None
    assert words[-1] not in NEVER_LAST[language]
    assert neutral_words(words, language) == tuple(words)


def test_another_language_stays_as_it_is() -> None:
    assert neutral_words(("ein", "man"), "de") == ("ein", "man")


def test_scores_and_attention_follow_the_words() -> None:
    words = ("a", "man", "and", "a", "woman", "walk")
    scores = (-1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0)
    attention = np.zeros((6, 2, 3), np.float32)
    for place in range(6):
        attention[place].flat[place] = 1.0
    found = neutral(Caption(words, scores, 0.5, Manner.PLAIN, (), "en", attention))
    assert found.words == ("two", "people", "walk")
    # "People" follows from "two", for both stand for the same five words.
    assert found.word_scores == (-15.0, 0.0, -6.0, -7.0)
    assert (found.confidence, found.manner, found.language) == (0.5, Manner.PLAIN, "en")
    assert found.attention.shape == (3, 2, 3)
    assert found.attention[0].ravel() == pytest.approx([0.2] * 5 + [0.0])
    assert found.attention[2].ravel() == pytest.approx([0.0] * 5 + [1.0])


@pytest.mark.parametrize(
    ("language", "sure", "expected"),
    [
        ("en", ("a man", "the woman", "a brown dog"), ("a person", "the person", "a brown dog")),
        ("en", ("a man", "a woman"), ("a person",)),
        ("fr", ("l'homme", "un garçon", "herbe"), ("la personne", "un enfant", "herbe")),
    ],
)
def test_the_few_sure_words_are_neutral_too(
    language: str, sure: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    words, attention = ("a", "man"), np.zeros((2, 1, 1), np.float32)
    caption = Caption(words, (-1.0,) * 3, 0.1, Manner.UNKNOWN, sure, language, attention)
    assert neutral(caption).sure == expected


@pytest.mark.parametrize(("language", "name"), [("en", "captions.tsv"), ("fr", "captions.fr.tsv")])
def test_what_people_wrote_is_not_broken_by_it(language: str, name: str) -> None:
    path = CAPTIONS / name
    if not path.exists():
        pytest.skip("Flickr8k is not here")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    captions = [normalise(line.split("\t")[2], language) for line in lines]
    broken = [
        words
        for words in captions
        if repeated(pieces(words)) is None
        and repeated(pieces(neutral_words(words, language))) is not None
    ]
    # One person's "a tennis player on a tennis court" is left, and it needs the word "male".
    assert len(broken) <= len(captions) // 10_000


def test_reworded_words_have_the_mean_attention_of_their_sources() -> None:
    weights = np.random.default_rng(0).random((3, 7, 7), np.float32)
    found = merged_attention(weights, [(0, 1), (2,), (2,)])
    assert found.dtype == np.float32
    assert found[0] == pytest.approx((weights[0] + weights[1]) / 2)
    assert np.array_equal(found[1], weights[2])
    assert np.array_equal(found[2], weights[2])
    assert merged_attention(weights[:0], []).shape == (0, 7, 7)
