"""The history as one person uses it, in a real SQLite file."""

from __future__ import annotations

import datetime as dt
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from pipeline.errors import HistoryError
from pipeline.history import Draft, Entry, Filter, History, Privacy, Source, data_folder
from pipeline.history.thumbnail import MAX_BYTES, SIDE_PX, shrink
from pipeline.photo_quality import Kind

ROOT = Path(__file__).parents[2]
CAT = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()
ME = "local"
NOON = dt.datetime(2025, 3, 30, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path)
    yield opened
    opened.close()


def keep(history: History, text: str = "A dog runs.", owner: str = ME, **more: object) -> Entry:
    entry = history.add(owner, Draft(**{"source": Source.UPLOAD, "text": text, **more}))  # type: ignore[arg-type]
    assert entry is not None
    return entry


def found(history: History, text: str, owner: str = ME) -> list[str]:
    entries = history.page(owner, Filter(text=text))
    assert history.count(owner, Filter(text=text)) == len(entries)
    return [entry.text for entry in entries]


def test_an_entry_is_kept_as_it_was(history: History, tmp_path: Path) -> None:
    made = history.add(
        ME,
        Draft(
            Source.CAMERA, "It is dark.", language="fr", confidence=0.25, guidance=Kind.DARK,
            photo="IMG_1.jpg", voice="best", rate=1.5, time=NOON + 2 * HOUR, picture=CAT,
        ),
    )  # fmt: skip
    history.close()
    again = History(tmp_path)
    (entry,) = again.page(ME)
    assert entry == made
    assert (entry.source, entry.text, entry.words) == ("camera", "It is dark.", "It is dark.")
    assert (entry.language, entry.confidence, entry.guidance) == ("fr", 0.25, Kind.DARK)
    assert (entry.photo, entry.voice, entry.rate) == ("IMG_1.jpg", "best", 1.5)
    assert (entry.time, entry.time.tzinfo) == (NOON + 2 * HOUR, dt.UTC)
    assert entry.has_picture
    again.close()


def test_a_time_is_now_unless_it_is_said(history: History) -> None:
    before = dt.datetime.now(dt.UTC)
    assert before <= keep(history).time <= dt.datetime.now(dt.UTC)


def test_pages_are_newest_first_and_meet(history: History) -> None:
    for number in range(7):
        keep(history, f"Dog {number}", time=NOON)  # all at once: their order stays that of writing
    pages = []
    before = None
    while page := history.page(ME, before=before, limit=3):
        pages.append([entry.text for entry in page])
        before = page[-1].id
    assert pages == [["Dog 6", "Dog 5", "Dog 4"], ["Dog 3", "Dog 2", "Dog 1"], ["Dog 0"]]


def test_an_older_time_takes_its_place_among_the_others(history: History) -> None:
    for hours in (2, 0, 1):
        keep(history, f"Dog {hours}", time=NOON + hours * HOUR)
    assert [entry.text for entry in history.page(ME)] == ["Dog 2", "Dog 1", "Dog 0"]
    assert found(history, "dog") == ["Dog 2", "Dog 1", "Dog 0"]


def test_pages_of_a_search_meet(history: History) -> None:
    kept = [keep(history, f"Dog {number}") for number in range(5)]
    wanted = Filter(text="dog")
    first = history.page(ME, wanted, limit=2)
    second = history.page(ME, wanted, before=first[-1].id, limit=9)
    assert [*first, *second] == kept[::-1]


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("d", ["A dog at the café.", "Deux chiens."]),
        ("dog", ["A dog at the café."]),
        ("DOG caf", ["A dog at the café."]),
        ("cafe", ["A dog at the café."]),
        ("cafe\u0301", ["A dog at the café."]),
        ("chién", ["Deux chiens."]),
        ("tieng", ["Tiếng."]),
        ("og", []),
        ("dog chiens", []),
        ("holiday", ["A dog at the café."]),
        ("  ", ["A dog at the café.", "Deux chiens.", "Tiếng."]),
    ],
)
def test_search_as_one_types(history: History, typed: str, texts: list[str]) -> None:
    keep(history, "Tiếng.")
    keep(history, "Deux chiens.")
    keep(history, "A dog at the café.", photo="Holiday_2.jpg")
    assert found(history, typed) == texts


