"""Describes a split through the app's own pipeline and sets its scores beside published ones.

    python -m training.evaluate --data data/flickr8k --assets assets --human --card
    python -m training.evaluate --data data/flickr8k --assets assets --split dev
    python -m training.evaluate --data data/flickr8k --assets assets --neutral --form full
    python -m training.evaluate --data data/flickr8k --assets runs/lstm/assets --peer NAME

A contact sheet shows the data set's photos and captions: it is for looking at, never for
committing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.detail import Form
from pipeline.captioning.neutral import neutral_words
from pipeline.captioning.vocabulary import normalise, sentence
from pipeline.languages import ENGLISH
from training.command import exit_code
from training.data.flickr8k_sources import SPLITS
from training.data.prepared import Photo, load
from training.scoring.contact_sheet import contact_sheet
from training.scoring.measure import describe, measure
from training.scoring.metrics import (
    human_scores,
    java_found,
    score,
)
from training.scoring.model_card import (
    CARD_FILE,
    Row,
    model_hash,
    report,
    rows_of,
    table,
    write_card,
)
from training.scoring.peers import load_peers, save_peer
from training.scoring.result import Described, Evaluation


def rows_of_wording(described: Sequence[Described]) -> list[Row]:
    """What neutral wording costs: both wordings against both wordings of people's captions.

    Raises:
        ScoreError: there is nothing to score.
    """
    said = {one.photo.name: one.words for one in described}
    people = _references([one.photo for one in described])
    neutral_said = {name: neutral_words(words, ENGLISH) for name, words in said.items()}
    neutral_people = {
        name: tuple(sentence(neutral_words(normalise(caption), ENGLISH)) for caption in captions)
        for name, captions in people.items()
    }
    against = {"people's captions": people, "the same, neutral": neutral_people}
    return [
        row
        for wording, candidates in (("as the model wrote", said), ("neutral", neutral_said))
        for whose, references in against.items()
        for row in rows_of(f"{wording}, against {whose}", score(candidates, references), None)
    ]


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
        **evaluation.as_json(),
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
    return exit_code(_run, _options(arguments))


def _run(options: argparse.Namespace) -> None:
    photos = load(options.data)[options.split][: options.limit]
    java = java_found()
    human = _human(photos, java) if options.human else []
    if human:
        print(table(human), flush=True)
    captioner = Captioner.load(options.assets)
    contract = captioner.contract
    beam = options.beam or contract.beam_size
    described = describe(captioner, photos, beam, options.form)
    lengths = [len(one.words) for one in described]
    print(
        f"Form {options.form}: {np.mean(lengths):.1f} words, {min(lengths)} to {max(lengths)}.",
        flush=True,
    )
    if options.neutral:
        print(table(rows_of_wording(described)), flush=True)
    evaluation = measure(described, java)
    other = None
    if options.uncompressed:
        other = measure(describe(Captioner.load(options.uncompressed), photos, beam), java=False)
    model = model_hash(options.assets, contract)
    peers = load_peers() if options.split == "test" and not options.limit else []
    text = report(evaluation, contract, options.split, beam, model, human, other, peers)
    print(text)
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
    parser.add_argument(
        "--form", choices=list(Form), type=Form, default=Form.AUTO, help="how much is said"
    )
    parser.add_argument(
        "--neutral", action="store_true", help="also what neutral wording about people costs"
    )
    parser.add_argument("--human", action="store_true", help="also score one person's captions")
    parser.add_argument("--uncompressed", type=Path, help="the same model, exported in 32 bits")
    parser.add_argument("--card", action="store_true", help=f"write the scores to {CARD_FILE}")
    parser.add_argument("--peer", metavar="NAME", help="keep the scores for the card's table")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="draw 24 random photos")
    parser.add_argument("--json", type=Path, help="write everything that was measured")
    options = parser.parse_args(arguments)
    if options.form is not Form.AUTO and (options.beam or options.card):
        parser.error("--form goes without --beam and --card")
    if options.card and (options.limit or options.split != "test"):
        parser.error("--card takes the whole split test, which is what others report")
    if options.peer and (options.limit or options.split != "test" or options.card):
        parser.error("--peer takes the whole split test, of a model that is not the card's")
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


def _references(photos: Sequence[Photo]) -> dict[str, tuple[str, ...]]:
    return {photo.name: photo.captions for photo in photos}


if __name__ == "__main__":
    sys.exit(main())
