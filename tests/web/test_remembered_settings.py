"""What is noticed and kept of a person's choices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.captioning.detail import Form
from pipeline.phrases import FRENCH
from pipeline.preferences import Preferences, PreferencesFile
from pipeline.web.state.remembered_settings import RememberedSettings
from pipeline.web.state.settings import Settings, Speaker

BEGIN = Settings("en")


def test_only_what_is_chosen_is_kept(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path)
    mine = RememberedSettings(file)
    mine.note(BEGIN)
    assert not file.path.exists()
    mine.note(replace(BEGIN, muted=True, form=Form.SHORT, speaker=Speaker.VOIS))
    assert file.read() == Preferences(muted=True, form="short", speaker="vois")
    mine.note(BEGIN)  # taken back is a choice, too
    assert file.read() == Preferences(muted=False, form="auto")


def test_two_tabs_do_not_undo_each_other(tmp_path: Path) -> None:
    first, second = (RememberedSettings(PreferencesFile(tmp_path)) for _ in range(2))
    first.note(BEGIN)
    second.note(BEGIN)
    first.note(replace(BEGIN, pace=1.5))
    second.note(replace(BEGIN, muted=True))
    assert RememberedSettings(PreferencesFile(tmp_path)).preferences == Preferences(
        pace=1.5, muted=True
    )


def test_the_browser_tells_what_the_file_does_not_know(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path)
    file.write(Preferences(muted=False))
    mine = RememberedSettings(file)
    assert not mine.asked
    assert mine.recall({"muted": True, "pace": 1.5, "voice": 3}) == Preferences(pace=1.5)
    assert mine.asked
    assert mine.preferences == Preferences(muted=False, pace=1.5)
    mine.note(replace(BEGIN, pace=1.5))  # as it was recalled: nobody chose now
    assert file.read() == Preferences(muted=False)


def test_a_visitor_leaves_no_file() -> None:
    visitor = RememberedSettings(None)
    visitor.note(BEGIN)
    visitor.note(replace(BEGIN, muted=True))
    assert visitor.preferences == Preferences(muted=True)


def test_reset_forgets_everything(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path)
    file.write(Preferences(language="fr", muted=True))
    mine = RememberedSettings(file)
    mine.note(BEGIN)
    mine.reset()
    mine.note(replace(BEGIN, language="fr"))
    assert file.read() == mine.preferences == Preferences()


def test_a_damaged_file_is_told_once_and_written_anew(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path)
    file.path.write_text("{")
    mine = RememberedSettings(file)
    assert mine.take_problem(FRENCH).startswith("Vos réglages n’ont pas pu être lus")  # noqa: RUF001
    assert mine.take_problem(FRENCH) == ""
    mine.note(BEGIN)
    mine.note(replace(BEGIN, keys=False))
    assert mine.take_problem(FRENCH) == ""
    assert file.read() == Preferences(keys=False)