@pytest.mark.parametrize(
    "typed",
    [
        '"', '""', "'", "*", "dog*", "(", "((((", "dog AND", "OR", "NOT dog", "NEAR(dog run, 2)",
        "text:dog", "{text}", "^dog", "-dog", "dog + run", "😀", "dog\x00run", "\ud800", "dog 😀",
        "; DROP TABLE entry", "%", "_", "\\", "a" * 100_000, "a " * 50_000, "%q", "?", "\x1a\r\n",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_only_words(history: History, typed: str) -> None:
    keep(history)
    keep(history, "A cat sits.")
    nothing = {"\ud800", "\x1a\r\n"}
    both, dog = (
        nothing | {"a " * 50_000},
        {"dog*", "^dog", "-dog", "dog + run", "dog\x00run", "dog 😀"},
    )
    expected = ["A cat sits.", "A dog runs."] if typed in both else ["A dog runs."]
    assert found(history, typed) == (expected if typed in both | dog else [])


def test_operators_are_words(history: History) -> None:
    keep(history, "A man and a dog or a cat.")
    keep(history, "A dog.")
    assert found(history, "dog OR") == ["A man and a dog or a cat."]
    assert found(history, "dog AND man") == ["A man and a dog or a cat."]


def test_filters_by_source(history: History) -> None:
    for source in Source:
        keep(history, f"A dog by {source.value}.", source=source)
    for text in ("", "dog"):
        wanted = Filter(text=text, source=Source.API)
        assert [entry.text for entry in history.page(ME, wanted)] == ["A dog by api."]
        assert history.count(ME, wanted) == 1


@pytest.mark.parametrize("text", ["", "dog"])
def test_a_day_follows_the_given_time_zone(history: History, text: str) -> None:
    # On 30 March 2025 Paris lost an hour: its day runs from 23:00 to 22:00 UTC.
    zone = ZoneInfo("Europe/Paris")
    for hours in (-13.01, -12.99, 0, 9.99, 10.01):
        keep(history, f"Dog {hours}", time=NOON + hours * HOUR)
    wanted = Filter(text=text, day=dt.date(2025, 3, 30), zone=zone)
    assert [entry.text for entry in history.page(ME, wanted)] == ["Dog 9.99", "Dog 0", "Dog -12.99"]


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_days_that_no_clock_shows_have_no_entries(history: History, day: dt.date) -> None:
    keep(history)
    assert history.page(ME, Filter(day=day)) == []
    assert history.page(ME, Filter(day=day, zone=ZoneInfo("Asia/Tokyo"))) == []


def test_today_is_found_by_this_machines_clock(history: History) -> None:
    keep(history)
    today = dt.datetime.now().date()
    days = [Filter(day=today + dt.timedelta(days=step)) for step in (-1, 0, 1)]
    assert sum(history.count(ME, day) for day in days) == 1


def test_a_correction_stands_beside_the_words(history: History) -> None:
    entry = keep(history)
    corrected = history.correct(ME, entry.id, "  Two cats\nsleep. ")
    assert (corrected.text, corrected.correction) == ("A dog runs.", "Two cats sleep.")
    assert corrected.words == "Two cats sleep."
    assert history.page(ME) == [corrected]
    assert found(history, "cats") == found(history, "dog") == ["A dog runs."]

    history.correct(ME, entry.id, "A horse.")
    assert found(history, "cats") == []
    assert history.correct(ME, entry.id, " ") == entry
    assert found(history, "horse") == []


def test_a_correction_may_be_in_another_language(history: History) -> None:
    entry = keep(history)
    assert (entry.words_language, entry.correction_language) == ("en", None)
    corrected = history.correct(ME, entry.id, "Un chien court.", "fr")
    assert (corrected.words_language, corrected.language) == ("fr", "en")
    assert history.page(ME) == [corrected]
    with pytest.raises(HistoryError, match="invalid"):
        history.correct(ME, entry.id, "Un loup.", "French")
    assert history.correct(ME, entry.id, "A wolf.").words_language == "en"
    history.correct(ME, entry.id, "Un chien court.", "fr")
    assert history.correct(ME, entry.id, " ", "fr") == entry


def test_deleting_and_undoing(history: History) -> None:
    entries = [keep(history, f"Dog {number}", picture=CAT) for number in range(4)]
    assert history.delete(ME, entries[1].id)
    assert not history.delete(ME, entries[1].id)
    assert history.delete_all(ME) == 3
    assert history.delete_all(ME) == 0
    assert history.page(ME) == []
    assert found(history, "dog") == []
    assert history.picture(ME, entries[0].id) is None
    with pytest.raises(HistoryError, match="no longer in the history"):
        history.entry(ME, entries[0].id)
    with pytest.raises(HistoryError, match="no longer in the history"):
        history.correct(ME, entries[0].id, "A cat.")

    assert history.undo(ME) == 3
    assert history.page(ME) == [entries[3], entries[2], entries[0]]
    assert found(history, "dog") == ["Dog 3", "Dog 2", "Dog 0"]
    assert history.picture(ME, entries[0].id)
    assert history.undo(ME) == 1
    assert history.page(ME) == entries[::-1]
    assert history.undo(ME) == 0


def test_nothing_crosses_from_one_owner_to_another(history: History, tmp_path: Path) -> None:
    mine = keep(history, "My dog.", picture=CAT)
    theirs = keep(history, "Their dog.", owner="session 2", picture=CAT)
    assert history.page(ME) == list(history.entries(ME)) == [mine]
    assert found(history, "dog") == ["My dog."]
    assert history.count(ME) == history.count(ME, Filter(source=Source.UPLOAD)) == 1
    assert history.picture(ME, theirs.id) is None
    assert not history.delete(ME, theirs.id)
    for call in (
        lambda: history.entry(ME, theirs.id),
        lambda: history.correct(ME, theirs.id, "x"),
    ):
        with pytest.raises(HistoryError):
            call()

    assert history.delete_all(ME) == 1
    assert history.undo("session 2") == 0
    assert history.page("session 2") == [theirs]
    assert history.undo(ME) == 1
    assert history.delete_all("session 2") == history.undo("session 2") == 1
    history.delete_all(ME)
    history.set_privacy(ME, Privacy(history=False, pictures=False, days=1))
    assert history.privacy("session 2") == Privacy()
    assert history.picture("session 2", theirs.id)
    assert history.purge(undo_s=0) == 1
    assert history.page("session 2") == [theirs]


def test_an_owner_must_have_a_name(history: History) -> None:
    for owner in ("", " ", "a\x00b", "a" * 201):
        with pytest.raises(HistoryError, match="whose"):
            keep(history, owner=owner)


def in_file(path: Path, words: bytes) -> bool:
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
    return any(words in file.read_bytes() for file in files if file.exists())


def indexed(path: Path) -> set[str]:
    """Every word that the search index holds, deleted ones that it only notes as gone too."""
    db = sqlite3.connect(path)
    blocks = b"".join(row[0] for row in db.execute("SELECT block FROM words_data"))
    db.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
    words = {row[0] for row in db.execute("SELECT term FROM temp.vocabulary")}
    db.close()
    return words | {word for word in ("xylophone", "zeppelin", "quagga") if word.encode() in blocks}


def test_what_is_purged_is_gone_from_the_file(history: History) -> None:
    keep(history, "A dog stays.")
    secret = keep(history, "Xylophone.", picture=CAT)
    jpeg = history.picture(ME, secret.id)
    assert jpeg
    history.correct(ME, secret.id, "Zeppelin.")
    history.correct(ME, secret.id, "Quagga.")
    history.delete(ME, secret.id)
    path = history.path
    assert history.purge() == 0  # it was deleted just now
    assert in_file(path, b"Xylophone")
    assert in_file(path, jpeg[-1000:])

    assert history.purge(undo_s=0) == 1
    # While the file is still open: the log is not allowed to keep it either.
    for words in (b"ylophone", b"eppelin", b"uagga", jpeg[-1000:], jpeg[2000:2200]):
        assert not in_file(path, words)
    history.close()
    assert indexed(path) == {"a", "dog", "stays"}
    assert history.undo(ME) == 0
    assert [entry.text for entry in history.page(ME)] == ["A dog stays."]


def test_a_purge_gives_the_disk_its_room_back(history: History) -> None:
    for number in range(100):
        keep(history, f"Dog {number}", picture=CAT)
    history.delete_all(ME)
    history.purge(undo_s=10**12)  # far longer ago than it was
    full = history.path.stat().st_size
    history.purge(undo_s=0)
    assert history.path.stat().st_size < full / 4


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("oeuf", "Un œuf."), ("œuf", "Un oeuf."), ("o", "Un œuf."), ("OEUF", "Un Œuf."),
        ("strasse", "Eine Straße."), ("straße", "Eine Strasse."), ("STRASSE", "EINE STRAẞE."),
        ("aeon", "An æon."), ("smorrebrod", "Smørrebrød."), ("lodz", "Łódź."),
    ],
)  # fmt: skip
def test_letters_that_are_two_are_found_by_both(history: History, typed: str, text: str) -> None:
    entry = keep(history, text)
    keep(history, "A dog.")
    assert found(history, typed) == [text]
    history.correct(ME, entry.id, "A cat.")
    history.correct(ME, entry.id, text.lower())
    assert found(history, typed) == [text]
    db = sqlite3.connect(history.path)
    # The index holds what its content says, also where it has to be built anew from that.
    for command in ("'integrity-check', 1", "'rebuild', 0", "'integrity-check', 1"):
        db.execute(f"INSERT INTO words (words, rank) VALUES ({command})")
    db.commit()
    db.close()
    assert found(history, typed) == [text]
    history.delete(ME, entry.id)
    history.purge(undo_s=0)
    assert found(history, typed) == []


