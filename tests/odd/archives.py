"""Odd archives, imported as the page imports them."""

from __future__ import annotations

import gzip
import io
import json
import stat
import struct
import tarfile
import uuid
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial

from PIL import Image

from pipeline.history import LOCAL_OWNER, History
from pipeline.history.record import FIELDS
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.history_view import HistoryView
from tests.data.bad_files import encoded, picture
from tests.odd.case import Case, Place, Said

_UUID = "93981760-1a2b-4c8c-bf67-b7be97f11523"
_RECORD: dict[str, object] = {
    "uuid": _UUID, "time": "2025-03-30T12:00:00.000001+00:00", "source": "upload",
    "text": "A cat sits.", "correction": None, "language": "en", "confidence": 0.5,
    "guidance": None,
    "photo": "", "voice": "offline", "rate": 1.0, "picture": False, "reading": "",
    "correction_language": None, "model": "",
}  # fmt: skip
_PICTURE = encoded(picture(), "JPEG")
_Members = list[tuple[zipfile.ZipInfo | str, bytes]]


def cases() -> list[Case]:
    """All of them."""
    return [
        *(Case("archive", name, partial(_imported, data)) for name, data in _containers()),
        *(Case("archive", name, partial(_packed, members)) for name, members in _members()),
        *(Case("archive's entry", name, partial(_packed, members))
          for name, members in _entries()),
    ]  # fmt: skip


def _packed(members: _Members, place: Place) -> Said:
    return _imported(_zip(members), place)


def _imported(data: bytes, place: Place) -> Said:
    place.keep()
    place.begin()
    say = FRENCH if len(data) % 2 else ENGLISH
    history = History(place.data)
    view = HistoryView(HistoryAccess(history, LOCAL_OWNER), say, "token")
    view.take_in("file", io.BytesIO(data))
    speech, problem = view.take_speech(), view.take_problem()
    view.data()
    for found in history.entries(LOCAL_OWNER):
        view.receive({"sender": "s", "messages": [
            {"number": found.id, "kind": "play", "values": {"id": str(found.id)}}
        ]})  # fmt: skip
    history.close()
    # A second import must find the same.
    return Said(problem or ("" if speech is None else speech[0]), 0 if speech else 1)


