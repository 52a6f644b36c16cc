"""Lines for the terminal, which no encoding, file name or closed pipe can break."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import TextIO

from pipeline.errors import CommandError, ErrorCode

_HANDLER = "vois.plain"
_PLAIN = str.maketrans(
    {"\u2019": "'", "\u201c": '"', "\u201d": '"', "«": '"', "»": '"', "œ": "oe", "Œ": "Oe"}
)


class Console:
    """Standard output and errors of this process."""

    def __init__(self) -> None:
        """Makes both streams write what their encoding lacks in plainer signs."""
        self.listening = True  # whether anybody still reads the output
        codecs.register_error(_HANDLER, _in_plainer_signs)
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors=_HANDLER)

    def line(self, text: str) -> None:
        """Prints a line, unless the reader of a pipe has gone, as `head` does.

        Raises:
            CommandError: the output goes to a disk that is full.
        """
        if not self.listening:
            return
        try:
            print(text, flush=True)
        except OSError as error:
            self.listening = False
            _discard(sys.stdout)
            if not isinstance(error, BrokenPipeError):
                raise CommandError(ErrorCode.OUTPUT_NOT_WRITTEN) from error

    def error(self, text: str) -> None:
        """Prints a line to the errors; names in it may hold signs that would end it."""
        try:
            print(shown(text), file=sys.stderr, flush=True)
        except OSError:
            _discard(sys.stderr)  # there is nobody left to tell


def shown(path: Path | str) -> str:
    """A path in signs that a terminal shows: no line ends, and no bytes that are no text."""
    return "".join(
        "?" if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign
        for sign in str(path)
    )


def _in_plainer_signs(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end].translate(_PLAIN)
    plain = unicodedata.normalize("NFKD", signs).encode("ascii", "ignore").decode()
    return plain or "?", error.end


def _discard(stream: TextIO) -> None:
    """Leads a stream nowhere: Python writes what is left of it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
