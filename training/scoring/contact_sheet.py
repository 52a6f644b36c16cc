"""Draws a contact sheet: photos with their descriptions, for viewing only; never committed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.image import read_rgb
from training.data.prepared import PHOTO_SIZE
from training.scoring.result import Described, Evaluation

SHEET_PHOTOS, SHEET_COLUMNS, SHEET_MARGIN, SHEET_FONT = 24, 6, 12, 14


def contact_sheet(evaluation: Evaluation, seed: int = 0) -> Image.Image:
    """Draws random photos with description, scores and one human caption, by falling CIDEr.

    Returns:
        An RGB picture of up to 24 photos, six in a row.
    """
    every = evaluation.described
    chosen = np.random.default_rng(seed).permutation(len(every))[:SHEET_PHOTOS]
    shown = sorted(
        (every[place] for place in chosen), key=lambda one: -evaluation.cider[one.photo.name]
    )
    font = ImageFont.load_default(SHEET_FONT)
    texts = [_wrapped(_text_below(evaluation, one), font) for one in shown]
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


def _text_below(evaluation: Evaluation, one: Described) -> list[str]:
    scores = f"CIDEr {evaluation.cider[one.photo.name]:.0f}, confidence {one.confidence:.2f}"
    return [f"Vois: {one.text}", scores, f"Person: {one.photo.captions[0]}"]


def _wrapped(
    paragraphs: Sequence[str], font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> list[str]:
    """Wraps text to the width of a photo."""
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
