"""The online voice: the real gTTS against a server on this machine."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.errors import SpeechError
from pipeline.speech import VoiceChain
from pipeline.speech.circuit_breaker import FIRST_PAUSE_S, LONGEST_REQUESTED_PAUSE_S
from pipeline.speech.google import MAX_CHARS, PAUSE_S, GoogleVoice
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.voice import ACCENTS, ONLINE_NAMES
from tests.speech.gtts_server import GttsServer
from tests.speech.measures import CAPTION, Clock, pitch_hz
from tests.speech.network_guard import NetworkGuard
from tests.waiting import until

LONG_CAPTION = "A man in a red shirt walks along the shore with two dogs. " * 3
FAILURES = ["429", "500", "delay", "trickle", "cut", "garbage", "noise", "empty"]


def can_speak(voice: GoogleVoice, text: str) -> bool:
    try:
        voice.speak(text, "en", 1.0)
    except SpeechError:
        return False
    return True


def test_guard_refuses_the_network(network: NetworkGuard) -> None:
    import socket

    with socket.socket() as outside, pytest.raises(PermissionError):
        outside.connect(("192.0.2.1", 443))
    assert network.seen == ["192.0.2.1"]
    network.seen.clear()


def test_online_voice_sends_the_text_and_plays_the_answer(server: GttsServer) -> None:
    sound = GoogleVoice().speak("one two three four five", "fr", 1.0)
    assert sound.voice == "google"
    assert sound.seconds == pytest.approx(5 * 0.3, abs=0.25)
    assert [(asked.text, asked.language) for asked in server.asked] == [
        ("one two three four five", "fr")
    ]


def test_online_voice_joins_the_parts_of_a_long_text(server: GttsServer) -> None:
    sound = GoogleVoice().speak(LONG_CAPTION, "en", 1.0)
    assert len(server.asked) > 1
    words = sum(len(asked.text.split()) for asked in server.asked)
    assert words == len(LONG_CAPTION.split())
    assert sound.seconds > words * 0.3


def test_another_pace_keeps_the_pitch_and_sends_nothing(server: GttsServer) -> None:
    voice = GoogleVoice()
    slow, normal, fast = (voice.speak("one two three four", "en", rate) for rate in (0.5, 1.0, 2.0))
    assert len(server.asked) == 1
    assert slow.seconds == pytest.approx(2 * normal.seconds, rel=0.15)
    assert fast.seconds == pytest.approx(normal.seconds / 2, rel=0.15)
    for sound in (slow, normal, fast):
        assert pitch_hz(sound) == pytest.approx(180, rel=0.03)


def test_online_sound_says_so(server: GttsServer, hibari: HibariVoice) -> None:
    assert GoogleVoice().speak("A dog.", "en", 1.0).online
    assert not hibari.speak("A dog.", "en", 1.0).online


@pytest.mark.parametrize("failure", ["refused", "delay", "garbage"])
def test_every_sentence_is_spoken_whatever_the_network_does(
    failure: str, server: GttsServer, hibari: HibariVoice, caplog: pytest.LogCaptureFixture
) -> None:
    """The short form of tests/bench/network.py."""
    if failure == "refused":
        server.stop()
    else:
        server.mode = failure  # type: ignore[assignment]
    chain = VoiceChain([GoogleVoice(), hibari])
    took_s = []
    with caplog.at_level("DEBUG"):
        for count in range(12):
            began_s = time.monotonic()
            assert chain.speak(f"{count} dogs run on the beach.", mode="best").voice == "hibari"
            took_s.append(time.monotonic() - began_s)
    assert took_s[0] < 8.0  # 3 s by design
    assert max(took_s[1:]) < 1.0
    assert not [record for record in caplog.records if record.exc_info]
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


@pytest.mark.parametrize("failure", FAILURES)
def test_chain_falls_to_the_offline_voice_and_stays_there(
    failure: str, server: GttsServer, hibari: HibariVoice
) -> None:
    server.mode = failure  # type: ignore[assignment]
    chain = VoiceChain([GoogleVoice(), hibari])
    began_s = time.monotonic()
    assert chain.speak(CAPTION, mode="best").voice == "hibari"
    assert time.monotonic() - began_s < 8.0  # 3 s by design; a delayed answer comes after 10 s
    assert len(server.asked) == 1
    assert chain.speak("A second sentence.", mode="best").voice == "hibari"
    assert len(server.asked) == 1


def test_deadline_holds_for_all_parts_together(server: GttsServer) -> None:
    plain = server.speech
    given_up = threading.Event()

    def slow_speech(text: str) -> bytes:
        # The first part takes half the time, the second comes just after its end; each alone
        # is within the limits of a request.
        given_up.wait(1.0 if len(server.asked) == 1 else 5.0)
        return plain(text)

    server.speech = slow_speech
    text = "A man in a red shirt walks along the shore with two dogs. " * 6  # a request for each
    with pytest.raises(SpeechError):
        GoogleVoice(deadline_s=2.0).speak(text, "en", 1.0)
    given_up.set()
    assert until(lambda: server.open == 0)
    assert len(server.asked) <= 2  # the rest of a text that nobody waits for is not sent


def test_network_that_returns_is_found_in_the_background(
    server: GttsServer, hibari: HibariVoice
) -> None:
    clock = Clock()
    voice = GoogleVoice(clock=clock)
    chain = VoiceChain([voice, hibari])
    server.stop()
    assert chain.speak("One dog.", mode="best").voice == "hibari"
    server.start()
    for count in range(2, 9):  # it is paused, and more often than there may be calls at once
        assert chain.speak(f"{count} dogs.", mode="best").voice == "hibari"
    assert server.asked == []
    clock.now_s += FIRST_PAUSE_S + 1
    assert chain.speak("Three dogs.", mode="best").voice == "hibari"  # this one is sent on trial
    assert until(lambda: chain.speak("Four dogs.", mode="best").voice == "google")
    assert [asked.text for asked in server.asked] == ["Three dogs.", "Four dogs."]


def test_dead_network_costs_its_deadline_once(server: GttsServer) -> None:
    clock = Clock()
    voice = GoogleVoice(deadline_s=0.6, clock=clock)
    server.mode = "delay"
    with pytest.raises(SpeechError):
        voice.speak("A dog.", "en", 1.0)
    for pause_s in (60, 120, 240):
        assert voice.pause_left_s == pause_s
        clock.now_s += pause_s
        began_s = time.monotonic()
        for _ in range(3):  # the first is the trial; the others find that there is one
            with pytest.raises(SpeechError):
                voice.speak("A dog.", "en", 1.0)
        assert time.monotonic() - began_s < 0.3
        assert until(lambda: voice.pause_left_s > 0)
    assert len(server.asked) <= 4


def test_pauses_grow_until_an_answer(server: GttsServer) -> None:
    clock = Clock()
    voice = GoogleVoice(clock=clock)
    server.mode = "500"
    pauses_s = []
    for _ in range(6):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)
        assert until(lambda: voice.pause_left_s > 0)
        pauses_s.append(voice.pause_left_s)
        clock.now_s += voice.pause_left_s
    assert pauses_s == [60, 120, 240, 480, 960, 960]
    server.mode = "ok"
    with pytest.raises(SpeechError):
        voice.speak("A dog.", "en", 1.0)
    assert until(lambda: can_speak(voice, "A cow."))
    server.mode = "500"
    with pytest.raises(SpeechError):
        voice.speak("A cat.", "en", 1.0)
    assert voice.pause_left_s == 60


def test_pause_that_google_asks_for_is_kept(server: GttsServer) -> None:
    clock = Clock()
    voice = GoogleVoice(clock=clock)
    server.mode, server.retry_after = "429", "300"
    for _ in range(2):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)
        clock.now_s += 299
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("header", "pause_s"),
    [
        (None, PAUSE_S),
        ("soon", PAUSE_S),
        ("Fri, 31 Dec 1999 23:59:59 GMT", FIRST_PAUSE_S),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_REQUESTED_PAUSE_S),
        ("99999999999999", LONGEST_REQUESTED_PAUSE_S),
    ],
)
def test_pause_of_any_form_is_understood(
    header: str | None, pause_s: float, server: GttsServer
) -> None:
    voice = GoogleVoice(clock=Clock())
    server.mode, server.retry_after = "429", header
    with pytest.raises(SpeechError):
        voice.speak("A dog.", "en", 1.0)
    assert voice.pause_left_s == pause_s


def test_accent_is_the_end_of_the_address(server: GttsServer) -> None:
    plain = GoogleVoice()
    british = plain.with_accent("co.uk")
    assert british.speak("A dog.", "en", 1.0).voice == british.name == "google co.uk"
    assert plain.speak("A dog.", "en", 1.0).voice == "google"
    assert [asked.accent for asked in server.asked] == ["co.uk", "com"]
    for accent in ("co.uk/evil", "example.org", "", "co.uk@127.0.0.1"):
        with pytest.raises(SpeechError):
            plain.with_accent(accent)
    named = [plain.with_accent(accent).name for accent in ACCENTS]
    assert (plain.name, *named) == ONLINE_NAMES


def test_accents_rest_together(server: GttsServer) -> None:
    plain = GoogleVoice()
    server.mode = "500"
    for voice in (plain.with_accent("ie"), plain, plain.with_accent("ca")):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)
    assert len(server.asked) == 1


def fail_together(voice: GoogleVoice, count: int) -> None:
    def fail() -> None:
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)

    threads = [threading.Thread(target=fail) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_failures_under_way_together_count_once(server: GttsServer) -> None:
    voice = GoogleVoice(deadline_s=0.5, clock=Clock())
    server.mode = "delay"
    fail_together(voice, 3)
    assert voice.pause_left_s == FIRST_PAUSE_S


def test_few_requests_at_once(server: GttsServer) -> None:
    voice = GoogleVoice(deadline_s=1.0, clock=Clock())
    server.mode = "delay"
    fail_together(voice, 8)
    assert server.connections <= 4


@pytest.mark.parametrize("failure", ["429", "noise"])
def test_failure_leaves_no_connection_open(failure: str, server: GttsServer) -> None:
    server.mode = failure  # type: ignore[assignment]
    gc.disable()  # a circle of references would keep the socket until the collector comes by
    try:
        with pytest.raises(SpeechError):
            GoogleVoice().speak("A dog.", "en", 1.0)
        assert until(lambda: server.open == 0, limit_s=3)
        assert (server.connections, server.open) == (1, 0)
    finally:
        gc.enable()


def test_long_text_and_unknown_language_are_not_sent(server: GttsServer) -> None:
    voice = GoogleVoice()
    for text, language in (("a " * MAX_CHARS, "en"), ("A dog.", "xx")):
        with pytest.raises(SpeechError):
            voice.speak(text, language, 1.0)
    assert server.connections == 0
    assert voice.pause_left_s == 0  # neither is the network's fault


def test_exit_does_not_wait_for_the_network(server: GttsServer) -> None:
    server.mode = "trickle"
    program = (
        "from pipeline.speech.google import GoogleVoice\n"
        "from pipeline.errors import SpeechError\n"
        "try:\n    GoogleVoice(deadline_s=0.5).speak('A dog.', 'en', 1.0)\n"
        "except SpeechError:\n    print('given up')\n"
    )
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "given up\n"
    assert done.stderr == ""
    assert len(server.asked) == 1
    assert time.monotonic() - began_s < 8.0  # the answer trickles for 10 s
