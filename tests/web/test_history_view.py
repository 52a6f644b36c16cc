"""What the history panel shows and does, with a real history in a real file."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest

from pipeline.history import LOCAL_OWNER, Draft, Entry, History, Source, export_zip
from pipeline.passages import Passage
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.web.state.announcement import Kind, Spoken
from pipeline.web.state.description_queue import DescriptionQueue, Workers
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.history_view import PAGE_ENTRIES, HistoryView, zone_of

CAT = Path(__file__).resolve().parents[2] / "assets" / "samples" / "cat.jpg"
NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)


def message(number: int, kind: str, **values: object) -> dict[str, object]:
    return {"number": number, "kind": kind, "values": values}


def sent(*messages: object) -> dict[str, object]:
    """What messages.js sends."""
    return {"sender": "page", "messages": list(messages)}


class Panel:
    """A history_view as the page's script in the browser meets it."""

    def __init__(self, history: History | None, owner: str = LOCAL_OWNER) -> None:
        self.history_access = HistoryAccess(history, owner)
        self.history_view = HistoryView(self.history_access, ENGLISH, "token", dt.UTC)
        self.number = 0

    def do(self, kind: str, **values: str) -> dict[str, Any]:
        self.number += 1
        self.history_view.receive(sent(message(self.number, kind, **values)))
        return self.data

    @property
    def data(self) -> dict[str, Any]:
        return self.history_view.data()

    @property
    def words(self) -> list[str]:
        return [entry["words"] for entry in self.data["entries"]]

    @property
    def said(self) -> str:
        return str(self.data["said"]["text"])


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def panel(history: History) -> Panel:
    return Panel(history)


def fill(history: History, count: int, owner: str = LOCAL_OWNER) -> list[int]:
    """Entries 0 to count - 1, an hour apart; returns their ids, the oldest first."""
    drafts = (
        Draft(Source.CAMERA, f"Dog {n}.", time=NOON + n * dt.timedelta(hours=1))
        for n in range(count)
    )
    entries = [history.add(owner, draft) for draft in drafts]
    return [entry.id for entry in entries if entry is not None]


def test_an_entry_as_the_browser_gets_it(history: History, panel: Panel) -> None:
    draft = Draft(
        Source.COMMAND_LINE, "A dog.", "fr", time=NOON, picture=CAT.read_bytes(), reading="EXIT"
    )
    entry = history.add(LOCAL_OWNER, draft)
    assert entry is not None
    panel.do("correct", id=str(entry.id), text="A cat.")
    assert panel.data["entries"] == [
        {
            "id": str(entry.id),
            "day": "2026-07-01",
            "time": "12:00",
            "source": ENGLISH.history_source_command_line,
            "words": "A cat.",
            "words_language": "fr",
            "original": "A dog.",
            "language": "fr",
            "picture": True,
            "reading": "EXIT",
            "reading_language": "en",
        }
    ]


def test_an_answer_of_another_model_is_marked(history: History, panel: Panel) -> None:
    draft = Draft(Source.UPLOAD, "Il est rouge.", "fr", time=NOON, model="llava")
    entry = history.add(LOCAL_OWNER, draft)
    assert entry is not None
    (item,) = panel.data["entries"]
    assert item["source"] == "photo, another model: llava"
    panel.do("play", id=str(entry.id))
    marked = "Un autre modèle, llava\u00a0: Il est rouge."
    assert panel.history_view.take_speech() == (marked, "fr", (), ())
    panel.do("correct", id=str(entry.id), text="Il est bleu.")
    panel.do("play", id=str(entry.id))
    assert panel.history_view.take_speech() == ("Il est bleu.", "fr", (), ())  # a person's words


