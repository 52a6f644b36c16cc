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
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import NEVER, Confidence
from pipeline.captioning.confidence_features import Floats, Space, Words, sigmoid, word_features
from pipeline.captioning.confidence_file import save_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.vocabulary import normalise
from pipeline.languages import ARTICLES, ENGLISH, NEVER_LAST
from training.calibration.described import DescribedPhotos, describe_drawn, describe_photos, encode
from training.calibration.fits import (
    RIDGE,
    average,
    cross_validate,
    fit_data_set_classifier,
    fit_logistic,
    fit_ood,
    fit_space,
    word_statistics,
)
from training.calibration.nonscenes import LEARNED_SEED, MEASURED
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

TRAIN_EVERY = (
    2  # every second training photo fits the principal components as well, in half the time
)
LEARNED = 480  # drawn non-scenes to fit: thirty of each kind
OTHER_LANGUAGE_EVERY = 3  # every third dev photo, for another language's feature scale
# Shares of the dev photos: out of distribution, and described plainly. At least 90 % of the test
# photos are to be described plainly; two points are left for chance.
OOD_SHARE, PLAIN_SHARE = 0.01, 0.92
PLAIN_FROM_OTHER = 0.6  # for photos like the other data sets', on which the model trained less
UNKNOWN_BELOW = 0.12  # one chance in eight: such a guess is not spoken
SURE_FROM = 0.5  # for single words, named after "Perhaps": more often right than not


@dataclass(frozen=True)
class Learned:
    """Data of the out-of-distribution fits.

    Attributes:
        space: the principal components of the training photos.
        scenes: positions (N, 2 + K) of the training photos, one array a data set.
        drawn: drawn non-scenes with their descriptions.
        families: the family of each drawn picture.
    """

    space: Space
    scenes: tuple[Floats, ...]
    drawn: DescribedPhotos
    families: tuple[str, ...]

    def ood_weights(self, held_out: Sequence[Floats], without: str = "") -> Floats:
        """Fits the weights `Confidence.ood`.

        Args:
            held_out: positions (N, 2 + K) of other photos, one array for each data set that the
                model was trained on.
            without: a family of drawn pictures to leave out of the fit.
        """
        kept = np.array([family != without for family in self.families])
        places = self.space.place(self.drawn.features[kept])
        return fit_ood(self.scenes, places, held_out, OOD_SHARE)

    def data_set_weights(self) -> Floats:
        """Fits `Confidence.unlike_flickr8k`; with a single data set its probability is always 0."""
        first, others = self.scenes[0], self.scenes[1:]
        if not others:
            return np.append(np.zeros(first.shape[1]), NEVER)
        return fit_data_set_classifier(first, np.concatenate(others))


def learn(
    captioner: Captioner, train: Sequence[Sequence[Photo]], drawn: int, space: Space | None = None
) -> Learned:
    """Encodes the training photos, describes drawn non-scenes and fits the principal components.

    Args:
        captioner: the model.
        train: training photos, one list a data set.
        drawn: number of non-scenes to draw.
        space: principal components that are fitted already.
    """
    features = [encode(captioner, one[::TRAIN_EVERY], "training photos") for one in train]
    weights = [np.full(len(one), 1 / len(one)) for one in features]
    space = space or fit_space(np.concatenate(features), np.concatenate(weights))
    described, families = describe_drawn(
        captioner, drawn, LEARNED_SEED, "pictures that are no scenes"
    )
    return Learned(space, tuple(map(space.place, features)), described, tuple(families))


