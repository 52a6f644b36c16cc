"""Imports an exported zip. It may come from anybody, so everything in it is checked.

Nothing is unpacked to the disk, and only member names that Vois writes are read. Whoever unpacks an
export and packs it again adds to it: a folder around everything, and what their system leaves in
every folder. The one is looked into, the other is passed over.
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
from pipeline.history.unpacking import METHODS, open_member, read_member

if TYPE_CHECKING:
    from pipeline.history.store import History

FORMAT, FORMAT_VERSION = "vois history", 4
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
_MAX_COMMENT_BYTES = 0xFFFF

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PICTURE = re.compile(f"pictures/{_UUID}\\.jpg")
_SOUND = re.compile(f"sounds/{_UUID}\\.wav")
# What systems leave in folders, by the name of a file or of a folder around it, in small letters.
_LEFT_BY_SYSTEMS = ("__macosx", "@eadir", "$recycle.bin", "desktop.ini", "thumbs.db", "icon\r")
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
            members = _check_members(archive)
            expected = _expected(read_member(archive, members[MANIFEST]))
            count = 0
            for line in _lines(archive, members[ENTRIES]):
                incoming, has_picture = read_json(line)
                jpeg = b""
                # It may be missing: deleted during the export, or by the person, from the zip.
                picture = members.get(picture_name(incoming.uuid))
                if has_picture and picture is not None:
                    jpeg = read_member(archive, picture)
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

    Its size is found where zipfile finds it: in the last record, behind which a comment may stand.
    """
    size = file.seek(0, 2)
    file.seek(max(0, size - _MAX_COMMENT_BYTES - _END64.size - _LOCATOR64_BYTES - _END.size))
    tail = file.read()
    file.seek(0)
    start = file.read(4)
    end = len(tail) - _END.size
    if end < 0:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    if not (tail.startswith(b"PK\x05\x06", end) and tail.endswith(b"\0\0")):
        end = tail.rfind(b"PK\x05\x06")
    if not 0 <= end <= len(tail) - _END.size:
        raise HistoryError(
            ErrorCode.ARCHIVE_DAMAGED if start == b"PK\x03\x04" else ErrorCode.ARCHIVE_FOREIGN
        )
    directory_bytes = _END.unpack_from(tail, end)[5]
    end64 = end - _LOCATOR64_BYTES - _END64.size
    if end64 >= 0 and tail.startswith(b"PK\x06\x06", end64):  # more than 65,535 members, or 4 GB
        directory_bytes = _END64.unpack_from(tail, end64)[-2]
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        raise HistoryError(ErrorCode.ARCHIVE_TOO_LARGE)


def _check_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by the names that Vois gave them, after all that they declare was checked."""
    paths = [(path, member) for member in archive.infolist() if (path := _path(member))]
    around = min((path[:-1] for path, _ in paths if path[-1] == MANIFEST), key=len, default=())
    members: dict[str, zipfile.ZipInfo] = {}
    for path, member in paths:
        inside = path[: len(around)] == around
        name = "/".join(path[len(around) :] if inside else path)
        too_dense = member.file_size > _FREE_BYTES + MAX_RATIO * member.compress_size
        if member.file_size > _limit(name) or too_dense:
            raise HistoryError(ErrorCode.ARCHIVE_TOO_LARGE)
        if member.flag_bits & 1:
            raise HistoryError(ErrorCode.ARCHIVE_ENCRYPTED)
        if member.compress_type not in METHODS:
            raise HistoryError(ErrorCode.ARCHIVE_PACKING_UNKNOWN)
        if name in members:
            raise HistoryError(ErrorCode.ARCHIVE_FILES_FOREIGN)
        members[name] = member
    if MANIFEST not in members or ENTRIES not in members:
        raise HistoryError(ErrorCode.ARCHIVE_FOREIGN)
    return members


def _path(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The parts of a member's name; none for a folder and for what a system left."""
    name = member.filename.replace("\\", "/")  # some programs write Windows' own
    if stat.S_ISLNK(member.external_attr >> 16):
        raise HistoryError(ErrorCode.ARCHIVE_LINKS)
    parts = name.removeprefix("./").split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0]:
        raise HistoryError(ErrorCode.ARCHIVE_PATHS_OUTSIDE)
    if not parts[-1] or any(_is_left_by_a_system(part) for part in parts):
        return ()
    return tuple(parts)


def _is_left_by_a_system(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LEFT_BY_SYSTEMS


def _limit(name: str) -> int:
    """The most bytes that a member of this name may have, unpacked."""
    if name == MANIFEST:
        return MAX_MANIFEST_BYTES
    if name == ENTRIES:
        return MAX_ENTRIES_BYTES
    if _PICTURE.fullmatch(name):
        return thumbnail.MAX_BYTES
    if _SOUND.fullmatch(name):
        return MAX_SOUND_BYTES
    raise HistoryError(ErrorCode.ARCHIVE_FILES_FOREIGN)


def _lines(archive: zipfile.ZipFile, entries: zipfile.ZipInfo) -> Iterator[bytes]:
    with open_member(archive, entries) as opened:
        count = 0
        while line := opened.readline(MAX_LINE_BYTES + 1):
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
