"""What one browser session remembers of a person's choices. Needs no Streamlit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields

from pipeline.errors import PreferencesError
from pipeline.phrases import Phrases
from pipeline.preferences import Preferences, PreferencesFile, Value
from pipeline.web.state.settings import Settings


class RememberedSettings:
    """Notices what was chosen, and keeps it: in the file for the machine's own person.

    Attributes:
        preferences: what was chosen, now or on an earlier visit.
        asked: whether the browser has said what it kept.
    """

    def __init__(self, file: PreferencesFile | None) -> None:
        """Reads the file.

        Args:
            file: of the machine's own person; None for everybody else.
        """
        self.preferences = Preferences()
        self.asked = False
        self._file = file
        self._seen: Settings | None = None
        self._problem: PreferencesError | None = None
        if file is not None:
            try:
                self.preferences = file.read()
            except PreferencesError as error:
                self._problem = error

    def recall(self, stored: object) -> Preferences:
        """Takes what the browser has kept, as far as nothing newer is known.

        Args:
            stored: comes from the browser, and may hold anything.

        Returns:
            What is new in it, to be shown in the settings.
        """
        self.asked = True
        known = self.preferences.chosen()
        kept = Preferences.of(stored).chosen()
        new = Preferences.of({name: value for name, value in kept.items() if name not in known})
        self.preferences = Preferences.of({**kept, **known})
        self._seen = None  # the next settings are those of the browser, and no choice
        return new

    def note(self, settings: Settings) -> None:
        """Keeps what differs from the settings that were noted before.

        Args:
            settings: as they are now.
        """
        before, self._seen = self._seen, settings
        if before is None:
            return
        changed = {
            name: value
            for name, value in _values(settings).items()
            if value != _values(before)[name]
        }
        if changed:
            self._write(changed)

    def reset(self) -> None:
        """Forgets every choice."""
        self.preferences, self._seen = Preferences(), None
        self._save()

    def take_problem(self, say: Phrases) -> str:
        """What could not be read or written, to be shown and spoken; once."""
        problem, self._problem = self._problem, None
        return "" if problem is None else say.error_sentence(problem)

    def _write(self, changed: dict[str, Value]) -> None:
        if self._file is not None:
            # Another tab may have written since: only what changed here is replaced.
            with suppress(PreferencesError):  # told when the page was opened; written anew
                self.preferences = self._file.read()
        self.preferences = Preferences.of({**self.preferences.chosen(), **changed})
        self._save()

    def _save(self) -> None:
        if self._file is None:
            return
        try:
            self._file.write(self.preferences)
        except PreferencesError as error:
            self._problem = error


def preferences_of(settings: Settings) -> Preferences:
    """All of the settings, whether they were chosen or not."""
    return Preferences.of(_values(settings))


def _values(settings: Settings) -> dict[str, Value]:
    return {field.name: getattr(settings, field.name) for field in fields(Preferences)}
