"""One person's announcements in the order they came, and the next piece of work on them."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.description import Description
from pipeline.errors import SpeechError, VoisError
from pipeline.passages import Passage
from pipeline.phrases import Phrases
from pipeline.phrases import phrases as phrases_of
from pipeline.web.state.announcement import Announcement, Kind, Origin, Photo, Speak, Spoken

logger = logging.getLogger(__name__)

# A sentence of the camera may still be spoken while the next one is already there; not three.
CAMERA_KEPT = 2


@dataclass(frozen=True)
class Workers:
    """What prepares, describes and speaks; each may raise.

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

    What the person does begins a new run of the page while the one before may still be at its step:
    two threads then share the queue. One works at a time, and never for a page that is out of date.

    Attributes:
        entries: the announcements, in the order they came.
        ready: whether the voices and the model were loaded, or could not be.
        worked: counts up with every step that has changed something.
        chosen: counts up with every choice of photos.
    """

    def __init__(self) -> None:
        """An empty queue, not ready before its first step."""
        self.entries: list[Announcement] = []
        self.ready = False
        self.worked = 0
        self.chosen = 0
        self._working = threading.Lock()
        self._seen: set[str] = set()
        self._batch = 0

    def sync(self, photos: Sequence[Photo], phrases: Phrases) -> None:
        """Takes the photos that are on the page: new ones join the queue, missing ones leave it.

        A photo that is drawn again is known by its key and neither described nor spoken twice.
        """
        present = {photo.key for photo in photos}
        new = [photo for photo in photos if photo.key not in self._seen]
        self._seen = present
        # What belongs to no photo stays until the person chooses one.
        self.entries = [
            entry
            for entry in self.entries
            if (not new if entry.photo is None else entry.photo.key in present)
        ]
        self._batch += bool(new)
        self.chosen += bool(new)
        several = len(new) > 1
        for number, photo in enumerate(new, start=1):
            text = phrases.describing
            if several:
                text = phrases.describing_one_of.format(number=number, count=len(new))
            self.entries.append(
                Announcement(
                    id=secrets.token_hex(8),
                    origin=Origin.PHOTO,
                    kind=Kind.WAITING,
                    text=text,
                    language=phrases.language,
                    now=photo.now,
                    batch=self._batch,
                    number=number if several else 0,
                    photo=photo,
                )
            )

    def report(self, text: str, language: str) -> None:
        """Shows and speaks an error that belongs to no photo on the page, in its language."""
        self._add(Origin.ERROR, Kind.ERROR, text, language)

    def say(
        self,
        text: str,
        language: str,
        said: tuple[Passage, ...] = (),
        pieces: tuple[Passage, ...] = (),
    ) -> None:
        """Shows and speaks words from the history, at once; asked for again, they are said again.

        Args:
            text: what to show, and to say where there are no passages.
            language: its two-letter code.
            said: the passages of the text, where it is spoken in several languages.
            pieces: the same of the text as it is shown.
        """
        self.entries = [entry for entry in self.entries if entry.origin is not Origin.HISTORY]
        self._add(Origin.HISTORY, Kind.DESCRIPTION, text, language)
        self.entries[-1].passages, self.entries[-1].pieces = said, pieces

    def tell_more(
        self, identity: str, tell: Callable[[Description], Description], phrases: Phrases
    ) -> None:
        """Shows and speaks, at once, what else can be said of a description that is here.

        Args:
            identity: of its announcement; from the browser, where it may have gone by now.
            tell: gives the second sentence; may raise.
            phrases: the words for an error.
        """
        about = next((entry for entry in self.entries if entry.id == identity), None)
        if about is None or about.description is None:
            return
        described = about.description
        self.entries = [entry for entry in self.entries if entry.origin is not Origin.MORE]

        def work() -> None:
            told = tell(described)
            self._add(Origin.MORE, Kind.DESCRIPTION, told.shown, told.language)
            self.entries[-1].passages, self.entries[-1].pieces = told.passages, told.pieces
            self.entries[-1].about = about

        problem = _problem(work, phrases)
        if problem:
            self.report(problem, phrases.language)

    def pictured(self, identity: str) -> Announcement | None:
        """The announcement with the photo that another one is about.

        Args:
            identity: of the other one, or of itself; from the browser, where it may have gone by
                now, as the photo may.
        """
        entry = next((entry for entry in self.entries if entry.id == identity), None)
        about = None if entry is None else entry.pictured
        if about is None or about.photo is None:
            return about
        return about if any(entry.id == about.id for entry in self.entries) else None

    def break_off(self) -> None:
        """No more comes of an answer: what has come of it stays."""
        for entry in self.entries:
            entry.complete = entry.complete or entry.origin is Origin.OTHER_MODEL

    def watch(self, phrases: Phrases, cue: Spoken) -> None:
        """Shows that the camera's first picture is being looked at.

        Args:
            phrases: have the words for it.
            cue: a short sound, so that nobody waits in silence.
        """
        self.unwatch()
        self._add(Origin.CAMERA, Kind.WAITING, phrases.camera_first, phrases.language)
        self.entries[-1].sounds, self.entries[-1].complete = (cue,), True

    def unwatch(self) -> None:
        """The camera has spoken, or will not."""
        self.entries = [
            entry
            for entry in self.entries
            if entry.origin is not Origin.CAMERA or entry.kind is not Kind.WAITING
        ]

    def announce(self, announcement: Announcement) -> None:
        """Shows what a thread hands out, of the camera or of an answer, perhaps again as it grows.

        Args:
            announcement: is copied, for the thread goes on with its own.
        """
        for place, entry in enumerate(self.entries):
            if entry.id == announcement.id:
                self.entries[place] = replace(announcement, batch=entry.batch)
                return
        if announcement.origin is Origin.CAMERA:
            self.unwatch()
        else:  # an answer, in place of the one before
            self.entries = [
                entry for entry in self.entries if entry.origin is not Origin.OTHER_MODEL
            ]
        self._batch += 1
        self.entries.append(replace(announcement, batch=self._batch))
        camera = [entry.id for entry in self.entries if entry.origin is Origin.CAMERA]
        old = set(camera[:-CAMERA_KEPT])
        self.entries = [entry for entry in self.entries if entry.id not in old]

    def step(self, workers: Workers, phrases: Phrases, drawn: int) -> bool:
        """Does the next piece of work: a sound whose words are shown, else the next photo.

        Args:
            workers: do it; the queue shows their errors and raises none.
            phrases: the words for an unexpected error.
            drawn: `worked` when the page was drawn. If another run has worked since, nothing is
                done: its last step may have left nothing to do, and the page would never show it.

        Returns:
            Whether something was done, so that the page is to be drawn again.
        """
        with self._working:
            if drawn != self.worked:
                return True
            done = self._work(workers, phrases)
            self.worked += done
            return done

    def _work(self, workers: Workers, phrases: Phrases) -> bool:
        if not self.ready:
            problem = _problem(workers.prepare, phrases)
            self.ready = True
            if problem:
                self.report(problem, phrases.language)
            return True
        for entry in self.entries:
            if entry.kind is Kind.WAITING or entry.origin in (Origin.CAMERA, Origin.OTHER_MODEL):
                continue
            if not entry.complete:
                _speak(entry, workers.speak)
                return True
        for entry in self.entries:
            if entry.kind is Kind.WAITING and entry.photo is not None:
                _describe(entry, entry.photo, workers, phrases)
                return True
        return False

    def _add(self, origin: Origin, kind: Kind, text: str, language: str) -> None:
        self._batch += 1
        self.entries.append(
            Announcement(secrets.token_hex(8), origin, kind, text, language, batch=self._batch)
        )


def _describe(entry: Announcement, photo: Photo, workers: Workers, phrases: Phrases) -> None:
    def describe() -> None:
        description = workers.describe(photo.read(), photo.name)
        entry.kind = Kind.of(description)
        entry.text, entry.description = description.shown, description
        entry.passages, entry.pieces = description.passages, description.pieces
        entry.language = description.language

    problem = _problem(describe, phrases)
    if problem:
        entry.kind, entry.text, entry.language = Kind.ERROR, problem, phrases.language
    if entry.number > 0:  # among several photos the person must hear which one it is
        numbered = phrases_of(entry.language).numbered

        def number(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
            first, *others = passages or (Passage(entry.text, entry.language),)
            return (
                Passage(numbered.format(number=entry.number, text=first.text), first.language),
                *others,
            )

        entry.passages, entry.pieces = number(entry.passages), number(entry.pieces)
        entry.text = "".join(piece.text for piece in entry.pieces)


def _problem(work: Callable[[], None], phrases: Phrases) -> str:
    """What to say when `work` fails; empty when it does not."""
    try:
        work()
    except VoisError as error:
        return phrases.error_sentence(error)
    except Exception:
        # The person must never meet a traceback, nor silence.
        logger.exception("Something went wrong.")
        return phrases.unknown_error
    return ""


def _speak(entry: Announcement, speak: Speak) -> None:
    """Makes the sound of the next sentence."""
    try:
        if entry.speech is None:
            entry.speech = entry.spoken(speak)
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