def test_days_are_those_of_the_browsers_clock(history: History) -> None:
    history.add(LOCAL_OWNER, Draft(Source.CAMERA, "Late.", time=NOON.replace(hour=23)))
    history_view = HistoryView(
        HistoryAccess(history, LOCAL_OWNER), ENGLISH, "token", zone_of("Asia/Tokyo")
    )
    (entry,) = history_view.data()["entries"]  # type: ignore[attr-defined]
    assert (entry["day"], entry["time"]) == ("2026-07-02", "08:00")
    history_view.receive(sent(message(1, "search", day="2026-07-01")))
    assert history_view.data()["entries"] == []
    history_view.receive(sent(message(2, "search", day="2026-07-02")))
    assert len(history_view.data()["entries"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [None, "", "No/Where", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_becomes_this_machines(name: str | None) -> None:
    assert zone_of(name) is None


def test_pages_there_and_back(history: History, panel: Panel) -> None:
    fill(history, 2 * PAGE_ENTRIES + 5)
    newest = 2 * PAGE_ENTRIES + 4
    assert panel.words == [f"Dog {newest - n}." for n in range(PAGE_ENTRIES)]
    assert (panel.data["newer"], panel.data["older"]) == (False, True)
    assert panel.data["count"] == ENGLISH.history_count.format(count=newest + 1)
    panel.do("older")
    assert panel.words[0] == f"Dog {newest - PAGE_ENTRIES}."
    assert panel.said == ENGLISH.history_page.format(number=2)
    panel.do("older")
    assert panel.words == [f"Dog {n}." for n in reversed(range(5))]
    assert (panel.data["newer"], panel.data["older"], panel.data["page"]) == (True, False, 3)
    panel.do("older")
    assert panel.said == ENGLISH.history_no_older
    assert len(panel.words) == 5
    panel.do("newer")
    panel.do("newer")
    assert panel.words[0] == f"Dog {newest}."
    panel.do("newer")
    assert panel.said == ENGLISH.history_no_newer


def test_a_full_last_page_has_none_after_it(history: History, panel: Panel) -> None:
    fill(history, PAGE_ENTRIES)
    assert panel.data["older"] is False


def test_a_page_whose_entries_are_gone_gives_way(history: History, panel: Panel) -> None:
    ids = fill(history, PAGE_ENTRIES + 1)
    assert panel.data["older"]
    assert panel.do("older")["page"] == 2
    panel.do("delete", id=str(ids[0]))
    assert len(panel.words) == PAGE_ENTRIES
    assert panel.data["newer"] is False


def test_search_and_filters(history: History, panel: Panel) -> None:
    fill(history, 30)
    history.add(LOCAL_OWNER, Draft(Source.UPLOAD, "A cat.", time=NOON))
    assert panel.data["older"]
    panel.do("older")
    panel.do("search", text="cat", source="", day="")
    assert panel.words == ["A cat."]
    assert (panel.said, panel.data["page"]) == (ENGLISH.history_count_one, 1)
    panel.do("search", text="", source="upload", day="")
    assert panel.words == ["A cat."]
    panel.do("search", text="", source="", day="2026-07-02")
    assert panel.data["count"] == ENGLISH.history_count.format(count=18)
    assert panel.data["filter"] == {"text": "", "source": "", "day": "2026-07-02"}
    panel.do("search", text="quagga", source="nowhere", day="yesterday")
    assert (panel.words, panel.said) == ([], ENGLISH.history_count_none)


def test_nothing_is_read_when_nothing_changed(
    history: History, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    before = history.page
    monkeypatch.setattr(history, "page", lambda *a, **k: read.append("page") or before(*a, **k))
    fill(history, 1)
    version = panel.data["version"]
    assert panel.data["version"] == version
    assert len(read) == 1
    fill(history, 1)
    assert panel.data["version"] > version
    assert len(read) == 2
    # Another program writes into the same file.
    other = History(history.path.parent)
    fill(other, 1)
    other.close()
    assert len(panel.words) == 3
    assert len(read) == 3


def test_two_pages_show_the_same_and_undo_what_the_other_has_deleted(history: History) -> None:
    first, second = Panel(history), Panel(history)
    fill(history, 2)
    assert first.words == second.words == ["Dog 1.", "Dog 0."]
    first.do("delete_all")
    assert second.words == []
    after_reload = Panel(history)
    for panel in (second, after_reload):
        assert panel.data["undo"] is True
    after_reload.do("undo")
    assert first.words == second.words == ["Dog 1.", "Dog 0."]
    assert first.data["undo"] is second.data["undo"] is False


def test_a_history_that_cannot_be_read_is_said_once(history: History, panel: Panel) -> None:
    fill(history, 1)
    assert panel.words == ["Dog 0."]
    history.close()
    history.path.unlink()
    history.path.mkdir()
    said = []
    for _ in range(3):
        panel.data  # noqa: B018 - it is read
        said.append(panel.history_view.take_problem())
    assert said[0]
    assert said[1:] == ["", ""]


def test_each_message_is_acted_on_once(history: History, panel: Panel) -> None:
    ids = fill(history, 3)
    first, second = (message(number, "delete", id=str(ids[number])) for number in (1, 2))
    panel.history_view.receive(sent(first))
    # The first one comes again, as it was not acknowledged yet.
    panel.history_view.receive(sent(first, second))
    panel.history_view.receive(sent(first, second))
    assert panel.words == ["Dog 0."]
    assert panel.data["acknowledged"] == {"page": 2}
    for _ in range(2):
        panel.history_view.receive(sent(message(3, "undo")))
    assert panel.words == ["Dog 2.", "Dog 0."]


def test_deleted_comes_back_one_by_one(history: History, panel: Panel) -> None:
    ids = fill(history, 3)
    assert panel.data["undo"] is False
    panel.do("delete", id=str(ids[1]))
    assert panel.said == ENGLISH.history_deleted
    panel.do("delete_all")
    assert panel.words == []
    assert panel.said == ENGLISH.history_deleted_all
    assert panel.data["undo"] is True
    panel.do("undo")
    assert panel.said == ENGLISH.history_undone.format(count=2)
    panel.do("undo")
    assert panel.said == ENGLISH.history_undone_one
    assert len(panel.words) == 3
    assert panel.data["undo"] is False
    panel.do("undo")
    assert panel.said == ENGLISH.history_no_undo


def test_a_correction_is_spoken_in_its_own_language(history: History, panel: Panel) -> None:
    entry = history.add(LOCAL_OWNER, Draft(Source.CAMERA, "A dog runs.", "en", reading="EXIT"))
    assert entry is not None
    panel.history_view.translate(FRENCH)
    panel.do("correct", id=str(entry.id), text="Un loup court dans la neige.")
    panel.history_view.translate(ENGLISH)
    (item,) = panel.data["entries"]
    assert (item["words_language"], item["language"]) == ("fr", "en")
    panel.do("play", id=str(entry.id))
    text, language, said, pieces = panel.history_view.take_speech() or ("", "", (), ())
    assert (text, language) == ("Un loup court dans la neige. On y lit\u00a0: EXIT", "fr")
    assert said[0].language == "fr"
    assert pieces == (
        Passage("Un loup court dans la neige. On y lit\u00a0: ", "fr"),
        Passage("EXIT", "en"),
    )
    panel.do("correct", id=str(entry.id), text="")
    assert panel.data["entries"][0]["words_language"] == "en"


def test_a_correction_is_taken_back_by_an_empty_one(history: History, panel: Panel) -> None:
    (number,) = fill(history, 1)
    panel.do("correct", id=str(number), text=" A  cat. ")
    assert panel.words == ["A cat."]
    assert panel.said == ENGLISH.history_corrected
    panel.do("correct", id=str(number), text="")
    assert (panel.words, panel.data["entries"][0]["original"]) == (["Dog 0."], "")


def test_what_was_read_is_played_in_its_own_language(history: History, panel: Panel) -> None:
    read = "BOULANGERIE\nFermé à 19 h"
    entry = history.add(LOCAL_OWNER, Draft(Source.UPLOAD, "A street.", reading=read))
    assert entry is not None
    panel.do("play", id=str(entry.id))
    said = (
        Passage("A street. It says:", "en"),
        Passage("Boulangerie\nFermé à 19 heures", "fr"),
    )
    pieces = (Passage("A street. It says:\n", "en"), Passage(read, "fr"))
    shown = f"A street. It says:\n{read}"
    assert panel.history_view.take_speech() == (shown, "en", said, pieces)


def test_what_is_gone_is_said_each_time(history: History, panel: Panel) -> None:
    (number,) = fill(history, 1)
    history.delete(LOCAL_OWNER, number)
    for _ in range(2):
        for kind in ("play", "correct"):
            panel.do(kind, id=str(number), text="A cat.")
            assert "no longer in the history" in panel.history_view.take_problem()
            assert panel.history_view.take_problem() == ""
    assert panel.history_view.take_speech() is None
    assert panel.words == []


def test_no_session_reaches_another_owners_entries(history: History) -> None:
    mine, theirs = Panel(history, "session a"), Panel(history, "session b")
    (number,) = fill(history, 1, "session a")
    assert theirs.words == []
    for kind in ("play", "correct", "delete", "delete_all", "undo"):
        theirs.do(kind, id=str(number), text="Mine.")
    assert theirs.history_view.take_speech() is None
    assert mine.words == ["Dog 0."]


@pytest.mark.parametrize(
    "value",
    [
        *(None, "play", [None], {"sender": "page"}, sent(None), sent({})),
        sent({"number": "1", "kind": "delete_all", "values": {}}),
        *(sent({"number": 1, "kind": "delete_all"}), sent({"number": 1}), sent(message(1, "hear"))),
        *(sent(message(1, "delete", id=one)) for one in ("", "-1", "9" * 40, "²", None)),
    ],
)
def test_nonsense_changes_nothing(history: History, panel: Panel, value: object) -> None:
    fill(history, 1)
    panel.history_view.receive(value)
    assert panel.words == ["Dog 0."]
    assert panel.data["undo"] is False


def test_an_archive_is_taken_in_once(tmp_path: Path, history: History, panel: Panel) -> None:
    fill(history, 2)
    archive = io.BytesIO(b"".join(export_zip(history, LOCAL_OWNER)))
    other = History(tmp_path / "other")
    guest = Panel(other)
    assert guest.words == []
    guest.history_view.take_in("file 1", archive)
    assert guest.words == ["Dog 1.", "Dog 0."]
    words = ENGLISH.history_imported.format(added=2, known=0)
    assert guest.history_view.take_speech() == (words, "en", (), ())
    guest.history_view.take_in("file 1", archive)
    assert guest.history_view.take_speech() is None
    guest.history_view.take_in("file 2", archive)
    assert guest.history_view.take_speech() == (
        ENGLISH.history_imported.format(added=0, known=2),
        "en",
        (),
        (),
    )
    guest.history_view.take_in("file 3", io.BytesIO(b"words"))
    assert "no archive that Vois exported" in guest.history_view.take_problem()
    other.close()


def test_a_history_that_breaks_is_a_sentence(tmp_path: Path) -> None:
    history = History(tmp_path)
    panel = Panel(history)
    fill(history, 1)
    history.close()
    history.path.chmod(0)
    history.path.rename(tmp_path / "away")
    history.path.mkdir()  # where the file was
    assert panel.words == []
    assert panel.history_view.take_problem().endswith(".")
    assert panel.words == []
    assert panel.history_view.take_problem() == ""  # it is not tried again before something happens
    panel.do("search", text="dog")
    assert panel.history_view.take_problem().endswith(".")


def test_without_a_history_the_panel_says_so() -> None:
    panel = Panel(None)
    assert panel.data["off"] == ENGLISH.history_off
    for kind in ("search", "older", "play", "correct", "delete", "delete_all", "undo"):
        panel.do(kind, id="1", text="A cat.")
    panel.history_view.take_in("file", io.BytesIO())
    assert panel.history_view.take_speech() is None


def test_kept_words_are_said_again_and_again() -> None:
    def speak(text: str, language: str) -> Iterator[Spoken]:
        yield Spoken(f"sound of {text} in {language}", 1.0, "voice", False)

    queue = DescriptionQueue()
    workers = Workers(lambda: None, lambda data, name: pytest.fail("no photo"), speak)
    while queue.step(workers, ENGLISH, queue.worked):
        pass
    ids = []
    for _ in range(2):
        queue.say("Un chien.", "fr")
        (entry,) = queue.entries  # the one before makes room
        assert (entry.kind, entry.now) == (Kind.DESCRIPTION, True)
        assert entry.as_item()["language"] == "fr"
        assert queue.step(workers, ENGLISH, queue.worked)
        assert [sound.token for sound in entry.sounds] == ["sound of Un chien. in fr"]
        ids.append(entry.id)
    assert ids[0] != ids[1]


def test_the_panel_follows_the_pages_language(history: History, panel: Panel) -> None:
    fill(history, 1)
    before = panel.data
    assert (before["language"], before["count"]) == ("en", ENGLISH.history_count_one)
    panel.history_view.translate(ENGLISH)
    assert panel.data["version"] == before["version"]
    panel.history_view.translate(FRENCH)
    after = panel.data
    assert after["version"] > before["version"]
    assert (after["language"], after["count"]) == ("fr", FRENCH.history_count_one)
    assert after["entries"][0]["source"] == FRENCH.history_source_camera
    assert after["entries"][0]["language"] == "en"  # its own
    panel.do("play", id=after["entries"][0]["id"])
    assert panel.history_view.take_speech() == ("Dog 0.", "en", (), ())
    panel.do("newer")
    assert panel.said == FRENCH.history_no_newer
    panel.history_view.take_in("file", io.BytesIO(b"no archive"))
    assert panel.history_view.take_problem() in FRENCH.errors.values()


def test_a_second_run_of_the_page_waits_for_what_the_first_one_reads(tmp_path: Path) -> None:
    reading, go_on = threading.Event(), threading.Event()

    class SlowHistory(History):
        def page(self, *arguments: Any, **options: Any) -> list[Entry]:
            reading.set()
            assert go_on.wait(10)
            return super().page(*arguments, **options)

    history = SlowHistory(tmp_path)
    fill(history, 1)
    panel = Panel(history)
    with ThreadPoolExecutor(2) as runs:
        first = runs.submit(lambda: panel.words)
        assert reading.wait(10)
        second = runs.submit(lambda: panel.words)
        wait([second], timeout=0.2)  # under test: it does not return
        go_on.set()
        assert first.result() == second.result() == ["Dog 0."]
    history.close()
