"""Export and import: an exported file imports without loss, and a malicious one is refused."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import stat
import struct
import subprocess
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from pipeline.errors import ErrorCode, HistoryError, SpeechError
from pipeline.history import (
    Draft,
    Entry,
    Filter,
    History,
    Imported,
    Privacy,
    Source,
    export_csv,
    export_json,
    export_zip,
    import_zip,
)
from pipeline.history.archive import MAX_LINE_BYTES
from pipeline.history.export import BLOCK_BYTES, Blocks
from pipeline.photo_quality import Kind

ROOT = Path(__file__).parents[2]
CAT = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()
ME = "local"
UUID = "93981760-1a2b-4c8c-bf67-b7be97f11523"
NOON = dt.datetime(2025, 3, 30, 12, tzinfo=dt.UTC)
RECORD = {
    "uuid": UUID, "time": "2025-03-30T12:00:00.000001+00:00", "source": "upload",
    "text": "A dog runs.", "correction": None, "language": "en", "confidence": 0.5,
    "guidance": None, "photo": "", "voice": "offline", "rate": 1.0, "picture": False,
}  # fmt: skip


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "first")
    yield opened
    opened.close()


def fill(history: History) -> list[Entry]:
    """Four entries, newest first, one of them another person's, deleted or corrected."""
    for owner, draft in (
        (ME, Draft(Source.UPLOAD, "Ein Hund läuft.", language="de", picture=CAT, photo="ü.jpg")),
        (ME, Draft(Source.CAMERA, "It is dark.", guidance=Kind.DARK, voice="best", rate=1.25)),
        ("session 2", Draft(Source.UPLOAD, "Not mine.", picture=CAT)),
        (ME, Draft(Source.UPLOAD, "Deleted.", picture=CAT)),
        (ME, Draft(Source.API, "A cat.", confidence=0.123456789, time=NOON, picture=CAT,
                   model="lla\nva")),
    ):  # fmt: skip
        entry = history.add(owner, draft)
        assert entry
        if draft.text == "Deleted.":
            history.delete(ME, entry.id)
        if draft.text == "A cat.":
            history.correct(ME, entry.id, 'A "black" cat, 😀', "en-GB")
    return history.page(ME)


def exported(history: History, owner: str = ME) -> io.BytesIO:
    return io.BytesIO(b"".join(export_zip(history, owner)))


def test_a_zip_brings_everything_to_another_machine(history: History, other: History) -> None:
    entries = fill(history)
    file = exported(history)
    assert import_zip(other, ME, file) == Imported(added=3, known=0)
    assert other.page(ME) == entries
    for entry in entries:
        assert other.picture(ME, entry.id) == history.picture(ME, entry.id)
    assert other.count(ME, Filter(text="black")) == other.count(ME, Filter(text="lauft")) == 1


def test_importing_twice_changes_nothing(history: History, other: History) -> None:
    entries = fill(history)
    file = exported(history)
    assert import_zip(history, ME, file) == Imported(added=0, known=3)
    import_zip(other, ME, file)
    history.correct(ME, entries[0].id, "Mine.")
    assert import_zip(history, ME, file) == Imported(added=0, known=3)
    assert history.entry(ME, entries[0].id).correction == "Mine."
    assert import_zip(other, ME, exported(other)) == Imported(added=0, known=3)
    assert other.page(ME) == entries


def test_an_import_brings_back_what_was_deleted(history: History) -> None:
    entries = fill(history)
    file = exported(history)
    history.delete_all(ME)
    assert import_zip(history, ME, file) == Imported(added=3, known=0)
    assert history.page(ME) == entries


def test_an_import_is_its_owners(history: History) -> None:
    fill(history)
    assert import_zip(history, "session 3", exported(history)) == Imported(added=3, known=0)
    assert history.count("session 3") == history.count(ME) == 3
    assert history.count("session 2") == 1
    assert b"Not mine" not in exported(history).getvalue()
    assert zipfile.ZipFile(exported(history, "nobody")).namelist() == ["entries.jsonl", "vois.json"]


def test_an_import_heeds_privacy(history: History, other: History) -> None:
    fill(history)
    file = exported(history)
    other.set_privacy(ME, Privacy(history=False))
    with pytest.raises(HistoryError, match="switched off"):
        import_zip(other, ME, file)
    other.set_privacy(ME, Privacy(pictures=False))
    import_zip(other, ME, file)
    assert [entry.has_picture for entry in other.entries(ME)] == [False] * 3


