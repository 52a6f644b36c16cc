"""The camera's state, its announcements, and the setting for STUN and TURN."""

from __future__ import annotations

import time
from typing import Any

import pytest

from pipeline.phrases import ENGLISH
from pipeline.web.state.announcement import Announcement, Kind, Origin, Spoken, Timestamps
from pipeline.web.state.camera_state import (
    CONNECT_S,
    LOST_S,
    RETRY_S,
    CameraState,
    Problem,
    State,
    ice_servers,
    sentence,
)
from pipeline.web.state.description_queue import CAMERA_KEPT, DescriptionQueue, Workers


def live_tab() -> CameraState:
    tab = CameraState()
    tab.browser_event("asking", 0.0)
    tab.browser_event("granted", 1.0)
    tab.observe(0.1, 2.0)
    assert tab.state is State.LIVE
    return tab


def test_from_asking_to_live_to_off() -> None:
    tab = CameraState()
    said = [tab.status(ENGLISH)]
    tab.observe(None, 0.0)
    assert not tab.sending
    for kind, age in (("asking", None), ("granted", None), ("", 0.1), ("stopped", None)):
        tab.browser_event(kind, 1.0)
        tab.observe(age, 1.5)
        said.append(tab.status(ENGLISH))
        assert tab.sending == (kind in ("granted", ""))
    assert [text for _, text in said] == [
        ENGLISH.ready_live,
        ENGLISH.camera_asking,
        ENGLISH.camera_connecting,
        ENGLISH.camera_live,
        ENGLISH.camera_off,
    ]
    assert len({identity for identity, _ in said}) == len(said)


def test_a_state_keeps_its_id_so_that_it_is_said_once() -> None:
    tab = live_tab()
    before = tab.status(ENGLISH)
    tab.observe(0.2, 3.0)
    assert tab.status(ENGLISH) == before


@pytest.mark.parametrize("kind", ["denied", "missing", "busy", "insecure"])
def test_a_camera_that_does_not_open_is_off_and_has_a_sentence(kind: str) -> None:
    tab = CameraState()
    tab.browser_event("asking", 0.0)
    problem = tab.browser_event(kind, 1.0)
    assert problem is not None
    assert sentence(problem, ENGLISH)
    tab.observe(None, 2.0)
    assert tab.state is State.OFF
    assert not tab.sending


def test_one_that_is_pulled_out_is_waited_for() -> None:
    tab = live_tab()
    assert tab.browser_event("unplugged", 3.0) is Problem.UNPLUGGED
    tab.observe(None, 4.0)
    assert tab.state is State.UNPLUGGED
    assert tab.status(ENGLISH)[1] == ENGLISH.camera_unplugged
    assert not tab.sending
    tab.browser_event("granted", 60.0)
    assert tab.sending
    tab.observe(None, 61.0)
    assert tab.state is State.CONNECTING
    tab.observe(0.1, 62.0)
    assert tab.state is State.LIVE


def test_a_hand_over_the_lens_is_a_pause_with_words_of_its_own() -> None:
    tab = live_tab()
    tab.observe(0.1, 3.0, covered=True)
    assert (tab.state, tab.status(ENGLISH)[1]) == (State.COVERED, ENGLISH.camera_covered)
    tab.paused = True
    tab.observe(0.1, 4.0, covered=True)
    assert tab.state is State.PAUSED
    tab.paused = False
    tab.observe(0.1, 5.0)
    assert tab.state is State.LIVE


def test_missing_frames_are_reported_until_frames_come() -> None:
    tab = live_tab()
    for age, state in ((LOST_S - 0.1, State.LIVE), (LOST_S + 0.1, State.LOST), (0.1, State.LIVE)):
        assert tab.observe(age, 10.0) is None
        assert tab.state is state
    assert tab.observe(None, 500.0) is None  # the stream has ended and is being made again
    assert tab.state is State.LOST
    assert tab.sending
    assert tab.observe(None, 500.1 + RETRY_S) is None
    assert tab.reconnect  # it is made again, so often until it is there
    tab.reconnect = False
    tab.observe(None, 500.2 + RETRY_S)
    assert not tab.reconnect
    tab.observe(0.1, 600.0)
    tab.observe(None, 700.0)
    assert not tab.reconnect


def test_a_stream_that_ends_by_itself_is_made_again() -> None:
    tab = live_tab()
    tab.broke()
    assert tab.reconnect
    tab.browser_event("stopped", 3.0)
    tab.broke()
    assert not tab.reconnect


def test_a_stream_that_has_ended_is_made_again_once_it_was_idle() -> None:
    tab = live_tab()
    assert not tab.streamed(playing=False, signalling=True)  # connecting
    assert not tab.streamed(playing=True, signalling=False)
    assert tab.sending
    assert tab.streamed(playing=False, signalling=False)  # ended by itself: drawn again, idle
    assert tab.reconnect
    assert not tab.sending
    assert not tab.streamed(playing=False, signalling=True)  # not idle yet
    assert tab.reconnect
    assert tab.streamed(playing=False, signalling=False)
    assert not tab.reconnect
    assert tab.sending
    assert not tab.streamed(playing=False, signalling=False)


def test_a_stream_that_the_person_has_ended_is_not_made_again() -> None:
    tab = live_tab()
    assert not tab.streamed(playing=True, signalling=False)
    tab.browser_event("stopped", 3.0)
    assert not tab.streamed(playing=False, signalling=False)
    assert not tab.reconnect


