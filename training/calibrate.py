"""Fits the confidence of descriptions on the dev photos, and measures it on the test photos.

    python -m training.calibrate --data data/flickr8k --everyday data/everyday --assets assets
    python -m training.calibrate ... --split test --card      fits nothing

Writes the confidence file that the contract names (read by pipeline.captioning.confidence). A
description is right when its CIDEr against people's captions is 0.4 or more. The weights are
fitted on English, since other languages have one caption a photo; the same weights serve those
languages, whose features are standardised with their own mean and deviation. Photos far from the
model's training photos are out of distribution: give --trained-on-everyday for a model that was
trained on the everyday photos, too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence_file import save_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.vocabulary import normalise
from training.calibration.confidence_fit import LEARNED, fit, learn
from training.calibration.described import describe_photos, encode
from training.calibration.nonscenes import MEASURED
from training.calibration.reliability import (
    PICTURE_FILE,
    Judged,
    draw_reliability,
    report,
    report_nonscenes,
)
from training.command import exit_code
from training.data.prepared import Photo, load
from training.errors import DataError
from training.scoring.model_card import CARD_FILE, CONFIDENCE_PART, model_hash, write_card


def measure(
    captioner: Captioner, data: Sequence[dict[str, list[Photo]]], split: str
) -> list[Judged]:
    """Describes the photos of a split with the fitted confidence and labels them."""
    names = (f"Flickr8k's {split} photos", f"everyday {split} photos")
    judged = []
    for name, one in zip(names, data, strict=False):
        described = describe_photos(captioner, one[split], captioner.contract.languages[0], name)
        best = [captions[0] for captions in described.captions]
        said = [normalise(" ".join(photo.captions)) for photo in described.photos]
        named = [
            any(word in people for word in phrase.replace("'", "' ").split()[-1:])
            for caption, people in zip(best, said, strict=True)
            for phrase in caption.sure
        ]
        judged.append(
            Judged(
                name,
                np.array([caption.confidence for caption in best]),
                described.right(),
                tuple(caption.manner for caption in best),
                (sum(named), len(named)),
            )
        )
    return judged


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code, 2 when data or model are missing or broken."""
    return exit_code(_run, _options(arguments))


def _run(options: argparse.Namespace) -> None:
    data = [load(folder) for folder in (options.data, options.everyday) if folder is not None]
    trained = len(data) if options.trained_on_everyday else 1
    contract = ModelContract.load(options.assets)
    model = model_hash(options.assets, contract)
    path = options.assets / contract.confidence_file
    captioner = Captioner.load(options.assets, calibrated=options.split == "test")
    if options.split == "dev":
        confidence, judged = fit(captioner, data, trained, model, options.learned)
        save_confidence(confidence, path)
        draw_reliability(judged, options.assets / PICTURE_FILE)
        print(report(judged, confidence, model))
        return
    confidence = captioner.confidence
    if confidence.model != model:
        raise DataError(
            f"{path.name} was fitted for another model: fit it first, with --split dev."
        )
    judged = measure(captioner, data, "test")
    text = report(judged, confidence, model)
    train = [one["train"] for one in data[:trained]]
    learned = learn(captioner, train, options.learned, confidence.space)
    held_out = [
        confidence.space.place(encode(captioner, one["dev"], "dev photos"))
        for one in data[:trained]
    ]
    unseen = {family: learned.ood_weights(held_out, family) for family in set(learned.families)}
    text += report_nonscenes(captioner, unseen, options.measured)
    draw_reliability(judged, options.assets / PICTURE_FILE)
    print(text)
    if options.card:
        command = "python -m training.calibrate --data data/flickr8k"
        command += " --everyday data/everyday" if options.everyday else ""
        command += " --trained-on-everyday" if options.trained_on_everyday else ""
        command += " --assets assets --split test --card"
        text += f"\n![Reliability curve]({PICTURE_FILE})\n"
        write_card(options.assets / CARD_FILE, text, command, CONFIDENCE_PART)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="what training.flickr8k prepared")
    parser.add_argument("--everyday", type=Path, help="what training.everyday prepared")
    parser.add_argument(
        "--trained-on-everyday", action="store_true", help="the model knows such photos"
    )
    parser.add_argument("--assets", type=Path, required=True, help="the model's folder")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--learned", type=int, default=LEARNED, help="drawn pictures to learn from")
    parser.add_argument("--measured", type=int, default=MEASURED, help="drawn pictures to measure")
    parser.add_argument("--card", action="store_true", help=f"write the figures to {CARD_FILE}")
    options = parser.parse_args(arguments)
    if options.trained_on_everyday and options.everyday is None:
        parser.error("--trained-on-everyday needs --everyday")
    if options.card and options.split != "test":
        parser.error("--card takes the split test, on which nothing is fitted")
    return options


if __name__ == "__main__":
    sys.exit(main())