def test_entries_of_one_moment_keep_their_order(history: History, other: History) -> None:
    for number in range(600):
        history.add(ME, Draft(Source.API, f"Dog {number}", time=NOON))
    import_zip(other, ME, exported(history))
    assert import_zip(other, "two", exported(history)).added == 600
    for owner in (ME, "two"):
        texts = [entry.text for entry in other.entries(owner)]
        assert texts == [f"Dog {number}" for number in reversed(range(600))]
        for entry in other.entries(owner):
            assert entry.time - NOON < dt.timedelta(seconds=2)


def test_the_zip_holds_pictures_and_sounds(history: History) -> None:
    _dark, dog, cat = fill(history)
    asked = []

    def speak(entry: Entry) -> bytes:
        asked.append((entry.words, entry.language, entry.rate))
        if entry.guidance:
            raise SpeechError(ErrorCode.VOICE_SILENT)
        return b"RIFF" + entry.words.encode()

    file = io.BytesIO(b"".join(export_zip(history, ME, speak)))
    assert ("Ein Hund läuft.", "de", 1.0) in asked
    assert ("It is dark.", "en", 1.25) in asked
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("vois.json"))["entries"] == 3
        assert len(archive.read("entries.jsonl").splitlines()) == 3
        assert sorted(archive.namelist()) == sorted([
            "entries.jsonl", "vois.json", f"pictures/{dog.uuid}.jpg", f"pictures/{cat.uuid}.jpg",
            f"sounds/{dog.uuid}.wav", f"sounds/{cat.uuid}.wav",
        ])  # fmt: skip
        assert archive.read(f"sounds/{cat.uuid}.wav") == b"RIFF" + cat.words.encode()
        assert archive.read(f"pictures/{cat.uuid}.jpg") == history.picture(ME, cat.id)
    assert import_zip(history, ME, file).known == 3


def test_json_is_one_array(history: History) -> None:
    entries = fill(history)
    records = json.loads(b"".join(export_json(history, ME)))
    assert len(records) == 3
    assert [record["uuid"] for record in records] == [entry.uuid for entry in entries]
    assert records[-1] == {**RECORD, **{
        "uuid": entries[-1].uuid, "time": "2025-03-30T12:00:00.000000+00:00", "source": "api",
        "text": "A cat.", "correction": 'A "black" cat, 😀', "confidence": 0.123456789,
        "picture": True, "reading": "", "correction_language": "en-GB", "model": "lla va",
    }}  # fmt: skip
    assert json.loads(b"".join(export_json(history, "nobody"))) == []


def test_what_was_read_is_exported_and_imported(history: History, other: History) -> None:
    read = "\n".join(["SORTIE  DE SECOURS", "", "Fermé\tà 19 h"])
    history.add(ME, Draft(Source.UPLOAD, "A door.", reading=read))
    (row,) = table(history)
    assert row["reading"] == "SORTIE DE SECOURS\nFermé à 19 h"
    file = io.BytesIO(b"".join(export_zip(history, ME)))
    assert import_zip(other, ME, file).added == 1
    (entry,) = other.entries(ME, Filter(text="secours"))
    assert entry.reading == row["reading"]


def table(history: History, wanted: Filter | None = None) -> list[dict[str, str]]:
    text = b"".join(export_csv(history, ME, wanted or Filter())).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_an_export_can_be_of_a_filter(history: History, other: History) -> None:
    fill(history)
    (record,) = json.loads(b"".join(export_json(history, ME, Filter(source=Source.API))))
    assert record["text"] == "A cat."
    assert [row["text"] for row in table(history, Filter(text="dark"))] == ["It is dark."]
    file = io.BytesIO(b"".join(export_zip(history, ME, wanted=Filter(text="cat"))))
    assert import_zip(other, ME, file).added == 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "  =HYPERLINK(1)", "\t=1", "\r@x", "\x00=1"]
)
def test_no_cell_of_the_table_is_a_formula(history: History, text: str) -> None:
    entry = history.add(ME, Draft(Source.UPLOAD, text, photo=text))
    assert entry
    history.correct(ME, entry.id, text)
    (row,) = table(history)
    for name in ("text", "photo", "correction"):
        assert row[name] == "'" + entry.text


def test_the_table_is_read_as_it_was_written(history: History) -> None:
    entries = fill(history)
    rows = table(history)
    assert [row["text"] for row in rows] == [entry.text for entry in entries]
    assert rows[-1]["correction"] == 'A "black" cat, 😀'
    assert rows[-1]["time"] == "2025-03-30T12:00:00.000000+00:00"


