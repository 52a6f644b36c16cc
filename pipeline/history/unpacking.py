"""Reads the members of a zip file, whatever it was packed with, without unpacking too much.

zipfile stops at the size that a member declares, but unpacks bzip2 and LZMA as far as they go
before it looks: a few kilobytes may fill the memory. Here they are unpacked piece by piece.
"""

from __future__ import annotations

import bz2
import copy
import io
import lzma
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_PACKED_BYTES = 1 << 16  # read at once
_LZMA_HEADER = struct.Struct("<2xH")  # the version of the packer, the size of what follows
_LZMA_PROPERTIES = struct.Struct("<BI")  # of LZMA1, in its one-byte form; the dictionary's bytes
_LEAST_DICTIONARY_BYTES = 4096


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """Opens a member, whose `compress_type` is one of `METHODS`, for reading.

    Raises:
        zipfile.BadZipFile, OSError, ValueError, EOFError: it is damaged; here, or while it is read.
    """
    if member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return archive.open(member)
    packed = copy.copy(member)
    packed.compress_type = zipfile.ZIP_STORED
    packed.file_size = packed.compress_size
    del packed.CRC  # that of the unpacked bytes; `_Unpacked` compares it
    return io.BufferedReader(_Unpacked(archive.open(packed), member))


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """All of a member, as `open_member`."""
    with open_member(archive, member) as opened:
        return opened.read(member.file_size)  # without a number zipfile unpacks all that there is


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a bzip2 or LZMA member: at most as many as it declares."""

    def __init__(self, packed: IO[bytes], member: zipfile.ZipInfo) -> None:
        self._packed = packed
        self._left = member.file_size
        self._expected_crc, self._crc = member.CRC, 0
        self._unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor
        if member.compress_type == zipfile.ZIP_BZIP2:
            self._unpacker = bz2.BZ2Decompressor()
        else:
            self._unpacker = _lzma(packed, member.file_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), self._left)
        data = b""
        while wanted and not data:
            if self._unpacker.eof:
                raise EOFError("shorter than it declares")
            more = self._packed.read(_PACKED_BYTES) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not more:
                raise EOFError("ends too early")
            try:
                data = self._unpacker.decompress(more, wanted)
            except lzma.LZMAError as error:
                raise zipfile.BadZipFile("damaged") from error
        view[: len(data)] = data
        self._crc = zlib.crc32(data, self._crc)
        self._left -= len(data)
        if self._left == 0 and self._crc != self._expected_crc:
            raise zipfile.BadZipFile("another checksum")
        return len(data)

    def close(self) -> None:
        self._packed.close()
        super().close()


def _lzma(packed: IO[bytes], file_size: int) -> lzma.LZMADecompressor:
    """As the zip format has it (APPNOTE.TXT 5.8.8): properties, then the bare stream."""
    (size,) = _LZMA_HEADER.unpack(packed.read(_LZMA_HEADER.size))
    properties, dictionary_bytes = _LZMA_PROPERTIES.unpack(packed.read(size))
    if properties >= 9 * 5 * 5:
        raise zipfile.BadZipFile("no properties of LZMA")
    # No part of a file repeats what lies further back than its beginning.
    dictionary_bytes = max(_LEAST_DICTIONARY_BYTES, min(dictionary_bytes, file_size))
    settings = {
        "id": lzma.FILTER_LZMA1,
        "lc": properties % 9,
        "lp": properties // 9 % 5,
        "pb": properties // 45,
        "dict_size": dictionary_bytes,
    }
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])
    except lzma.LZMAError as error:
        raise zipfile.BadZipFile("no properties of LZMA") from error
