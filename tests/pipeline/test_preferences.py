"""The file that remembers what a person chose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import ErrorCode, PreferencesError
from pipeline.preferences import Preferences, PreferencesFile

MODEL = "http://127.0.0.1:11434 - hf.co/somebody/a-model-with-a-long-name-GGUF:Q4_K_M"
CHOSEN = Preferences("fr", "kokoro", 1.5, "short", False, 30, 40, True, False, "vois", MODEL)


def test_what_was_chosen_is_found_again(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path / "new")
    assert file.read() == Preferences()
    file.write(CHOSEN)
    assert PreferencesFile(tmp_path / "new").read() == CHOSEN
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["settings.json"]
    file.write(Preferences(muted=False))
    assert json.loads(file.path.read_text()) == {"muted": False}  # False is a choice, too


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[1]", b"\xff\xfe", b'"fr"', b'{"language": "' + b"a" * 20_000]
)
def test_a_damaged_file_is_an_error_and_can_be_replaced(tmp_path: Path, damaged: bytes) -> None:
    file = PreferencesFile(tmp_path)
    file.path.write_bytes(damaged)
    with pytest.raises(PreferencesError) as raised:
        file.read()
    assert raised.value.code is ErrorCode.SETTINGS_UNREADABLE
    file.write(CHOSEN)
    assert file.read() == CHOSEN


@pytest.mark.parametrize(
    "stored",
    [
        {"pace": float("nan"), "volume": 101, "interval_s": 0, "language": ""},
        {"pace": True, "volume": 1.5, "muted": 1, "keys": None, "voice": 7, "form": ["short"]},
        {"voice": "a" * 100, "speaker": "\x00", "unknown": 1},
        {"other_model": "a" * 500},
        {"other_model": "a\nb"},
        ["fr"],
        None,
    ],
)
def test_what_has_no_sense_is_left_out(stored: object) -> None:
    assert Preferences.of(stored) == Preferences()
    if isinstance(stored, dict):
        assert Preferences.of({**stored, "neutral": False}) == Preferences(neutral=False)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = PreferencesFile(tmp_path / "file")
    with pytest.raises(PreferencesError) as raised:
        file.write(CHOSEN)
    assert raised.value.code is ErrorCode.SETTINGS_UNWRITABLE
