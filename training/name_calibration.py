"""Fits how probable recognised names are, on the dev photos, and measures it on the test photos.

    python -m training.name_calibration --data data/flickr8k --everyday data/everyday
    python -m training.name_calibration ... --split test --card      fits nothing

Writes assets/recognition/calibration.npz (read by pipeline.recognition.probabilities) and
evidence.npz (pipeline.recognition.evidence), the latter for the captions of the model in assets/.
The detector was trained on most of the everyday photos, so it looks better on them than it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.recognition.evidence import EVIDENCE_FILE, save_evidence
from pipeline.recognition.probabilities import CALIBRATION_FILE, save_calibration
from pipeline.recognition.recogniser import RECOGNITION_FOLDER
from training.calibration.evidence_fit import fit_evidence, witness
from training.calibration.name_fit import NamedPhotos, fit_names, join, name_photos, report_names
from training.command import exit_code
from training.data.prepared import load
from training.errors import DataError
from training.scoring.model_card import CARD_FILE, NAMES_PART, write_card


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code, 2 when data or model are missing or broken."""
    return exit_code(_run, _options(arguments))


def _run(options: argparse.Namespace) -> None:
    captioner = Captioner.load(options.assets, calibrated=options.split == "test")
    recogniser = captioner.recogniser
    if recogniser is None:
        raise DataError(f"There is no {RECOGNITION_FOLDER}/ in {options.assets}.")
    named: dict[str, NamedPhotos] = {}
    for name, folder in (("Flickr8k", options.data), ("everyday", options.everyday)):
        if folder is not None:
            note = f"{name}, {options.split} photos"
            named[note] = name_photos(captioner, recogniser, load(folder)[options.split], note)
    calibration = recogniser.calibration
    if options.split == "dev":
        calibration = fit_names(join(list(named.values())))
        path = options.assets / RECOGNITION_FOLDER / CALIBRATION_FILE
        save_calibration(calibration, path)
        recogniser.calibration = calibration
        # The everyday photos show what the detector looks for; Flickr8k's are people and dogs.
        photos = load(options.everyday or options.data)["dev"]
        witnessed = witness(captioner, photos, "captions of dev photos")
        fitted = fit_evidence(witnessed)
        save_evidence(fitted, options.assets / RECOGNITION_FOLDER / EVIDENCE_FILE)
        print(f"{witnessed.named.mean():.1%} of the captions say only things that people name.")
    text = report_names(named, calibration)
    print(text)
    if options.card:
        command = "python -m training.name_calibration --data data/flickr8k"
        command += " --everyday data/everyday" if options.everyday else ""
        write_card(options.assets / CARD_FILE, text, f"{command} --split test --card", NAMES_PART)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.name_calibration", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--data", type=Path, required=True, help="what training.flickr8k prepared")
    parser.add_argument("--everyday", type=Path, help="what training.everyday prepared")
    parser.add_argument("--assets", type=Path, default=Path("assets"), help="the model's folder")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--card", action="store_true", help=f"write the figures to {CARD_FILE}")
    options = parser.parse_args(arguments)
    if options.card and options.split != "test":
        parser.error("--card takes the split test, on which nothing is fitted")
    return options


if __name__ == "__main__":
    sys.exit(main())
