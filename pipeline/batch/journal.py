"""What was described so far, on the disk after each photo: a killed run goes on from it."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from pipeline.batch.row import Row, encoded
from pipeline.errors import CommandError, ErrorCode


@dataclass(frozen=True)
class Wanted:
    """How all photos of a run are described; another run's rows are of use only if it is equal.

    Attributes:
        model: `Confidence.model` of the files, and the folder's name for one without.
        language: two-letter code.
        form: a value of `Form`.
        neutral: whether people are called people.
        read: whether what is written is read.
    """

    model: str
    language: str
    form: str
    neutral: bool
    read: bool


@dataclass(frozen=True)
class Stamp:
    """What changes when a photo's file does.

    Attributes:
        size: in bytes; -1 for a file that cannot be looked at.
        changed_ns: when it was last written, in nanoseconds.
    """

    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file now."""
        try:
            state = path.stat()
        except (OSError, ValueError):
            return cls(-1, 0)
        return cls(state.st_size, state.st_mtime_ns)


class Journal:
    """A file of lines beside the table, of which the last may be torn; one run has it at a time."""

    def __init__(self, table: Path, wanted: Wanted) -> None:
        """Opens or makes the journal of a table.

        Args:
            table: what is written at the end.
            wanted: how photos are described; rows of other wishes are left behind.

        Raises:
            CommandError: it cannot be written there, or another run has it.
        """
        self.path = table.with_name(f".{table.name}.part")
        self._table = table
        with ExitStack() as stack:
            try:
                self._file = stack.enter_context(self.path.open("a+b"))
                _lock(self._file.fileno())
                self.rows = self._read(wanted)
            except BlockingIOError as error:
                raise CommandError(ErrorCode.TABLE_BUSY, name=table) from error
            except OSError as error:
                raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=table) from error
            stack.pop_all()  # it is closed with the journal

    def __enter__(self) -> Journal:
        """The journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Closes it; what is in it stays for the next run."""
        self._file.close()

    def add(self, row: Row, stamp: Stamp) -> None:
        """Writes a row; a kill after this call loses nothing of it.

        Raises:
            CommandError: the disk is full or gone.
        """
        try:
            self._file.write(encoded(f"[{json.dumps(asdict(stamp))}, {row.json()}]\n"))
            self._file.flush()
        except OSError as error:
            raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=self._table) from error
        self.rows[row.photo] = (stamp, row)

    def remove(self) -> None:
        """Removes the file, once the table is written."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _read(self, wanted: Wanted) -> dict[str, tuple[Stamp, Row]]:
        """The rows by photo; leaves the file as it is read, ready for more."""
        head = json.dumps(asdict(wanted)).encode() + b"\n"
        self._file.seek(0)
        rows: dict[str, tuple[Stamp, Row]] = {}
        if self._file.readline() != head:
            self._file.truncate(0)
            self._file.write(head)
            self._file.flush()
            return rows
        end = self._file.tell()
        for line in self._file:
            try:
                if not line.endswith(b"\n"):
                    raise ValueError("torn by a kill")
                stamp, values = json.loads(line)
                row = Row.read(values)
                rows[row.photo] = (Stamp(**stamp), row)
            except (ValueError, TypeError, RecursionError):
                break  # and whatever stands behind it
            end += len(line)
        self._file.truncate(end)
        self._file.seek(0, os.SEEK_END)
        return rows


def _lock(number: int) -> None:
    """Keeps other runs out until the file is closed.

    Raises:
        BlockingIOError: another run has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nothing as simple is given back after a kill
        return
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
