"""Formats scores as a Markdown table and writes them into the model card."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import encoder_files
from training.errors import DataError
from training.scoring.metrics import Scores
from training.scoring.result import Evaluation

COLUMNS = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr")
CARD_FILE = "MODEL_CARD.md"
# The parts of the card that commands write, each between two markers.
SCORES_PART, OTHERS_PART, NAMES_PART = "scores", "others", "names"
CONFIDENCE_PART = "confidence"


def markers(part: str) -> tuple[str, str]:
    """Returns the lines that begin and end a part of the card."""
    return f"<!-- {part}:begin -->", f"<!-- {part}:end -->"


@dataclass(frozen=True)
class Row:
    """A row of the table: a system's scores, x100, in the order of COLUMNS; None if unknown."""

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

HEADINGS = (
    "What it is",
    "Intended use",
    "Data",
    "Recipe",
    "Scores",
    "Everyday photos and French",
    "Names",
    "Confidence",
    "Bias",
    "Known failures",
    "Terms",
)
_PART_OF = {
    "Scores": SCORES_PART,
    "Everyday photos and French": OTHERS_PART,
    "Names": NAMES_PART,
    "Confidence": CONFIDENCE_PART,
}


def empty_card() -> str:
    """Returns a card with headings and markers only, for a model without written text."""
    lines = ["# Model card: Vois"]
    for heading in HEADINGS:
        lines += ["", f"## {heading}"]
        if heading in _PART_OF:
            lines += ["", *markers(_PART_OF[heading])]
    return "\n".join(lines) + "\n"


def rows_of(system: str, plain: Scores, ptb: Scores | None) -> list[Row]:
    """Returns the rows of a system measured here, the comparable one (with Java) first."""
    rows = [Row(f"{system}, words cut without Java", _values(plain), "measured here")]
    if ptb is not None:
        rows.insert(0, Row(system, _values(ptb), "measured here"))
    return rows


def table(rows: Sequence[Row], last: str = "source") -> str:
    """Formats rows as a Markdown table, aligned for reading in a terminal.

    Args:
        rows: rows of the table.
        last: heading of the last column.
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
    """Computes the first 12 hexadecimal digits of the SHA-256 of the model's files."""
    files = (*encoder_files(contract), contract.decoder_file, contract.vocabulary_file)
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
    """Formats the scores as Markdown, for the terminal and for the card.

    Args:
        evaluation: of the exported model.
        contract: of the exported model.
        split: "dev" or "test".
        beam: number of beams.
        model: `model_hash` of the files.
        human: rows of human captions.
        uncompressed: of the same model with weights of 32 bits.
        peers: rows of other models that were measured here.
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
    """Replaces the text between a part's markers; creates the card when it is missing.

    Args:
        path: of the card.
        block: the new text, in Markdown.
        command: the command that produced it, for the note above it.
        part: one of the names of parts.

    Raises:
        DataError: the card lacks the markers.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else empty_card()
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
    """Returns the scores in the order of COLUMNS."""
    bleus = (scores.bleu1, scores.bleu2, scores.bleu3, scores.bleu4)
    return (*bleus, scores.meteor, scores.rouge_l, scores.cider)


def _number(value: float | None) -> str:
    """Formats one decimal; published whole numbers stay whole, as more would feign precision."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
