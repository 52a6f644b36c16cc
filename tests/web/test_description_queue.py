"""The queue of descriptions: its steps, its errors, its languages and its voices."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.description import Description, describe_file
from pipeline.errors import ErrorCode, ModelError, SpeechError
from pipeline.phrases import ENGLISH, FRENCH
from pipeline.speech import default_chain
from pipeline.web.routes.sounds import sound_store, utter
from pipeline.web.state.announcement import Kind, Photo, Spoken
from pipeline.web.state.description_queue import DescriptionQueue, Workers
from tests.data.bad_files import DifficultFile, difficult_files

VOICES = default_chain(allow_online=False)
CAT = Path(__file__).resolve().parents[2] / "assets" / "samples" / "cat.jpg"


@pytest.fixture
def workers(captioner: Captioner) -> Workers:
    speak = partial(utter, VOICES, "offline", False)
    return Workers(lambda: None, lambda data, name: describe_file(captioner, data), speak)


def photo(key: str, data: bytes | None = None) -> Photo:
    return Photo(key, f"{key}.jpg", lambda: CAT.read_bytes() if data is None else data, now=False)


def work(queue: DescriptionQueue, workers: Workers) -> int:
    """Works until nothing is left; returns the number of steps."""
    steps = 0
    while queue.step(workers, ENGLISH, queue.worked):
        steps += 1
    return steps


def test_words_come_one_step_before_their_sound(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("a"), photo("b")], ENGLISH)
    assert [entry.text for entry in queue.entries] == [
        "Describing photo 1 of 2.",
        "Describing photo 2 of 2.",
    ]
    assert queue.step(workers, ENGLISH, queue.worked)  # gets ready
    first, second = queue.entries
    assert queue.step(workers, ENGLISH, queue.worked)
    assert (first.kind, first.sounds, first.complete) == (Kind.DESCRIPTION, (), False)
    assert queue.step(workers, ENGLISH, queue.worked)
    (sound,) = first.sounds
    assert (sound.voice, sound.online) == ("hibari", False)
    assert second.kind is Kind.WAITING
    wav = sound_store().get(sound.token)
    assert wav is not None
    assert wav[:4] == b"RIFF"
    assert work(queue, workers) == 4  # the first is complete; the second: words, sound, complete


def test_the_same_photo_drawn_again_is_not_described_again(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("a")], ENGLISH)
    work(queue, workers)
    known = queue.entries[0].id
    queue.sync([photo("a")], ENGLISH)
    assert [entry.id for entry in queue.entries] == [known]
    assert work(queue, workers) == 0
    queue.sync([], ENGLISH)
    assert queue.entries == []
    queue.sync([photo("a")], ENGLISH)
    assert [entry.kind for entry in queue.entries] == [Kind.WAITING]
    assert queue.entries[0].id != known


def test_broken_photo_is_numbered_and_stops_no_other_photo(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("a"), photo("b", b"words"), photo("c")], ENGLISH)
    work(queue, workers)
    kinds = [entry.kind for entry in queue.entries]
    assert kinds == [Kind.DESCRIPTION, Kind.ERROR, Kind.DESCRIPTION]
    numbers = [entry.text.split(": ")[0] for entry in queue.entries]
    assert numbers == ["Photo 1", "Photo 2", "Photo 3"]
    assert all(entry.sounds and entry.complete for entry in queue.entries)
    queue.sync([photo("d")], ENGLISH)
    work(queue, workers)
    (alone,) = queue.entries
    assert alone.description is not None
    assert alone.text == alone.description.text


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("file", difficult_files(), ids=lambda file: file.name)
def test_every_difficult_file_ends_in_spoken_words_and_the_next_photo_is_described(
    file: DifficultFile, workers: Workers
) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("bad", file.data), photo("good")], ENGLISH)
    work(queue, workers)
    bad, good = queue.entries
    if isinstance(file.expectation, str):
        assert bad.kind is Kind.ERROR
        assert re.search(file.expectation, bad.text)
    else:
        assert bad.kind in (Kind.DESCRIPTION, Kind.GUIDANCE)
    assert bad.text.endswith((".", "!"))
    assert ENGLISH.unknown_error not in bad.text
    assert bad.complete
    assert all(sound_store().get(sound.token) for sound in bad.sounds)
    assert bad.sounds
    assert good.kind is Kind.DESCRIPTION


def test_each_text_is_said_in_its_own_language(captioner: Captioner) -> None:
    said: list[tuple[str, str]] = []

    def speak(text: str, language: str) -> Iterator[Spoken]:
        said.append((text, language))
        yield Spoken("token", 1.0, "voice", False)

    queue = DescriptionQueue()
    queue.sync([photo("a"), photo("b", b"words")], FRENCH)
    # A model that speaks no French.
    workers = Workers(lambda: None, lambda data, name: describe_file(captioner, data, "en"), speak)
    while queue.step(workers, FRENCH, queue.worked):
        pass
    assert [entry.as_item()["language"] for entry in queue.entries] == ["en", "fr"]
    assert said == [(entry.text, entry.language) for entry in queue.entries]
    assert queue.entries[1].text.startswith("Photo 2\u00a0: Ce fichier")


def test_unforeseen_error_becomes_a_sentence(
    workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    def describe(data: bytes, name: str) -> Description:
        raise RuntimeError("secret detail")

    queue = DescriptionQueue()
    queue.sync([photo("a")], ENGLISH)
    work(queue, Workers(workers.prepare, describe, workers.speak))
    assert queue.entries[0].text == ENGLISH.unknown_error
    assert queue.entries[0].sounds
    assert "secret detail" in caplog.text


def test_silent_voice_leaves_the_words(workers: Workers) -> None:
    def speak(text: str, language: str) -> Iterator[Spoken]:
        raise SpeechError(ErrorCode.VOICE_SILENT)

    queue = DescriptionQueue()
    queue.sync([photo("a")], ENGLISH)
    work(queue, Workers(workers.prepare, workers.describe, speak))
    assert queue.entries[0].kind is Kind.DESCRIPTION
    assert (queue.entries[0].sounds, queue.entries[0].complete) == ((), True)


def test_a_long_text_is_spoken_sentence_by_sentence(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.ready = True
    queue.report("This is the first sentence. This is the second one. And a third.", "en")
    spoken = []
    while queue.step(workers, ENGLISH, queue.worked):
        (item,) = [entry.as_item() for entry in queue.entries]
        spoken.append((len(item["sounds"]), item["complete"]))
    assert spoken == [(1, False), (2, False), (3, False), (3, True)]


def test_missing_model_is_reported_until_the_next_photo(workers: Workers) -> None:
    def prepare() -> None:
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)

    queue = DescriptionQueue()
    work(queue, Workers(prepare, workers.describe, workers.speak))
    assert [entry.text for entry in queue.entries] == [ErrorCode.MODEL_FILES_MISMATCHED.value]
    assert queue.entries[0].as_item()["now"] is True
    queue.sync([], ENGLISH)
    assert len(queue.entries) == 1
    queue.sync([photo("a")], ENGLISH)
    assert [entry.kind for entry in queue.entries] == [Kind.WAITING]


def test_a_run_that_overtakes_another_ends_no_sound_early(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, begun, going_on = [], threading.Event(), threading.Event()

    def speak(text: str, language: str) -> Iterator[Spoken]:
        for sentence in text.split():
            begun.set()
            going_on.wait()
            made.append(sentence)
            yield Spoken(sentence, 1.0, "voice", False)

    queue = DescriptionQueue()
    queue.ready = True
    queue.report("one two three", "en")
    workers = Workers(lambda: None, lambda data, name: pytest.fail("no photo"), speak)
    drawn = queue.worked  # by both runs: the second begins while the first one still speaks
    done: list[bool] = []
    runs = [
        threading.Thread(target=lambda: done.append(queue.step(workers, ENGLISH, drawn)))
        for _ in range(2)
    ]
    runs[0].start()
    begun.wait()
    runs[1].start()
    going_on.set()
    for run in runs:
        run.join()
    assert done == [True, True]
    assert made == ["one"]  # the second run is to show it first
    work(queue, workers)
    assert [sound.token for sound in queue.entries[0].sounds] == ["one", "two", "three"]
    assert queue.entries[0].complete
    assert caplog.text == ""


def test_a_page_that_was_drawn_before_the_last_step_is_drawn_again(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("a")], ENGLISH)
    drawn = queue.worked
    work(queue, workers)  # another run, to the end
    assert queue.step(workers, ENGLISH, drawn)
    assert not queue.step(workers, ENGLISH, queue.worked)


def test_more_is_said_at_once_and_has_no_more(workers: Workers) -> None:
    queue = DescriptionQueue()
    queue.sync([photo("a")], ENGLISH)
    work(queue, workers)
    (first,) = queue.entries
    assert first.as_item()["more"] is True

    def tell(description: Description) -> Description:
        return replace(description, text=f"More of: {description.text}")

    for _ in range(2):  # asked for again, it is said again, and not kept twice
        queue.tell_more(first.id, tell, ENGLISH)
        queue.tell_more("another page's", tell, ENGLISH)
    _, second = queue.entries
    item = second.as_item()
    assert (item["text"], item["now"], item["more"]) == (f"More of: {first.text}", True, False)
    assert queue.pictured(second.id) == queue.pictured(first.id) == first
    queue.tell_more(second.id, tell, ENGLISH)
    assert len(queue.entries) == 2
    work(queue, workers)
    assert second.complete
    assert second.sounds

    def fail(description: Description) -> Description:
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)

    queue.tell_more(first.id, fail, ENGLISH)
    assert queue.entries[-1].kind is Kind.ERROR
