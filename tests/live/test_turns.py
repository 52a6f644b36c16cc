"""Turns are handed over in the order in which they were asked for; no test looks at a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pipeline.live.turns import Turns
from tests.waiting import until


def in_line(turns: Turns, *people: tuple[str, bool], had: list[str]) -> list[threading.Thread]:
    """Lets people wait one behind the other, each in a thread; who has a turn is noted."""

    def go(name: str, asked: bool) -> None:
        with turns.turn(asked=asked):
            had.append(name)

    threads = []
    for name, asked in people:
        before = turns.waiting
        threads.append(threading.Thread(target=go, args=(name, asked), daemon=True))
        threads[-1].start()
        assert until(lambda before=before: turns.waiting == before + 1)
    return threads


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_who_has_had_a_turn_waits_behind_everybody_else() -> None:
    turns, had = Turns(), list[str]()

    def eager(rounds: int) -> None:
        for _ in range(rounds):
            with turns.turn():
                had.append("eager")

    with turns.turn():
        threads = in_line(turns, ("a", False), ("b", False), ("c", False), had=had)
        again = threading.Thread(target=eager, args=(2,), daemon=True)
        again.start()
        assert until(lambda: turns.waiting == 4)
    join([*threads, again])
    assert had == ["a", "b", "c", "eager", "eager"]


def test_each_of_several_who_always_want_one_has_every_fourth() -> None:
    turns, had = Turns(), list[int]()

    def live(number: int, together: Callable[[], object]) -> None:
        together()
        for _ in range(25):
            with turns.turn():
                # All others are in line again before this turn ends.
                assert until(lambda: turns.waiting == 3 or len(had) > 90)
                had.append(number)

    barrier = threading.Barrier(4)
    threads = [
        threading.Thread(target=live, args=(number, barrier.wait), daemon=True)
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    join(threads)
    order = had[:4]
    assert sorted(order) == [0, 1, 2, 3]
    assert had[:88] == order * 22


def test_what_a_person_waits_for_goes_before_and_keeps_nobody_out() -> None:
    turns, had = Turns(), list[str]()
    with turns.turn():
        line = [("a", False), ("b", False), ("asked", True), ("asked too", True), ("again", True)]
        threads = in_line(turns, *line, had=had)
    join(threads)
    assert had == ["asked", "a", "asked too", "b", "again"]


def test_a_turn_that_fails_ends() -> None:
    turns = Turns()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.turn():
            raise ZeroDivisionError
    with turns.turn():
        assert turns.waiting == 0
