"""An export that was unpacked and packed again, as the programs of people's systems do it."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import HistoryError
from pipeline.history import Draft, Entry, History, Imported, Source, export_zip, import_zip

ROOT = Path(__file__).parents[2]
CAT = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()
ME = "local"
UUID = "93981760-1a2b-4c8c-bf67-b7be97f11523"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
Member = tuple[str, bytes]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "first")
    for number in range(30):
        opened.add(ME, Draft(Source.UPLOAD, f"Dog {number}.", picture=CAT if number < 3 else b""))
    yield opened
    opened.close()


def unpacked(history: History) -> list[Member]:
    def speak(entry: Entry) -> bytes:
        return b"RIFF" + entry.words.encode()

    file = io.BytesIO(b"".join(export_zip(history, ME, speak)))
    with zipfile.ZipFile(file) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def packed(members: list[Member], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method  # as it is, backslashes too
            archive.writestr(info, data)
    return file


def by_a_mac(members: list[Member]) -> io.BytesIO:
    """Archive Utility: a folder around everything, and each file's attributes beside it."""
    again: list[Member] = [("vois-history/", b""), ("vois-history/.DS_Store", b"\0Bud1")]
    for name, data in members:
        folder, _, base = f"vois-history/{name}".rpartition("/")
        again += [(f"{folder}/{base}", data), (f"__MACOSX/{folder}/._{base}", b"\0\5\x16\7")]
    return packed([*again, ("__MACOSX/._vois-history", b"\0\5\x16\7")])


def by_windows(members: list[Member]) -> io.BytesIO:
    """Names as .NET wrote them before version 4.6.1, and what Explorer leaves in folders."""
    again = [(f"vois-history\\{name}".replace("/", "\\"), data) for name, data in members]
    left = ["desktop.ini", "pictures\\Thumbs.db", "$RECYCLE.BIN\\x"]
    return packed([*again, *((f"vois-history\\{name}", b"x") for name in left)])


def in_two_folders(members: list[Member]) -> io.BytesIO:
    return packed([(f"./backup 2026/Vois/{name}", data) for name, data in members])


def by_a_network_disk(members: list[Member]) -> io.BytesIO:
    return packed([*members, ("@eaDir/vois.json@SynoEAStream", b"x"), (".directory", b"x")])


def with_comment(members: list[Member], comment: bytes = b"My history, 2026") -> io.BytesIO:
    file = packed(members)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = comment
    return file


def with_the_longest_comment(members: list[Member]) -> io.BytesIO:
    return with_comment(members, b"x" * 65_535)


def checksums(data: bytearray, name: str) -> list[int]:
    """The two places of a member's checksum; its unpacked size stands 8 bytes behind each."""
    places = []
    for mark, checksum, at in ((b"PK\x03\x04", 14, 30), (b"PK\x01\x02", 16, 46)):
        place = data.find(mark)
        while not data.startswith(name.encode(), place + at):
            place = data.find(mark, place + 1)
        places.append(place + checksum)
    return places


REPACKED = (
    by_a_mac, by_windows, in_two_folders, by_a_network_disk, with_comment, with_the_longest_comment,
)  # fmt: skip


@pytest.mark.parametrize("pack", REPACKED)
def test_a_repacked_export_is_imported(
    history: History, other: History, pack: Callable[[list[Member]], io.BytesIO]
) -> None:
    file = pack(unpacked(history))
    assert import_zip(other, ME, file) == Imported(added=30, known=0)
    assert other.page(ME, limit=99) == history.page(ME, limit=99)
    for entry in history.page(ME, limit=99):
        assert other.picture(ME, entry.id) == history.picture(ME, entry.id)


@pytest.mark.parametrize("method", METHODS)
def test_another_compression_is_read(history: History, other: History, method: int) -> None:
    import_zip(other, ME, packed(unpacked(history), method))
    assert other.page(ME, limit=99) == history.page(ME, limit=99)
    assert other.picture(ME, other.page(ME, limit=99)[-1].id)


@pytest.mark.parametrize("method", METHODS)
def test_another_compression_that_is_broken_anywhere_imports_nothing_wrong(
    history: History, other: History, method: int
) -> None:
    data = packed(unpacked(history)[-2:], method).getvalue()
    for place in range(0, len(data), 61):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        try:
            import_zip(other, ME, io.BytesIO(bytes(broken)))
        except HistoryError:
            assert other.count(ME) == 0
        else:  # a time or an attribute of a member, which nothing is read from
            texts = [entry.text for entry in history.page(ME, limit=99)]
            assert [entry.text for entry in other.page(ME, limit=99)] == texts
            other.delete_all(ME)
            other.purge(undo_s=0)


@pytest.mark.parametrize("method", METHODS[1:])
@pytest.mark.parametrize("name", ["vois.json", "entries.jsonl"])
def test_a_bomb_that_hides_its_size_is_refused_at_once(
    history: History, other: History, method: int, name: str
) -> None:
    members = dict(unpacked(history))
    declared = len(members[name])
    members[name] += b" " * 50_000_000
    data = bytearray(packed(list(members.items()), method).getvalue())
    for checksum in checksums(data, name):
        struct.pack_into("<L", data, checksum + 8, declared)
    tracemalloc.start()
    try:
        with pytest.raises(HistoryError, match="damaged"):
            import_zip(other, ME, io.BytesIO(bytes(data)))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert other.count(ME) == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_checksum_is_noticed(history: History, other: History, method: int) -> None:
    data = bytearray(packed(unpacked(history), method).getvalue())
    for checksum in checksums(data, "entries.jsonl"):
        data[checksum] ^= 1
    with pytest.raises(HistoryError, match="damaged"):
        import_zip(other, ME, io.BytesIO(bytes(data)))


def test_an_unknown_compression_has_its_own_sentence(history: History, other: History) -> None:
    data = bytearray(packed(unpacked(history)).getvalue())
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.find(mark) + method, 9)  # Deflate64, of Windows' Explorer
    with pytest.raises(HistoryError, match="ordinary zip"):
        import_zip(other, ME, io.BytesIO(bytes(data)))


@pytest.mark.parametrize("stray", ["letter.txt", "Vois/letter.txt", f"other/sounds/{UUID}.wav"])
def test_a_strangers_file_is_still_refused(history: History, other: History, stray: str) -> None:
    members = [(f"Vois/{name}", data) for name, data in unpacked(history)]
    with pytest.raises(HistoryError, match="does not export"):
        import_zip(other, ME, packed([*members, (stray, b"x")]))
