"""Copies of photos that hold their description: IPTC's alternative text, as XMP.

The property is IPTC Photo Metadata 2021.1's `AltTextAccessibility`, in the packet that Adobe's XMP
Specification Part 3 describes for JPEG and PNG. Nothing else of a photo changes, to the byte.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.batch.row import Row
from pipeline.batch.table import replaced

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
    """Writes copies of JPEGs and PNGs with their descriptions; older copies are replaced.

    Args:
        rows: of the photos; for one without a text nothing is written.
        folder: where the copies go, in the folders in which the photos lie below the one that they
            share.

    Returns:
        The rows whose copy could not be made: the photo is of another format, damaged, or has such
        a text already.
    """
    photos = [Path(row.photo).absolute() for row in rows]
    shared = os.path.commonpath([photo.parent for photo in photos])
    copies = [folder / photo.relative_to(shared) for photo in photos]
    return [row for row, copy in zip(rows, copies, strict=True) if not _write_copy(row, copy)]


def _write_copy(row: Row, copy: Path) -> bool:
    """Returns whether the copy is there, or there is nothing to write."""
    if not row.text:
        return True
    photo = Path(row.photo)
    try:
        if copy.exists() and copy.samefile(photo):
            return False
        data = with_text(photo.read_bytes(), row.text, row.language)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with replaced(copy) as file:
            file.write(data)
    except (OSError, ValueError, struct.error):
        return False
    return True


def with_text(data: bytes, text: str, language: str) -> bytes:
    """A JPEG or PNG with an alternative text.

    Raises:
        ValueError: it is of another format, or has such a text, or no room for one.
        struct.error: it is damaged.
    """
    if data.startswith(_JPEG):
        return _in_jpeg(data, text, language)
    if data.startswith(_PNG):
        return _in_png(data, text, language)
    raise ValueError("no JPEG or PNG")


def _in_jpeg(data: bytes, text: str, language: str) -> bytes:
    begin = place = len(_JPEG)
    while True:
        mark, kind, size = struct.unpack_from(">BBH", data, place)
        if mark != 0xFF or size < 2:
            raise ValueError("no segment")
        if kind == _SCAN:
            return data[:begin] + _segment(_added(_PACKET, text, language)) + data[begin:]
        end = place + 2 + size
        content = data[place + 4 : end]
        if kind == _APP1 and content.startswith(_JPEG_XMP):
            packet = _added(content[len(_JPEG_XMP) :], text, language)
            return data[:place] + _segment(packet) + data[end:]
        if kind == _APP0 or (kind == _APP1 and content.startswith(b"Exif")):
            begin = end  # both want to come first
        place = end


def _segment(packet: bytes) -> bytes:
    content = _JPEG_XMP + packet
    if len(content) > _MOST_SEGMENT:
        raise ValueError("no room")
    return struct.pack(">BBH", 0xFF, _APP1, len(content) + 2) + content


def _in_png(data: bytes, text: str, language: str) -> bytes:
    place = len(_PNG)
    while True:
        size, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + size
        content = data[place + 8 : place + 8 + size]
        if kind == b"iTXt" and content.startswith(_PNG_XMP):
            packet = _added(content[len(_PNG_XMP) :], text, language)
            return data[:place] + _chunk(packet) + data[end:]
        if kind in (b"IDAT", b"IEND"):
            return data[:place] + _chunk(_added(_PACKET, text, language)) + data[place:]
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