class FullDisk(io.BytesIO):
    def write(self, data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_ends_the_zip_with_a_sentence(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(history)
    monkeypatch.setattr(tempfile, "TemporaryFile", FullDisk)
    with pytest.raises(HistoryError, match="could not be written"):
        b"".join(export_zip(history, ME))


@pytest.mark.parametrize("export", [export_csv, export_json, export_zip])
def test_an_export_reads_only_what_is_pulled_and_can_be_closed(
    history: History, monkeypatch: pytest.MonkeyPatch, export: Callable[..., Blocks]
) -> None:
    (*_, cat) = fill(history)
    events = []

    def endless(owner: str, wanted: Filter) -> Iterator[Entry]:
        events.append("begun")
        try:
            while True:
                yield dataclasses.replace(cat, uuid=str(uuid.uuid4()))
        finally:
            events.append("closed")

    monkeypatch.setattr(history, "entries", endless)
    blocks = export(history, ME)
    assert events == []
    for _ in range(3):
        assert BLOCK_BYTES <= len(next(blocks)) < 2 * BLOCK_BYTES
    assert events == ["begun"]
    blocks.close()
    assert events == ["begun", "closed"]


def archive(
    records: list[dict[str, object]] | bytes = b"",
    members: dict[str, bytes] | None = None,
    manifest: bytes | None = None,
) -> io.BytesIO:
    """A made-up archive."""
    if not isinstance(records, bytes):
        manifest = (
            manifest
            or json.dumps(
                {"format": "vois history", "version": 1, "entries": len(records)}
            ).encode()
        )
        records = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    default = b'{"format": "vois history", "version": 1, "entries": 1}'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in (members or {}).items():
            made.writestr(name, data)
        made.writestr("entries.jsonl", records)
        made.writestr("vois.json", manifest or default)
    return file


def refused(history: History, file: io.BytesIO) -> str:
    """The sentence; what was there before is all that is there after."""
    history.add(ME, Draft(Source.UPLOAD, "Was here."))
    before = history.page(ME)
    with pytest.raises(HistoryError) as caught:
        import_zip(history, ME, file)
    assert history.page(ME) == before
    sentence = str(caught.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    return sentence


GOOD_FIRST = {**RECORD, "uuid": UUID.replace("9", "8")}


def test_what_vois_would_write_is_taken(history: History) -> None:
    assert import_zip(history, ME, archive([RECORD])) == Imported(1, 0)
    two_of_one = archive([GOOD_FIRST, GOOD_FIRST])
    assert import_zip(history, ME, two_of_one) == Imported(1, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"uuid": "../../etc/passwd"}, {"uuid": UUID.upper()}, {"uuid": 3}, {"time": "yesterday"},
        {"time": "2025-03-30T12:00:00"}, {"time": "1969-01-01T00:00:00+00:00"}, {"time": 5},
        {"time": "9999-01-01T00:00:00+00:00"}, {"time": "0001-01-01T00:00:00+23:59"},
        {"source": "satellite"}, {"source": None}, {"text": ""}, {"text": None}, {"text": ["a"]},
        {"correction": 5}, {"correction_language": "fr"}, {"language": "../x"},
        {"correction": "A cat.", "correction_language": "French"},
        {"confidence": 2}, {"confidence": True},
        {"confidence": "1"}, {"confidence": 10**400}, {"confidence": float("nan")},
        {"rate": float("inf")}, {"rate": -1}, {"guidance": "ugly"}, {"guidance": {}}, {"voice": ""},
        {"picture": 1}, {"picture": "yes"}, {"model": 3}, {"more": 1}, {"photo": None},
    ],
    ids=str,
)  # fmt: skip
def test_entries_that_vois_would_not_write_are_refused(
    history: History, change: dict[str, object]
) -> None:
    file = archive([GOOD_FIRST, {**RECORD, **change}])
    assert "did not write" in refused(history, file)


@pytest.mark.parametrize(
    "line",
    [
        b"\n", b"[]\n", b"5\n", b"null\n", b"{}\n", b"{", b"\xff\xfe\n", b"[" * 60_000,
        b'{"a":' * 10_000, b"1" * 5_000, json.dumps(RECORD).encode()[:-1],
    ],
    ids=lambda line: repr(line[:9]),
)  # fmt: skip
def test_lines_that_are_no_entry_are_refused(history: History, line: bytes) -> None:
    assert "did not write" in refused(history, archive(line))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../evil.jpg", "outside"), ("pictures/../../evil.jpg", "outside"), ("/etc/x", "outside"),
        ("C:\\evil.jpg", "outside"), ("C:evil.jpg", "outside"), ("\\\\server\\x", "outside"),
        ("pictures\\..\\..\\evil.jpg", "outside"), ("evil.sh", "does not export"),
        ("pictures/cat.jpg", "does not export"), (f"pictures/{UUID}.exe", "does not export"),
        (f"pictures/{UUID}.jpg/x", "does not export"), ("history.db", "does not export"),
        (f"sounds/{UUID}.wav\n", "does not export"), ("archive.zip", "does not export"),
    ],
)  # fmt: skip
def test_files_that_vois_does_not_export_are_refused(
    history: History, name: str, sentence: str
) -> None:
    assert sentence in refused(history, archive([RECORD], {name: b"x"}))


