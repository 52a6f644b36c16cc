"""Exports the history as a CSV table, as JSON, or as a zip with thumbnails and sounds.

Each export is a generator of bytes: entries are read, and sounds made, only when the caller asks
for the next block. Memory does not grow with the history, except for the zip's table of contents
(about 0.5 kB for each thumbnail or sound).
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Generator
from contextlib import closing

from pipeline.errors import ErrorCode, HistoryError, SpeechError
from pipeline.history.archive import (
    ENTRIES,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    picture_name,
    sound_name,
)
from pipeline.history.entry import Entry, Filter
from pipeline.history.record import FIELDS, to_json, to_values
from pipeline.history.store import History
from pipeline.spreadsheet import BOM, cell

BLOCK_BYTES = 1 << 16  # least size of a block, for the web server spends a thread switch on each
Blocks = Generator[bytes, None, None]
MakeSound = Callable[[Entry], bytes]

_ALL = Filter()


def export_csv(history: History, owner: str, wanted: Filter = _ALL) -> Blocks:
    """A table for spreadsheets: UTF-8 with a BOM, commas, one line per entry, newest first.

    Times are UTC. Cells that a spreadsheet would read as a formula are prefixed with an apostrophe.

    Args:
        history: what to export from.
        owner: whose entries.
        wanted: which entries.

    Yields:
        Blocks of at least `BLOCK_BYTES`, except for the last.

    Raises:
        HistoryError: the history cannot be read; raised when a block is asked for.
    """
    return _joined(_csv_lines(history, owner, wanted))


def export_json(history: History, owner: str, wanted: Filter = _ALL) -> Blocks:
    """One JSON array with an object per entry, newest first.

    Args, Yields, Raises: as `export_csv`.
    """
    return _joined(_json_lines(history, owner, wanted))


def export_zip(
    history: History, owner: str, speak: MakeSound | None = None, wanted: Filter = _ALL
) -> Blocks:
    """An archive that `import_zip` reads: entries, thumbnails and optionally sounds.

    Args:
        history: what to export from.
        owner: whose entries.
        speak: makes the WAV file of an entry's words, in its language and at its rate; an entry
            for which it raises SpeechError is exported without sound. None exports no sounds.
        wanted: which entries.

    Yields:
        Blocks of at least `BLOCK_BYTES`, except for the last.

    Raises:
        HistoryError: the history cannot be read, or there is no room for the temporary file that
            holds the lines of the entries; raised when a block is asked for.
    """
    return _joined(_zip_parts(history, owner, speak, wanted))


def _joined(parts: Blocks) -> Blocks:
    """Joins small parts to blocks; closing the result closes `parts`."""
    block = bytearray()
    with closing(parts):
        for part in parts:
            block += part
            if len(block) >= BLOCK_BYTES:
                yield bytes(block)
                block.clear()
    if block:
        yield bytes(block)


def _csv_lines(history: History, owner: str, wanted: Filter) -> Blocks:
    yield BOM.encode() + _csv_line(FIELDS)
    for entry in history.entries(owner, wanted):
        yield _csv_line(tuple(cell(value) for value in to_values(entry).values()))


def _json_lines(history: History, owner: str, wanted: Filter) -> Blocks:
    yield b"["
    separator = "\n"
    for entry in history.entries(owner, wanted):
        yield (separator + to_json(entry)).encode()
        separator = ",\n"
    yield b"\n]\n"


def _zip_parts(history: History, owner: str, speak: MakeSound | None, wanted: Filter) -> Blocks:
    buffer = _Buffer()
    count = 0
    try:
        # A zip is written one member after the other, so the lines of the entries are collected in
        # a temporary file while thumbnails and sounds are added.
        with (
            tempfile.TemporaryFile() as lines,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for entry in history.entries(owner, wanted):
                _add_picture(archive, history, owner, entry)
                _add_sound(archive, entry, speak)
                lines.write(to_json(entry).encode() + b"\n")
                count += 1
                yield buffer.take()
            lines.seek(0)
            with archive.open(ENTRIES, "w") as member:
                while block := lines.read(BLOCK_BYTES):
                    member.write(block)
                    yield buffer.take()
            manifest = {"format": FORMAT, "version": FORMAT_VERSION, "entries": count}
            archive.writestr(MANIFEST, json.dumps(manifest))
    except OSError as error:
        raise HistoryError(ErrorCode.EXPORT_NOT_WRITTEN) from error
    yield buffer.take()  # with the table of contents, which closing the archive has written


class _Buffer:
    """The file that a ZipFile writes to; it cannot seek, so what was written can be taken out."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Required by ZipFile."""

    def close(self) -> None:
        """Required by ZipFile's type; it does not close a file that it did not open."""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _add_picture(archive: zipfile.ZipFile, history: History, owner: str, entry: Entry) -> None:
    jpeg = history.picture(owner, entry.id) if entry.has_picture else None
    if jpeg is not None:  # None also if the entry was deleted meanwhile
        archive.writestr(picture_name(entry.uuid), jpeg, zipfile.ZIP_STORED)


def _add_sound(archive: zipfile.ZipFile, entry: Entry, speak: MakeSound | None) -> None:
    if speak is None:
        return
    try:
        wav = speak(entry)
    except SpeechError:
        return
    archive.writestr(sound_name(entry.uuid), wav)


def _csv_line(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue().encode()
