"""The table of an archive: CSV for spreadsheets or JSON lines for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from pipeline.batch.object_storage import is_address
from pipeline.batch.row import COLUMNS, Row, encoded
from pipeline.errors import CommandError, ErrorCode
from pipeline.spreadsheet import BOM, cell, text_of

PARQUET = ".parquet"
SUFFIXES = (".csv", ".jsonl", PARQUET)
_ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")  # a byte that is no text, as `encoded` writes it
_TRUTH = {"True": True, "False": False}


def is_parquet(name: str) -> bool:
    """Whether a table is a folder of Parquet files (`parquet_table.py`)."""
    return name.lower().endswith(PARQUET)


def check_name(name: str, *, is_new: bool) -> None:
    """Refuses a name that no table has, before any work.

    Args:
        name: path of the table; of a folder of Parquet files, also an address.
        is_new: whether there must be none yet; otherwise there must be one.

    Raises:
        CommandError: why not.
    """
    path = Path(name)
    if path.suffix.lower() not in SUFFIXES or (is_address(name) and not is_parquet(name)):
        raise CommandError(ErrorCode.TABLE_NAME, name=name)
    if is_parquet(name):
        return  # what is there of it may be an earlier run's
    if not os.path.isdir(path.parent):
        raise CommandError(ErrorCode.TABLE_FOLDER_MISSING, folder=path.parent)
    if is_new and os.path.lexists(path):
        raise CommandError(ErrorCode.TABLE_EXISTS, name=path)


def write_table(path: Path, rows: Iterable[Row]) -> None:
    """Writes a table; its file is whole or not there.

    Raises:
        CommandError: it cannot be written there.
    """
    lines = _csv(rows) if path.suffix.lower() == ".csv" else (f"{row.json()}\n" for row in rows)
    try:
        with replaced(path) as file:
            file.writelines(encoded(line) for line in lines)
    except OSError as error:
        raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=path) from error


def read_table(path: Path) -> list[Row]:
    """Reads a table that `write_table` or a spreadsheet has written.

    Raises:
        CommandError: it is none, or cannot be read.
    """
    try:
        # Bytes, and only one sign ends a line: names may have any other in them.
        text = path.read_bytes().decode("utf-8-sig")
        if path.suffix.lower() == ".csv":
            return _rows(csv.DictReader(io.StringIO(text, newline="")))
        return [Row.read(json.loads(line)) for line in text.split("\n") if line.strip()]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, csv.Error) as error:
        raise CommandError(ErrorCode.TABLE_UNREADABLE, name=path) from error


@contextmanager
def replaced(path: Path) -> Iterator[io.BufferedWriter]:
    """A file that takes its name, and an older one's place, only when all of it is written.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.exists() and not path.is_file():
        raise OSError("a folder or a device")
    part = _part(path)
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """Finds out whether `replaced` can write a file, and leaves none.

    Raises:
        OSError: it cannot.
    """
    part = _part(Path(os.path.realpath(path)))
    part.open("xb").close()
    part.unlink()


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    yield BOM + _line(COLUMNS)
    for row in rows:
        yield _line(tuple(cell(value) for value in astuple(row)))


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()


def _rows(reader: csv.DictReader[str]) -> list[Row]:
    """All rows, if their columns are those of Vois: what a person has added would be lost."""
    if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
        raise ValueError("other columns")
    return [_row(values) for values in reader]


def _row(values: dict[str, str]) -> Row:
    if len(values) != len(COLUMNS) or None in values.values():
        raise ValueError("more or fewer cells")
    texts = {name: text_of(values[name]) for name in COLUMNS}
    texts["photo"] = _file_name(texts["photo"])
    return Row.read(
        {
            **texts,
            "confidence": float(texts["confidence"]),
            "corrected": _TRUTH[texts["corrected"].capitalize()],
        }
    )


def _file_name(written: str) -> str:
    """The name of a photo, bytes that are no text included."""
    if os.path.lexists(written):
        return written  # it has a backslash
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)
