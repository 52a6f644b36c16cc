"""Describes a split through the app's own pipeline and sets its scores beside published ones.

    python -m training.evaluate --data data/flickr8k --assets assets --human --card
    python -m training.evaluate --data data/flickr8k --assets assets --split dev
    python -m training.evaluate --data data/flickr8k --assets runs/lstm/assets --peer NAME

On split dev it also suggests the contract's `unsure_below`. A contact sheet shows the data set's
photos and captions: it is for looking at, never for committing.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pipeline.captioner import Captioner
from pipeline.contract import ModelContract
from pipeline.errors import VoisError
from pipeline.image import read_rgb
from training.card import CARD_FILE, Row, model_hash, report, rows_of, table, write_card
from training.contact_sheet import contact_sheet
from training.evaluation import Described, Evaluation
from training.flickr8k import Photo, load
from training.peers import load_peers, save_peer
from training.scores import (
    ScoreError,
    cider_by_photo,
    human_scores,
    intervals,
    java_found,
    score,
)
from training.sources import SPLITS, DataError

# One description in five is spoken as a guess: often enough to warn, seldom enough to be heard.
UNSURE_SHARE = 0.2


@dataclass(frozen=True)
class Calibration:
    """What a threshold on the confidence does.

    Attributes:
        unsure_below: for the contract; a fifth of the descriptions lies below it.
        hits: share (0..1) of those that score in the lowest fifth; chance would give 0.2.
        cider_unsure: their mean CIDEr, x100.
        cider_sure: the mean CIDEr of the others, x100.
    """

    unsure_below: float
    hits: float
    cider_unsure: float
    cider_sure: float


def describe(captioner: Captioner, photos: Sequence[Photo], beam: int | None) -> list[Described]:
    """Describes photos as the app does.

    Raises:
        VoisError: a photo or the model is broken.
    """
    described = []
    for photo in tqdm(photos, unit=" photos"):
        caption = captioner.describe(read_rgb(photo.path.read_bytes()), beam_size=beam)
        described.append(Described(photo, caption.words, caption.text, caption.confidence))
    return described


def measure(described: Sequence[Described], java: bool) -> Evaluation:
    """Scores descriptions against people's captions.

    Raises:
        ScoreError: there is nothing to score.
    """
    candidates = {one.photo.name: one.words for one in described}
    references = _references([one.photo for one in described])
    return Evaluation(
        described=tuple(described),
        cider=cider_by_photo(candidates, references),
        plain=score(candidates, references),
        ptb=score(candidates, references, java=True) if java else None,
        around=intervals(candidates, references),
    )


def suggest_unsure_below(confidence: Sequence[float], cider: Sequence[float]) -> Calibration:
    """Finds the confidence below which a fifth of the descriptions lies, and says what it is worth.

    Args:
        confidence: 0..1, of every description.
        cider: x100, of the same descriptions.

    Raises:
        ScoreError: too few descriptions, or all of the same confidence.
    """
    sure, quality = np.asarray(confidence, np.float64), np.asarray(cider, np.float64)
    threshold = round(float(np.quantile(sure, UNSURE_SHARE)), 3) if sure.size else 0.0
    unsure = sure < threshold
    if not unsure.any():
        raise ScoreError("The confidences are too few or too much alike to tell sure from unsure.")
    worst = np.argsort(quality, kind="stable")[: round(UNSURE_SHARE * quality.size)]
    return Calibration(
        unsure_below=threshold,
        hits=float(np.isin(np.flatnonzero(unsure), worst).mean()),
        cider_unsure=float(quality[unsure].mean()),
        cider_sure=float(quality[~unsure].mean()),
    )


def as_json(
    evaluation: Evaluation, contract: ModelContract, split: str, beam: int
) -> dict[str, object]:
    """All that was measured; our descriptions, but no caption of the data set."""
    return {
        "split": split,
        "photos": len(evaluation.described),
        "encoder": contract.encoder,
        "vocabulary_sha256": contract.vocabulary_sha256,
        "beam_size": beam,
        "length_penalty": contract.length_penalty,
        "scores_without_java": dataclasses.asdict(evaluation.plain),
        "scores_with_java": dataclasses.asdict(evaluation.ptb) if evaluation.ptb else None,
        "intervals_95_percent": dataclasses.asdict(evaluation.around),
        "mean_confidence": float(np.mean([one.confidence for one in evaluation.described])),
        "descriptions": [
            {
                "image": one.photo.name,
                "text": one.text,
                "confidence": one.confidence,
                "cider": evaluation.cider[one.photo.name],
            }
            for one in evaluation.described
        ],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 when something needed is missing or broken."""
    options = _options(arguments)
    try:
        _run(options)
    except (DataError, ScoreError, VoisError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _run(options: argparse.Namespace) -> None:
    photos = load(options.data)[options.split][: options.limit]
    java = java_found()
    human = _human(photos, java) if options.human else []
    if human:
        print(table(human), flush=True)
    captioner = Captioner.load(options.assets)
    contract = captioner.contract
    beam = options.beam or contract.beam_size
    evaluation = measure(describe(captioner, photos, beam), java)
    other = None
    if options.uncompressed:
        other = measure(describe(Captioner.load(options.uncompressed), photos, beam), java=False)
    model = model_hash(options.assets, contract)
    peers = load_peers() if options.split == "test" and not options.limit else []
    text = report(evaluation, contract, options.split, beam, model, human, other, peers)
    print(text)
    if options.split == "dev":
        found = _print_calibration(evaluation)
        if options.calibrate:
            dataclasses.replace(contract, unsure_below=found.unsure_below).save(options.assets)
    if options.card:
        command = "python -m training.evaluate --data data/flickr8k --assets assets"
        command += f" --split {options.split} --beam {beam}{' --human' if human else ''}"
        command += f"{' --uncompressed FOLDER' if other else ''} --card"
        write_card(options.assets / CARD_FILE, text, command)
    if options.peer:
        save_peer(options.peer, contract, beam, evaluation)
    if options.json:
        values = as_json(evaluation, contract, options.split, beam)
        options.json.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    if options.contact_sheet:
        contact_sheet(evaluation).save(options.contact_sheet)
        print(f"{options.contact_sheet} shows photos of Flickr8k: never commit it.")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="what training.flickr8k prepared")
    parser.add_argument("--assets", type=Path, required=True, help="the model's folder")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--limit", type=_positive, help="only the first photos, for a quick look")
    parser.add_argument("--beam", type=_positive, help="instead of the contract's beam_size")
    parser.add_argument("--human", action="store_true", help="also score one person's captions")
    parser.add_argument("--uncompressed", type=Path, help="the same model, exported in 32 bits")
    parser.add_argument("--calibrate", action="store_true", help="set the contract's unsure_below")
    parser.add_argument("--card", action="store_true", help=f"write the scores to {CARD_FILE}")
    parser.add_argument("--peer", metavar="NAME", help="keep the scores for the card's table")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="draw 24 random photos")
    parser.add_argument("--json", type=Path, help="write everything that was measured")
    options = parser.parse_args(arguments)
    if options.card and (options.limit or options.split != "test"):
        parser.error("--card takes the whole split test, which is what others report")
    if options.peer and (options.limit or options.split != "test" or options.card):
        parser.error("--peer takes the whole split test, of a model that is not the card's")
    if options.calibrate and (options.limit or options.split != "dev"):
        parser.error("--calibrate takes the whole split dev: test photos are never tuned on")
    return options


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a number above zero is needed")
    return value


def _human(photos: Sequence[Photo], java: bool) -> list[Row]:
    references = _references(photos)
    ptb = human_scores(references, java=True) if java else None
    return rows_of("One person's caption against the other four", human_scores(references), ptb)


def _print_calibration(evaluation: Evaluation) -> Calibration:
    confidence = [one.confidence for one in evaluation.described]
    found = suggest_unsure_below(
        confidence, [evaluation.cider[one.photo.name] for one in evaluation.described]
    )
    print(
        f"Suggested unsure_below: {found.unsure_below}. Mean CIDEr below it "
        f"{found.cider_unsure:.1f}, above it {found.cider_sure:.1f}; {found.hits:.0%} of the "
        f"descriptions below it score in the lowest fifth, where chance would give 20%."
    )
    return found


def _references(photos: Sequence[Photo]) -> dict[str, tuple[str, ...]]:
    return {photo.name: photo.captions for photo in photos}


if __name__ == "__main__":
    sys.exit(main())
