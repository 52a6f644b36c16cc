"""Another model is asked about a photo, over a real socket: what is shown, said and kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import Description, describe_file
from pipeline.errors import ErrorCode, SpeechError
from pipeline.other_model import ASKING, OtherModel, PhotoQuestion
from pipeline.passages import Passage
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.web.state import consultation as module
from pipeline.web.state.announcement import Announcement, Kind, Origin, Photo, Spoken
from pipeline.web.state.answering import Answering
from pipeline.web.state.consultation import Consultation, Question
from pipeline.web.state.description_queue import DescriptionQueue, Workers
from tests.api.server import photo
from tests.other_model.local_models import (
    CHAT,
    Answer,
    LocalModels,
    listing,
    refusing,
    running,
    saying,
)
from tests.waiting import until

MARK = "Another model, llava:"


@pytest.fixture
def models() -> Iterator[LocalModels]:
    with running() as serving:
        yield serving


@pytest.fixture(scope="module")
def described(captioner: Captioner) -> Description:
    return describe_file(captioner, photo())


class Person:
    """One who asks, with a page that shows what comes."""

    def __init__(self, models: LocalModels, described: Description, language: str = "en") -> None:
        self.models, self.language = models, language
        self.queue = DescriptionQueue()
        one = Photo("1", "square.jpg", photo, now=True)
        self.queue.sync([one], ENGLISH)
        self.about = replace(
            self.queue.entries[0], kind=Kind.DESCRIPTION, description=described, complete=True
        )
        self.queue.entries = [self.about]
        self.consultation = Consultation(models.server.address)
        self.kept: list[tuple[str, str]] = []
        self.spoken: list[Passage] = []
        self.mute = threading.Event()

    def speak(self, text: str, language: str) -> Iterator[Spoken]:
        if self.mute.is_set():
            raise SpeechError(ErrorCode.VOICE_SILENT)
        self.spoken.append(Passage(text, language))
        yield Spoken(f"sound {len(self.spoken)}", 1.0, "voice", False)

    def begin(self, question: Question) -> Answering:
        described = question.about.description
        assert described is not None
        asked = PhotoQuestion(question.words, self.language, True, described.preview)
        return Answering(
            question.model, asked, question.about, self.speak,
            lambda text, language: self.kept.append((text, language)),
            replace(ASKING, first_s=5, pause_s=5),
        )  # fmt: skip

    def ask(self, words: str = "", goes_to: str = "") -> None:
        model = OtherModel(self.models.server, "llava:latest", True, goes_to)
        question = Question(model, words, self.about)
        self.consultation.ask(question, self.queue, self.begin)

    def look(self) -> Announcement | None:
        """One look of the page; the answer or the error that is on it."""
        self.consultation.poll(self.queue, FRENCH if self.language == "fr" else ENGLISH)
        last = self.queue.entries[-1] if self.queue.entries else None
        return None if last is None or last.id == self.about.id else last

    def wait(self) -> Announcement:
        assert until(lambda: self.look() and not self.consultation.busy)
        return self.queue.entries[-1]


def test_an_answer_is_shown_spoken_marked_and_kept(
    models: LocalModels, described: Description
) -> None:
    models.answers[CHAT] = saying("It is red. It is a square.")
    person = Person(models, described)
    person.ask("What is it?")
    answer = person.wait()
    assert answer.text == f"{MARK} It is red. It is a square."
    assert "".join(piece.text for piece in answer.pieces) == answer.text
    said = [MARK, "It is red.", "It is a square."]
    assert [passage.text for passage in person.spoken] == said
    assert [sound.token for sound in answer.sounds] == ["sound 1", "sound 2", "sound 3"]
    assert answer.complete
    assert (answer.origin, answer.kind) == (Origin.OTHER_MODEL, Kind.DESCRIPTION)
    assert person.kept == [("It is red. It is a square.", "en")]
    assert answer.as_item()["pictured"]  # it can be asked about again
    assert person.queue.pictured(answer.id) == person.about


def test_the_first_words_are_there_before_the_last_are_written(
    models: LocalModels, described: Description
) -> None:
    def begun(answer: Answer) -> None:
        answer.begin()
        answer.words("It is red. It ")
        answer.wait()
        answer.words("is round.", "stop")
        answer.done()

    models.answers[CHAT] = begun
    person = Person(models, described)
    person.ask()
    assert until(lambda: (shown := person.look()) and len(shown.sounds) == 2)
    shown = person.look()
    assert shown is not None
    assert (shown.text, shown.complete) == (f"{MARK} It is red.", False)
    assert person.consultation.status(ENGLISH) is None  # there are words now
    assert person.kept == []
    person.queue.ready = True  # the queue makes no sounds of what has threads of its own
    workers = Workers(lambda: None, lambda data, name: described, person.speak)
    assert not person.queue.step(workers, ENGLISH, person.queue.worked)
    models.goes_on.set()
    assert person.wait().text == f"{MARK} It is red. It is round."
    assert person.wait().id == shown.id


def test_the_page_says_whom_it_asks_and_that_it_still_waits(
    models: LocalModels, described: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(answer: Answer) -> None:
        answer.models.goes_on.wait(20)

    models.answers[CHAT] = silent
    person = Person(models, described)
    assert person.consultation.status(ENGLISH) is None
    person.ask()
    assert person.consultation.status(ENGLISH) == ("asking 1 0", "Asking llava on this computer.")
    monkeypatch.setattr(module, "STILL_S", 0.01)
    assert until(
        lambda: (now := person.consultation.status(FRENCH)) and now[1] == "llava travaille encore."
    )
    person.consultation.stop()
    assert person.consultation.status(ENGLISH) is None
    assert until(lambda: not person.look() and not person.consultation.busy)
    assert person.queue.entries == [person.about]  # who stopped it is told nothing


def endless(answer: Answer) -> None:
    """Begins, and never ends by itself."""
    answer.begin()
    answer.words("It is red. It ")
    answer.wait()


def test_what_came_before_a_cut_is_kept_and_said_to_be_cut(
    models: LocalModels, described: Description
) -> None:
    def cut(answer: Answer) -> None:
        answer.begin()
        answer.words("It is red. It is a")

    models.answers[CHAT] = cut
    person = Person(models, described)
    person.ask()
    text = "It is red. It is a\u2026 The answer breaks off here."
    assert person.wait().text == f"{MARK} {text}"
    assert person.kept == [(text, "en")]


def test_stop_ends_the_request_and_leaves_what_came(
    models: LocalModels, described: Description
) -> None:
    models.answers[CHAT] = endless
    person = Person(models, described)
    person.ask()
    assert until(person.look)
    person.consultation.stop()
    assert models.gone.wait(20)
    assert person.wait().text == f"{MARK} It is red. It\u2026 The answer breaks off here."


def test_new_photos_end_it_and_the_page_is_theirs(
    models: LocalModels, described: Description
) -> None:
    models.answers[CHAT] = endless
    person = Person(models, described)
    person.ask()
    assert until(person.look)
    person.queue.sync([Photo("2", "b.jpg", photo, now=True)], ENGLISH)
    assert person.look() is not None
    assert models.gone.wait(20)
    assert not person.consultation.busy
    assert [entry.kind for entry in person.queue.entries] == [Kind.WAITING]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_error_is_one_sentence(
    models: LocalModels, described: Description, language: str
) -> None:
    models.answers[CHAT] = refusing(500, "image input is not supported")
    person = Person(models, described, language)
    person.ask()
    shown = person.wait()
    say = FRENCH if language == "fr" else ENGLISH
    assert (shown.kind, shown.language) == (Kind.ERROR, language)
    assert shown.text == say.errors[ErrorCode.OTHER_MODEL_BLIND].format(model="llava")
    assert person.kept == []


def test_a_photo_leaves_only_after_a_yes(models: LocalModels, described: Description) -> None:
    models.answers[CHAT] = saying("It is red.")
    person = Person(models, described)
    person.ask(goes_to="models.example")
    assert person.consultation.pending is not None
    person.consultation.agree(False, person.queue, person.begin)
    assert not person.consultation.busy
    person.consultation.agree(True, person.queue, person.begin)  # there is nothing to agree to
    assert models.asked == []
    person.ask(goes_to="models.example")
    person.consultation.agree(True, person.queue, person.begin)
    status = person.consultation.status(ENGLISH)
    assert status is None or status[1] == "Asking llava at models.example."
    person.wait()
    person.ask(goes_to="models.example")  # asked once
    assert person.consultation.pending is None
    person.wait()
    person.ask(goes_to="other.example")  # but for each host
    assert person.consultation.pending is not None
    assert len(models.asked) == 2


def test_an_answer_in_another_language_has_that_ones_voice(
    models: LocalModels, described: Description
) -> None:
    models.answers[CHAT] = saying("It is the red square of the house. Une place rouge.")
    person = Person(models, described, "fr")
    person.ask()
    person.wait()
    assert [passage.language for passage in person.spoken] == ["fr", "en", "en"]
    assert person.spoken[0].text == "Un autre modèle, llava\u00a0:"
    assert person.kept[0][1] == "en"
    assert "en français" in models.question["messages"][0]["content"]


def test_without_a_voice_there_are_the_words(models: LocalModels, described: Description) -> None:
    def slowly(answer: Answer) -> None:
        answer.begin()
        answer.words("It is red. It ")
        answer.wait()
        answer.words("is a square.", "stop")
        answer.done()

    models.answers[CHAT] = slowly
    person = Person(models, described)
    person.mute.set()
    person.ask()
    time.sleep(0.2)  # the voice fails meanwhile, and may not end the answer
    shown = person.look()
    assert shown is not None
    assert not shown.complete
    models.goes_on.set()
    answer = person.wait()
    assert answer.text == f"{MARK} It is red. It is a square."
    assert (answer.sounds, answer.complete) == ((), True)


def test_the_next_question_takes_the_place_of_the_last(
    models: LocalModels, described: Description
) -> None:
    models.answers[CHAT] = endless
    person = Person(models, described)
    person.ask()
    assert until(person.look)
    models.answers[CHAT] = refusing(503, "loading")
    person.ask("What shape?")
    assert models.gone.wait(20)
    assert all(entry.complete for entry in person.queue.entries)  # what came of the first stays
    assert person.wait().kind is Kind.ERROR
    models.answers[CHAT] = saying("A square.")
    person.ask("What shape?")
    assert person.wait().text == f"{MARK} A square."
    answers = [one for one in person.queue.entries if one.origin is Origin.OTHER_MODEL]
    assert len(answers) == 1


def test_looking_finds_who_sees_and_says_so(models: LocalModels, described: Description) -> None:
    person = Person(models, described)
    consultation = person.consultation
    assert models.asked == []  # nothing is looked for before the person wants it
    assert consultation.look(None, ENGLISH) is None
    assert consultation.notice == (1, ENGLISH.errors[ErrorCode.OTHER_MODEL_NONE_SEES])
    models.answers["GET /v1/models"] = listing("mystery", "llava:cloud", "llava:7b")
    chosen = consultation.look(None, ENGLISH)
    assert chosen is not None
    assert chosen.id == "llava:7b"
    assert consultation.notice == (
        2, ENGLISH.other_found.format(model="llava:7b, on this computer")
    )  # fmt: skip
    assert consultation.model(chosen.key) == chosen
    mystery = consultation.models[2]
    assert consultation.look(mystery, ENGLISH) == mystery  # who is chosen stays it
    assert CHAT.split()[1] not in models.paths()


def test_nobody_there_is_said(described: Description) -> None:
    with running() as models:
        pass
    consultation = Consultation(models.server.address)
    assert consultation.look(None, ENGLISH) is None
    name = models.server.address.removeprefix("http://")
    assert consultation.notice[1] == f"{name} does not answer. Check that it is running."
    consultation = Consultation("nonsense")
    assert consultation.look(None, ENGLISH) is None
    assert consultation.notice[1].startswith("VOIS_MODEL_URL is no address")
    assert consultation.model("http://127.0.0.1:11434 - llava") is None
    assert consultation.host == "nonsense"
