"""The table of a large archive: a folder of Parquet files, here or in object storage.

A file is whole or not there, so a killed run goes on from those that are. `_wanted.json` says how
the photos are described, `_SUCCESS` that all are; readers of Parquet pass both over.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, astuple, fields

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileType

from pipeline.batch.journal import Wanted
from pipeline.batch.object_storage import Place
from pipeline.batch.row import COLUMNS, Row
from pipeline.batch.table import PARQUET
from pipeline.errors import CommandError, ErrorCode

# A kill loses what is not in a file yet.
_MOST_ROWS, _MOST_S = 10_000, 60.0
_TYPES: Mapping[str, pa.DataType] = {
    "str": pa.string(), "float": pa.float64(), "bool": pa.bool_(),
}  # fmt: skip
_SCHEMA = pa.schema([(field.name, _TYPES[str(field.type)]) for field in fields(Row)])


class ParquetTable:
    """Rows that are written a file at a time, in the order in which they come."""

    def __init__(self, name: str, wanted: Wanted) -> None:
        """Makes the folder, or reads what an earlier run has left in it.

        Args:
            name: path or address of the folder.
            wanted: how photos are described.

        Raises:
            CommandError: it is finished, or another run's, or cannot be written there.
        """
        self._name = name
        self._rows: list[Row] = []
        self._written_s = time.monotonic()
        self.described: set[str] = set()
        self.failed = 0
        try:
            self._place = Place.of(name)
            self._begin(json.dumps(asdict(wanted)).encode())
        except (OSError, ValueError) as error:
            raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=name) from error

    def add(self, row: Row) -> None:
        """Takes a row, and writes those that wait if it is time.

        Raises:
            CommandError: they cannot be written.
        """
        self._rows.append(row)
        self._count(row.photo, row.error)
        if len(self._rows) >= _MOST_ROWS or time.monotonic() - self._written_s > _MOST_S:
            self.write()

    def write(self) -> None:
        """Writes the rows that wait into a file.

        Raises:
            CommandError: they cannot be written.
        """
        self._written_s = time.monotonic()
        if not self._rows:
            return
        columns = zip(*map(astuple, self._rows), strict=True)
        values = {
            name: [_text(one) if isinstance(one, str) else one for one in column]
            for name, column in zip(COLUMNS, columns, strict=True)
        }
        name = f"{uuid.uuid4().hex}{PARQUET}"
        try:
            # Object storage has a file when it is closed; a disk, when it gets its name.
            part = f"{self._place.path}/_{name}"
            pq.write_table(pa.table(values, _SCHEMA), part, filesystem=self._place.system)
            self._place.system.move(part, f"{self._place.path}/{name}")
        except OSError as error:
            raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=self._name) from error
        self._rows.clear()

    def finish(self) -> None:
        """Writes what waits, and that this is all.

        Raises:
            CommandError: it cannot be written.
        """
        self.write()
        try:
            self._put("_SUCCESS", b"")
        except OSError as error:
            raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=self._name) from error

    def has(self, photo: str) -> bool:
        """Whether a photo is described already."""
        return _text(photo) in self.described

    def _begin(self, wanted: bytes) -> None:
        system, path = self._place.system, self._place.path
        if system.get_file_info(path).type is FileType.File or self._has("_SUCCESS"):
            raise CommandError(ErrorCode.TABLE_EXISTS, name=self._name)
        system.create_dir(path)
        files = [one for one in system.get_file_info(FileSelector(path)) if one.is_file]
        if not self._has("_wanted.json"):
            if files:
                raise CommandError(ErrorCode.TABLE_EXISTS, name=self._name)
            self._put("_wanted.json", wanted)
            return
        with system.open_input_stream(f"{path}/_wanted.json") as file:
            if file.read() != wanted:
                raise CommandError(ErrorCode.TABLE_OF_OTHERS, name=self._name)
        for one in files:
            if one.base_name.endswith(PARQUET) and one.base_name.startswith("_"):
                system.delete_file(one.path)  # torn by a kill
            elif one.base_name.endswith(PARQUET):
                table = pq.read_table(one.path, columns=["photo", "error"], filesystem=system)
                for row in table.to_pylist():
                    self._count(row["photo"], row["error"])

    def _count(self, photo: str, error: str) -> None:
        self.described.add(_text(photo))
        self.failed += bool(error)

    def _has(self, name: str) -> bool:
        found = self._place.system.get_file_info(f"{self._place.path}/{name}")
        return found.type is FileType.File

    def _put(self, name: str, data: bytes) -> None:
        with self._place.system.open_output_stream(f"{self._place.path}/{name}") as file:
            file.write(data)


def _text(value: str) -> str:
    """A text as Parquet can hold it: what is no text in a file's name is escaped."""
    return value.encode(errors="backslashreplace").decode()
