"""Describes a split through the app's own pipeline and sets its scores beside published ones.

    python -m training.evaluate --data data/flickr8k --assets assets --human --card
    python -m training.evaluate --data data/flickr8k --assets assets --split dev

On split dev it also suggests the contract's `unsure_below`. A contact sheet shows the data set's
photos and captions: it is for looking at, never for committing.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from pipeline.captioner import Captioner
from pipeline.contract import ModelContract
from pipeline.errors import VoisError
from pipeline.image import read_rgb
from training.flickr8k import PHOTO_SIZE, SPLITS, DataError, Photo, load
from training.scores import (
    Intervals,
    ScoreError,
    Scores,
    cider_by_photo,
    human_scores,
    intervals,
    java_found,
    score,
)

COLUMNS = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr")
CARD_FILE = "MODEL_CARD.md"
CARD_BEGIN, CARD_END = "<!-- scores:begin -->", "<!-- scores:end -->"
# One description in five is spoken as a guess: often enough to warn, seldom enough to be heard.
UNSURE_SHARE = 0.2
SHEET_PHOTOS, SHEET_COLUMNS, SHEET_MARGIN, SHEET_FONT = 24, 6, 12, 14


@dataclass(frozen=True)
class Row:
    """A line of the table: a system's scores, x100, in the order of COLUMNS; None if unknown."""

    system: str
    scores: tuple[float | None, ...]
    source: str


# The 1,000 photos of Flickr8k's split test. Show, Attend and Tell: Xu et al., 2015, table 1.
PUBLISHED = (
    Row("Google NIC", (63, 41, 27, None, None, None, None), "quoted by sulabhkatiyar/show_tell"),
    Row(
        "Show, Attend and Tell, soft (VGG-19)",
        (67, 44.8, 29.9, 19.5, 18.9, None, None),
        "the paper's table 1",
    ),
    Row(
        "Show, Attend and Tell, hard (VGG-19)",
        (67, 45.7, 31.4, 21.3, 20.3, None, None),
        "the paper's table 1",
    ),
    Row(
        "NIC, run again (VGG-16, beam 3)",
        (60.8, 42.4, 29.0, 19.8, 19.1, 44.7, 47.8),
        "sulabhkatiyar/show_tell",
    ),
    Row(
        "Spatial attention (VGG-16, beam 5)",
        (62.2, 43.3, 29.3, 19.7, 19.6, 45.0, 49.7),
        "sulabhkatiyar/Spatial_Att",
    ),
    Row(
        "Adaptive attention (ResNet-152, fine-tuned, beam 5)",
        (65.9, 48.0, 33.9, 23.5, 20.7, 47.6, 58.9),
        "sulabhkatiyar/Adaptive_Att",
    ),
    Row(
        "ResNet-50 + Transformer",
        (None, None, None, 17.9, 21.7, 45.6, 53.4),
        "a student repository",
    ),
    Row(
        "CLIP prefix + GPT-2",
        (70.0, 51.3, 37.2, 26.2, 25.7, 56.9, None),
        "Anshler/CLIP-prefix_blind-guessing (split and tool not stated)",
    ),
)

CARD = f"""# Model card: Vois

## What it is

A small image captioning model: an encoder and a Transformer decoder, both in ONNX, that say in one
English sentence what a photo shows. `contract.json` says how to feed it.

## Intended use

To give a person who cannot see a photo a first idea of it, offline. A description may be wrong:
never rely on it for safety, for medicines, for traffic, or to judge people.

## Data

Flickr8k: photos of people and dogs, mostly outdoors, with five English captions each; the standard
split of 6,000 photos for training, 1,000 for development and 1,000 for testing.

## Recipe

Every number is in `training/config.py` with its reason; what was tried is in `training/LOG.md`.

## Scores

{CARD_BEGIN}
{CARD_END}

## Known failures

It knows what Flickr8k shows, and is much weaker at home: in rooms it invents people who are not
there. It guesses colours, numbers, ages and whether a person is a man or a woman; it cannot read.

## Terms

Flickr8k is for non-commercial research and education, and the photographers keep their rights; no
photo and no caption of it is distributed with Vois.
"""


@dataclass(frozen=True)
class Described:
    """A photo and what the model says of it; `confidence` is 0..1."""

    photo: Photo
    words: tuple[str, ...]
    text: str
    confidence: float


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


@dataclass(frozen=True)
class Evaluation:
    """Everything measured on one split.

    Attributes:
        described: every photo with its description.
        cider: by photo, x100.
        plain: scores with words cut without Java.
        ptb: scores with the PTB tokenizer and METEOR; None without Java.
        around: 95 % intervals of the plain scores.
    """

    described: tuple[Described, ...]
    cider: Mapping[str, float]
    plain: Scores
    ptb: Scores | None
    around: Intervals


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