def test_another_camera_waits_until_the_stream_of_the_first_has_ended() -> None:
    tab = live_tab()
    assert not tab.streamed(playing=True, signalling=False)
    tab.browser_event("granted", 5.0)
    assert not tab.streamed(playing=True, signalling=False)
    assert tab.streamed(playing=False, signalling=False)
    assert not tab.reconnect


def test_no_frame_at_all_means_that_webrtc_is_blocked() -> None:
    tab = CameraState()
    tab.browser_event("granted", 1.0)
    assert tab.observe(None, 1.0 + RETRY_S) is None
    assert tab.sending
    assert tab.observe(None, 1.1 + RETRY_S) is None
    assert tab.reconnect  # one more try
    tab.reconnect = False
    assert tab.observe(None, 1.0 + CONNECT_S) is None
    assert not tab.reconnect
    stops = tab.stops
    assert tab.observe(None, 1.1 + CONNECT_S) is Problem.BLOCKED
    assert (tab.state, tab.blocked, tab.sending) == (State.OFF, True, False)
    assert tab.stops == stops + 1  # the browser has to release the camera
    assert tab.observe(None, 99.0) is None
    tab.browser_event("granted", 100.0)  # another try
    assert not tab.blocked
    assert tab.sending


def test_pausing_and_leaving() -> None:
    tab = live_tab()
    tab.paused = True
    tab.observe(0.1, 3.0)
    assert tab.state is State.PAUSED
    assert tab.status(ENGLISH)[1] == ENGLISH.camera_paused
    tab.reading = True
    assert tab.status(ENGLISH)[1] == ENGLISH.camera_paused_reading
    tab.leave()
    assert not tab.sending
    stops = tab.stops
    tab.leave()
    assert tab.stops == stops
    tab.browser_event("granted", 5.0)
    assert not tab.paused


def test_another_camera_is_connected_again() -> None:
    tab = live_tab()
    tab.browser_event("granted", 5.0)
    assert tab.reconnect
    assert not tab.sending
    tab.reconnect = False
    assert tab.sending


def test_every_state_and_problem_has_a_sentence() -> None:
    for name in (*State, *Problem):
        assert sentence(name, ENGLISH) == getattr(ENGLISH, f"camera_{name}")
        assert sentence(name, ENGLISH).endswith((".", "Allow."))


@pytest.mark.parametrize(
    "setting",
    [
        '[{"urls": "stun:stun.example.org:3478"}]',
        '[{"urls": ["turn:a.example:1", "turns:b.example"], "username": "u", "credential": "c"}]',
    ],
)
def test_ice_servers_are_read(setting: str) -> None:
    assert ice_servers(setting)[0]["urls"]


def test_no_ice_server_is_asked_by_default() -> None:
    assert ice_servers("") == []
    assert ice_servers("  ") == []


@pytest.mark.parametrize(
    "setting",
    [
        *("stun:host", "{}", '["stun:host"]', "[{}]", "null", "3"),
        *('[{"urls": "http://host"}]', '[{"urls": []}]', '[{"urls": [1]}]'),
        '[{"urls": "stun:a", "password": "x"}]',
    ],
)
def test_wrong_ice_servers_are_named(setting: str) -> None:
    with pytest.raises(ValueError, match="VOIS_ICE_SERVERS"):
        ice_servers(setting)


# ---- What the queue shows of it --------------------------------------------------------------


CUE = Spoken("cue", 0.3, "cue", False)


def announcement(identity: str, *tokens: str, **changes: Any) -> Announcement:
    return Announcement(
        identity,
        Origin.CAMERA,
        Kind.DESCRIPTION,
        f"Scene {identity}.",
        "en",
        sounds=tuple(Spoken(token, 1.0, "hibari", False) for token in tokens),
        timestamps=Timestamps(seen=time.time()),
        **{"now": False, **changes},
    )


def never(*arguments: object) -> Any:
    raise AssertionError("the queue has nothing to do here")


def test_a_report_is_shown_at_once_and_gets_its_sound_later() -> None:
    queue = DescriptionQueue()
    queue.ready = True
    queue.announce(announcement("a"))
    (item,) = [entry.as_item() for entry in queue.entries]
    assert (item["id"], item["text"], item["now"]) == ("a", "Scene a.", False)
    assert (item["sounds"], item["complete"]) == ([], False)
    assert item["seen"]
    # The camera's thread makes the sound, not the queue.
    assert not queue.step(Workers(never, never, never), ENGLISH, queue.worked)
    queue.announce(announcement("a", "token", complete=True))
    (item,) = [entry.as_item() for entry in queue.entries]
    assert (item["sounds"], item["complete"], item["voice"]) == (["token"], True, "hibari")


def test_the_cue_waits_until_the_first_report() -> None:
    queue = DescriptionQueue()
    queue.watch(ENGLISH, CUE)
    queue.watch(ENGLISH, CUE)
    assert [(entry.kind, entry.sounds) for entry in queue.entries] == [(Kind.WAITING, (CUE,))]
    queue.announce(announcement("a", now=True))
    assert [entry.id for entry in queue.entries] == ["a"]
    assert queue.entries[0].as_item()["now"] is True
    queue.watch(ENGLISH, CUE)
    queue.unwatch()
    assert [entry.id for entry in queue.entries] == ["a"]


def test_old_reports_make_room() -> None:
    queue = DescriptionQueue()
    for identity in "abcde":
        queue.announce(announcement(identity))
    assert [entry.id for entry in queue.entries] == list("abcde")[-CAMERA_KEPT:]


def test_a_report_stays_until_a_photo_is_chosen() -> None:
    queue = DescriptionQueue()
    queue.announce(announcement("a"))
    queue.sync([], ENGLISH)
    assert len(queue.entries) == 1
