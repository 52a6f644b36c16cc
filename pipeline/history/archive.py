"""Imports an exported zip. It may come from anybody, so everything in it is checked.

Nothing is unpacked to the disk, and only member names that Vois writes are accepted.
"""

from __future__ import annotations

import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history import thumbnail
from pipeline.history.entry import Imported, Incoming
from pipeline.history.record import read_json

if TYPE_CHECKING:
    from pipeline.history.store import History

FORMAT, FORMAT_VERSION = "vois history", 2
MANIFEST, ENTRIES = "vois.json", "entries.jsonl"

MAX_ENTRIES = 100_000
MAX_LINE_BYTES = 190_000  # texts of the greatest length, with every character escaped
MAX_MANIFEST_BYTES = 10_000
MAX_ENTRIES_BYTES = 500_000_000  # 50,000 typical entries take 20 MB
MAX_SOUND_BYTES = 30_000_000  # ten minutes
MAX_RATIO = 100  # of unpacked to packed size; entries reach 5 to 20, as each has a uuid
_FREE_BYTES = 1_000_000  # allowed in addition to MAX_RATIO, so that small members pass
_MAX_DIRECTORY_BYTES = (
    2 * MAX_ENTRIES * 150
)  # a name that Vois writes takes 46 + 49 + 28 bytes at most

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PICTURE = re.compile(f"pictures/{_UUID}\\.jpg")
_SOUND = re.compile(f"sounds/{_UUID}\\.wav")
_FOLDERS = ("pictures/", "sounds/")  # other programs add these when they repack the archive
# The last records of a zip, by its specification (APPNOTE.TXT 4.3.14 to 4.3.16).
_END, _END64, _LOCATOR64_BYTES = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), 20

_FAILURES = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError, LookupError,
)  # fmt: skip


def picture_name(uuid: str) -> str:
    """The member that holds an entry's thumbnail."""
    return f"pictures/{uuid}.jpg"


def sound_name(uuid: str) -> str:
    """The member that holds an entry's sound."""
    return f"sounds/{uuid}.wav"


def import_zip(history: History, owner: str, file: IO[bytes]) -> Imported:
    """Adds the entries of an archive that `export_zip` wrote: all of them, or none.

    Entries that are here already stay as they are, so importing twice changes nothing. Sounds are
    left aside: they are made from the words when they are wanted.

    Args:
        history: what to add to.
        owner: who shall have the entries.
        file: open for reading, and able to go back.

    Raises:
        HistoryError: it is no such archive, damaged, or made to do harm; nothing was added.
    """
    return history.take_in(owner, _entries(file))


def _entries(file: IO[bytes]) -> Iterator[tuple[Incoming, bytes]]:
    """Reads and checks, entry by entry."""
    try:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            # zipfile unpacks no byte more than a member declares, which is checked here; one that
            # would go on fails its checksum.
            names = _check_members(archive)
            expected = _expected(archive.read(MANIFEST))
            count = 0
            for line in _lines(archive):
                incoming, has_picture = read_json(line)
                jpeg = b""
                # It may be missing: deleted during the export, or by the person, from the zip.
                if has_picture and picture_name(incoming.uuid) in names:
                    jpeg = archive.read(picture_name(incoming.uuid))
                    thumbnail.check(jpeg)
                yield incoming, jpeg
                count += 1
            if count != expected:
                raise HistoryError(ErrorCode.ARCHIVE_DAMAGED)
    except HistoryError:
        raise
    except _FAILURES as error:
        raise HistoryError(ErrorCode.ARCHIVE_DAMAGED) from error


def _check_directory(file: IO[bytes]) -> None:
    """Refuses a table of contents that would fill the memory, before it is read into it.

    It is found where zipfile looks first; an archive with a comment at its end is none of ours.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _END64.size - _LOCATOR64_BYTES - _END.size))
    tail = file.read()
    file.seek(0)
    start = file.read(4)
    if len(tail) < _END.size:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    signature, *_, directory_bytes, _, comment = _END.unpack(tail[-_END.size :])
    if signature != b"PK\x05\x06" or comment:
        raise HistoryError(
            ErrorCode.ARCHIVE_DAMAGED if start == b"PK\x03\x04" else ErrorCode.ARCHIVE_FOREIGN
        )
    if tail.startswith(b"PK\x06\x06"):  # more than 65,535 members, or 4 GB
        directory_bytes = _END64.unpack(tail[: _END64.size])[-2]
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        raise HistoryError(ErrorCode.ARCHIVE_TOO_LARGE)


def _check_members(archive: zipfile.ZipFile) -> set[str]:
    """The names in the archive, after all that they declare was checked."""
    names: set[str] = set()
    for member in archive.infolist():
        limit = _limit(member)
        too_dense = member.file_size > _FREE_BYTES + MAX_RATIO * member.compress_size
        if member.file_size > limit or too_dense:
            raise HistoryError(ErrorCode.ARCHIVE_TOO_LARGE)
        if member.flag_bits & 1:
            raise HistoryError(ErrorCode.ARCHIVE_ENCRYPTED)
        if member.filename in names or member.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise HistoryError(ErrorCode.ARCHIVE_FILES_FOREIGN)
        names.add(member.filename)
    if MANIFEST not in names or ENTRIES not in names:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    return names


def _limit(member: zipfile.ZipInfo) -> int:
    """The most bytes that a member of this name may have, unpacked."""
    name = member.filename
    if stat.S_ISLNK(member.external_attr >> 16):
        raise HistoryError(ErrorCode.ARCHIVE_LINKS)
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise HistoryError(ErrorCode.ARCHIVE_PATHS_OUTSIDE)
    if name in _FOLDERS:
        return 0
    if name == MANIFEST:
        return MAX_MANIFEST_BYTES
    if name == ENTRIES:
        return MAX_ENTRIES_BYTES
    if _PICTURE.fullmatch(name):
        return thumbnail.MAX_BYTES
    if _SOUND.fullmatch(name):
        return MAX_SOUND_BYTES
    raise HistoryError(ErrorCode.ARCHIVE_FILES_FOREIGN)


def _lines(archive: zipfile.ZipFile) -> Iterator[bytes]:
    with archive.open(ENTRIES) as member:
        count = 0
        while line := member.readline(MAX_LINE_BYTES + 1):
            count += 1
            if len(line) > MAX_LINE_BYTES or count > MAX_ENTRIES:
                raise HistoryError(ErrorCode.ARCHIVE_TOO_LARGE)
            yield line


def _expected(manifest: bytes) -> int:
    """How many entries the archive says it has."""
    try:
        values = json.loads(manifest)
    except (ValueError, RecursionError) as error:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN) from error
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    version, entries = values.get("version"), values.get("entries")
    if not isinstance(version, int) or not isinstance(entries, int):
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    if version > FORMAT_VERSION:
        raise HistoryError(ErrorCode.ARCHIVE_NEWER)
    return entries