def rows_of(system: str, plain: Scores, ptb: Scores | None) -> list[Row]:
    """The table's lines for what was measured here, the comparable one (with Java) first."""
    rows = [Row(f"{system}, words cut without Java", _values(plain), "measured here")]
    if ptb is not None:
        rows.insert(0, Row(system, _values(ptb), "measured here"))
    return rows


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table that is aligned, so that it also reads well in a terminal."""
    cells = [["system, x100", *COLUMNS, "source"]]
    for row in rows:
        cells.append([row.system, *map(_number, row.scores), row.source])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    cells.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    )


def report(
    evaluation: Evaluation, contract: ModelContract, split: str, beam: int, human: Sequence[Row]
) -> str:
    """The scores as Markdown: for the terminal, and between the card's markers."""
    rows = rows_of(f"**Vois** ({contract.encoder}, beam {beam})", evaluation.plain, evaluation.ptb)
    published = PUBLISHED if split == "test" else ()
    photos, around = len(evaluation.described), evaluation.around
    mean = float(np.mean([one.confidence for one in evaluation.described]))
    return (
        f"{photos:,} photos of Flickr8k's split {split}, beam {beam}, length penalty "
        f"{contract.length_penalty:g}, vocabulary {contract.vocabulary_sha256[:12]}.\n\n"
        f"{table([*rows, *published, *human])}\n\n"
        f"95 % interval over photos (words cut without Java): "
        f"CIDEr {around.cider.low:.1f} to {around.cider.high:.1f}, "
        f"BLEU-4 {around.bleu4.low:.1f} to {around.bleu4.high:.1f}. "
        f"Mean confidence {mean:.3f}.\n"
    )


def write_card(path: Path, block: str, command: str) -> None:
    """Puts `block` between the card's markers; begins a card where there is none.

    Raises:
        DataError: the card has lost its markers.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else CARD
    before, begin, rest = text.partition(CARD_BEGIN)
    _, end, after = rest.partition(CARD_END)
    if not begin or not end:
        raise DataError(f"{path} needs the lines {CARD_BEGIN} and {CARD_END} around its scores.")
    note = f"Written by `{command}`, never by hand."
    path.write_text(
        f"{before}{CARD_BEGIN}\n{note}\n\n{block}{CARD_END}{after}", encoding="utf-8", newline="\n"
    )


def contact_sheet(evaluation: Evaluation, seed: int = 0) -> Image.Image:
    """Draws random photos with our description, its scores and a person's caption, the best first.

    Returns:
        An RGB picture, six photos wide.
    """
    every = evaluation.described
    chosen = np.random.default_rng(seed).permutation(len(every))[:SHEET_PHOTOS]
    shown = sorted((every[place] for place in chosen), key=lambda one: -_cider(evaluation, one))
    font = ImageFont.load_default(SHEET_FONT)
    texts = [_wrapped(_words_below(evaluation, one), font) for one in shown]
    line = SHEET_FONT + 4
    width = PHOTO_SIZE + SHEET_MARGIN
    height = PHOTO_SIZE + SHEET_MARGIN + line * (1 + max(len(lines) for lines in texts))
    columns = min(SHEET_COLUMNS, len(shown))
    rows = -(-len(shown) // SHEET_COLUMNS)
    size = (columns * width + SHEET_MARGIN, rows * height + SHEET_MARGIN)
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for place, (one, lines) in enumerate(zip(shown, texts, strict=True)):
        row, column = divmod(place, SHEET_COLUMNS)
        x, y = SHEET_MARGIN + column * width, SHEET_MARGIN + row * height
        photo = Image.fromarray(read_rgb(one.photo.path.read_bytes()))
        sheet.paste(photo.resize((PHOTO_SIZE, PHOTO_SIZE)), (x, y))
        for number, text in enumerate(lines):
            draw.text((x, y + PHOTO_SIZE + 4 + number * line), text, fill="black", font=font)
    return sheet


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
                "cider": _cider(evaluation, one),
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
    text = report(evaluation, contract, options.split, beam, human)
    print(text)
    if options.split == "dev":
        _print_calibration(evaluation)
    if options.card:
        command = "python -m training.evaluate --data data/flickr8k --assets assets"
        command += f" --split {options.split} --beam {beam}{' --human' if human else ''} --card"
        write_card(options.assets / CARD_FILE, text, command)
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
    parser.add_argument("--card", action="store_true", help=f"write the scores to {CARD_FILE}")
    parser.add_argument("--contact-sheet", type=Path, metavar="PNG", help="draw 24 random photos")
    parser.add_argument("--json", type=Path, help="write everything that was measured")
    options = parser.parse_args(arguments)
    if options.card and (options.limit or options.split != "test"):
        parser.error("--card takes the whole split test, which is what others report")
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


def _print_calibration(evaluation: Evaluation) -> None:
    confidence = [one.confidence for one in evaluation.described]
    found = suggest_unsure_below(
        confidence, [_cider(evaluation, one) for one in evaluation.described]
    )
    print(
        f"Suggested unsure_below: {found.unsure_below}. Mean CIDEr below it "
        f"{found.cider_unsure:.1f}, above it {found.cider_sure:.1f}; {found.hits:.0%} of the "
        f"descriptions below it score in the lowest fifth, where chance would give 20%."
    )


def _references(photos: Sequence[Photo]) -> dict[str, tuple[str, ...]]:
    return {photo.name: photo.captions for photo in photos}


def _values(scores: Scores) -> tuple[float | None, ...]:
    """In the order of COLUMNS."""
    bleus = (scores.bleu1, scores.bleu2, scores.bleu3, scores.bleu4)
    return (*bleus, scores.meteor, scores.rouge_l, scores.cider)


def _number(value: float | None) -> str:
    """One decimal, but whole numbers as they were published: more would pretend precision."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _cider(evaluation: Evaluation, one: Described) -> float:
    return evaluation.cider[one.photo.name]


def _words_below(evaluation: Evaluation, one: Described) -> list[str]:
    scores = f"CIDEr {_cider(evaluation, one):.0f}, confidence {one.confidence:.2f}"
    return [f"Vois: {one.text}", scores, f"Person: {one.photo.captions[0]}"]


def _wrapped(
    paragraphs: Sequence[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> list[str]:
    """Lines no wider than a photo."""
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > PHOTO_SIZE:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


if __name__ == "__main__":
    sys.exit(main())
