"""Subwords are cut as sentencepiece cuts them, and spell no word that is not in the list."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import sentencepiece

from pipeline.captioning.translation.subwords import START, Spelling, Subwords
from pipeline.captioning.vocabulary import END, SPECIAL_WORDS, UNKNOWN
from pipeline.errors import ModelError
from training.translation.subword_training import writable
from training.translation.synthesis import Sentences


@pytest.fixture(scope="module")
def text() -> list[str]:
    sentences = Sentences(seed=3)
    return [line for _ in range(2000) for line in sentences.draw()]


@pytest.fixture(scope="module")
def processor(text: list[str]) -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(text),
        model_writer=model,
        vocab_size=500,
        character_coverage=1.0,
        normalization_rule_name="identity",
        minloglevel=2,
        hard_vocab_limit=False,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


@pytest.fixture(scope="module")
def subwords(processor: sentencepiece.SentencePieceProcessor) -> Subwords:
    learned = range(3, processor.GetPieceSize())
    pieces = [(processor.IdToPiece(one), processor.GetScore(one)) for one in learned]
    return Subwords(
        (*SPECIAL_WORDS, *(piece for piece, _ in pieces)),
        (*(0.0 for _ in SPECIAL_WORDS), *(score for _, score in pieces)),
        (),
    )


def test_words_are_cut_as_sentencepiece_cuts_them(
    text: list[str], processor: sentencepiece.SentencePieceProcessor, subwords: Subwords
) -> None:
    for line in text[:300]:
        ours = [subwords.pieces[one] for word in subwords.encode(line.split()) for one in word]
        assert ours == processor.EncodeAsPieces(line)


def test_a_letter_that_no_piece_holds_is_unknown(subwords: Subwords) -> None:
    assert UNKNOWN in subwords.encode(["\u4e2d"])[0]


def test_pieces_are_joined_to_words(subwords: Subwords) -> None:
    words = ["un", "éléphanteau", "l'", "eau"]
    tokens = [one for word in subwords.encode(words) for one in word]
    places = subwords.word_places(tokens)
    assert [subwords.spelled(tokens[place] for place in word) for word in places] == words
    assert [place for word in places for place in word] == list(range(len(tokens)))


def test_only_words_of_the_list_can_be_spelled(subwords: Subwords) -> None:
    """Of all that a random writer may write, every word is one of the list, and each comes up."""
    words = {"un", "une", "chien", "chienne", "chat"}
    table = writable(subwords, words)
    spelling, generator = Spelling(table), np.random.default_rng(0)
    met = set()
    for _ in range(300):
        node, tokens = 0, []
        while True:
            token = int(generator.choice(np.flatnonzero(spelling.mask(node) == 0)))
            if token == END:
                break
            tokens.append(token)
            node = spelling.after(node, token)
        for places in table.word_places(tokens):
            met.add(table.spelled(tokens[place] for place in places))
    assert met == words


def test_a_caption_of_no_word_cannot_be_written(subwords: Subwords) -> None:
    assert Spelling(writable(subwords, {"un"})).mask(0)[END] < 0


def test_a_saved_table_is_read_again(subwords: Subwords, tmp_path: Path) -> None:
    rounded = tuple(round(score, 4) for score in subwords.scores)
    table = dataclasses.replace(writable(subwords, {"un", "chien"}), scores=rounded)
    table.save(tmp_path / "subwords.json")
    assert Subwords.load(tmp_path / "subwords.json") == table
    assert any(piece.startswith(START) for piece in table.pieces)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"pieces": []}', '{"pieces":["a"],"scores":[0],"words":[]}']
)
def test_a_damaged_table_is_said_to_be_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "subwords.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError):
        Subwords.load(tmp_path / "subwords.json")
