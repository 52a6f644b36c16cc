"""What a person chose once and wants to find again, in one small file of the data folder.

The page keeps it for the machine's own person, and the command line follows it. The browser keeps
the same values for everybody.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from pipeline.errors import ErrorCode, PreferencesError

Value = str | float | bool | None

FILE = "settings.json"
_MOST_BYTES = 10_000
_MOST_LETTERS = 40
_MOST_MODEL_LETTERS = 400  # an address, and a name that may be a path


@dataclass(frozen=True)
class Preferences:
    """What was chosen; None for what was not, so that its default may change.

    The values are stable names and numbers, never words of one language.

    Attributes:
        language: two-letter code.
        voice: "offline", "best" or a voice's name.
        pace: 0.5 to 2.
        form: a value of `pipeline.captioning.detail.Form`.
        neutral: whether people are called people.
        interval_s: least seconds between two sentences of the camera.
        volume: percent.
        muted: whether sounds are not heard.
        keys: whether single keys press buttons.
        speaker: who says it aloud, a value of `pipeline.web.state.settings.Speaker`.
        other_model: the key of another model (`pipeline.other_model.OtherModel`); "" for none.
    """

    language: str | None = None
    voice: str | None = None
    pace: float | None = None
    form: str | None = None
    neutral: bool | None = None
    interval_s: float | None = None
    volume: int | None = None
    muted: bool | None = None
    keys: bool | None = None
    speaker: str | None = None
    other_model: str | None = None

    def chosen(self) -> dict[str, Value]:
        """The values that were chosen, by name: JSON, where a dict has to stand for a type."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def of(cls, stored: object) -> Preferences:
        """Takes what a file or a browser has stored; whatever has no sense is left out."""
        if not isinstance(stored, Mapping):
            return cls()
        return cls(
            **{
                field.name: stored[field.name]
                for field in fields(cls)
                if field.name in stored and _CHECKS[field.name](stored[field.name])
            }
        )


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MOST_LETTERS and value.isprintable()


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_MODEL_LETTERS and value.isprintable()


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _between(least: float, most: float, whole: bool = False) -> Callable[[object], bool]:
    kinds = (int,) if whole else (int, float)
    return lambda value: (
        isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most
    )


_CHECKS: dict[str, Callable[[object], bool]] = {
    "language": _is_name,
    "voice": _is_name,
    "pace": _between(0.5, 2.0),
    "form": _is_name,
    "neutral": _is_bool,
    "interval_s": _between(1, 3600),
    "volume": _between(0, 100, whole=True),
    "muted": _is_bool,
    "keys": _is_bool,
    "speaker": _is_name,
    "other_model": _is_key,
}


class PreferencesFile:
    """The file of the machine's own person. Several processes may read and write it."""

    def __init__(self, folder: Path) -> None:
        """Touches nothing.

        Args:
            folder: of the person's data; made when something is written.
        """
        self.path = folder / FILE

    def read(self) -> Preferences:
        """What was chosen; nothing where there is no file.

        Raises:
            PreferencesError: the file cannot be read, or is damaged.
        """
        try:
            # A pipe would be waited for without end.
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise OSError("it is no file")
            with self.path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return Preferences()
        except OSError as error:
            raise PreferencesError(ErrorCode.SETTINGS_UNREADABLE, path=self.path) from error
        try:
            stored = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise PreferencesError(ErrorCode.SETTINGS_UNREADABLE, path=self.path) from error
        if not isinstance(stored, dict):
            raise PreferencesError(ErrorCode.SETTINGS_UNREADABLE, path=self.path)
        return Preferences.of(stored)

    def write(self, preferences: Preferences) -> None:
        """Replaces the file at once: a reader meets the old one or the new one.

        Raises:
            PreferencesError: the folder or the disk does not allow it.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(suffix=".part", dir=self.path.parent)
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump(preferences.chosen(), file, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self.path)
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(name)
                raise
        except OSError as error:
            raise PreferencesError(ErrorCode.SETTINGS_UNWRITABLE, path=self.path) from error
