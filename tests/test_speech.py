"""Voices and their chain: real sound, and the real gTTS against a server on this machine."""

from __future__ import annotations

import gc
import io
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.filter import Graph

from pipeline.errors import SpeechError
from pipeline.speech import Sound, VoiceChain, default_chain
from pipeline.speech.breaker import FIRST_REST_S
from pipeline.speech.chain import TONE
from pipeline.speech.google import MAX_CHARS, GoogleVoice
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.sound import finish, loudness_dbfs
from pipeline.speech.text import clean
from tests.gtts_server import GttsServer, mp3

CAPTION = "A black dog runs on the beach with a red ball."
LONG_CAPTION = "A man in a red shirt walks along the shore with two dogs. " * 3
FAILURES = ["429", "500", "delay", "trickle", "cut", "garbage", "noise", "empty"]


class NetworkGuard:
    """Sees every look-up and connection that Python makes, and lets none leave the machine."""

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.active or event not in ("socket.connect", "socket.getaddrinfo"):
            return
        address = args[1] if event == "socket.connect" else args
        host = str(address[0]) if isinstance(address, tuple) else str(address)
        self.seen.append(host)
        if host not in ("127.0.0.1", "localhost"):
            raise PermissionError(f"a test tried to reach {host}")


GUARD = NetworkGuard()  # an audit hook stays for good: one is enough


@pytest.fixture(autouse=True)
def network() -> Iterator[NetworkGuard]:
    GUARD.seen.clear()
    GUARD.active = True
    yield GUARD
    GUARD.active = False
    assert set(GUARD.seen) <= {"127.0.0.1"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GttsServer]:
    with GttsServer() as server:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, server.proxy_url)
        yield server


@pytest.fixture(scope="module")
def hibari() -> HibariVoice:
    return HibariVoice()


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def silence_s(samples: np.ndarray, sample_rate_hz: int) -> float:
    """Seconds before the first sample that is less than 40 dB under the peak."""
    loud = np.abs(samples) > np.abs(samples).max() / 100
    return float(np.argmax(loud)) / sample_rate_hz


