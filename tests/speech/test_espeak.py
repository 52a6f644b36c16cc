"""eSpeak NG, where the extra is installed (requirements-espeak.txt)."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SpeechError
from pipeline.speech import VoiceChain
from pipeline.speech.espeak import EspeakVoice, is_installed
from pipeline.speech.hibari import HibariVoice
from tests.speech.measures import CAPTION, lufs, silence_s

needs_espeak = pytest.mark.skipif(
    not is_installed(), reason="needs pip install -r requirements-espeak.txt"
)
FRENCH = "Un chien noir court sur la plage avec une balle rouge."


@needs_espeak
@pytest.mark.parametrize(("text", "language"), [(CAPTION, "en"), (FRENCH, "fr")])
def test_says_a_caption(text: str, language: str) -> None:
    sound = EspeakVoice().speak(text, language, 1.0)
    assert (sound.voice, sound.online, sound.sample_rate_hz) == ("espeak", False, 22_050)
    assert 1.5 < sound.seconds < 5.0
    assert silence_s(sound.samples, sound.sample_rate_hz) < 0.15
    assert np.abs(sound.samples).max() < 1.0


@needs_espeak
def test_french_is_spoken_as_french() -> None:
    voice = EspeakVoice()
    # "beaux oiseaux" has 5 sounds fewer in French than letters read out in English.
    french = voice.speak("Les beaux oiseaux mangent", "fr", 1.0).seconds
    english = voice.speak("Les beaux oiseaux mangent", "en", 1.0).seconds
    assert abs(french - english) > 0.1
    accented, plain = (voice.speak(text, "fr", 1.0).seconds for text in ("pâtés", "pates"))
    assert accented > 1.1 * plain  # "pâtés" has a syllable more: the accents arrive


@needs_espeak
def test_pace_changes_the_duration() -> None:
    slow, normal, fast = (EspeakVoice().speak(CAPTION, "en", r).seconds for r in (0.5, 1.0, 2.0))
    assert slow > 1.5 * normal
    assert fast < 0.7 * normal


@needs_espeak
def test_is_as_loud_as_the_other_voice() -> None:
    english = EspeakVoice().speak(CAPTION, "en", 1.0)
    french = EspeakVoice().speak(FRENCH, "fr", 1.0)
    hibari = HibariVoice().speak(CAPTION, "en", 1.0)
    assert abs(lufs(english) - lufs(hibari)) < 3.0
    assert abs(lufs(french) - lufs(hibari)) < 3.0


@needs_espeak
def test_threads_and_instances_share_the_one_engine() -> None:
    texts = [(CAPTION, "en"), (FRENCH, "fr"), ("Two cats.", "en"), ("Deux chats.", "fr")] * 3
    alone = [EspeakVoice().speak(text, language, 1.0).seconds for text, language in texts]
    together = [0.0] * len(texts)
    start = threading.Barrier(len(texts))

    def speak(place: int, text: str, language: str) -> None:
        start.wait()
        together[place] = EspeakVoice().speak(text, language, 1.0).seconds

    threads = [threading.Thread(target=speak, args=(n, *asked)) for n, asked in enumerate(texts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Its sounds differ by a few milliseconds from one time to the next.
    assert together == pytest.approx(alone, abs=0.05)


@needs_espeak
@pytest.mark.parametrize(
    "text", ["A <b>dog</b> & [[d'oVg]] runs.", "\ud800A dog\0 runs.", "20 °C, 12345.", "日本語 dog"]
)
def test_odd_text_is_spoken(text: str) -> None:
    assert VoiceChain([EspeakVoice()]).speak(text).voice == "espeak"


@needs_espeak
@pytest.mark.parametrize("text", ["A dog <b title='123456789'> runs.", "A dog [[123456789]] runs."])
def test_markup_is_read_as_text(text: str) -> None:
    plain = EspeakVoice().speak("A dog runs.", "en", 1.0)
    assert EspeakVoice().speak(text, "en", 1.0).seconds > plain.seconds + 3.0


@needs_espeak
def test_other_languages_are_refused() -> None:
    with pytest.raises(SpeechError):
        EspeakVoice().speak("Ein Hund.", "de", 1.0)


@needs_espeak
def test_loads_nothing_until_it_speaks() -> None:
    program = (
        "import sys\n"
        "from pipeline.speech import default_chain\n"
        "voices = default_chain(allow_online=False).choose('offline')\n"
        "print(tuple(voice.name for voice in voices), 'espeakng_loader' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = "('hibari', 'kokoro', 'espeak') False\n"
    assert done.stdout == expected or sys.platform == "darwin"


def test_broken_package_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    """A package of that name without its data: the process lives, and the chain goes on."""
    package = tmp_path / "espeakng_loader"
    package.mkdir()
    real = importlib.util.find_spec("espeakng_loader")
    library = "'/missing.so'"
    if real is not None and real.origin is not None:  # the real library, but no data beside it
        library = (
            f"str(next(__import__('pathlib').Path({real.origin!r}).parent.glob('*espeak*.*')))"
        )
    (package / "__init__.py").write_text(
        f"def get_library_path():\n    return {library}\n"
        f"def get_data_path():\n    return {str(tmp_path / 'nothing')!r}\n"
    )
    program = (
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n"
        "from pipeline.speech import VoiceChain\n"
        "from pipeline.speech.espeak import EspeakVoice\n"
        "print(VoiceChain([EspeakVoice()]).speak('A dog.').voice)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "tone\n"