def test_links_are_refused(history: History) -> None:
    file = archive([RECORD])
    with zipfile.ZipFile(file, "a") as made:
        link = zipfile.ZipInfo(f"pictures/{UUID}.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert "links" in refused(history, file)


def test_two_files_of_one_name_are_refused(history: History) -> None:
    file = archive([RECORD])
    with zipfile.ZipFile(file, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("entries.jsonl", b"")
    assert "does not export" in refused(history, file)


def jpeg(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side)).save(file, "JPEG")
    return file.getvalue()


def cut() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 100).save(file, "JPEG")
    return file.getvalue()[:-500]


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (b"", "no picture"), (b"<svg onload=alert(1)>", "no picture"), (png(), "no picture"),
        (jpeg(64)[:300], "no picture"), (cut(), "no picture"),
        (jpeg(1025), "too large"), (jpeg(64) + b"\x00" * 24_000, "too large when unpacked"),
    ],
    ids=["empty", "svg", "png", "head", "cut", "side", "bytes"],
)  # fmt: skip
def test_pictures_that_are_none_are_refused(
    history: History, picture: bytes, sentence: str
) -> None:
    record = {**RECORD, "picture": True}
    file = archive([GOOD_FIRST, record], {f"pictures/{UUID}.jpg": picture})
    assert sentence in refused(history, file)


def test_a_picture_that_was_taken_out_is_only_missed(history: History) -> None:
    import_zip(history, ME, archive([{**RECORD, "picture": True}]))
    assert [entry.has_picture for entry in history.page(ME)] == [False]


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (b"", "no archive"), (b"[]", "no archive"), (b"{}", "no archive"), (b"[" * 9_000, "no "),
        (b'{"format": "other", "version": 1, "entries": 1}', "no archive"),
        (b'{"format": "vois history", "version": 5, "entries": 1}', "newer Vois"),
        (b'{"format": "vois history", "version": 1}', "no archive"),
        (b'{"format": "vois history", "version": 1, "entries": 2}', "incomplete"),
        (b" " * 20_000, "too large when unpacked"),
    ],
    ids=lambda value: repr(value[-30:]),
)  # fmt: skip
def test_archives_of_another_kind_are_refused(
    history: History, manifest: bytes, sentence: str
) -> None:
    line = json.dumps(RECORD).encode() + b"\n"
    members = {"vois.json": manifest} if not manifest else None
    if members:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as made:
            made.writestr("entries.jsonl", line)
            made.writestr("vois.json", manifest)
    else:
        file = archive(line, manifest=manifest)
    assert sentence in refused(history, file)


@pytest.mark.parametrize("data", [b"", b"PK", b"x" * 5_000, CAT, b"PK\x05\x06" + b"\x00" * 18])
def test_what_is_no_zip_is_refused(history: History, data: bytes) -> None:
    assert "no archive" in refused(history, io.BytesIO(data))


