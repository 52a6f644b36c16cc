"""The history panel's state: the filter, the page, and what the person does with entries."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from typing import IO, TypeVar
from zoneinfo import ZoneInfo

from pipeline.errors import HistoryError
from pipeline.history import Entry, Filter, History, Source, import_zip
from pipeline.history.correction import correction_language
from pipeline.passages import Passage, kept_passages, pieces, shown
from pipeline.phrases import Phrases, phrases
from pipeline.reading.language_guess import language_of
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.inbox import Inbox

_T = TypeVar("_T")

PAGE_ENTRIES = 5
# The arguments of `DescriptionQueue.say`.
Speech = tuple[str, str, tuple[Passage, ...], tuple[Passage, ...]]


class HistoryView:
    """One person's view of their history; used by the page's script only. Nothing raises.

    While one run of the page is at a long step, a second one may begin in a thread of its own: one
    of them reads at a time, so that the second cannot draw what the first is about to replace.
    """

    def __init__(
        self, history_access: HistoryAccess, say: Phrases, token: str, zone: dt.tzinfo | None = None
    ) -> None:
        """Begins at the newest entry.

        Args:
            history_access: whose history.
            say: the page's sentences.
            token: gives access to this person's routes (`pipeline.web.routes.history`).
            zone: of the browser's clock; None is this machine's.
        """
        self._access = history_access
        self._say = say
        self._token = token
        self._zone = zone
        self._filter = Filter(zone=zone)
        self._pages: list[int] = []  # what each page after the first comes before
        self._entries: list[Entry] = []
        self._count = 0
        self._older = False
        self._seen = ""  # `History.change` when the entries were read; "" when they are to be read
        self._inbox = Inbox()
        self._using = threading.Lock()
        self._undoable = False
        self._version = 0
        self._said = ""
        self._said_version = 0
        self._announce_count = False
        self._imported = ""
        self._speech: Speech | None = None
        self._problem = ""

    def translate(self, say: Phrases) -> None:
        """Takes the sentences of the page's language, which the person may have changed."""
        if say is not self._say:
            self._say = say
            self._version += 1

    def receive(self, sent: object) -> None:
        """Acts on the messages of assets/page/history.js, on each once.

        Args:
            sent: what `Inbox.take` takes. Invalid and unknown messages are ignored; `look` asks for
                nothing but `data`.
        """
        with self._using:
            for message in self._inbox.take(sent):
                self._version += 1
                act = _ACTIONS.get(message.kind)
                if act is not None:
                    act(self, message.values)

    def data(self) -> dict[str, object]:
        """What assets/page/history.js takes; reads the file only when something has changed.

        A `version` that stays the same means that there is nothing new.
        """
        with self._using:
            change = self._access.attempt(lambda history: history.change, "unknown")
            if self._seen != change:
                self._seen = change
                self._read()
            return self._as_data()

    def _as_data(self) -> dict[str, object]:
        off = self._say.history_off if self._access.history is None else ""
        return {
            "version": self._version,
            "change": self._seen,
            "acknowledged": self._inbox.acknowledged,
            "language": self._say.language,
            "off": off,
            "token": self._token,
            "entries": [self._as_item(entry) for entry in self._entries],
            "count": self._count_text(),
            "page": len(self._pages) + 1,
            "newer": bool(self._pages),
            "older": self._older,
            "undo": self._undoable,
            "said": {"version": self._said_version, "text": self._said},
            "filter": {
                "text": self._filter.text,
                "source": self._filter.source or "",
                "day": "" if self._filter.day is None else self._filter.day.isoformat(),
            },
        }

    def take_in(self, file_id: str, file: IO[bytes]) -> None:
        """Imports an exported zip, once, however often it is brought.

        Args:
            file_id: what Streamlit knows the file by.
            file: open for reading.
        """
        if file_id == self._imported:
            return
        self._imported = file_id
        owner = self._access.owner
        done = self._attempt(lambda history: import_zip(history, owner, file), None)
        if done is not None:
            words = self._say.history_imported.format(added=done.added, known=done.known)
            self._speech = words, self._say.language, (), ()

    def take_speech(self) -> Speech | None:
        """What is to be said; once."""
        speech, self._speech = self._speech, None
        return speech

    def take_problem(self) -> str:
        """What could not be done, to be shown and spoken; once. Empty when all went well."""
        problem, self._problem = self._problem, ""
        return problem

    def _read(self) -> None:
        owner, wanted = self._access.owner, self._filter

        def read(history: History) -> tuple[list[Entry], int]:
            before = self._pages[-1] if self._pages else None
            page = history.page(owner, wanted, before=before, limit=PAGE_ENTRIES + 1)
            return page, history.count(owner, wanted)

        nothing: tuple[list[Entry], int] = ([], 0)
        page, self._count = self._attempt(read, nothing)
        while not page and self._pages:  # all of this page were deleted
            self._pages.pop()
            page, self._count = self._attempt(read, nothing)
        self._entries, self._older = page[:PAGE_ENTRIES], len(page) > PAGE_ENTRIES
        self._undoable = self._attempt(lambda history: history.undoable(owner), False)
        self._version += 1
        if self._announce_count:
            self._announce_count = False
            self._announce(self._count_text())

    def _as_item(self, entry: Entry) -> dict[str, object]:
        local = entry.time.astimezone(self._zone)
        return {
            "id": str(entry.id),
            "day": local.date().isoformat(),
            "time": f"{local:%H:%M}",
            "source": _source_name(entry, self._say),
            "words": entry.words,
            "words_language": entry.words_language,
            "original": "" if entry.correction is None else entry.text,
            "language": entry.language,
            "picture": entry.has_picture,
            "reading": entry.reading,
            "reading_language": language_of(entry.reading, entry.language),
        }

    def _count_text(self) -> str:
        if self._count == 0:
            return self._say.history_count_none
        if self._count == 1:
            return self._say.history_count_one
        return self._say.history_count.format(count=self._count)

    def _announce(self, text: str) -> None:
        self._said = text
        self._version += 1
        self._said_version = self._version

    def _attempt(self, use: Callable[[History], _T], otherwise: _T) -> _T:
        """Does something with the history; a failure is announced to this person each time."""

        def work(history: History) -> _T:
            try:
                return use(history)
            except HistoryError as error:
                self._problem = self._say.error_sentence(error)
                return otherwise

        return self._access.attempt(work, otherwise)

    # ---- Actions ----------------------------------------------------------------------------

    def _search(self, values: Mapping[str, object]) -> None:
        source, day = str(values.get("source", "")), str(values.get("day", ""))
        self._filter = Filter(
            text=str(values.get("text", "")),
            source=Source(source) if source in frozenset(Source) else None,
            day=_day(day),
            zone=self._zone,
        )
        self._pages = []
        self._seen, self._announce_count = "", True

    def _turn_older(self, values: Mapping[str, object]) -> None:
        if not self._older:
            self._announce(self._say.history_no_older)
            return
        self._pages.append(self._entries[-1].id)
        self._turned()

    def _turn_newer(self, values: Mapping[str, object]) -> None:
        if not self._pages:
            self._announce(self._say.history_no_newer)
            return
        self._pages.pop()
        self._turned()

    def _turned(self) -> None:
        # At once: the next message may be to turn again.
        self._read()
        self._announce(self._say.history_page.format(number=len(self._pages) + 1))

    def _play(self, values: Mapping[str, object]) -> None:
        owner, number = self._access.owner, _entry_id(values)
        entry = self._attempt(lambda history: history.entry(owner, number), None)
        if entry is not None:
            language, read = entry.words_language, entry.reading
            words = _marked(entry)
            said = kept_passages(words, language, read) if read else ()
            written = Passage(read, language_of(read, language))
            parts = pieces(words, [written], language) if read else ()
            self._speech = shown(words, read, language), language, said, parts

    def _correct(self, values: Mapping[str, object]) -> None:
        owner, number, text = self._access.owner, _entry_id(values), str(values.get("text", ""))

        def correct(history: History) -> Entry:
            entry = history.entry(owner, number)
            language = correction_language(text, entry, self._say.language)
            return history.correct(owner, number, text, language)

        if self._attempt(correct, None) is not None:
            self._announce(self._say.history_corrected)

    def _delete(self, values: Mapping[str, object]) -> None:
        owner, number = self._access.owner, _entry_id(values)
        if self._attempt(lambda history: history.delete(owner, number), False):
            self._announce(self._say.history_deleted)

    def _delete_all(self, values: Mapping[str, object]) -> None:
        owner = self._access.owner
        if self._attempt(lambda history: history.delete_all(owner), 0):
            self._announce(self._say.history_deleted_all)
        self._pages = []

    def _undo(self, values: Mapping[str, object]) -> None:
        owner = self._access.owner
        back = self._attempt(lambda history: history.undo(owner), 0)
        if back == 0:
            self._announce(self._say.history_no_undo)
        elif back == 1:
            self._announce(self._say.history_undone_one)
        else:
            self._announce(self._say.history_undone.format(count=back))


