"""One person's photos in the order they came, and the next piece of work on them."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.description import Description
from pipeline.errors import SpeechError, VoisError
from pipeline.phrases import Phrases, phrases
from pipeline.web.state.camera_worker import Report, Speak, Spoken, Timestamps

logger = logging.getLogger(__name__)

# A sentence of the camera may still be spoken while the next one is already there; not three.
LIVE_KEPT = 2


class Kind(StrEnum):
    """What an entry's text is; the page's script and style know these names."""

    WAITING = "waiting"
    DESCRIPTION = "description"
    GUIDANCE = "guidance"
    ERROR = "error"


@dataclass(frozen=True)
class Photo:
    """A photo that is on the page now.

    Attributes:
        key: what Streamlit knows it by; the same photo chosen twice has two keys.
        name: the file's name, said in errors.
        read: gives the file's bytes; called once.
        now: stops what is being said; photos chosen together wait for one another instead.
    """

    key: str
    name: str
    read: Callable[[], bytes]
    now: bool


@dataclass
class Entry:
    """What is known of one photo, or of one error.

    Attributes:
        id: unique over all sessions and restarts, for the browser remembers what it has said.
        photo: None for an error without a photo.
        batch: counts up with each choice; photos chosen together share it.
        number: its place among those chosen together, from 1; 0 when it was chosen alone.
        kind: what `text` is.
        text: what is shown and spoken.
        language: two-letter code of the text.
        now: stops what is being said; others wait for it to end.
        description: set once the photo was described.
        sounds: of its sentences, as far as they are made.
        complete: whether no more will come; without any sound, no voice could speak.
        speech: makes the next sentence's sound.
        moments: of what the camera saw; its sounds are made by the camera's thread.
        kept: whether these are words from the history.
    """

    id: str
    photo: Photo | None
    batch: int
    number: int
    kind: Kind
    text: str
    language: str
    now: bool
    description: Description | None = None
    sounds: tuple[Spoken, ...] = ()
    complete: bool = False
    speech: Iterator[Spoken] | None = None
    moments: Timestamps | None = None
    kept: bool = False

    def as_item(self) -> dict[str, object]:
        """What `assets/page/player.js` takes: JSON, where a dict has to stand for a type."""
        return {
            "id": self.id,
            "now": self.now,
            "kind": self.kind.value,
            "text": self.text,
            "language": self.language,
            "picture": phrases(self.language).camera_picture_of.format(text=self.text),
            "sounds": [sound.token for sound in self.sounds],
            "complete": self.complete,
            "voice": self.sounds[0].voice if self.sounds else "",
            "online": any(sound.online for sound in self.sounds),
            "seen": 0 if self.moments is None else 1000 * self.moments.seen,
            "moments": None if self.moments is None else dataclasses.asdict(self.moments),
        }


@dataclass(frozen=True)
class Workers:
    """Who does the work; each may raise.

    Attributes:
        prepare: loads what describes and speaks.
        describe: a photo file and its name to words.
        speak: words and their language to the sounds of their sentences.
    """

    prepare: Callable[[], None]
    describe: Callable[[bytes, str], Description]
    speak: Speak


class DescriptionQueue:
    """One person's queue. The page draws it, then asks for one `step`, then draws it again.

    So the words are on the page before their sound is begun, and a person who does something in
    between is answered after the step at hand.
    """

    def __init__(self) -> None:
        """An empty queue, not ready before its first step."""
        self.entries: list[Entry] = []
        self.ready = False
        self._seen: set[str] = set()
        self._batch = 0

    def sync(self, photos: Sequence[Photo], phrases: Phrases) -> None:
        """Takes the photos that are on the page: new ones join the queue, missing ones leave it.

        A photo that is drawn again is known by its key and neither described nor spoken twice.
        """
        present = {photo.key for photo in photos}
        new = [photo for photo in photos if photo.key not in self._seen]
        self._seen = present
        # An error without a photo stays until the person moves on.
        self.entries = [
            entry
            for entry in self.entries
            if (not new if entry.photo is None else entry.photo.key in present)
        ]
        self._batch += bool(new)
        for number, photo in enumerate(new, start=1):
            if len(new) == 1:
                self._add(photo, 0, Kind.WAITING, phrases.describing, phrases.language)
            else:
                text = phrases.describing_one_of.format(number=number, count=len(new))
                self._add(photo, number, Kind.WAITING, text, phrases.language)

    @property
    def used(self) -> bool:
        """Whether this person has ever been told anything here."""
        return self._batch > 0

    def report(self, text: str, language: str) -> None:
        """Shows and speaks an error that belongs to no photo on the page, in its language."""
        self._batch += 1
        self._add(None, 0, Kind.ERROR, text, language)

    def say(self, text: str, language: str) -> None:
        """Shows and speaks words that were kept, at once; asked for again, they are said again.

        Args:
            text: what to say.
            language: its two-letter code.
        """
        self.entries = [entry for entry in self.entries if not entry.kept]
        self._batch += 1
        self._add(None, 0, Kind.DESCRIPTION, text, language)
        self.entries[-1].kept = True

    def watch(self, phrases: Phrases, cue: Spoken) -> None:
        """Shows that the camera's first picture is being looked at.

        Args:
            phrases: have the words for it.
            cue: a short sound, so that nobody waits in silence.
        """
        self.unwatch()
        self._batch += 1
        self._add(None, 0, Kind.WAITING, phrases.camera_first, phrases.language)
        self.entries[-1].sounds, self.entries[-1].complete = (cue,), True

    def unwatch(self) -> None:
        """The camera has spoken, or will not."""
        self.entries = [
            entry
            for entry in self.entries
            if entry.photo is not None or entry.kind is not Kind.WAITING
        ]

    def tell(self, report: Report) -> None:
        """Shows what the camera's thread reports; when it comes again, only its sounds are new."""
        for entry in self.entries:
            if entry.id == report.id:
                entry.sounds, entry.complete = report.sounds, report.complete
                entry.moments = report.moments
                return
        self.unwatch()
        description = report.description
        kind = Kind.ERROR
        if description is not None:
            kind = Kind.DESCRIPTION if description.guidance is None else Kind.GUIDANCE
        self._batch += 1
        entry = Entry(
            id=report.id,
            photo=None,
            batch=self._batch,
            number=0,
            kind=kind,
            text=report.text,
            language=report.language,
            now=report.interrupts,
        )
        entry.description, entry.moments = description, report.moments
        entry.sounds, entry.complete = report.sounds, report.complete
        self.entries.append(entry)
        live = [entry for entry in self.entries if entry.moments is not None]
        old = {entry.id for entry in live[:-LIVE_KEPT]}
        self.entries = [entry for entry in self.entries if entry.id not in old]

    def step(self, workers: Workers, phrases: Phrases) -> bool:
        """Does the next piece of work: a sound whose words are shown, else the next photo.

        Args:
            workers: who does it; no error of theirs gets past the queue.
            phrases: the words for an error that nobody foresaw.

        Returns:
            Whether something was done, so that the page is to be drawn again.
        """
        if not self.ready:
            self.ready = True
            problem = _problem(workers.prepare, phrases)
            if problem:
                self.report(problem, phrases.language)
            return True
        for entry in self.entries:
            made_here = entry.kind is not Kind.WAITING and entry.moments is None
            if made_here and not entry.complete:
                _speak(entry, workers.speak)
                return True
        for entry in self.entries:
            if entry.kind is Kind.WAITING and entry.photo is not None:
                _describe(entry, entry.photo, workers, phrases)
                return True
        return False

    def _add(self, photo: Photo | None, number: int, kind: Kind, text: str, language: str) -> None:
        entry_id = secrets.token_hex(8)
        now = photo is None or photo.now
        self.entries.append(Entry(entry_id, photo, self._batch, number, kind, text, language, now))


