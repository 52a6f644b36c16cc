from __future__ import annotations

import pytest

from pipeline.captioning.vocabulary import (
    BEGIN,
    END,
    PAD,
    SPECIAL_WORDS,
    UNKNOWN,
    Vocabulary,
    normalise,
    sentence,
)
from pipeline.errors import ModelError


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary.build({"en": ["A dog runs .", "a dog", "the cat"]}, min_count=1)


def test_normalise_keeps_words_and_drops_the_rest() -> None:
    assert normalise("A dog's ball, red-and-white !") == "a dog's ball red and white".split()
    assert normalise("Un chien à tâches\u2019s _ 2") == ["un", "chien", "à", "tâches's", "2"]
    assert normalise("...") == []


def test_french_cuts_after_an_apostrophe_that_stands_for_a_vowel_only() -> None:
    text = "L'homme qu\u2019on voit d'ici a un t-shirt aujourd'hui, quelqu'un l'a dit."
    words = "l' homme qu' on voit d' ici a un t-shirt aujourd'hui quelqu'un l' a dit".split()
    assert normalise(text, "fr") == words
    assert normalise("It's a dog's t-shirt", "en") == "it's a dog's t shirt".split()


def test_accents_are_one_letter_however_they_were_typed() -> None:
    assert normalise("e\u0301te\u0301") == normalise("été")


def test_build_puts_the_frequent_first_and_drops_the_rare() -> None:
    built = Vocabulary.build({"en": ["b b b a a c"]}, min_count=2)
    assert built.words == (*SPECIAL_WORDS, "b", "a")


def test_encode_marks_begin_end_and_unknown_and_cuts(vocabulary: Vocabulary) -> None:
    dog = vocabulary.token("dog")
    assert vocabulary.encode("dog zebra dog", 2) == [BEGIN, dog, UNKNOWN, END]


def test_decode_stops_at_end_and_skips_special(vocabulary: Vocabulary) -> None:
    dog, cat = vocabulary.token("dog"), vocabulary.token("cat")
    assert vocabulary.decode([BEGIN, dog, PAD, UNKNOWN, END, cat]) == ["dog"]


def test_sentence() -> None:
    assert sentence(["a", "dog"]) == "A dog."
    assert sentence([]) == ""
    assert sentence(["l'", "homme", "d'", "ici"]) == "L'homme d'ici."


def test_each_language_has_a_beginning_and_all_share_the_words() -> None:
    built = Vocabulary.build({"en": ["a train", "a cat"], "fr": ["un train", "L'a"]}, min_count=2)
    assert built.words == (*SPECIAL_WORDS, "<begin:fr>", "a", "train")
    assert built.languages == ("en", "fr")
    train, french = built.token("train"), built.begin("fr")
    assert built.begin("en") == BEGIN
    assert built.encode("Un train", 5, "fr") == [french, UNKNOWN, train, END]
    assert built.decode([french, train, END]) == ["train"]
    assert built.never_written == (PAD, BEGIN, UNKNOWN, french)
    with pytest.raises(ModelError, match="language de"):
        built.begin("de")


def test_save_and_load_give_the_same_words_and_hash(vocabulary: Vocabulary, tmp_path) -> None:
    vocabulary.save(tmp_path / "v.json")
    loaded = Vocabulary.load(tmp_path / "v.json")
    assert loaded == vocabulary
    assert loaded.sha256() == vocabulary.sha256()
    assert loaded.sha256() != Vocabulary((*SPECIAL_WORDS, "dog")).sha256()


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1, 2]", '["a", "b"]', '["<pad>", "<begin>", "<end>", "<unknown>", "a", "a"]'],
)
def test_a_damaged_file_is_a_model_error(text: str, tmp_path) -> None:
    path = tmp_path / "v.json"
    path.write_text(text)
    with pytest.raises(ModelError):
        Vocabulary.load(path)


def test_a_missing_file_is_a_model_error(tmp_path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        Vocabulary.load(tmp_path / "none.json")