def lufs(sound: Sound) -> float:
    """Loudness after EBU R128 as FFmpeg measures it, which shares no code with ours."""
    graph = Graph()
    time_base = Fraction(1, sound.sample_rate_hz)
    source = graph.add_abuffer(
        format="flt", sample_rate=sound.sample_rate_hz, layout="mono", time_base=time_base
    )
    graph.link_nodes(source, graph.add("ebur128", "metadata=1"), graph.add("abuffersink"))
    graph.configure()
    frame = av.AudioFrame.from_ndarray(sound.samples[None].copy(), format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = sound.sample_rate_hz, 0, time_base
    graph.push(frame)
    graph.push(None)
    measured = -70.0
    while True:
        try:
            measured = float(graph.pull().metadata.get("lavfi.r128.I", measured))
        except (av.BlockingIOError, av.EOFError):
            return measured


def test_guard_refuses_the_network(network: NetworkGuard) -> None:
    import socket

    with socket.socket() as outside, pytest.raises(PermissionError):
        outside.connect(("192.0.2.1", 443))
    assert network.seen == ["192.0.2.1"]
    network.seen.clear()


# The offline voice


def test_offline_voice_says_a_caption(hibari: HibariVoice) -> None:
    sound = hibari.speak(CAPTION, "en", 1.0)
    assert sound.voice == "hibari"
    assert sound.sample_rate_hz == 24_000
    assert 1.5 < sound.seconds < 4.0  # ten words; a person says two to five a second
    spoken = np.abs(sound.samples) > 0.01
    assert spoken.mean() > 0.3


def test_rate_changes_the_duration(hibari: HibariVoice) -> None:
    slow, normal, fast = (hibari.speak(CAPTION, "en", rate).seconds for rate in (0.5, 1.0, 2.0))
    assert slow > 1.5 * normal
    assert fast < 0.7 * normal


def test_threads_share_the_offline_voice() -> None:
    voice = HibariVoice()
    texts = [f"{count} dogs run after the zorbling." for count in ("Two", "Three", "Four")]
    together: dict[str, np.ndarray] = {}
    start = threading.Barrier(len(texts))

    def speak(text: str) -> None:
        start.wait()
        together[text] = voice.speak(text, "en", 1.0).samples

    threads = [threading.Thread(target=speak, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for text in texts:
        assert np.array_equal(together[text], voice.speak(text, "en", 1.0).samples)


@pytest.mark.parametrize(
    "text",
    [
        "A dog 🐶 runs 🏳️‍🌈.",
        "A\x00 dog\x07\x1b[31m runs\r\n\r\nand\trests.",
        "Un café très élégant à Noël, garçon !",
        "12345 dogs at 9:30, 3.5 km away, 20 °C.",
        "Xqzzvw blorft gnarfle.",
        "1" * 40,
        "a-" * 300,
        "\ud800 \u202eA dog\u200b.",
        "<speak>A dog & a cat</speak> [dog](/x/) [dog](",
        "word " * 80,
    ],
)
def test_odd_text_is_spoken_offline(text: str, hibari: HibariVoice) -> None:
    assert VoiceChain([hibari]).speak(text).voice == "hibari"


def test_markup_of_the_voice_is_read_as_text(hibari: HibariVoice) -> None:
    # hibari would say "dog" as the one sound that the brackets hold.
    assert hibari.speak("[dog](/k/)", "en", 1.0).seconds > 0.6


@pytest.mark.parametrize("text", ["", "   ", "\n", "🐶", "...", "\x00", "\u200b"])
def test_text_without_words_is_an_error(text: str, hibari: HibariVoice) -> None:
    with pytest.raises(SpeechError):
        VoiceChain([hibari]).speak(text)


def test_clean_cuts_what_voices_choke_on() -> None:
    assert clean("A\u0301 dog\x00runs 🐶\r\n now") == "\u00c1 dog runs\nnow"
    assert clean("20 °C, fi\u200dve") == "20 °C, five"
    assert max(len(word) for word in clean("a-" * 300).split()) <= 40
    with pytest.raises(SpeechError):
        clean("a" * 10_001)


def test_offline_voice_refuses_other_languages(hibari: HibariVoice) -> None:
    with pytest.raises(SpeechError):
        hibari.speak("Un chien.", "fr", 1.0)


def test_unknown_language_and_unspeakable_script_end_in_tones(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    for text, language in (("Un chien.", "fr"), ("日本語", "en")):
        sound = chain.speak(text, language)
        assert sound.voice == TONE
        assert 0.2 < sound.seconds < 0.5
        assert np.abs(sound.samples).max() > 0.05


# What the page gets


def test_wav_is_valid_and_held_at_the_limit() -> None:
    loud = Sound(np.array([0.0, 0.5, 1.7, -1.7], np.float32), 24_000, "test")
    with wave.open(io.BytesIO(loud.wav())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        steps = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert steps.tolist() == [0, 16383, 32767, -32767]


def test_sound_is_read_only() -> None:
    sound = Sound(np.zeros(9, np.float32), 24_000, "test")
    with pytest.raises(ValueError, match="read-only"):  # the cache hands it to everybody
        sound.samples[0] = 1.0


def test_finish_cuts_silence_and_keeps_words() -> None:
    rate_hz = 24_000
    tone = np.sin(np.arange(rate_hz) * 0.1).astype(np.float32)
    quiet = np.zeros(rate_hz, np.float32)
    sound = finish(np.concatenate([quiet, 0.01 * tone, quiet]), rate_hz, "test")
    assert 1.05 < sound.seconds < 1.2
    assert silence_s(sound.samples, rate_hz) < 0.15
    assert np.abs(sound.samples).max() > 0.1


def test_finish_leaves_no_click_at_either_end() -> None:
    sound = finish(np.full(24_000, 0.3, np.float32), 24_000, "test")
    assert abs(sound.samples[0]) < 1e-3
    assert abs(sound.samples[-1]) < 1e-3


def test_pauses_do_not_count_as_quiet() -> None:
    tone = np.sin(np.arange(24_000) * 0.1).astype(np.float32)
    assert loudness_dbfs(tone, 24_000) == pytest.approx(-3.0, abs=0.1)
    assert loudness_dbfs(np.pad(tone, 24_000), 24_000) == pytest.approx(-3.0, abs=0.1)


def test_finish_never_clips() -> None:
    clicks = np.zeros(24_000, np.float32)
    clicks[::2000] = 3.0  # nearly no loudness, all peak
    assert np.abs(finish(clicks, 24_000, "test").samples).max() <= 0.9


@pytest.mark.parametrize(
    "samples", [np.zeros(0, np.float32), np.zeros(9000, np.float32), np.full(9000, np.nan, "f4")]
)
def test_finish_refuses_what_is_no_sound(samples: np.ndarray) -> None:
    with pytest.raises(SpeechError):
        finish(samples, 24_000, "test")


def test_voices_start_at_once_and_are_equally_loud(server: GttsServer, hibari: HibariVoice) -> None:
    def quiet_speech(text: str) -> bytes:
        """Somebody slower, 20 dB quieter, with less between loud and soft, and late."""
        pressed = np.tanh(8 * hibari.speak(text, "en", 0.8).samples)
        return mp3(np.pad(0.05 * pressed, 12_000))

    server.speech = quiet_speech
    offline = hibari.speak(CAPTION, "en", 1.0)
    online = GoogleVoice().speak(CAPTION, "en", 1.0)
    for sound in (offline, online):
        assert silence_s(sound.samples, sound.sample_rate_hz) < 0.15
        assert silence_s(sound.samples[::-1], sound.sample_rate_hz) < 0.3
        assert 0.2 < np.abs(sound.samples).max() < 1.0
    assert abs(lufs(offline) - lufs(online)) < 3.0


# The online voice


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


def test_online_voice_changes_its_pace(server: GttsServer) -> None:
    fast, slow = (GoogleVoice().speak("one two three four", "en", rate) for rate in (2.0, 0.5))
    assert slow.seconds > 3 * fast.seconds


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
    until_s = time.monotonic() + 20
    while server.open and time.monotonic() < until_s:
        time.sleep(0.05)
    assert server.open == 0
    assert len(server.asked) <= 2  # the rest of a text that nobody waits for is not sent


def test_refused_connection_then_the_network_returns(
    server: GttsServer, hibari: HibariVoice
) -> None:
    clock = Clock()
    chain = VoiceChain([GoogleVoice(clock=clock), hibari])
    server.stop()
    assert chain.speak("One dog.", mode="best").voice == "hibari"
    server.start()
    assert chain.speak("Two dogs.", mode="best").voice == "hibari"  # it rests
    assert server.asked == []
    clock.now_s += FIRST_REST_S + 1
    assert chain.speak("Three dogs.", mode="best").voice == "google"


def test_rests_grow_until_an_answer(server: GttsServer) -> None:
    clock = Clock()
    voice = GoogleVoice(clock=clock)
    server.mode = "500"
    rests_s = []
    for _ in range(6):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)
        rests_s.append(voice.rest_s)
        clock.now_s += voice.rest_s
    assert rests_s == [60, 120, 240, 480, 960, 960]
    server.mode = "ok"
    voice.speak("A dog.", "en", 1.0)
    server.mode = "500"
    with pytest.raises(SpeechError):
        voice.speak("A dog.", "en", 1.0)
    assert voice.rest_s == 60


def test_pause_that_google_asks_for_is_kept(server: GttsServer) -> None:
    clock = Clock()
    voice = GoogleVoice(clock=clock)
    server.mode, server.retry_after = "429", "300"
    for _ in range(2):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)
        clock.now_s += 299
    assert len(server.asked) == 1


def test_failures_under_way_together_count_once(server: GttsServer) -> None:
    voice = GoogleVoice(deadline_s=0.5, clock=Clock())
    server.mode = "delay"

    def fail() -> None:
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)

    threads = [threading.Thread(target=fail) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert voice.rest_s == FIRST_REST_S


def test_few_requests_at_once(server: GttsServer) -> None:
    voice = GoogleVoice(deadline_s=1.0, clock=Clock())
    server.mode = "delay"

    def fail() -> None:
        with pytest.raises(SpeechError):
            voice.speak("A dog.", "en", 1.0)

    threads = [threading.Thread(target=fail) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections <= 4


@pytest.mark.parametrize("failure", ["429", "noise"])
def test_failure_leaves_no_connection_open(failure: str, server: GttsServer) -> None:
    server.mode = failure  # type: ignore[assignment]
    gc.disable()  # a circle of references would keep the socket until the collector comes by
    try:
        with pytest.raises(SpeechError):
            GoogleVoice().speak("A dog.", "en", 1.0)
        until_s = time.monotonic() + 3
        while server.open and time.monotonic() < until_s:
            time.sleep(0.02)
        assert (server.connections, server.open) == (1, 0)
    finally:
        gc.enable()


def test_long_text_and_unknown_language_are_not_sent(server: GttsServer) -> None:
    voice = GoogleVoice()
    for text, language in (("a " * MAX_CHARS, "en"), ("A dog.", "xx")):
        with pytest.raises(SpeechError):
            voice.speak(text, language, 1.0)
    assert server.connections == 0
    assert voice.rest_s == 0  # neither is the network's fault


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
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == "given up\n"
    assert done.stderr == ""
    assert len(server.asked) == 1
    assert time.monotonic() - began_s < 8.0  # the answer trickles for 10 s


# The chain


def test_nothing_leaves_the_machine_offline(
    server: GttsServer, hibari: HibariVoice, network: NetworkGuard
) -> None:
    chain = VoiceChain([GoogleVoice(), hibari])
    chain.warm_up()
    assert chain.speak(CAPTION).voice == "hibari"
    assert chain.speak("Un chien.", "fr").voice == TONE
    assert server.connections == 0
    assert network.seen == []


def test_default_chain_without_online_cannot_send() -> None:
    program = (
        "import sys\n"
        "from pipeline.speech import default_chain\n"
        "chain = default_chain(allow_online=False)\n"
        "print(chain.speak('A dog.', mode='best').voice)\n"
        "print([name for name in ('gtts', 'requests') if name in sys.modules])\n"
        "import warnings\n"
        "try:\n    warnings.warn('later')\n"
        "except UserWarning:\n    print('warnings are as they were')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=Path(__file__).parents[1],
        env={"PATH": ""},  # pydub finds no ffmpeg
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "hibari\n[]\nwarnings are as they were\n"
    assert done.stderr == ""


def test_best_asks_the_online_voice_first_and_offline_never(server: GttsServer) -> None:
    chain = default_chain(allow_online=True)
    assert [voice.name for voice in chain.choose("best")] == ["google", "hibari"]
    assert [voice.name for voice in chain.choose("offline")] == ["hibari"]
    assert chain.speak("A dog.", mode="best").voice == "google"


def test_cache_answers_for_the_same_words_voice_and_pace(server: GttsServer) -> None:
    chain = VoiceChain([GoogleVoice()])
    first = chain.speak("A dog.", mode="best")
    assert chain.speak(" A  dog. ", mode="best") is first
    assert len(server.asked) == 1
    assert chain.speak("A dog.", rate=1.5, mode="best").seconds < first.seconds
    assert chain.speak("A dog.", "fr", mode="best") is not first
    assert len(server.asked) == 3


def test_cache_forgets_the_least_recently_used(server: GttsServer) -> None:
    size = GoogleVoice().speak("A dog.", "en", 1.0).samples.nbytes
    server.asked.clear()
    chain = VoiceChain([GoogleVoice()], cache_bytes=int(2.5 * size))
    for text in ("A dog.", "A cat.", "A dog.", "A cow."):  # the cat has to go
        chain.speak(text, mode="best")
    chain.speak("A dog.", mode="best")
    assert [asked.text for asked in server.asked] == ["A dog.", "A cat.", "A cow."]
    chain.speak("A cat.", mode="best")
    assert len(server.asked) == 4


def test_pace_is_held_in_range(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    assert chain.speak("A dog.", rate=9.0) is chain.speak("A dog.", rate=2.0)
    assert chain.speak("A dog.", rate=0.0) is chain.speak("A dog.", rate=0.5)


def test_warm_up_names_the_voices_that_are_ready(hibari: HibariVoice) -> None:
    assert VoiceChain([hibari]).warm_up() == ("hibari",)