def _describe(entry: Entry, photo: Photo, workers: Workers, phrases: Phrases) -> None:
    def describe() -> None:
        description = workers.describe(photo.read(), photo.name)
        entry.kind = Kind.DESCRIPTION if description.guidance is None else Kind.GUIDANCE
        entry.text, entry.description = description.text, description
        entry.language = description.language

    problem = _problem(describe, phrases)
    if problem:
        entry.kind, entry.text, entry.language = Kind.ERROR, problem, phrases.language
    if entry.number > 0 and entry.kind is not Kind.DESCRIPTION:
        # Among several photos the person must hear which one to look after.
        entry.text = phrases.numbered.format(number=entry.number, text=entry.text)


def _problem(deed: Callable[[], None], phrases: Phrases) -> str:
    """What to say when `deed` fails; empty when it does not."""
    try:
        deed()
    except VoisError as error:
        return phrases.error_sentence(error)
    except Exception:
        # The person must never meet a traceback, nor silence.
        logger.exception("Something went wrong.")
        return phrases.unknown_error
    return ""


def _speak(entry: Entry, speak: Speak) -> None:
    """Makes the sound of the next sentence."""
    try:
        if entry.speech is None:
            entry.speech = speak(entry.text, entry.language)
        spoken = next(entry.speech, None)
    except SpeechError as error:
        logger.warning("No voice could speak: %s", error)
        spoken = None
    except Exception:
        logger.exception("A voice failed.")
        spoken = None
    if spoken is None:
        entry.complete, entry.speech = True, None
    else:
        entry.sounds = (*entry.sounds, spoken)
