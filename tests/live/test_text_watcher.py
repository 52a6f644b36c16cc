"""What is said about text before the camera, with the real models and drawn frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.live.text_watcher import EMPTY_S, FORGOTTEN_S, Advice, TextWatcher, alike
from pipeline.phrases import ENGLISH, LANGUAGES
from pipeline.reading.reader import Reader
from pipeline.reading.written_page import WrittenPage
from tests.data.boards import MENU, WALL, board

Frame = NDArray[np.uint8]
STEP_S = 0.4  # of the frames that are read: every second one


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def watcher(reader: Reader) -> TextWatcher:
    return TextWatcher(reader)


def said(watcher: TextWatcher, *frames: Frame, begin: float = 0.0) -> list[str | Advice]:
    """Shows frames, each twice as a camera does, and gives what is said."""
    found: list[str | Advice] = []
    for number, frame in enumerate(frames):
        for half in (0.0, 0.5):
            one = watcher.look(frame, begin + STEP_S * (number + half), "en")
            if isinstance(one, WrittenPage):
                found.append(one.text)
            elif one is not None:
                found.append(one)
    return found


def test_a_sign_is_said_once(watcher: TextWatcher) -> None:
    opened = board("OPEN TODAY")
    assert said(watcher, opened, opened, opened, opened) == ["OPEN TODAY"]


def test_every_second_frame_is_read(watcher: TextWatcher) -> None:
    """Two frames that follow one another are one reading, which is not enough to say it."""
    frame = board("OPEN TODAY")
    found = [watcher.look(frame, 0.2 * number, "en") is not None for number in range(4)]
    assert found == [False, False, True, False]


def test_only_what_is_new_is_said(watcher: TextWatcher) -> None:
    first, both = board("OPEN TODAY"), board("OPEN TODAY", "until noon")
    assert said(watcher, first, first, both, both, both) == ["OPEN TODAY", "until noon"]


def test_a_sign_that_comes_back_is_said_again(watcher: TextWatcher) -> None:
    opened = board("OPEN TODAY")
    assert said(watcher, opened, opened) == ["OPEN TODAY"]
    assert said(watcher, opened, opened, begin=FORGOTTEN_S) == []
    assert said(watcher, opened, opened, begin=3 * FORGOTTEN_S) == ["OPEN TODAY"]


def test_no_text_is_said_once_and_after_a_while(watcher: TextWatcher) -> None:
    count = int(EMPTY_S / STEP_S)
    assert said(watcher, *[WALL] * count) == []
    assert said(watcher, *[WALL] * 3, begin=EMPTY_S) == [Advice.NO_TEXT]
    assert said(watcher, WALL, begin=10 * EMPTY_S) == []


def test_a_page_is_guided_into_view_and_read_whole(watcher: TextWatcher) -> None:
    frames = [board(*MENU, right=right) for right in (-190, -190, -60, 0, 0)]
    found = said(watcher, *frames)
    assert found == [Advice.LEFT, Advice.STILL, "\n".join(MENU)]


@pytest.mark.parametrize(
    ("right", "down", "advice"),
    [
        (-130, 0, Advice.LEFT),
        (400, 0, Advice.RIGHT),
        (0, -100, Advice.TOP),
        (0, 60, Advice.BOTTOM),
    ],
)
def test_each_edge_is_told_apart(
    watcher: TextWatcher, right: int, down: int, advice: Advice
) -> None:
    assert said(watcher, board(*MENU, right=right, down=down)) == [advice]


def test_a_blurred_page_is_waited_for_and_not_for_ever(watcher: TextWatcher) -> None:
    notice = (
        "The library is closed", "Return your books here", "before five o'clock",
        "New members bring", "a letter that shows",
    )  # fmt: skip
    sharp = board(*notice)
    across = 13
    blurred = np.asarray(cv2.filter2D(sharp, -1, np.ones((1, across)) / across), np.uint8)
    assert said(watcher, sharp, blurred, blurred) == [Advice.STILL]
    assert said(watcher, sharp, begin=2.0) == [" ".join(notice)]
    watcher.forget()
    found = said(watcher, *[blurred] * 20, begin=10.0)
    assert found[:2] == [Advice.STILL, Advice.STILL]
    assert len(found) == 3


def test_asked_it_says_all_or_that_there_is_nothing(watcher: TextWatcher) -> None:
    opened = board("OPEN TODAY")
    assert said(watcher, opened, opened, opened) == ["OPEN TODAY"]
    again = watcher.look(opened, 3.0, "en", asked=True)
    assert isinstance(again, WrittenPage)
    assert again.text == "OPEN TODAY"
    assert watcher.look(WALL, 3.2, "en", asked=True) is Advice.NO_TEXT
    assert watcher.look(WALL, 3.4, "en", asked=True) is Advice.NO_TEXT


def test_small_differences_are_the_same_line() -> None:
    assert alike("OPEN TODAY", "0PEN TODAY")
    assert not alike("OPEN TODAY", "CLOSED")


def test_all_advice_is_worded() -> None:
    for language in LANGUAGES:
        assert len({advice.message(language) for advice in Advice}) == len(Advice)
    assert Advice.LEFT.message("en") == ENGLISH.reading_left
