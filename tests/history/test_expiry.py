"""How long entries are kept, and that a clock set wrong loses none of them."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.history import Draft, Entry, History, Privacy, Source, export_zip, import_zip

ME = "local"
HOUR = dt.timedelta(hours=1)
YEAR_H = 365 * 24
SetClock = Callable[[float], None]


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Sets the machine's clock wrong by so many hours; monotonic time goes on as it does."""
    right = time.time_ns

    def set_clock(hours: float) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: right() + int(hours * 3600 * 10**9))

    return set_clock


def keep(history: History, hours_ago: float, owner: str = ME) -> Entry:
    moment = dt.datetime.now(dt.UTC) - hours_ago * HOUR
    entry = history.add(owner, Draft(Source.UPLOAD, f"Dog {hours_ago}.", time=moment))
    assert entry is not None
    return entry


def texts(history: History, owner: str = ME) -> list[str]:
    return [entry.text for entry in history.page(owner)]


def test_days_that_are_over_are_hidden_and_a_day_later_removed(
    history: History, clock: SetClock
) -> None:
    for hours in (500, 49, 47, 1):
        keep(history, hours)
        keep(history, hours, owner="other")
    history.set_privacy(ME, Privacy(days=2))
    assert history.purge() == 0
    assert texts(history) == ["Dog 1.", "Dog 47."]
    assert history.count("other") == 4
    clock(25)  # the machine was off for a day
    again = History(history.path.parent)
    assert again.purge() == 2
    assert again.undo(ME) == 1  # "Dog 47." is two days old meanwhile
    assert texts(again) == ["Dog 1.", "Dog 47."]
    again.close()


def test_what_is_brought_back_stays(history: History) -> None:
    keep(history, 100)
    history.set_privacy(ME, Privacy(days=2))
    history.purge()
    assert texts(history) == []
    assert history.undoable(ME)
    assert history.undo(ME) == 1
    history.purge(undo_s=0, expired_s=0)
    assert texts(history) == ["Dog 100."]
    assert not history.undoable(ME)


def test_undo_begins_with_what_the_person_deleted(history: History) -> None:
    keep(history, 100)
    history.delete(ME, keep(history, 1).id)
    history.set_privacy(ME, Privacy(days=2))
    history.purge()
    assert history.undo(ME) == 1
    assert texts(history) == ["Dog 1."]
    assert history.undo(ME) == 1
    assert history.undo(ME) == 0
    assert texts(history) == ["Dog 1.", "Dog 100."]


@pytest.mark.parametrize("started", [False, True], ids=["while it ran", "before it was started"])
def test_a_clock_set_ahead_hides_and_a_clock_set_right_brings_back(
    history: History, clock: SetClock, started: bool
) -> None:
    for hours in (3, 2, 1):
        keep(history, hours)
    history.set_privacy(ME, Privacy(days=7))
    history.purge()
    clock(YEAR_H)
    if started:
        history = History(history.path.parent)
    assert history.purge() == 0
    assert texts(history) == []
    clock(2 * YEAR_H)  # still set about: the day in which it can be undone does not end by that
    assert history.purge() == 0
    clock(0)
    assert history.purge() == 0
    assert texts(history) == ["Dog 1.", "Dog 2.", "Dog 3."]
    assert not history.undoable(ME)
    history.close()


def test_a_clock_set_ahead_and_undo(history: History, clock: SetClock) -> None:
    keep(history, 1)
    history.set_privacy(ME, Privacy(days=7))
    clock(YEAR_H)
    history.purge()
    assert history.undo(ME) == 1
    history.purge(expired_s=0)
    assert texts(history) == ["Dog 1."]
    # Its days count from now, not from the year to come.
    clock(0)
    history.purge()
    clock(8 * 24)
    history.purge()
    assert texts(history) == []


def test_a_clock_set_ahead_ends_no_undo(history: History, clock: SetClock) -> None:
    keep(history, 1)
    history.delete_all(ME)
    clock(YEAR_H)
    assert history.purge() == 0
    assert history.undo(ME) == 1


def test_a_clock_set_back_does_not_keep_what_was_deleted(history: History, clock: SetClock) -> None:
    clock(YEAR_H)
    history.delete(ME, keep(history, 0).id)
    clock(0)
    assert history.purge() == 0
    clock(1)
    again = History(history.path.parent)
    assert again.purge() == 1
    again.close()


def test_old_entries_that_were_imported_stay_as_long_as_new_ones(
    history: History, tmp_path: Path, clock: SetClock
) -> None:
    for hours in (YEAR_H, 1):
        keep(history, hours)
    file = io.BytesIO(b"".join(export_zip(history, ME)))
    with_days = Privacy(days=7)
    other = History(tmp_path / "other")
    for imports in (other, history):
        imports.set_privacy(ME, with_days)
        imports.delete_all(ME)
        import_zip(imports, ME, file)
        imports.purge(undo_s=0, expired_s=0)
        assert texts(imports) == ["Dog 1.", f"Dog {YEAR_H}."]
    clock(8 * 24)
    other.purge()
    assert texts(other) == []
    other.close()
