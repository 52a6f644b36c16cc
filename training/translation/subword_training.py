"""Trains the table of subwords with sentencepiece, in place."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import sentencepiece

from pipeline.captioning.translation.subwords import Subwords
from pipeline.captioning.vocabulary import SPECIAL_WORDS, UNKNOWN


def train_subwords(sentences: Iterable[str], pieces: int, words: frozenset[str]) -> Subwords:
    """Trains a unigram model (Kudo, 2018) on sentences, cut into words, in both languages.

    Args:
        sentences: words parted by blanks.
        pieces: size of the table, special words included.
        words: those that may be written.
    """
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.Train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type="unigram",
        vocab_size=pieces - 1,
        character_coverage=1.0,
        normalization_rule_name="identity",
        num_threads=1,
        minloglevel=2,
        unk_id=0,
        bos_id=-1,
        eos_id=-1,
        pad_id=-1,
        hard_vocab_limit=False,
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    learned = [
        (processor.IdToPiece(token), processor.GetScore(token))
        for token in range(1, processor.GetPieceSize())
    ]
    table = Subwords(
        (*SPECIAL_WORDS, *(piece for piece, _ in learned)),
        (*(0.0 for _ in SPECIAL_WORDS), *(float(score) for _, score in learned)),
        (),
    )
    return writable(table, words)


def writable(table: Subwords, words: Iterable[str]) -> Subwords:
    """The table with these words as those that may be written."""
    cuts = table.encode(sorted(words))
    return replace(table, words=tuple(cut for cut in cuts if UNKNOWN not in cut))
