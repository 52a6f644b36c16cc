"""Odd photo files, described by the command line."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

from tests.data.bad_files import encoded, picture, png, png_chunk
from tests.data.modern_files import heic
from tests.odd.case import Case, Place, Said

_RNG = np.random.default_rng(15)
_NOISE = _RNG.bytes(3_000)


def cases() -> list[Case]:
    """All of them."""
    found = [*_disguised(), *_sizes(), *_moving(), *_kinds(), *_metadata()]
    return [Case("photo", name, partial(_meet, data)) for name, data in found]


def together() -> Case:
    """All of them in one folder, by one command."""
    return Case("photos", "all", _meet_all)


def _meet_all(place: Place) -> Said:
    photos = cases()
    for number, case in enumerate(photos):
        place.write(f"f/{number:04}.jpg", case.meet.args[0])  # type: ignore[attr-defined]
    said = place.command("f")
    lines = sum(line.startswith("f/") for line in said.text.splitlines())
    return said if lines == len(photos) else Said(f"{said.text}\n{lines} of {len(photos)} lines")


def _meet(data: bytes, place: Place) -> Said:
    place.write("odd.jpg", data)
    return place.command("odd.jpg", "--language", "fr" if len(data) % 2 else "en")


def _disguised() -> Iterator[tuple[str, bytes]]:
    """Files of other kinds that are called .jpg."""
    heads = {
        "Word document": _zip("word/document.xml", b"<w:document/>"),
        "zip of a photo": _zip("photo.jpg", encoded(picture(), "JPEG")),
        "program of Windows": b"MZ\x90\x00\x03" + bytes(60) + b"PE\x00\x00" + _NOISE,
        "program of Linux": b"\x7fELF\x02\x01\x01" + _NOISE,
        "Mac program": b"\xcf\xfa\xed\xfe" + _NOISE,
        "shell script": b"#!/bin/sh\nrm -rf $HOME\n",
        "page that says 404": b"<!DOCTYPE html><html><title>404</title></html>",
        "SVG with an entity bomb": b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aa">]><svg/>',
        "JSON error": b'{"error": "quota exceeded"}',
        "MP3": b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64" + _NOISE,
        "WAV": b"RIFF\x24\x08\x00\x00WAVEfmt " + _NOISE,
        "AVI": b"RIFF\x24\x08\x00\x00AVI LIST" + _NOISE,
        "WebM": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm" + _NOISE,
        "Ogg": b"OggS\x00\x02" + _NOISE,
        "MP4 of a phone": b"\x00\x00\x00\x20ftypmp42\x00\x00\x00\x00mp42isom" + _NOISE,
        "live photo's film": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + _NOISE,
        "PSD": b"8BPS\x00\x01" + _NOISE,
        "JPEG 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + _NOISE,
        "JPEG XL": b"\xff\x0a" + _NOISE,
        "JPEG XL in a box": b"\x00\x00\x00\x0cJXL \r\n\x87\n" + _NOISE,
        "JPEG LS": b"\xff\xd8\xff\xf7\x00\x0b\x08" + _NOISE,
        "lossless JPEG": b"\xff\xd8\xff\xc3\x00\x0b\x08\x00\x40\x00\x40\x01" + _NOISE,
        "arithmetic JPEG": b"\xff\xd8\xff\xc9\x00\x0b\x08\x00\x40\x00\x40\x01" + _NOISE,
        "raw photo of a Canon": b"II*\x00\x10\x00\x00\x00CR\x02\x00" + _NOISE,
        "raw photo of a Fuji": b"FUJIFILMCCD-RAW 0201" + _NOISE,
        "raw photo of a Panasonic": b"IIU\x00\x18\x00\x00\x00" + _NOISE,
        "SQLite": b"SQLite format 3\x00" + _NOISE,
        "gzip": b"\x1f\x8b\x08\x00" + _NOISE,
        "7z": b"7z\xbc\xaf\x27\x1c" + _NOISE,
        "icon of a Mac": b"icns\x00\x00\x10\x00" + _NOISE,
        "portable pixmap": b"P6 64 64 255 " + _NOISE,
        "Targa": bytes((0, 0, 2)) + bytes(9) + b"\x40\x00\x40\x00\x18\x00" + _NOISE,
        "DICOM": bytes(128) + b"DICM" + _NOISE,
        "UTF-16 text": "Liebe Grüße aus dem Urlaub".encode("utf-16"),
        "link of Windows": b"L\x00\x00\x00\x01\x14\x02\x00" + _NOISE,
        "pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "a download that has not begun": bytes(4_096),
        "one line end": b"\n",
    }
    yield from heads.items()


def _sizes() -> Iterator[tuple[str, bytes]]:
    """Headers that promise more or less than there is, and odd shapes."""
    row = zlib.compress(b"\x00" * 500)
    for width, height in ((2**31 - 1, 2**31 - 1), (2**31, 1), (0, 0), (65_000, 65_000)):
        yield f"PNG of {width}x{height}", png(width, height, 8, 2, png_chunk(b"IDAT", row))
    yield "interlaced PNG of 40,000x40,000", _interlaced(40_000)
    for kind, sizes in (("JPEG", (0, 7, 65_535)), ("GIF", (0, 65_535)), ("BMP", (0, 7, 2**31 - 1))):
        for size in sizes:
            yield f"{kind} whose header says {size}", _resized(kind, size)
    yield "BMP from the top whose header says -2**31", _bmp(64, -(2**31))
    yield "BMP from the top", _bmp(64, -64)
    yield "WebP canvas of 16,777,216", _webp_canvas(2**24 - 1)
    yield (
        "lossless WebP of 16,384",
        b"RIFF\x20\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\xff\xff\xff\x0f",
    )
    for kind in ("HEIC", "AVIF"):
        data = heic(picture()) if kind == "HEIC" else encoded(picture(), "AVIF")
        at = data.index(b"ispe")
        for size in (0, 2**20, 2**32 - 1):
            yield (
                f"{kind} whose header says {size}",
                (data[: at + 8] + struct.pack(">II", size, size) + data[at + 16 :]),
            )
        yield f"{kind} without its data", data.replace(b"mdat", b"mda_")
        yield f"{kind} without its list", data.replace(b"iloc", b"ilo_")
    for width, height in (
        (1, 1),
        (1, 9_000),
        (9_000, 1),
        (8, 8),
        (8, 30_000),
        (30_000, 9),
        (7, 99),
    ):
        for kind in ("PNG", "JPEG"):
            yield f"{kind} of {width}x{height}", encoded(Image.new("RGB", (width, height)), kind)


def _moving() -> Iterator[tuple[str, bytes]]:
    """Files of several pictures."""
    blank, shown = Image.new("RGB", (96, 64)), picture()
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        many = {"save_all": True, "append_images": [blank] * 70 + [shown]}
        yield (
            f"{kind} of 72 pictures, of which the last shows something",
            encoded(blank, kind, **many),
        )
        several = encoded(blank, kind, save_all=True, append_images=[shown, blank])
        for share in (0.4, 0.6, 0.8, 0.95):
            yield f"{share:.0%} of a {kind} that moves", several[: int(share * len(several))]
    moving = encoded(blank, "PNG", save_all=True, append_images=[shown])
    for count in (0, 2**31, 2**32 - 1):
        yield f"APNG of {count} pictures", _chunk_changed(moving, b"acTL", struct.pack(">I", count))
    yield (
        "APNG whose picture lies outside",
        _chunk_changed(moving, b"fcTL", struct.pack(">IIIII", 0, 96, 64, 2**31 - 1, 2**31 - 1)),
    )
    gif = encoded(blank, "GIF", save_all=True, append_images=[shown])
    at = gif.rindex(b",\x00\x00\x00\x00")
    yield (
        "GIF whose second picture is larger",
        (gif[: at + 5] + struct.pack("<HH", 65_535, 65_535) + gif[at + 9 :]),
    )
    yield "GIF without an end", gif[:-1]
    yield "GIF with a comment without an end", gif[:-1] + b"!\xfe" + b"\xff" + b"x" * 255
    yield "GIF of a head and an end", gif[:13] + b";"
    yield "TIFF whose pages go round in a circle", _tiff_circle()
    page = Image.new("L", (2, 2))
    yield (
        "TIFF whose first 50 pages are dots",
        encoded(page, "TIFF", save_all=True, append_images=[page] * 49 + [shown]),
    )


def _kinds() -> Iterator[tuple[str, bytes]]:
    """Depths, colours and packings."""
    deep = (np.arange(96 * 64, dtype=np.uint16).reshape(64, 96) * 9).astype(np.uint16)
    yield "16-bit grey PNG", encoded(Image.fromarray(deep), "PNG")
    raw = b"".join(b"\x00" + bytes(range(96)) * 8 for _ in range(64))
    for colour, name in ((2, "colour"), (6, "colour with alpha"), (4, "grey with alpha")):
        bytes_a_row = 96 * 2 * {2: 3, 6: 4, 4: 2}[colour]
        rows = b"".join(b"\x00" + raw[:bytes_a_row].ljust(bytes_a_row, b"7") for _ in range(64))
        yield (
            f"16-bit PNG, {name}",
            png(96, 64, 16, colour, png_chunk(b"IDAT", zlib.compress(rows))),
        )
    rows = b"".join(b"\x00" + bytes(range(96)) for _ in range(64))
    data = png_chunk(b"IDAT", zlib.compress(rows))
    yield "palette PNG without a palette", png(96, 64, 8, 3, data)
    short = png_chunk(b"PLTE", b"\x10\x80\xff")
    yield "palette PNG of one colour", png(96, 64, 8, 3, short, data)
    yield (
        "palette PNG, transparent beyond its palette",
        png(96, 64, 8, 3, short, png_chunk(b"tRNS", bytes(256)), data),
    )
    yield "PNG of an unknown depth", png(96, 64, 3, 2, data)
    yield "PNG of an unknown colour type", png(96, 64, 8, 5, data)
    yield (
        "PNG whose filter is unknown",
        png(
            96,
            64,
            8,
            0,
            png_chunk(b"IDAT", zlib.compress(rows.replace(b"\x00\x00\x01", b"\x09\x00\x01"))),
        ),
    )
    yield "PNG with its pieces in the wrong order", png(96, 64, 8, 0, png_chunk(b"IEND", b""), data)
    yield "PNG with a wrong checksum", png(96, 64, 8, 0, data[:-1] + b"\x00")
    for mode in ("CMYK", "L", "YCbCr"):
        yield f"JPEG of {mode}", encoded(picture().convert(mode), "JPEG")
    cmyk = encoded(picture().convert("CMYK"), "JPEG")
    for transform in (0, 1, 2, 9):
        adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes((transform,))
        yield f"CMYK JPEG, Adobe's transform {transform}", cmyk[:2] + adobe + cmyk[2:]
    for packing in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group3", "group4"):
        mode = "1" if packing.startswith("group") else "RGB"
        whole = encoded(picture().convert(mode), "TIFF", compression=packing)
        yield f"TIFF packed by {packing}", whole
        broken = bytearray(whole)
        broken[8:60] = _NOISE[:52]
        yield f"TIFF packed by {packing}, damaged", bytes(broken)
    values = np.linspace(-1, 1, 96 * 64, dtype=np.float32).reshape(64, 96)
    for name, value in (("nan", np.nan), ("inf", np.inf), ("-inf", -np.inf), ("1e38", 1e38)):
        odd = values.copy()
        odd[::3] = value
        yield f"TIFF of floats with {name}", encoded(Image.fromarray(odd), "TIFF")
    lab = ImageCms.profileToProfile(
        picture(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    if lab is not None:
        yield "Lab TIFF", encoded(lab, "TIFF")
    for tag, name in ((258, "depth"), (259, "packing"), (262, "colour"), (277, "channels")):
        for value in (0, 7, 65_535):
            info = TiffImagePlugin.ImageFileDirectory_v2()
            whole = encoded(picture(), "TIFF", tiffinfo=info)
            yield f"TIFF with the {name} {value}", _tag_changed(whole, tag, value)


def _metadata() -> Iterator[tuple[str, bytes]]:
    """EXIF, XMP, texts and profiles of rubbish."""
    exifs: dict[str, bytes] = {
        "rubbish": b"Exif\x00\x00" + _NOISE,
        "nothing": b"Exif\x00\x00",
        "half a head": b"Exif\x00\x00II*",
        "a circle": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
        "65,535 entries": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff" + _NOISE,
    }
    for value in (0, 9, 65_535):
        exifs[f"orientation {value}"] = _orientation(3, struct.pack("<HH", value, 0))
    exifs["orientation as text"] = _orientation(2, b"six\x00")
    exifs["orientation as a fraction by zero"] = _orientation(5, struct.pack("<I", 0))
    for name, exif in exifs.items():
        for kind in ("JPEG", "PNG", "WEBP"):
            yield f"{kind} with EXIF: {name}", encoded(picture(), kind, exif=exif)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    profiles = {
        "rubbish": _NOISE, "one byte": b"\x00", "half a profile": srgb[: len(srgb) // 2],
        "a profile of another space": lab, "a profile of zeros": bytes(len(srgb)),
        "a profile that says it is longer": struct.pack(">I", 2**32 - 1) + srgb[4:],
        "a profile with wrong tags": srgb[:128] + b"\xff\xff\xff\xff" + srgb[132:],
        "a megabyte": srgb + bytes(1_000_000),
    }  # fmt: skip
    for name, profile in profiles.items():
        for kind in ("JPEG", "PNG", "TIFF"):
            yield f"{kind} with a profile: {name}", encoded(picture(), kind, icc_profile=profile)
    bomb = zlib.compress(bytes(20_000_000), 9)
    body = encoded(picture(), "PNG")
    for chunk, head in (
        (b"iCCP", b"x\x00\x00"),
        (b"zTXt", b"x\x00\x00"),
        (b"iTXt", b"x\x00\x01\x00\x00\x00"),
    ):
        yield (
            f"PNG with a bomb in its {chunk.decode()}",
            (body[:33] + png_chunk(chunk, head + bomb) + body[33:]),
        )
    jpeg = encoded(picture(), "JPEG")
    for name, segment in (
        ("the second half of a profile", b"\xff\xe2\x00\x12ICC_PROFILE\x00\x02\x02xx"),
        ("a segment of no length", b"\xff\xe1\x00\x00"),
        ("a segment longer than the file", b"\xff\xe1\xff\xff"),
        ("XMP that is no XML", b"\xff\xe1\x00\x26http://ns.adobe.com/xap/1.0/\x00<x:xmp"),
        (
            "a Photoshop block of rubbish",
            b"\xff\xed\x00\x22Photoshop 3.0\x008BIM\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(6),
        ),
        ("several pictures, by its word", b"\xff\xe2\x00\x10MPF\x00II*\x00\xff\xff\xff\xffxx"),
    ):
        yield f"JPEG with {name}", jpeg[:2] + segment + jpeg[2:]


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _interlaced(size: int) -> bytes:
    data = bytearray(png(size, size, 8, 2, png_chunk(b"IDAT", zlib.compress(bytes(500)))))
    data[28] = 1
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def _resized(kind: str, size: int) -> bytes:
    data = encoded(picture(), kind)
    if kind == "GIF":
        return data[:6] + struct.pack("<HH", size, size) + data[10:]
    if kind == "BMP":
        return data[:18] + struct.pack("<II", size, size) + data[26:]
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", size, size) + data[at + 4 :]


def _bmp(width: int, height: int) -> bytes:
    data = encoded(picture(), "BMP")
    return data[:18] + struct.pack("<ii", width, height) + data[26:]


def _webp_canvas(size: int) -> bytes:
    body = b"VP8X" + struct.pack("<II", 10, 2) + struct.pack("<I", size)[:3] * 2
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _chunk_changed(data: bytes, name: bytes, begin: bytes) -> bytes:
    at = data.index(name)
    (size,) = struct.unpack(">I", data[at - 4 : at])
    body = begin + data[at + 4 + len(begin) : at + 4 + size]
    return data[: at - 4] + png_chunk(name, body) + data[at + 8 + size :]


def _tiff_circle() -> bytes:
    data = bytearray(encoded(Image.new("L", (96, 64)), "TIFF"))
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    end = at + 2 + 12 * count
    data[end : end + 4] = struct.pack("<I", at)
    return bytes(data)


def _tag_changed(data: bytes, tag: int, value: int) -> bytes:
    changed = bytearray(data)
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    for place in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack("<H", data[place : place + 2]) == (tag,):
            changed[place + 2 : place + 12] = struct.pack("<HIHH", 3, 1, value, 0)
    return bytes(changed)


def _orientation(kind: int, value: bytes) -> bytes:
    entry: Any = struct.pack("<HHHI", 1, 0x0112, kind, 1) + value
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + entry + bytes(4)
