"""A training run of the translator: resumable, its folder holds all that an export needs."""

from __future__ import annotations

import copy
import dataclasses
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F

from pipeline.captioning.translation.subwords import Subwords
from pipeline.captioning.vocabulary import PAD
from training.config import TranslatorConfig
from training.errors import DataError
from training.networks.translation_model import TranslationModel
from training.translation.batches import Batch, Rows, batches, encoded
from training.translation.corpus import DEV, TRAIN, allowed_words, clean, read_pairs
from training.translation.pairs import repeated_pairs, spelled_otherwise
from training.translation.subword_training import train_subwords, writable
from training.translation.synthesis import Pair, Sentences

CHECKPOINT_FILE, SUBWORDS_FILE = "last.pt", "subwords.json"
_MADE_UP_FOR_WORDS = 30_000  # every word of the tables is drawn at least once


def made_up(count: int, seed: int) -> list[Pair]:
    """So many pairs of sentences, with the plain ones of `pairs.tsv` among them."""
    sentences = Sentences(seed)
    return [*(sentences.draw() for _ in range(count)), *repeated_pairs(seed)]


def build_subwords(config: TranslatorConfig, folder: Path) -> Subwords:
    """The table of subwords of Multi30k's training part and made-up sentences.

    Raises:
        DataError: Multi30k is missing or damaged.
    """
    pairs = read_pairs(folder, TRAIN)
    ours = made_up(_MADE_UP_FOR_WORDS, config.seed)
    words = french_words(pairs, ours)
    text = [*(line for pair in clean(pairs, words) for line in pair)]
    text += [line for pair in ours[: len(pairs) // 2] for line in pair]
    return train_subwords(text, config.pieces, words)


def french_words(pairs: Sequence[Pair], ours: Sequence[Pair]) -> frozenset[str]:
    """The words that may be written: those of people's pairs that are French, and all of ours."""
    return allowed_words(pairs) | {word for _, french in ours for word in french.split()}


def with_french_words(subwords: Subwords, folder: Path) -> Subwords:
    """The table with the words of today's tables: some may have been added since the training.

    Raises:
        DataError: Multi30k is missing or damaged.
    """
    ours = made_up(_MADE_UP_FOR_WORDS, seed=0)
    return writable(subwords, french_words(read_pairs(folder, TRAIN), ours))


def train(run: Path, folder: Path, config: TranslatorConfig) -> None:
    """Trains, or goes on where the run stopped.

    Raises:
        DataError: Multi30k is missing or damaged.
    """
    run.mkdir(parents=True, exist_ok=True)
    if not (run / SUBWORDS_FILE).exists():
        build_subwords(config, folder).save(run / SUBWORDS_FILE)
    subwords = Subwords.load(run / SUBWORDS_FILE)
    words = frozenset(map(subwords.spelled, subwords.words))
    pairs = clean(read_pairs(folder, TRAIN), words)
    dev = encoded(clean(read_pairs(folder, DEV), words), subwords, config.most_pieces)
    torch.manual_seed(config.seed)
    model = TranslationModel(config, len(subwords))
    average = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, betas=(0.9, 0.98), weight_decay=0.01
    )
    epoch = step = 0
    if (run / CHECKPOINT_FILE).exists():
        state = torch.load(run / CHECKPOINT_FILE, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        epoch, step = state["epoch"], state["step"]
    while epoch < config.epochs:
        started = time.monotonic()
        seed = config.seed + 1000 * epoch
        rows = _epoch(pairs, seed, subwords, config)
        total = 0.0
        every = list(batches(rows, config.tokens, random.Random(seed)))
        for place, batch in enumerate(every):
            step += 1
            left = 1 - (epoch + place / len(every)) / config.epochs
            rate = config.learning_rate * left * min(1.0, step / config.warm_up)
            total += _learn(model, average, optimizer, batch, rate, config)
            if place % 100 == 99:
                print(f"  {place + 1}/{len(every)}: {total / (place + 1):.3f}", flush=True)
        epoch += 1
        state = {
            "config": dataclasses.asdict(config),
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
            "step": step,
        }
        torch.save(state, run / "last.partial")
        os.replace(run / "last.partial", run / CHECKPOINT_FILE)
        took, seen = time.monotonic() - started, dev_loss(average, dev, config)
        print(f"epoch {epoch}: {total / len(every):.3f}, dev {seen:.4f}, {took:.0f} s", flush=True)


def _epoch(
    pairs: Sequence[Pair],
    seed: int,
    subwords: Subwords,
    config: TranslatorConfig,
) -> list[Rows]:
    """The pairs of an epoch: short ones, some long ones, and newly made-up ones."""
    generator = random.Random(seed)
    text = [
        pair
        for pair in pairs
        if len(pair[0].split()) <= config.short_words or generator.random() < config.long_share
    ]
    text += made_up(config.made_up, seed)
    text += spelled_otherwise(text, seed)
    return encoded(text, subwords, config.most_pieces)


def load_run(run: Path) -> tuple[TranslationModel, Subwords]:
    """The averaged network of a run, in evaluation mode, and its subwords.

    Raises:
        DataError: there is no such run.
    """
    try:
        state = torch.load(run / CHECKPOINT_FILE, weights_only=True)
    except OSError as error:
        raise DataError(f"There is no translator in {run}: run 'make translate'.") from error
    subwords = Subwords.load(run / SUBWORDS_FILE)
    model = TranslationModel(TranslatorConfig(**state["config"]), len(subwords))
    model.load_state_dict(state["average"])
    return model.eval(), subwords


def _learn(
    model: TranslationModel,
    average: TranslationModel,
    optimizer: torch.optim.Optimizer,
    batch: Batch,
    rate: float,
    config: TranslatorConfig,
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    model.train()
    loss = _loss(model, batch, config.label_smoothing)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    with torch.no_grad():
        for ours, theirs in zip(average.parameters(), model.parameters(), strict=True):
            ours.lerp_(theirs, 1 - config.average)
    return float(loss.detach())


def _loss(model: TranslationModel, batch: Batch, smoothing: float) -> torch.Tensor:
    hidden = model.hidden(batch.target[:, :-1], *model.cross(batch.source))
    wanted = batch.target[:, 1:]
    kept = wanted != PAD
    return F.cross_entropy(model.logits(hidden[kept]), wanted[kept], label_smoothing=smoothing)


@torch.no_grad()
def dev_loss(model: TranslationModel, rows: Sequence[Rows], config: TranslatorConfig) -> float:
    """The mean cross-entropy of a piece of Multi30k's dev sentences, without smoothing."""
    total = count = 0.0
    for batch in batches(rows, 4 * config.tokens, random.Random(0)):
        pieces = int((batch.target[:, 1:] != PAD).sum())
        total += float(_loss(model, batch, 0.0)) * pieces
        count += pieces
    return total / count