_ACTIONS: dict[str, Callable[[HistoryView, Mapping[str, object]], None]] = {
    "search": HistoryView._search,
    "older": HistoryView._turn_older,
    "newer": HistoryView._turn_newer,
    "play": HistoryView._play,
    "correct": HistoryView._correct,
    "delete": HistoryView._delete,
    "delete_all": HistoryView._delete_all,
    "undo": HistoryView._undo,
}


def zone_of(name: str | None) -> dt.tzinfo | None:
    """The time zone that a browser names ("Europe/Paris"); None where it cannot be found."""
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):  # no such zone, or no table of zones here
        return None


def _marked(entry: Entry) -> str:
    """Its words; whose they are where another model wrote them, and nobody has corrected them."""
    if not entry.model or entry.correction is not None:
        return entry.words
    mark = phrases(entry.words_language).other_says.format(model=entry.model)
    return f"{mark} {entry.words}"


def _source_name(entry: Entry, say: Phrases) -> str:
    source = {
        Source.CAMERA: say.history_source_camera,
        Source.UPLOAD: say.history_source_upload,
        Source.API: say.history_source_api,
        Source.COMMAND_LINE: say.history_source_command_line,
    }[entry.source]
    if not entry.model:
        return source
    return say.history_source_model.format(source=source, model=entry.model)


def _entry_id(values: Mapping[str, object]) -> int:
    """The id of the entry that a message names; -1, which no entry has, when it names none."""
    number = str(values.get("id", ""))
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
