"""The chain: which voice speaks when, and that there is always a sound."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import SpeechError
from pipeline.speech import TONE, DiskCache, VoiceChain, default_chain
from pipeline.speech.espeak import is_installed
from pipeline.speech.google import GoogleVoice
from pipeline.speech.hibari import HibariVoice
from tests.speech.gtts_server import GttsServer
from tests.speech.measures import CAPTION
from tests.speech.network_guard import NetworkGuard


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
        cwd=Path(__file__).parents[2],
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
    offline = [voice.name for voice in chain.choose("offline")]
    assert offline[0] == "hibari"
    assert "google" not in offline
    assert "kokoro" in offline
    assert ("espeak" in offline) == is_installed()
    assert [voice.name for voice in chain.choose("best")] == ["google", *offline]
    assert chain.speak("A dog.", mode="best").voice == "google"


def test_cache_answers_for_the_same_words_voice_and_pace(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    first = chain.speak("A dog.")
    assert chain.speak(" A  dog. ") is first
    assert chain.speak("A dog.", rate=1.5).seconds < first.seconds
    assert chain.speak("A dog.", mode="best") is first
    assert chain.speak("A dog.", "fr") is not first


def test_cache_forgets_the_least_recently_used(hibari: HibariVoice) -> None:
    size = hibari.speak("A dog.", "en", 1.0).samples.nbytes
    chain = VoiceChain([hibari], cache_bytes=int(2.9 * size))
    dog, cat = chain.speak("A dog."), chain.speak("A cat.")
    assert chain.speak("A dog.") is dog
    chain.speak("A cow.")  # the cat has to go
    assert chain.speak("A dog.") is dog
    assert chain.speak("A cat.") is not cat


def test_one_voice_by_name_speaks_first(server: GttsServer, hibari: HibariVoice) -> None:
    google = GoogleVoice()
    chain = VoiceChain([google, hibari], by_name=[google.with_accent("co.uk")])
    for name in ("google", "hibari", "google co.uk"):
        assert chain.speak("A dog.", mode=name).voice == name
    assert [voice.name for voice in chain.choose("hibari")] == ["hibari"]
    assert [voice.name for voice in chain.choose("google co.uk")] == ["google co.uk", "hibari"]
    assert [voice.name for voice in chain.choose("best")] == ["google", "hibari"]
    assert len(server.asked) == 2


def test_named_voice_that_fails_leaves_the_word_to_offline_ones(
    server: GttsServer, hibari: HibariVoice
) -> None:
    server.mode = "500"
    google = GoogleVoice()
    chain = VoiceChain([google, hibari], by_name=[google.with_accent("co.uk")])
    sound = chain.speak("A dog.", mode="google co.uk")
    assert (sound.voice, sound.online) == ("hibari", False)
    assert chain.speak("Un chien.", "fr", mode="hibari").voice == TONE


@pytest.mark.parametrize("mode", ["", "goggle", "online", "Google"])
def test_unknown_mode_sends_nothing(
    mode: str, server: GttsServer, hibari: HibariVoice, network: NetworkGuard
) -> None:
    assert VoiceChain([GoogleVoice(), hibari]).speak("A dog.", mode=mode).voice == "hibari"
    assert (server.asked, network.seen) == ([], [])


def test_sounds_are_on_the_disk_only_when_a_call_says_so(
    server: GttsServer, tmp_path: Path
) -> None:
    disk = DiskCache(tmp_path)
    VoiceChain([GoogleVoice()], disk=disk).speak("A dog.", mode="best")
    assert list(tmp_path.iterdir()) == []
    first = VoiceChain([GoogleVoice()], disk=disk).speak("A dog.", mode="best", keep=True)
    assert len(list(tmp_path.iterdir())) == 1
    server.stop()
    later = VoiceChain([GoogleVoice()], disk=disk)
    assert later.speak("A dog.", mode="best").voice == TONE
    kept = later.speak("A dog.", mode="best", keep=True)
    assert (kept.voice, kept.online, kept.wav()) == ("google", True, first.wav())
    for file in tmp_path.iterdir():
        file.unlink()
    latest = VoiceChain([GoogleVoice()], disk=disk)
    assert latest.speak("A dog.", mode="best", keep=True).voice == TONE


def test_tones_are_not_kept(hibari: HibariVoice, tmp_path: Path) -> None:
    chain = VoiceChain([hibari], disk=DiskCache(tmp_path))
    assert chain.speak("Un chien.", "fr", keep=True).voice == TONE
    assert list(tmp_path.iterdir()) == []


def test_stream_speaks_sentence_by_sentence(server: GttsServer) -> None:
    chain = VoiceChain([GoogleVoice()])
    sounds = chain.stream("One dog runs. Two dogs sit by St. Mary. Three!", mode="best")
    assert server.asked == []
    first = next(sounds)
    assert [asked.text for asked in server.asked] == ["One dog runs."]
    rest = list(sounds)
    assert [asked.text for asked in server.asked][1:] == ["Two dogs sit by St Mary.", "Three!"]
    assert [sound.seconds for sound in (first, *rest)] == pytest.approx([0.9, 1.8, 0.3], abs=0.2)


def test_stream_begins_long_before_the_text_is_made(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    chain.warm_up()
    text = " ".join(f"{count} dogs run along the beach with a red ball." for count in range(40))
    began_s = time.perf_counter()
    sounds = chain.stream(text)
    next(sounds)
    first_s = time.perf_counter() - began_s
    assert len(list(sounds)) == 39
    assert first_s < (time.perf_counter() - began_s) / 5


def test_stream_says_at_once_that_there_is_nothing_to_say(hibari: HibariVoice) -> None:
    for text in ("", "...", "a" * 10_001):
        with pytest.raises(SpeechError):
            VoiceChain([hibari]).stream(text)
    assert len(list(VoiceChain([hibari]).stream("- 1 -"))) == 1


def test_pace_is_held_in_range(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    assert chain.speak("A dog.", rate=9.0) is chain.speak("A dog.", rate=2.0)
    assert chain.speak("A dog.", rate=0.0) is chain.speak("A dog.", rate=0.5)


def test_warm_up_names_the_voice_that_is_ready(hibari: HibariVoice) -> None:
    chain = VoiceChain([hibari])
    assert chain.warm_up() == "hibari"
    assert chain.warm_up("fr") == ""
