r"""Scores beside the card's main table: on everyday photos, and in French against one caption.

    python -m training.evaluate_everyday_and_french --data data/flickr8k \
        --everyday data/everyday --assets assets --card

Other models stand beside it that `training.peers` knows on both sets of photos, such as one that
was trained on Flickr8k alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.languages import FRENCH
from training.command import exit_code
from training.data.flickr8k_sources import CAPTIONS_PER_PHOTO
from training.data.prepared import load
from training.errors import ScoreError
from training.scoring.bootstrap import Intervals, bootstrap, intervals
from training.scoring.measure import describe, measure
from training.scoring.metrics import Scores, java_found, mean_scores, score
from training.scoring.model_card import (
    CARD_FILE,
    OTHERS_PART,
    Row,
    model_hash,
    rows_of,
    table,
    write_card,
)
from training.scoring.peers import MeasuredModel, load_measured_models
from training.scoring.result import Described, Evaluation

LEAST_RATIO = 0.6  # of a French score to the English one: what was asked for
INTERVALS = "95 % interval over photos"


@dataclass(frozen=True)
class OneReference:
    """French beside English on the same photos, each against one caption a photo; x100.

    Attributes:
        photos: how many.
        french: against the only French caption.
        english: against one English caption, the mean over which of the five it is.
        french_around: 95 % intervals.
        english_around: likewise.
        ratio: French over English: CIDEr, BLEU-4.
        ratio_around: 95 % intervals of the ratio, both languages on the same drawn photos.
    """

    photos: int
    french: Scores
    english: Scores
    french_around: Intervals
    english_around: Intervals
    ratio: tuple[float, float]
    ratio_around: Intervals


def compare(french: Sequence[Described], english: Sequence[Described]) -> OneReference:
    """Sets descriptions in French beside those in English of the same photos.

    Raises:
        ScoreError: the photos differ, there are none, or English scores nothing.
    """
    said, said_english = ({one.photo.name: one.words for one in each} for each in (french, english))
    photos = [one.photo for one in french]
    people = {photo.name: photo.french[:1] for photo in photos}
    turns = [
        {photo.name: photo.captions[turn : turn + 1] for photo in photos}
        for turn in range(CAPTIONS_PER_PHOTO)
    ]
    theirs = score(said, people, language=FRENCH)
    ours = mean_scores([score(said_english, turn) for turn in turns])
    drawn = bootstrap(said, people, FRENCH)
    drawn_english = np.mean([bootstrap(said_english, turn) for turn in turns], axis=0)
    if not drawn_english.all():
        raise ScoreError("English scores nothing: French cannot be compared with it.")
    return OneReference(
        photos=len(photos),
        french=theirs,
        english=ours,
        french_around=intervals(drawn),
        english_around=intervals(drawn_english),
        ratio=(theirs.cider / ours.cider, theirs.bleu4 / ours.bleu4),
        ratio_around=intervals(drawn / drawn_english),
    )


def report(ours: MeasuredModel, peers: Sequence[MeasuredModel], one: OneReference | None) -> str:
    """The scores as Markdown: for the terminal, and between the card's markers.

    Args:
        ours: the card's model.
        peers: other models.
        one: None for a model that speaks English alone.
    """
    models = (ours, *peers)
    rows = [_row(f"Flickr8k: {model.system}", model.flickr8k) for model in models]
    rows += [_row(f"Everyday: {model.system}", model.everyday) for model in models]
    text = (
        f"{len(ours.flickr8k.described):,} test photos of Flickr8k and "
        f"{len(ours.everyday.described):,} everyday ones, each against all its English captions."
        "\n\n"
        f"{table(rows, INTERVALS)}\n"
    )
    return text if one is None else f"{text}\n{_report_french(one)}"


def _row(system: str, evaluation: Evaluation) -> Row:
    row = rows_of(system, evaluation.plain, evaluation.ptb)[0]
    return dataclasses.replace(row, source=str(evaluation.around))


def _report_french(one: OneReference) -> str:
    (french,), (english,) = (
        rows_of("French", one.french, None),
        rows_of("English", one.english, None),
    )
    rows = [
        dataclasses.replace(french, source=str(one.french_around)),
        dataclasses.replace(english, source=str(one.english_around)),
    ]
    cider, bleu4 = one.ratio
    between = one.ratio_around
    return (
        f"French has one person's caption a photo, for {one.photos:,} of Flickr8k's test photos; "
        "English is scored against one caption of the same photos, too: the mean over which of the "
        "five. Beside one caption BLEU is far lower than beside five; CIDEr, which then weighs "
        "words by a fifth of the captions, is another number, and both are noisier: compare these "
        "with each other, not with those above. Words are cut by "
        "`pipeline.captioning.vocabulary`, as in "
        'training ("l\'homme" is two); METEOR knows no French here.\n\n'
        f"{table(rows, INTERVALS)}\n\n"
        f"French / English: CIDEr {cider:.2f} ({between.cider.low:.2f} to "
        f"{between.cider.high:.2f}), BLEU-4 {bleu4:.2f} ({between.bleu4.low:.2f} to "
        f"{between.bleu4.high:.2f}). Asked for was at least {LEAST_RATIO}.\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 when something needed is missing or broken."""
    return exit_code(_run, _options(arguments))


def _run(options: argparse.Namespace) -> None:
    flickr8k, everyday = (
        load(folder)["test"][: options.limit] for folder in (options.data, options.everyday)
    )
    captioner = Captioner.load(options.assets)
    contract, java = captioner.contract, java_found()
    beam = contract.beam_size
    english = describe(captioner, flickr8k, beam)
    one = None
    if FRENCH in captioner.languages:
        names = {photo.name for photo in flickr8k if photo.french}
        photos = [photo for photo in flickr8k if photo.name in names]
        french = describe(captioner, photos, beam, language=FRENCH)
        one = compare(french, [said for said in english if said.photo.name in names])
    ours = MeasuredModel(
        f"**Vois** ({contract.encoder}, beam {beam})",
        measure(english, java),
        measure(describe(captioner, everyday, beam), java),
    )
    model = model_hash(options.assets, contract)
    text = f"Of model {model}.\n\n{report(ours, load_measured_models(), one)}"
    print(text)
    if options.card:
        command = "python -m training.evaluate_everyday_and_french --data data/flickr8k"
        command += " --everyday data/everyday --assets assets --card"
        write_card(options.assets / CARD_FILE, text, command, OTHERS_PART)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate_everyday_and_french", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="what training.flickr8k prepared")
    parser.add_argument(
        "--everyday", type=Path, required=True, help="what training.everyday prepared"
    )
    parser.add_argument("--assets", type=Path, required=True, help="the model's folder")
    parser.add_argument("--limit", type=int, help="only the first photos, for a quick look")
    parser.add_argument("--card", action="store_true", help=f"write the scores to {CARD_FILE}")
    options = parser.parse_args(arguments)
    if options.card and options.limit:
        parser.error("--card takes all test photos")
    return options


if __name__ == "__main__":
    sys.exit(main())
