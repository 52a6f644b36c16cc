"""A text file beside a photo, with its description."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.batch.row import Row
from pipeline.batch.table import replaced


def write_sidecar(row: Row, before: str = "") -> bool:
    """Writes "photo.jpg.txt" beside "photo.jpg", if that is there, and nothing else has the name.

    Args:
        row: of the photo; without a text nothing is written.
        before: the text that Vois has written there earlier, which may be replaced.

    Returns:
        Whether the text is there now, or there is none.
    """
    if not row.text:
        return True
    photo = Path(row.photo)
    path = photo.with_name(f"{photo.name}.txt")
    try:
        if not photo.is_file():
            return False
        if os.path.lexists(path) and not (path.is_file() and _is_one_of(path, row.text, before)):
            return False
        with replaced(path) as file:
            file.write(_bytes(row.text))
    except OSError:
        return False
    return True


def _is_one_of(path: Path, *texts: str) -> bool:
    return path.read_bytes() in map(_bytes, texts)


def _bytes(text: str) -> bytes:
    return f"{text}\n".encode()