@pytest.mark.parametrize("taken", ["vois.json", "entries.jsonl"])
def test_a_zip_without_its_list_is_refused(history: History, taken: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(archive([RECORD])) as whole, zipfile.ZipFile(file, "w") as part:
        for name in whole.namelist():
            if name != taken:
                part.writestr(name, whole.read(name))
    assert "no archive" in refused(history, file)


def test_a_zip_that_is_broken_anywhere_is_refused_or_as_good_as_whole(
    history: History, other: History
) -> None:
    entries = fill(history)
    data = exported(history).getvalue()
    for place in range(0, len(data), 97):
        broken = bytearray(data)
        broken[place] ^= 0xFF
        try:
            import_zip(other, ME, io.BytesIO(bytes(broken)))
        except HistoryError:
            assert other.count(ME) == 0
        else:  # a time or an attribute of a member, which nothing is read from
            assert [e.text for e in other.page(ME)] == [e.text for e in entries]
            other.delete_all(ME)
            other.purge(undo_s=0)
    for length in range(0, len(data), 499):
        with pytest.raises(HistoryError):
            import_zip(other, ME, io.BytesIO(data[:length]))


def test_a_zip_with_a_password_is_refused(history: History) -> None:
    file = archive([RECORD])
    data = bytearray(file.getvalue())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + flags] |= 1
    assert "password" in refused(history, io.BytesIO(bytes(data)))


def test_a_bomb_that_says_its_size_is_refused(history: History) -> None:
    assert "too large when unpacked" in refused(history, archive(b" " * 20_000_000))
    file = archive([RECORD], {f"sounds/{UUID}.wav": b"\x00" * 29_000_000})
    assert "too large when unpacked" in refused(history, file)
    file = archive([RECORD], {f"pictures/{UUID}.jpg": b"\x00" * 100_000})
    assert "too large when unpacked" in refused(history, file)


def test_a_bomb_that_hides_its_size_is_refused(history: History) -> None:
    line = json.dumps(RECORD).encode() + b"\n"
    data = bytearray(archive(line + b" " * 50_000_000).getvalue())
    for mark, size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.find(mark) + size, len(line))
    assert "damaged" in refused(history, io.BytesIO(bytes(data)))


def test_a_line_without_end_is_refused(history: History) -> None:
    assert "too large when unpacked" in refused(
        history, archive(b'"' + b"a" * MAX_LINE_BYTES + b'"')
    )


def test_too_many_entries_are_refused(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.history.archive.MAX_ENTRIES", 2)
    records = [{**RECORD, "uuid": UUID.replace("9", digit)} for digit in "123"]
    assert "too large when unpacked" in refused(history, archive(records))
    assert import_zip(history, ME, archive(records[:2])).added == 2


MANY = """
import io, json, resource, sys, zipfile
from pathlib import Path
from pipeline.errors import HistoryError
from pipeline.history import History, import_zip
history = History(Path(sys.argv[1]))
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
try:
    import_zip(history, "local", open(sys.argv[2], "rb"))
except HistoryError as error:
    print(error)
print((peak() - before) * (1 if sys.platform == "darwin" else 1024))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no way to ask for the peak memory")
@pytest.mark.parametrize("large", [False, True])
def test_too_many_files_take_no_memory(tmp_path: Path, large: bool) -> None:
    # 700,000 empty files, of which zipfile would make 400 MB of objects before it can be asked.
    member = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"x"
    count = 700_000
    small = 0 if large else count * len(member)  # the larger record is the one that counts
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, small, 0, 0)
    if large:
        end64 = struct.pack(
            "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, count * len(member), 0
        )
        end = end64 + struct.pack("<4sLQL", b"PK\x06\x07", 0, count * len(member), 1) + end
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(member * count + end)
    command = [sys.executable, "-W", "ignore", "-c", MANY, str(tmp_path / "new"), str(bomb)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    sentence, growth = done.stdout.splitlines()
    assert "too large when unpacked" in sentence
    assert int(growth) < 20_000_000


def test_a_disk_that_fills_during_an_import_leaves_nothing(history: History) -> None:
    # The temporary table of an import is full first, or the file itself.
    records = [{**RECORD, "uuid": f"{n:08x}{UUID[8:]}", "text": "x" * 1990} for n in range(300)]
    before = history.path.stat().st_size
    code = (
        "import io, resource, sys; from pathlib import Path\n"
        "from pipeline.history import History, import_zip\n"
        "history = History(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))\n"
        "try:\n    import_zip(history, 'local', io.BytesIO(sys.stdin.buffer.read()))\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
        "print(history.count('local'))\n"
    )
    command = [sys.executable, "-c", code, str(history.path.parent)]
    data = archive(records).getvalue()
    done = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    error, count = done.stdout.decode().splitlines()
    assert error.startswith("HistoryError The history could not be")
    assert count == "0"
    assert history.count(ME) == 0
    assert history.path.stat().st_size == before
    assert import_zip(history, ME, archive(records)).added == 300