def _lines(*records: dict[str, object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _basic(lines: bytes, count: object = 1) -> _Members:
    manifest = {"format": "vois history", "version": 3, "entries": count}
    return [("vois.json", json.dumps(manifest).encode()), ("entries.jsonl", lines)]


def _zip(members: _Members) -> bytes:
    out = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),  # of the same name twice
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _containers() -> Iterator[tuple[str, bytes]]:
    """Files that are no zip, or a broken one."""
    whole = _zip(
        [*_basic(_lines(_RECORD | {"picture": True})), (f"pictures/{_UUID}.jpg", _PICTURE)]
    )
    for share in (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97, 0.995):
        yield f"{share:.1%} of it", whole[: int(share * len(whole))]
        yield f"without its first {share:.1%}", whole[int(share * len(whole)) :]
    for place in range(4, len(whole), len(whole) // 24):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        yield f"byte {place} turned over", bytes(broken)
    yield "behind a program that unpacks it", b"MZ" + bytes(5_000) + whole
    yield "with rubbish behind it", whole + bytes(70_000)
    yield (
        "with a comment of 65,535 letters",
        whole[:-2] + b"\xff\xff" + b"PK\x05\x06" * 16_383 + b"xyz",
    )
    yield "first part of several", whole[:-22] + b"PK\x05\x06\x01\x00\x01\x00" + whole[-14:]
    yield "many members by its word", whole[:-14] + b"\xff\xff\xff\xff" + whole[-10:]
    yield "a table of contents beyond its end", whole[:-6] + b"\xf0\xff\xff\xff" + whole[-2:]
    yield "twice", whole + whole
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as packed:
        info = tarfile.TarInfo("vois.json")
        info.size = 2
        packed.addfile(info, io.BytesIO(b"{}"))
    yield "a tar", tar.getvalue()
    yield "a gzip", gzip.compress(whole)
    yield "a zip in a zip", _zip([("vois-history.zip", whole)])
    yield "7z", b"7z\xbc\xaf\x27\x1c" + bytes(500)
    yield "a photo", _PICTURE
    yield "the table instead", "\ufeffuuid,time\n".encode()
    yield "the list instead", b"[]"
    yield (
        "a Word document",
        _zip([("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<x/>")]),
    )
    yield "empty", _zip([])
    for flag, name in (
        (1, "locked"),
        (0x41, "locked strongly"),
        (0x20, "patched"),
        (8, "sized later"),
    ):
        yield name, _patched(whole, flag, None)
    for method in (1, 6, 9, 12, 14, 93, 95, 97, 99, 65_535):
        yield f"packed in the way {method}", _patched(whole, None, method)
    lzma = io.BytesIO()
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as archive:
        for member, content in _basic(_lines(_RECORD)):
            archive.writestr(member, content)
    packed = lzma.getvalue()
    at = packed.index(b"vois.json") + len("vois.json") + 4
    for properties in (44, 80, 93, 224, 225, 255):
        yield (
            f"LZMA with the properties {properties}",
            (packed[:at] + bytes((properties,)) + packed[at + 1 :]),
        )
    yield "LZMA with a huge dictionary", packed[: at + 1] + b"\xff" * 4 + packed[at + 5 :]
    yield "LZMA with a long head", packed[: at - 2] + b"\xff\xff" + packed[at:]


def _patched(data: bytes, flag: int | None, method: int | None) -> bytes:
    """The same flags and packing in every header."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            if flag is not None:
                struct.pack_into("<H", changed, at + offset, flag)
            if method is not None:
                struct.pack_into("<H", changed, at + offset + 2, method)
            at = data.find(mark, at + 4)
    return bytes(changed)


def _info(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _members() -> Iterator[tuple[str, _Members]]:
    """Zips whose members are odd."""
    good = _basic(_lines(_RECORD))
    for name in (
        "../evil", "a/../../evil", "..\\evil", "/etc/passwd", "\\\\server\\share", "C:\\evil",
        "C:evil",
        "pictures/../../evil.jpg", "%2e%2e/evil", "\uff0e\uff0e/evil", "evil\x00.jpg", "", ".",
        "..", "./",
        "//",
        "pictures/", "pictures", "sounds/x.wav", f"pictures/{_UUID}.JPG",
        f"pictures/{_UUID.upper()}.jpg",
        f"pictures/{_UUID}.jpg.exe", "VOIS.JSON", "Vois.json", "vois.json/", "entries.jsonl/x",
        "é.txt",
        "\udcff.txt", "x" * 60_000, "/".join("x" * 20_000), "__MACOSX/../evil", "con",
        "vois.json\n",
    ):  # fmt: skip
        clean = name.encode("utf-8", "replace").decode()
        yield (
            f"with a member called {clean[:24]!a}, {len(name)} signs",
            [*good, (_info(clean), b"x")],
        )
    for kind, mode in (("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("device", stat.S_IFCHR)):
        yield f"with a {kind}", [*good, (_info("pictures/x", mode), b"/etc/passwd")]
        yield f"whose list is a {kind}", [good[0], (_info("entries.jsonl", mode), good[1][1])]
        name = f"pictures/{_UUID}.jpg"
        shown = _basic(_lines(_RECORD | {"picture": True}))
        yield f"whose picture is a {kind}", [*shown, (_info(name, mode), _PICTURE)]
    yield "with its list twice", [*good, good[1]]
    yield "with its manifest in two folders", [*good, ("other/vois.json", good[0][1])]
    yield "in ten folders", [(f"{'a/' * 10}{name}", content) for name, content in good]
    yield "with 3,000 files that systems leave", [
        *good, *((f"x{number}/.DS_Store", b"") for number in range(3_000))
    ]  # fmt: skip
    yield "whose list is a bomb", [good[0], ("entries.jsonl", b"\n" * 90_000_000)]
    yield "whose manifest is a bomb", [("vois.json", b" " * 9_000_000 + good[0][1]), good[1]]
    shown = _basic(_lines(_RECORD | {"picture": True}))
    name = f"pictures/{_UUID}.jpg"
    small = Image.new("RGB", (1, 1))
    for what, content in {
        "nothing": b"", "rubbish": b"x" * 500, "a PNG": encoded(picture(), "PNG"),
        "half": _PICTURE[:400],
        "a bomb": encoded(Image.new("L", (5_000, 5_000)), "JPEG", quality=1),
        "a dot": encoded(small, "JPEG"),
        "a GIF": encoded(picture(), "GIF"), "too many bytes": _PICTURE + bytes(24_000),
        "65,535 wide": _PICTURE.replace(b"\x00\x40\x00\x60", b"\xff\xff\xff\xff"),
        "without height": _PICTURE.replace(b"\x00\x40\x00\x60", b"\x00\x00\x00\x60"),
        "with rubbish for EXIF": encoded(picture(), "JPEG", exif=b"Exif\x00\x00" + bytes(50)),
    }.items():  # fmt: skip
        yield f"whose picture is {what}", [*shown, (name, content)]
    yield "whose picture is missing", shown
    yield "with a picture of nobody", [*good, (name.replace("9", "8"), _PICTURE)]
    yield "with a sound of rubbish", [*good, (f"sounds/{_UUID}.wav", b"rubbish")]
    yield "with a sound that is huge", [*good, (f"sounds/{_UUID}.wav", bytes(40_000_000))]
    for what, manifest in {
        "nothing": b"",
        "rubbish": b"\xff\xfe",
        "null": b"null",
        "a list": b"[]",
        "nested": b"[" * 9_000,
        "another program's": b'{"format": "x", "version": 3, "entries": 1}',
        "UTF-16": '{"format": "vois history", "version": 3, "entries": 1}'.encode("utf-16"),
        "marked": b'\xef\xbb\xbf{"format": "vois history", "version": 3, "entries": 1}',
    }.items():
        yield f"whose manifest is {what}", [("vois.json", manifest), good[1]]
    for version in (
        "4",
        "1e9",
        "99999999999999999999",
        "-1",
        "0",
        "3.0",
        '"3"',
        "null",
        "true",
        "NaN",
        "[3]",
    ):
        text = f'{{"format": "vois history", "version": {version}, "entries": 1}}'
        yield f"of the version {version}", [("vois.json", text.encode()), good[1]]
    for count in (0, 2, -1, 10**30, 1.0, "1", None, True, float("nan"), [1]):
        yield f"of {count} entries by its word", _basic(good[1][1], count)


def _entries() -> Iterator[tuple[str, _Members]]:
    """Archives whose lines are odd."""
    for what, line in {
        "nothing": b"\n", "rubbish": b"\xff\xfe\n", "null": b"null\n", "a list": b"[]\n",
        "nested": b"[" * 90_000,
        "a number": b"1\n", "no end": _lines(_RECORD)[:-1], "half": _lines(_RECORD)[:90],
        "two in one": _lines(_RECORD).replace(b"\n", b"") * 2,
        "UTF-16": json.dumps(_RECORD).encode("utf-16"),
        "Windows' end": _lines(_RECORD).replace(b"\n", b"\r\n"),
        "marked": b"\xef\xbb\xbf" + _lines(_RECORD),
        "a zero": b"\x00\n", "a field twice": _lines(_RECORD).replace(b'"text"',
        b'"text": "x", "text"', 1),
    }.items():  # fmt: skip
        yield f"a line of {what}", _basic(line)
    values: dict[str, tuple[object, ...]] = {
        "uuid": ("", "x", _UUID.upper(), f"{{{_UUID}}}", _UUID.replace("-", ""), f"{_UUID}\n", 1,
        "../" + _UUID),
        "time": ("", "now", "2025-03-30", "2025-03-30T12:00:00", "0001-01-01T00:00:00+00:00",
                 "9999-12-31T23:59:59+00:00", "2025-03-30T12:00:00+99:00",
                 "1969-12-31T23:00:00+00:00",
                 "2025-W13-7T12:00:00+00:00", "2025-03-30T12:00:60+00:00", 0, None),
        "source": ("", "mail", "UPLOAD", None, ["upload"]),
        "text": ("", " ", "\x00", "\ud800", "a\nb\r\x1b[31m", "x" * 5_000, "\u202e", "🐕" * 900,
        None, 1, {"a": 1}),
        "correction": ("", " ", "\x00\ud800", "x" * 90_000, 1, False),
        "language": ("", "x", "../..", "en\n", "EN", "zz", "en-Latn-US-x-private", '"><script>',
        None, "é"),
        "confidence": (-0.1, 1.1, 1e308, "0.5", None, True, float("nan"), float("inf"), 10**400),
        "guidance": ("", "dark ", "x", 1, []),
        "photo": ("x" * 9_000, "../../etc/passwd", "\x00", None, 7),
        "voice": ("", "x" * 999, "a\nb", None),
        "rate": (0, -1, 1e9, float("nan"), float("-inf"), "1", None, True),
        "picture": (0, 1, "true", None),
        "reading": ("\x00" * 50, "x" * 90_000, "a\n\n\n\nb", None, 3),
        "correction_language": ("en", "", 1),
        "model": (None, 5, "x" * 5_000, "a\nb\0", "\ud800"),
    }  # fmt: skip
    for field in FIELDS:
        for value in values[field]:
            yield f"{field} {ascii(value)[:24]}", _basic(_lines(_RECORD | {field: value}))
    yield "a field too many", _basic(_lines(_RECORD | {"owner": "somebody"}))
    yield "a field too few", _basic(_lines({k: v for k, v in _RECORD.items() if k != "voice"}))
    yield "the same twice", _basic(_lines(_RECORD, _RECORD), 2)
    other = _RECORD | {"uuid": str(uuid.UUID(int=7))}
    yield "a good one, then a bad one", _basic(_lines(other, _RECORD | {"text": None}), 2)
    many = [_RECORD | {"uuid": str(uuid.UUID(int=number))} for number in range(3_000)]
    yield "3,000 of one moment", _basic(_lines(*many), 3_000)
    yield "3,000, of which the last is bad", _basic(_lines(*many) + b"{}\n", 3_001)
