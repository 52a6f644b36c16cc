"""What was measured to be fastest on this machine, kept for the next start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

FILE = "encoder.json"
_MOST_BYTES = 20_000


class RememberedChoices:
    """A small file of choices. One that cannot be read or written costs time, nothing else."""

    def __init__(self, folder: Path) -> None:
        """Names the file.

        Args:
            folder: made when the first choice is kept.
        """
        self._path = folder / FILE

    def get(self, key: str) -> str | None:
        """The choice that was kept under a key."""
        value = self._read().get(key)
        return value if isinstance(value, str) else None

    def keep(self, key: str, value: str) -> None:
        """Writes a choice down; the file is replaced as a whole."""
        choices = self._read() | {key: value}
        text = json.dumps(choices, indent=1)
        if len(text) > _MOST_BYTES:
            text = json.dumps({key: value})
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self._path)

    def forget(self) -> None:
        """Removes the file."""
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def measured_on(files: Sequence[Path], threads: int) -> str:
    """A key: of this machine, this onnxruntime, so many threads, and these files.

    A file is known by its size and the time of its last change: reading it takes longer than most
    that is done at a start.

    Raises:
        OSError: a file is missing.
    """
    digest = hashlib.blake2b(digest_size=8)
    for path in files:
        state = path.stat()
        digest.update(f"{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    machine = "|".join((platform.machine(), platform.processor(), platform.node()))
    where = hashlib.blake2b(machine.encode(), digest_size=4).hexdigest()
    return f"{where} onnxruntime {ort.__version__} {threads} {digest.hexdigest()}"