def test_no_history_and_no_pictures(history: History) -> None:
    assert history.privacy(ME) == Privacy(history=True, pictures=True, days=None)
    history.set_privacy(ME, Privacy(history=False))
    assert history.add(ME, Draft(Source.UPLOAD, "A dog.", picture=CAT)) is None
    assert history.count(ME) == 0

    history.set_privacy(ME, Privacy(pictures=False, days=7))
    assert history.privacy(ME) == Privacy(pictures=False, days=7)
    entry = keep(history, picture=CAT)
    assert not entry.has_picture
    assert history.picture(ME, entry.id) is None


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_days_make_sense(days: int) -> None:
    with pytest.raises(HistoryError, match="number of days"):
        Privacy(days=days)


def test_a_thumbnail_is_small(history: History) -> None:
    noise = Image.effect_noise((256, 256), 200).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "PNG")
    for picture in (CAT, file.getvalue()):
        entry = keep(history, picture=picture)
        jpeg = history.picture(ME, entry.id)
        assert jpeg is not None
        assert 0 < len(jpeg) <= MAX_BYTES
        with Image.open(io.BytesIO(jpeg)) as small:
            assert (small.format, max(small.size)) == ("JPEG", SIDE_PX)


def test_a_thumbnail_says_nothing_of_the_place(history: History) -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "at home"
    Image.new("RGB", (300, 300)).save(file, "JPEG", exif=exif, comment=b"at home")
    assert b"at home" in file.getvalue()
    assert b"at home" not in shrink(file.getvalue())


def test_words_are_kept_without_a_picture_that_cannot_be_read(history: History) -> None:
    assert not keep(history, picture=b"no picture").has_picture


def test_words_are_cleaned(history: History) -> None:
    entry = keep(history, " A\x00dog\ud800\nruns. ", photo="a\x1b[31m.jpg")
    assert (entry.text, entry.photo) == ("A dog runs.", "a [31m.jpg")
    assert len(keep(history, "dog " * 10_000).text) == 1999


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " \x00"}, {"confidence": float("nan")}, {"confidence": 1.1}, {"rate": 0.0},
        {"rate": float("inf")}, {"voice": ""}, {"language": ""}, {"language": "../x"},
        {"time": dt.datetime(2025, 1, 1)},
    ],
)  # fmt: skip
def test_a_draft_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(HistoryError):
        Draft(**{"source": Source.API, "text": "A dog.", **wrong})  # type: ignore[arg-type]


def test_the_folder_is_the_platforms_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOIS_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    history = History()
    assert history.path == tmp_path / "mine" / "history.db"
    history.close()
    monkeypatch.delenv("VOIS_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert data_folder().name == "vois"
