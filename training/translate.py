r"""Trains the English-to-French translator of captions, and scores it.

    python -m training.translate train --multi30k FOLDER --run runs/french
    python -m training.translate score --multi30k FOLDER --assets assets

It reads Multi30k's sentences and makes up others for words that those lack. A stopped run goes on
when the same command is run again. `export.caption_translator` writes what the app reads.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from pipeline.captioning.translation.translator import FOLDER, Translator
from pipeline.languages import FRENCH
from training.command import exit_code
from training.config import TranslatorConfig
from training.scoring.metrics import score
from training.translation.corpus import TESTS, read_pairs
from training.translation.run import train


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 when something needed is missing or broken."""
    parser = argparse.ArgumentParser(prog="python -m training.translate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(required=True)
    learn = commands.add_parser("train", help="train, or go on where a run stopped")
    learn.add_argument("--run", type=Path, default=Path("runs/french"), help="the run's folder")
    learn.add_argument("--epochs", type=int, default=TranslatorConfig.epochs)
    learn.set_defaults(command=_train)
    judge = commands.add_parser("score", help="BLEU on Multi30k's tests, from the exported files")
    judge.add_argument("--assets", type=Path, default=Path("assets"), help="the model's folder")
    judge.set_defaults(command=_score)
    for command in (learn, judge):
        command.add_argument("--multi30k", type=Path, required=True, help="folder of its tables")
    options = parser.parse_args(arguments)
    return exit_code(options.command, options)


def _train(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    train(options.run, options.multi30k, TranslatorConfig(epochs=options.epochs))


def _score(options: argparse.Namespace) -> None:
    translator = Translator.load(options.assets / FOLDER)
    for part in TESTS:
        pairs = [pair for pair in read_pairs(options.multi30k, part) if all(pair)]
        said = {
            str(place): translator.translate(tuple(english.split())).words
            for place, (english, _) in enumerate(pairs)
        }
        people = {str(place): [french] for place, (_, french) in enumerate(pairs)}
        bleu = score(said, people, language=FRENCH).bleu4
        print(f"{part}: BLEU {bleu:.1f} of {len(pairs):,} sentences, in lower case, words alone")


if __name__ == "__main__":
    sys.exit(main())
