"""The offline English voice, with its real sound."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hibari import Hibari

from pipeline.errors import SpeechError
from pipeline.speech import TONE, VoiceChain
from pipeline.speech.codec import change_pace
from pipeline.speech.finishing import finish
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.text import clean
from tests.speech.measures import CAPTION


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
    assert fast == pytest.approx(normal / 2, rel=0.15)


def test_fast_speech_is_the_usual_speech_made_faster(hibari: HibariVoice) -> None:
    natural = Hibari(voice="heart", threads=1)(CAPTION, speed=1.0, seed=0)  # its own 2.0 slurs
    expected = finish(change_pace(natural, 24_000, 2.0), 24_000, "hibari")
    assert np.allclose(hibari.speak(CAPTION, "en", 2.0).samples, expected.samples, atol=1e-3)


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