def fit(
    captioner: Captioner,
    data: Sequence[dict[str, list[Photo]]],
    trained: int,
    model: str,
    drawn: int = LEARNED,
) -> tuple[Confidence, list[Judged]]:
    """Fits the confidence on the dev photos.

    Args:
        captioner: the model.
        data: photos by split, one entry a data set, Flickr8k first.
        trained: the model was trained on this many of the sets, counted from the first.
        model: `model_hash` of its files.
        drawn: number of non-scenes to draw for the fit.

    Returns:
        The confidence for the app, and the cross-validated predictions for the dev photos.

    Raises:
        ScoreError: there is nothing to score.
        VoisError: a photo or the model is broken.
    """
    contract, languages = captioner.contract, captioner.contract.languages
    learned = learn(captioner, [one["train"] for one in data[:trained]], drawn)
    dev = [describe_photos(captioner, one["dev"], languages[0], "dev photos") for one in data]
    places = [learned.space.place(one.features) for one in dev]
    ood = learned.ood_weights(places[:trained])
    rows = [
        one.description_features(place, contract) for one, place in zip(dev, places, strict=True)
    ]
    right = [one.right() for one in dev]
    feature_scale = {languages[0]: average(rows[0])}
    for code in languages[1:]:
        other = describe_photos(
            captioner, data[0]["dev"][::OTHER_LANGUAGE_EVERY], code, f"dev photos, {code}"
        )
        feature_scale[code] = average(
            other.description_features(learned.space.place(other.features), contract)
        )
    mean, deviation = feature_scale[languages[0]]
    scaled, labels = (np.concatenate(rows) - mean) / deviation, np.concatenate(right)
    in_distribution = 1 - sigmoid(np.concatenate(places) @ ood[:-1] + ood[-1])
    # CIDEr weighs words by the captions of its own data set, so "right" differs between the sets:
    # each set but the first has a bias of its own. The app predicts for the first.
    sizes = [len(one) for one in rows]
    sets = np.repeat(np.eye(len(rows))[:, 1:], sizes, axis=0)
    fitted, inputs = (np.hstack([scaled, one]) for one in (sets, np.zeros_like(sets)))
    predicted = cross_validate(fitted, labels, RIDGE, in_distribution, inputs)
    right_weights = fit_logistic(fitted, labels, np.ones(len(labels)), RIDGE, in_distribution)
    train = [photo for one in data[:trained] for photo in one["train"]]
    words = {
        code: word_statistics([one.said(code) for one in train if one.said(code)], code)
        for code in languages
    }
    unlike = learned.data_set_weights()
    ood_scores, unlike_scores = (places[0] @ one[:-1] + one[-1] for one in (ood, unlike))
    plain_from = _plain_from(predicted[: sizes[0]], ood_scores, sigmoid(unlike_scores))
    confidence = Confidence(
        model=model,
        space=learned.space,
        ood=ood,
        right=np.append(right_weights[: scaled.shape[1]], right_weights[-1]),
        feature_scale=feature_scale,
        word=_fit_words([*dev, learned.drawn], learned.space, ood, words[languages[0]]),
        words=words,
        unlike_flickr8k=unlike,
        plain_from=plain_from,
        plain_from_unlike=max(plain_from, PLAIN_FROM_OTHER),
        unknown_below=min(UNKNOWN_BELOW, plain_from),
        sure_from=SURE_FROM,
    )
    split = np.split(predicted, np.cumsum(sizes)[:-1])
    names = ("Flickr8k's dev photos", "everyday dev photos")
    judged = [
        Judged(name, one, two, None) for name, one, two in zip(names, split, right, strict=False)
    ]
    return confidence, judged


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


def _plain_from(chances: Floats, ood_scores: Floats, other: Floats) -> float:
    """Finds the `Confidence.plain_from` at which `PLAIN_SHARE` of the photos are described plainly.

    All arguments are (N,): predicted probabilities of being right, OOD scores, and probabilities
    of belonging to another data set than Flickr8k.
    """
    # A description is plain when chance >= (1 - other) * plain_from + other * PLAIN_FROM_OTHER.
    levels = (chances - other * PLAIN_FROM_OTHER) / (1 - other)
    ranked = np.sort(np.where(ood_scores > 0, -np.inf, levels))
    return float(np.clip(ranked[round((1 - PLAIN_SHARE) * (len(ranked) - 1))], 0, 1))


def _fit_words(
    described: Sequence[DescribedPhotos], space: Space, ood: Floats, known: Words
) -> Floats:
    """Fits the probability that people's captions hold a word; drawn pictures have no captions."""
    passed = NEVER_LAST[ENGLISH] | ARTICLES[ENGLISH]
    rows: list[Floats] = []
    labels: list[bool] = []
    weights: list[float] = []
    for one in described:
        ood_scores = space.place(one.features) @ ood[:-1] + ood[-1]
        people = [set(normalise(" ".join(photo.captions))) for photo in one.photos]
        before = len(rows)
        for number, captions in enumerate(one.captions):
            best, said = captions[0], [caption.words for caption in captions]
            found = word_features(
                best.words, best.word_scores, said, float(ood_scores[number]), known
            )
            for word, row in zip(best.words, found, strict=True):
                if word not in passed:
                    rows.append(row)
                    labels.append(bool(people) and word in people[number])
        weights += [1000 / max(1, len(rows) - before)] * (len(rows) - before)
    return fit_logistic(np.array(rows), np.array(labels), np.array(weights), RIDGE)


if __name__ == "__main__":
    sys.exit(main())
