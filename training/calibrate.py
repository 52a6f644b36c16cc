"""Fits on the dev photos how sure the model may sound, and measures it on the test photos.

    python -m training.calibrate --data data/flickr8k --everyday data/everyday --assets assets
    python -m training.calibrate ... --split test --card      fits nothing

Writes the file that the contract names (read by pipeline.captioning.confidence). A description is
right when its CIDEr against the photo's people is 0.4 or more. What is fitted is fitted on
English, since other languages have one caption a photo; theirs are judged by the same numbers,
their features being put on the scale of their own descriptions. What lies
far from the photos that the model was trained on is out of distribution: say
--trained-on-everyday for a model that learned from those, too.
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
    find_words,
    fit_logistic,
    fit_sides,
    fit_space,
    fit_strangeness,
    predict_across,
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

TRAIN_EVERY = 2  # of the training photos: half of them show the space, in half the time
LEARNED = 480  # thirty of each kind
OTHER_LANGUAGE_EVERY = 3  # of the dev photos, to learn another language's usual evidence
# Of the dev photos: how many may pass for no scenes, and how many are said plainly. At most a tenth
# of the test photos may lose that; two points are left for chance.
STRANGE_SHARE, PLAIN_SHARE = 0.01, 0.92
PLAIN_FROM_OTHER = 0.6  # of photos like the smaller sets', of which less was learned
UNKNOWN_BELOW = 0.12  # one chance in eight: a guess that is better not heard
SURE_FROM = 0.5  # of single words, which are said after "Perhaps": more often right than not


@dataclass(frozen=True)
class Learned:
    """What a fit learns from.

    Attributes:
        space: of the training photos.
        scenes: their places, one array a data set.
        drawn: what is said of pictures that are no scenes.
        families: theirs.
    """

    space: Space
    scenes: tuple[Floats, ...]
    drawn: DescribedPhotos
    families: tuple[str, ...]

    def strangeness(self, seen: Sequence[Floats], without: str = "") -> Floats:
        """The weights that `Confidence.ood` wants, learned without a family.

        Args:
            seen: the places of other photos of the sets that the model was trained on.
            without: a family of drawn pictures.
        """
        kept = np.array([family != without for family in self.families])
        places = self.space.place(self.drawn.features[kept])
        return fit_strangeness(self.scenes, places, seen, STRANGE_SHARE)

    def unlike(self) -> Floats:
        """The weights of `Confidence.unlike_flickr8k`; always 0 with a single data set."""
        first, others = self.scenes[0], self.scenes[1:]
        if not others:
            return np.append(np.zeros(first.shape[1]), NEVER)
        return fit_sides(first, np.concatenate(others))


def learn(
    captioner: Captioner, train: Sequence[Sequence[Photo]], drawn: int, space: Space | None = None
) -> Learned:
    """Looks at the training photos and at pictures that are no scenes."""
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
    """Fits everything.

    Args:
        captioner: the model.
        data: photos by split, Flickr8k's first.
        trained: how many of these sets the model was trained on, the first ones.
        model: `model_hash` of its files.
        drawn: pictures that are no scenes to learn from.

    Returns:
        What the app reads, and the dev photos judged by fits that have not seen them.

    Raises:
        ScoreError: there is nothing to score.
        VoisError: a photo or the model is broken.
    """
    contract, languages = captioner.contract, captioner.contract.languages
    learned = learn(captioner, [one["train"] for one in data[:trained]], drawn)
    dev = [describe_photos(captioner, one["dev"], languages[0], "dev photos") for one in data]
    places = [learned.space.place(one.features) for one in dev]
    strange = learned.strangeness(places[:trained])
    rows = [one.evidence(place, contract) for one, place in zip(dev, places, strict=True)]
    right = [one.right() for one in dev]
    usual = {languages[0]: average(rows[0])}
    for code in languages[1:]:
        other = describe_photos(
            captioner, data[0]["dev"][::OTHER_LANGUAGE_EVERY], code, f"dev photos, {code}"
        )
        usual[code] = average(other.evidence(learned.space.place(other.features), contract))
    mean, deviation = usual[languages[0]]
    scaled, labels = (np.concatenate(rows) - mean) / deviation, np.concatenate(right)
    scene = 1 - sigmoid(np.concatenate(places) @ strange[:-1] + strange[-1])
    # CIDEr weighs words by the captions of its own set, so "right" is another thing in each: a
    # constant of a set's own takes that up. The app asks by the measure of the first.
    sizes = [len(one) for one in rows]
    sets = np.repeat(np.eye(len(rows))[:, 1:], sizes, axis=0)
    taught, asked = (np.hstack([scaled, one]) for one in (sets, np.zeros_like(sets)))
    across = predict_across(taught, labels, RIDGE, scene, asked)
    right_weights = fit_logistic(taught, labels, np.ones(len(labels)), RIDGE, scene)
    train = [photo for one in data[:trained] for photo in one["train"]]
    words = {
        code: find_words([one.said(code) for one in train if one.said(code)], code)
        for code in languages
    }
    unlike = learned.unlike()
    strangeness, likeness = (places[0] @ one[:-1] + one[-1] for one in (strange, unlike))
    plain_from = _plain_from(across[: sizes[0]], strangeness, sigmoid(likeness))
    confidence = Confidence(
        model=model,
        space=learned.space,
        ood=strange,
        right=np.append(right_weights[: scaled.shape[1]], right_weights[-1]),
        feature_scale=usual,
        word=_fit_words([*dev, learned.drawn], learned.space, strange, words[languages[0]]),
        words=words,
        unlike_flickr8k=unlike,
        plain_from=plain_from,
        plain_from_unlike=max(plain_from, PLAIN_FROM_OTHER),
        unknown_below=min(UNKNOWN_BELOW, plain_from),
        sure_from=SURE_FROM,
    )
    split = np.split(across, np.cumsum(sizes)[:-1])
    names = ("Flickr8k's dev photos", "everyday dev photos")
    judged = [
        Judged(name, one, two, None) for name, one, two in zip(names, split, right, strict=False)
    ]
    return confidence, judged


def measure(
    captioner: Captioner, data: Sequence[dict[str, list[Photo]]], split: str
) -> list[Judged]:
    """Judges the photos of a split with what is fitted."""
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
    """The command line; returns the exit code, 2 when something needed is missing or broken."""
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
    seen = [
        confidence.space.place(encode(captioner, one["dev"], "dev photos"))
        for one in data[:trained]
    ]
    unseen = {family: learned.strangeness(seen, family) for family in set(learned.families)}
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


def _plain_from(chances: Floats, strangeness: Floats, other: Floats) -> float:
    """The `Confidence.plain_from` by which `PLAIN_SHARE` of the photos are said plainly."""
    # Plain is chance >= (1 - other) * plain_from + other * PLAIN_FROM_OTHER.
    levels = (chances - other * PLAIN_FROM_OTHER) / (1 - other)
    ranked = np.sort(np.where(strangeness > 0, -np.inf, levels))
    return float(np.clip(ranked[round((1 - PLAIN_SHARE) * (len(ranked) - 1))], 0, 1))


def _fit_words(
    described: Sequence[DescribedPhotos], space: Space, strange: Floats, known: Words
) -> Floats:
    """Weights for single words: is it among what people say? In drawn pictures nothing is."""
    passed = NEVER_LAST[ENGLISH] | ARTICLES[ENGLISH]
    rows: list[Floats] = []
    labels: list[bool] = []
    weights: list[float] = []
    for one in described:
        strangeness = space.place(one.features) @ strange[:-1] + strange[-1]
        people = [set(normalise(" ".join(photo.captions))) for photo in one.photos]
        before = len(rows)
        for number, captions in enumerate(one.captions):
            best, said = captions[0], [caption.words for caption in captions]
            found = word_features(
                best.words, best.word_scores, said, float(strangeness[number]), known
            )
            for word, row in zip(best.words, found, strict=True):
                if word not in passed:
                    rows.append(row)
                    labels.append(bool(people) and word in people[number])
        weights += [1000 / max(1, len(rows) - before)] * (len(rows) - before)
    return fit_logistic(np.array(rows), np.array(labels), np.array(weights), RIDGE)


if __name__ == "__main__":
    sys.exit(main())
