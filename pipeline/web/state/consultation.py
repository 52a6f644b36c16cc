"""What one person asks another model: who it is, whether a photo may leave, and the answer.

Nothing of it happens by itself: models are looked for when the person wants that, and a photo goes
to the one that they have chosen when they ask.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.other_model import OtherModel, find_models, servers
from pipeline.phrases import Phrases
from pipeline.web.state.announcement import Announcement
from pipeline.web.state.answering import Answering
from pipeline.web.state.description_queue import DescriptionQueue

STILL_S = 20.0  # as often the person hears that the model still works


@dataclass(frozen=True)
class Question:
    """What is asked, perhaps before the person has agreed that a photo leaves.

    Attributes:
        model: who is to be asked.
        words: the person's own; "" asks for more detail.
        about: the announcement of the photo.
    """

    model: OtherModel
    words: str
    about: Announcement


def named(model: OtherModel, say: Phrases) -> str:
    """A model's name, and where it is."""
    phrase = say.other_named_at if model.goes_to else say.other_named
    return phrase.format(model=model.name, host=model.goes_to)


Begin = Callable[[Question], Answering]


class Consultation:
    """One person's. Used by the page's script only.

    Attributes:
        models: those that were found when the person last looked.
        pending: the question that waits until the person has agreed; None when none does.
        notice: a sentence to be said once, and its number.
    """

    def __init__(self, address: str) -> None:
        """Asks nobody.

        Args:
            address: the value of `VOIS_MODEL_URL`; "" for the usual ports of this machine.
        """
        self.models: tuple[OtherModel, ...] = ()
        self.pending: Question | None = None
        self.notice = (0, "")
        self._address = address
        self._answering: Answering | None = None
        self._asked = 0
        self._chosen = 0  # of the queue, when it was asked
        self._agreed: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether the page is to look often for what has come."""
        return self._answering is not None

    @property
    def host(self) -> str:
        """The host that `VOIS_MODEL_URL` names; "" for this machine's usual ports."""
        with suppress(OtherModelError):
            return servers(self._address)[0].name if self._address else ""
        return self._address

    def model(self, key: str) -> OtherModel | None:
        """The model that is remembered by a key, as it was when it was found; asks nobody."""
        found = next((model for model in self.models if model.key == key), None)
        with suppress(OtherModelError):
            return found or OtherModel.of(key, servers(self._address))
        return None

    def look(self, before: OtherModel | None, say: Phrases) -> OtherModel | None:
        """Looks which models there are, in at most some seconds; `notice` has what came of it.

        Args:
            before: who was chosen until now.
            say: the page's sentences.

        Returns:
            Whom to choose: the one before if it is there, else one that sees, else nobody.
        """
        self.models = ()
        try:
            self.models = self._found()
        except OtherModelError as error:
            self._say(say.error_sentence(error))
            return before
        again = [model for model in self.models if before is not None and model.key == before.key]
        seeing = [model for model in self.models if model.sees]
        seeing.sort(key=lambda model: bool(model.goes_to))  # those of this machine first
        chosen = next(iter((*again, *seeing)), None)
        name = "" if chosen is None else named(chosen, say)
        self._say(say.other_found.format(model=name) if name else say.other_choose)
        return chosen

    def ask(self, question: Question, queue: DescriptionQueue, begin: Begin) -> None:
        """Asks, or has the person asked first whether the photo may leave this machine.

        Args:
            question: of the person's.
            queue: where the answer will be shown.
            begin: sends the question and the photo.
        """
        self.stop()
        queue.break_off()
        if question.model.goes_to and question.model.goes_to not in self._agreed:
            self.pending = question
            return
        self._asked += 1
        self._chosen = queue.chosen
        self._answering = begin(question)

    def agree(self, yes: bool, queue: DescriptionQueue, begin: Begin) -> None:
        """Takes the person's answer; a yes is for this host and as long as the page is open."""
        question, self.pending = self.pending, None
        if question is not None and yes:
            self._agreed.add(question.model.goes_to)
            self.ask(question, queue, begin)

    def stop(self) -> None:
        """The person has had enough, or asks something else."""
        self.pending = None
        if self._answering is not None:
            self._answering.stop()

    def poll(self, queue: DescriptionQueue, say: Phrases) -> bool:
        """Shows what has come; returns whether to draw the whole page again.

        New photos end it: the page is theirs.
        """
        answering = self._answering
        if answering is None:
            return False
        if queue.chosen != self._chosen:
            answering.stop()
            self._answering = None
            return True
        over = answering.over  # before what it has left is taken
        announcement = answering.take()
        if announcement is not None:
            queue.announce(announcement)
        if over:
            self._answering = None
            problem = answering.take_problem()
            if problem:
                queue.report(problem, say.language)
        return over

    def status(self, say: Phrases) -> tuple[str, str] | None:
        """That somebody is being asked, for the live region, under an id that changes with it.

        None when nobody is waited for.
        """
        answering = self._answering
        if answering is None or not answering.waits:
            return None
        model, turn = answering.model, int(answering.waited_s / STILL_S)
        text = say.other_asking_at if model.goes_to else say.other_asking
        text = (say.other_still if turn else text).format(model=model.name, host=model.goes_to)
        return f"asking {self._asked} {turn}", text

    def _found(self) -> tuple[OtherModel, ...]:
        known = servers(self._address)
        try:
            models = find_models(known)
        except OtherModelError as error:
            if self._address:
                raise
            raise OtherModelError(ErrorCode.OTHER_MODEL_NONE) from error
        if not models:
            raise OtherModelError(ErrorCode.OTHER_MODEL_NONE_SEES)
        return models

    def _say(self, text: str) -> None:
        self.notice = (self.notice[0] + 1, text)
