"""What the player has to do with another model: its messages, and what is drawn. Streamlit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pipeline.history import Draft, Entry, History, Source
from pipeline.other_model import OtherModel, PhotoQuestion
from pipeline.other_model.photo_question import MOST_QUESTION_CHARACTERS
from pipeline.phrases import Phrases
from pipeline.web.state.announcement import Origin, Speak
from pipeline.web.state.answering import Answering
from pipeline.web.state.camera_state import CameraState, State
from pipeline.web.state.consultation import Consultation, Question
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.inbox import Message
from pipeline.web.state.settings import Settings
from pipeline.web.ui.camera_tab import CameraTab
from pipeline.web.ui.session import consultation, history_access


@dataclass(frozen=True)
class Consulting:
    """One run's view of one person's questions.

    Attributes:
        consultation: the person's.
        settings: as chosen when the whole page was last drawn.
        queue: where answers are shown.
        live: the camera, which pauses when something is asked about its picture.
        history: keeps the answers.
        say: the page's sentences.
        speak: gives what makes the sounds of sentences.
    """

    consultation: Consultation
    settings: Settings
    queue: DescriptionQueue
    live: CameraState
    history: HistoryAccess
    say: Phrases
    speak: Callable[[], Speak]

    @property
    def model(self) -> OtherModel | None:
        """Who is asked; None when the person has chosen nobody."""
        return self.consultation.model(self.settings.other_model)

    def data(self) -> dict[str, object]:
        """What assets/page/ask.js reads: JSON, where a dict has to stand for a type."""
        pending = self.consultation.pending
        number, text = self.consultation.notice
        consent = ""
        if pending is not None:
            consent = self.say.consent.format(model=pending.model.name, host=pending.model.goes_to)
        return {
            "available": self.model is not None,
            "asking": self.consultation.busy,
            "consent": consent,
            "notice": {"number": number, "text": text},
            "most": MOST_QUESTION_CHARACTERS,
        }

    def receive(self, message: Message) -> bool:
        """Acts on a message of assets/page/ask.js; returns whether it was one."""
        if message.kind == "ask_model":
            about = self.queue.pictured(str(message.values.get("id")))
            if self.model is not None and about is not None:
                words = " ".join(str(message.values.get("words", "")).split())
                question = Question(self.model, words[:MOST_QUESTION_CHARACTERS], about)
                self.consultation.ask(question, self.queue, self._begin)
        elif message.kind == "consent":
            yes = message.values.get("value") is True
            self.consultation.agree(yes, self.queue, self._begin)
        elif message.kind == "unasked":
            self.consultation.stop()
        else:
            return False
        return True

    def _begin(self, question: Question) -> Answering:
        described = question.about.description
        if described is None:
            raise ValueError("a question needs the announcement that has the photo")
        if self.live.state is State.LIVE:
            self.live.paused = True  # or the next scene would talk over the answer
        asked = PhotoQuestion(
            question.words, self.say.language, self.settings.neutral, described.preview
        )
        keep = partial(_keep, self.history, question)
        return Answering(question.model, asked, question.about, self.speak(), keep)


def consulting_of(
    tab: CameraTab, settings: Settings, speak: Callable[[], Speak]
) -> Consulting | None:
    """This run's view; None for a visitor, who may ask nobody."""
    mine = consultation()
    if mine is None:
        return None
    return Consulting(mine, settings, tab.queue, tab.live, history_access(), tab.say, speak)


def _keep(access: HistoryAccess, question: Question, text: str, language: str) -> None:
    """Writes an answer into the history, with its photo, its question and the model's name."""
    about = question.about
    asked = f"\u201c{question.words}\u201d " if question.words else ""

    def add(history: History) -> Entry | None:
        draft = Draft(
            source=Source.CAMERA if about.origin is Origin.CAMERA else Source.UPLOAD,
            text=f"{asked}{text}",
            language=language,
            photo="" if about.photo is None else about.photo.name,
            picture=b"" if about.description is None else about.description.preview,
            model=question.model.name,
        )
        return history.add(access.owner, draft)

    access.attempt(add, None)
