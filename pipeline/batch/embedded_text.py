"""Copies of photos that hold their description: IPTC's alternative text, as XMP.

The property is IPTC Photo Metadata 2021.1's `AltTextAccessibility`, in the packet that Adobe's XMP
Specification Part 3 describes for JPEG and PNG. Nothing else of a photo changes, to the byte.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.batch.row import Row
from pipeline.batch.table import replaced
from pipeline.command_line.photo_paths import content
from pipeline.errors import ImageError

_NAMESPACE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_PROPERTY = b"AltTextAccessibility"
_END = b"</rdf:RDF>"
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_APP0, _APP1, _SCAN = 0xE0, 0xE1, 0xDA
_MOST_SEGMENT = 65_533  # bytes of content that a JPEG's segment can hold
_PNG_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"  # uncompressed, no language


def write_copies(rows: Sequence[Row], folder: Path) -> list[Row]:
    """Writes copies of JPEGs and PNGs with their descriptions; only older copies are replaced.

    Args:
        rows: of the photos; for one without a text nothing is written.
        folder: where the copies go, in the folders in which the photos lie below the one that they
            share.

    Returns:
        The rows whose copy could not be made: the photo is of another format, damaged, has such a
        text already, or something else has the copy's name.
    """
    if not rows:
        return []
    photos = [Path(os.path.abspath(row.photo)) for row in rows]  # without "..": below the folder
    shared = os.path.commonpath([photo.parent for photo in photos])
    copies = [folder / photo.relative_to(shared) for photo in photos]
    return [row for row, copy in zip(rows, copies, strict=True) if not _write_copy(row, copy)]


def _write_copy(row: Row, copy: Path) -> bool:
    """Returns whether the copy is there, or there is nothing to write."""
    if not row.text:
        return True
    photo = Path(row.photo)
    try:
        data = content(photo)
        if os.path.lexists(copy) and not _is_copy(copy, data):
            return False
        data = with_text(data, row.text, row.language)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with replaced(copy) as file:
            file.write(data)
    except (ImageError, OSError, ValueError, struct.error):
        return False
    return True


def _is_copy(copy: Path, data: bytes) -> bool:
    """Whether a file is a photo to the byte, but for an alternative text.

    Raises:
        OSError, ValueError, struct.error: it cannot be read, or the photo cannot have a text.
    """
    if copy.is_symlink() or not copy.is_file():
        return False
    gap, written = _gap(data), content(copy)
    more = len(written) - len(data)
    same = written.startswith(data[: gap.begin]) and written.endswith(data[gap.end :])
    return same and _PROPERTY in written[gap.begin : gap.end + more]


def with_text(data: bytes, text: str, language: str) -> bytes:
    """A JPEG or PNG with an alternative text.

    Raises:
        ValueError: it is of another format, or has such a text, or no room for one.
        struct.error: it is damaged.
    """
    gap = _gap(data)
    wrapped = _segment if data.startswith(_JPEG) else _chunk
    return data[: gap.begin] + wrapped(_added(gap.packet, text, language)) + data[gap.end :]


@dataclass(frozen=True)
class _Gap:
    """Where a photo has its XMP, or could have it.

    Attributes:
        begin: of the bytes to replace.
        end: of them; `begin` where there is none yet.
        packet: what is there, or an empty one.
    """

    begin: int
    end: int
    packet: bytes = _PACKET


def _gap(data: bytes) -> _Gap:
    """Finds the place.

    Raises:
        ValueError: it is no JPEG or PNG.
        struct.error: it is damaged.
    """
    if data.startswith(_JPEG):
        return _in_jpeg(data)
    if data.startswith(_PNG):
        return _in_png(data)
    raise ValueError("no JPEG or PNG")


def _in_jpeg(data: bytes) -> _Gap:
    begin = place = len(_JPEG)
    while True:
        mark, kind, size = struct.unpack_from(">BBH", data, place)
        if mark != 0xFF or size < 2:
            raise ValueError("no segment")
        if kind == _SCAN:
            return _Gap(begin, begin)
        end = place + 2 + size
        inside = data[place + 4 : end]
        if kind == _APP1 and inside.startswith(_JPEG_XMP):
            return _Gap(place, end, inside[len(_JPEG_XMP) :])
        if kind == _APP0 or (kind == _APP1 and inside.startswith(b"Exif")):
            begin = end  # both want to come first
        place = end


def _segment(packet: bytes) -> bytes:
    content = _JPEG_XMP + packet
    if len(content) > _MOST_SEGMENT:
        raise ValueError("no room")
    return struct.pack(">BBH", 0xFF, _APP1, len(content) + 2) + content


def _in_png(data: bytes) -> _Gap:
    place = len(_PNG)
    while True:
        size, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + size
        inside = data[place + 8 : place + 8 + size]
        if kind == b"iTXt" and inside.startswith(_PNG_XMP):
            return _Gap(place, end, inside[len(_PNG_XMP) :])
        if kind in (b"IDAT", b"IEND"):
            return _Gap(place, place)
        place = end


def _chunk(packet: bytes) -> bytes:
    named = b"iTXt" + _PNG_XMP + packet
    return struct.pack(">I", len(named) - 4) + named + struct.pack(">I", zlib.crc32(named))


def _added(packet: bytes, text: str, language: str) -> bytes:
    """A packet with the property."""
    if _PROPERTY in packet or packet.count(_END) != 1:
        raise ValueError("it has one, or is of another kind")
    words = escape(" ".join(text.split()))
    items = "".join(
        f'<rdf:li xml:lang="{code}">{words}</rdf:li>' for code in ("x-default", language)
    )
    described = (
        f'<rdf:Description rdf:about="" xmlns:Iptc4xmpCore="{_NAMESPACE}">'
        f"<Iptc4xmpCore:AltTextAccessibility><rdf:Alt>{items}</rdf:Alt>"
        "</Iptc4xmpCore:AltTextAccessibility></rdf:Description>"
    )
    return packet.replace(_END, described.encode() + _END)
