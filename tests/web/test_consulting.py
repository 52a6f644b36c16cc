"""The page's messages about another model: what they ask, what is kept, what the camera does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.history import LOCAL_OWNER, Entry, History, Source
from pipeline.other_model import OtherModel
from pipeline.other_model.photo_question import MOST_QUESTION_CHARACTERS
from pipeline.phrases import ENGLISH
from pipeline.web.routes.sounds import no_sound
from pipeline.web.state.announcement import Announcement, Kind, Origin, Photo
from pipeline.web.state.camera_state import CameraState, State
from pipeline.web.state.consultation import Consultation
from pipeline.web.state.description_queue import DescriptionQueue
from pipeline.web.state.history_access import HistoryAccess
from pipeline.web.state.inbox import Message
from pipeline.web.state.settings import Settings
from pipeline.web.ui.consulting import Consulting
from tests.api.server import photo
from tests.other_model.local_models import CHAT, LocalModels, running, saying
from tests.waiting import until


@pytest.fixture
def models() -> Iterator[LocalModels]:
    with running(**{CHAT: saying("It is red.")}) as serving:
        yield serving


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    kept = History(tmp_path)
    yield kept
    kept.close()


@pytest.fixture
def consulting(models: LocalModels, history: History, captioner: Captioner) -> Consulting:
    queue = DescriptionQueue()
    one = Announcement("one", Origin.PHOTO, Kind.DESCRIPTION, "A square.", "en", complete=True)
    described = describe_file(captioner, photo())
    file = Photo("1", "square.jpg", photo, now=True)
    queue.entries = [replace(one, photo=file, description=described)]
    return Consulting(
        Consultation(models.server.address),
        Settings("en", other_model=OtherModel(models.server, "llava").key),
        queue, CameraState(), HistoryAccess(history, LOCAL_OWNER), ENGLISH, lambda: no_sound,
    )  # fmt: skip


def ask(consulting: Consulting, about: str = "one", words: object = "") -> None:
    message = Message(1, "ask_model", {"id": about, "words": words})
    assert consulting.receive(message)


def finish(consulting: Consulting) -> None:
    assert until(
        lambda: (
            consulting.consultation.poll(consulting.queue, ENGLISH)
            or not consulting.consultation.busy
        )
    )


def kept(history: History) -> Entry:
    (entry,) = history.page(LOCAL_OWNER)
    return entry


def test_an_answer_is_kept_with_its_question_its_photo_and_its_model(
    consulting: Consulting, models: LocalModels, history: History
) -> None:
    ask(consulting, words=f"  What\n colour? {'x' * 400}")
    finish(consulting)
    sent = models.question["messages"][-1]["content"][0]["text"].splitlines()[0]
    assert sent.startswith("What colour? xxx")
    assert len(sent) == MOST_QUESTION_CHARACTERS
    entry = kept(history)
    assert entry.text == f"\u201c{sent}\u201d It is red."
    assert (entry.model, entry.photo, entry.source) == ("llava", "square.jpg", Source.UPLOAD)
    assert entry.has_picture


def test_the_camera_pauses_for_the_answer(consulting: Consulting, history: History) -> None:
    consulting.queue.entries[0].photo = None
    consulting.queue.entries[0].origin = Origin.CAMERA
    consulting.live.state = State.LIVE
    ask(consulting)
    assert consulting.live.paused
    finish(consulting)
    assert (kept(history).source, kept(history).text) == (Source.CAMERA, "It is red.")


@pytest.mark.parametrize("about", ["gone", "", None])
def test_a_photo_that_is_gone_is_not_asked_about(
    consulting: Consulting, models: LocalModels, about: str
) -> None:
    ask(consulting, about)
    assert not consulting.consultation.busy
    assert models.asked == []


def test_an_answer_to_a_photo_that_has_left_the_page_is_not_asked_about(
    consulting: Consulting, models: LocalModels
) -> None:
    ask(consulting)
    finish(consulting)
    answer = consulting.queue.entries[-1]
    assert answer.origin is Origin.OTHER_MODEL
    consulting.queue.sync([], ENGLISH)
    ask(consulting, answer.id)
    assert not consulting.consultation.busy
    assert len(models.asked) == 1


def test_who_has_chosen_nobody_asks_nobody(consulting: Consulting, models: LocalModels) -> None:
    alone = replace(consulting, settings=Settings("en"))
    assert consulting.data()["available"] is True
    assert alone.data()["available"] is False
    ask(alone)
    assert models.asked == []
    assert not alone.receive(Message(2, "more", {"id": "one"}))
