"""One answer of another model: read in one thread, given its sound in another.

So the words of a sentence never wait for the sound of the one before, nor the page for either.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from queue import SimpleQueue

from pipeline.errors import OtherModelError, SpeechError
from pipeline.other_model import (
    ASKING,
    AnswerText,
    Exchange,
    Limits,
    OtherModel,
    PhotoQuestion,
    answer_of,
)
from pipeline.passages import Passage
from pipeline.phrases import phrases
from pipeline.reading.language_guess import language_of
from pipeline.web.state.announcement import Announcement, Kind, Origin, Speak

logger = logging.getLogger(__name__)

# Writes an answer down, as it is when it ends.
KeepAnswer = Callable[[str, str], None]


class Answering:
    """Asks at once. Any thread may call any method.

    Attributes:
        model: who is asked.
    """

    def __init__(
        self,
        model: OtherModel,
        question: PhotoQuestion,
        about: Announcement,
        speak: Speak,
        keep: KeepAnswer,
        limits: Limits = ASKING,
    ) -> None:
        """Begins both threads.

        Args:
            model: who is asked.
            question: with the photo, which is sent now.
            about: the announcement of the photo.
            speak: gives sentences their sound.
            keep: takes the answer and its language, before the end of it is shown.
            limits: of the exchange with the model's server.
        """
        self.model = model
        self._question = question
        self._say = phrases(question.language)
        self._speak, self._keep = speak, keep
        self._begun_at = time.monotonic()
        self._exchange = Exchange(model.server, limits)
        self._lock = threading.Lock()
        self._announcement = Announcement(
            id=secrets.token_hex(8),
            origin=Origin.OTHER_MODEL,
            kind=Kind.DESCRIPTION,
            text="",
            language=question.language,
            about=about,
        )
        self._new = False
        self._stopped = False
        self._problem = ""
        self._unspoken: SimpleQueue[Passage | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name="vois-answer", daemon=True)
            for work in (self._read, self._voice)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waits(self) -> bool:
        """Whether nothing has come yet, and something may until it is over."""
        with self._lock:
            return not self._announcement.text and not self._stopped

    @property
    def waited_s(self) -> float:
        """Seconds since it was asked."""
        return time.monotonic() - self._begun_at

    @property
    def over(self) -> bool:
        """Whether nothing more will come; what `take` has not given yet it still gives."""
        return not any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Ends the request. What has come stays, and gets its sound."""
        with self._lock:
            self._stopped = True
        self._exchange.close()

    def take(self) -> Announcement | None:
        """The answer, if it has grown since the last call; must not be changed.

        It comes again, under the same id, with each sentence and each sound.
        """
        with self._lock:
            new, self._new = self._new, False
            return self._announcement if new else None

    def take_problem(self) -> str:
        """Why there is no answer at all; once, and only when it is over."""
        with self._lock:
            problem, self._problem = self._problem, ""
            return problem

    # ---- The two threads ---------------------------------------------------------------------

    def _read(self) -> None:
        text, problem = AnswerText(), ""
        try:
            with self._exchange as exchange:
                for piece in answer_of(exchange, self.model, self._question):
                    self._show(text.add(piece))
                    if text.full:
                        problem = self._say.other_cut
                        break
        except OtherModelError as error:
            problem = self._say.error_sentence(error)
            logger.info("No whole answer of %s: %s", self.model.name, error)
        except Exception:
            logger.exception("An answer could not be read.")
            problem = self._say.unknown_error
        try:
            self._end(text.end(), problem)
        finally:
            self._unspoken.put(None)

    def _end(self, last: list[str], problem: str) -> None:
        said, before = self._passages(last), self._announcement.passages[1:]  # 0 says whose it is
        if not before and not said:
            with self._lock:
                # Who stopped it knows it.
                self._problem = "" if self._stopped else problem or self._say.unknown_error
            return
        if problem:
            # Why it broke off does not matter: there is something, and it is not all.
            if said and said[-1].text[-1].isalnum():
                said[-1] = replace(said[-1], text=f"{said[-1].text}\N{HORIZONTAL ELLIPSIS}")
            said.append(Passage(self._say.other_cut, self._say.language))
        whole = (*before, *said)
        self._keep(" ".join(one.text for one in whole), whole[0].language)
        self._add(said)

    def _show(self, sentences: list[str]) -> None:
        self._add(self._passages(sentences))

    def _passages(self, sentences: list[str]) -> list[Passage]:
        """The sentences in the language in which the model answers, which is not always ours."""
        before = "".join(one.text for one in self._announcement.passages[1:])
        language = language_of(f"{before} {' '.join(sentences)}", self._say.language)
        return [Passage(sentence, language) for sentence in sentences]

    def _add(self, said: list[Passage]) -> None:
        if not said:
            return
        with self._lock:
            before = self._announcement
            if not before.text:
                mark = self._say.other_says.format(model=self.model.name)
                said = [Passage(mark, self._say.language), *said]
            shown = [replace(one, text=f" {one.text}") for one in said]
            if not before.text:
                shown[0] = said[0]
            pieces = (*before.pieces, *shown)
            self._announcement = replace(
                before,
                text="".join(piece.text for piece in pieces),
                pieces=pieces,
                passages=(*before.passages, *said),
            )
            self._new = True
        for passage in said:
            self._unspoken.put(passage)

    def _voice(self) -> None:
        try:
            while (passage := self._unspoken.get()) is not None:
                for spoken in self._speak(passage.text, passage.language):
                    with self._lock:
                        sounds = (*self._announcement.sounds, spoken)
                        self._announcement = replace(self._announcement, sounds=sounds)
                        self._new = True
        except SpeechError as error:
            logger.warning("No voice could speak: %s", error)
        except Exception:
            logger.exception("A voice failed.")
        self._threads[0].join()  # a voice that failed waits for the rest of the words
        with self._lock:
            self._announcement = replace(self._announcement, complete=True)
            self._new = bool(self._announcement.text)
