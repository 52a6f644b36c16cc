"""The history as files of one's own: a table, JSON, or a zip with pictures and sounds.

All three are written entry by entry: a history of any length takes the same memory, but for the
zip's table of contents (about 0.5 kB for a picture or sound).
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from pipeline.errors import HistoryError, Message, SpeechError
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

# A cell that begins with one of these is a formula to a spreadsheet, and a formula can send the
# table away (OWASP, "CSV Injection"); the wide ones are what Japanese keyboards write.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ALL = Filter()


@dataclass(frozen=True)
class Exported:
    """What an export holds.

    Attributes:
        entries: descriptions.
        pictures: thumbnails.
        sounds: spoken descriptions; fewer than wished where no voice could speak.
    """

    entries: int
    pictures: int = 0
    sounds: int = 0


def export_csv(history: History, owner: str, file: IO[bytes], wanted: Filter = _ALL) -> Exported:
    """Writes a table for spreadsheets: UTF-8, commas, a line for each entry, newest first.

    Times are UTC. An apostrophe stands before words that a spreadsheet would take for a formula.

    Args:
        history: what to export from.
        owner: whose entries.
        file: open for writing; it stays open, and need not be able to go back.
        wanted: which entries.

    Raises:
        HistoryError: the history cannot be read, or the file not written.
    """

    def lines() -> Iterator[bytes]:
        yield "\ufeff".encode() + _csv_line(FIELDS)  # the mark by which Excel knows UTF-8
        for entry in history.entries(owner, wanted):
            yield _csv_line(tuple(_cell(value) for value in to_values(entry).values()))

    return Exported(_write(file, lines()) - 1)


def export_json(history: History, owner: str, file: IO[bytes], wanted: Filter = _ALL) -> Exported:
    """Writes one JSON array, an object for each entry, newest first.

    Args, Raises: as `export_csv`.
    """

    def lines() -> Iterator[bytes]:
        yield b"["
        separator = "\n"
        for entry in history.entries(owner, wanted):
            yield (separator + to_json(entry)).encode()
            separator = ",\n"
        yield b"\n]\n"

    return Exported(_write(file, lines()) - 2)


def export_zip(
    history: History,
    owner: str,
    file: IO[bytes],
    speak: Callable[[Entry], bytes] | None = None,
    wanted: Filter = _ALL,
) -> Exported:
    """Writes an archive that `import_zip` reads: entries, thumbnails, and sounds if wished.

    Args:
        history: what to export from.
        owner: whose entries.
        file: open for writing; it stays open, and need not be able to go back.
        speak: makes the WAV file of an entry's words, in its language and at its rate; an entry
            for which it raises SpeechError is exported without sound. None exports no sounds.
        wanted: which entries.

    Raises:
        HistoryError: the history cannot be read, or the file not written.
    """
    try:
        # The lines wait in a file of their own, for a zip takes one member after the other.
        with (
            tempfile.TemporaryFile() as lines,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            done = Exported(0)
            for entry in history.entries(owner, wanted):
                picture = _add_picture(archive, history, owner, entry)
                sound = _add_sound(archive, entry, speak)
                done = Exported(done.entries + 1, done.pictures + picture, done.sounds + sound)
                lines.write(to_json(entry).encode() + b"\n")
            lines.seek(0)
            with archive.open(ENTRIES, "w") as member:
                while block := lines.read(1 << 16):
                    member.write(block)
            manifest = {"format": FORMAT, "version": FORMAT_VERSION, "entries": done.entries}
            archive.writestr(MANIFEST, json.dumps(manifest))
    except OSError as error:
        raise HistoryError(Message.EXPORT_NOT_WRITTEN) from error
    return done


def _add_picture(archive: zipfile.ZipFile, history: History, owner: str, entry: Entry) -> bool:
    jpeg = history.picture(owner, entry.id) if entry.has_picture else None
    if jpeg is not None:  # None also when it was deleted just now
        archive.writestr(picture_name(entry.uuid), jpeg, zipfile.ZIP_STORED)
    return jpeg is not None


def _add_sound(
    archive: zipfile.ZipFile, entry: Entry, speak: Callable[[Entry], bytes] | None
) -> bool:
    if speak is None:
        return False
    try:
        wav = speak(entry)
    except SpeechError:
        return False
    archive.writestr(sound_name(entry.uuid), wav)
    return True


def _write(file: IO[bytes], lines: Iterator[bytes]) -> int:
    count = 0
    for line in lines:
        try:
            file.write(line)
        except OSError as error:
            raise HistoryError(Message.EXPORT_NOT_WRITTEN) from error
        count += 1
    return count


def _csv_line(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue().encode()


def _cell(value: str | float | bool | None) -> str:
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA) else value
    return "" if value is None else str(value)
