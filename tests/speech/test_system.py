"""The Mac's voice: its pure parts, the call of a program, and on a Mac the real `say`."""

from __future__ import annotations

import io
import stat
import sys
import time
import wave
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import SpeechError
from pipeline.speech.codec import decode
from pipeline.speech.system import (
    Speaker,
    SystemVoice,
    best_speaker,
    command,
    is_installed,
    parse_speakers,
)
from tests.speech.measures import CAPTION

# Lines as `say -v ?` prints them: macOS 10.14, 13 with downloaded voices, and 27.
MOJAVE = """\
Alex                en_US    # Most people recognize me by my voice.
Amelie              fr_CA    # Bonjour, je m’appelle Amelie. Je suis une voix canadienne.
Bad News            en_US    # The light you see at the end of the tunnel is a fast train.
Daniel              en_GB    # Hello, my name is Daniel. I am a British-English voice.
Fiona               en-scotland # Hello, my name is Fiona. I am a Scottish-English voice.
Samantha            en_US    # Hello, my name is Samantha. I am an American-English voice.
Sin-ji              zh_HK    # 您好，我叫 Sin-ji。我講廣東話。
Thomas              fr_FR    # Bonjour, je m’appelle Thomas. Je suis une voix française.
Whisper             en_US    # Pssssst, hey you, Yeah you, Who do ya think I'm talking to?
"""  # noqa: RUF001
VENTURA = """\
Albert              en_US    # Hello! My name is Albert.
Amélie              fr_CA    # Bonjour! Je m’appelle Amélie.
Audrey (Enhanced)   fr_FR    # Bonjour, je m’appelle Audrey.
Ava                 (Premium)    en_US    # Hello! My name is Ava.
Eddy (English (US)) en_US    # Hello! My name is Eddy.
Eddy (French (France)) fr_FR    # Bonjour, je m’appelle Eddy.
Fiona (Enhanced)    en_GB_U_SD@sd=gbsct # Hello! My name is Fiona.
Grandma (French (France)) fr_FR    # Bonjour, je m’appelle Grandma.
Samantha            en_US    # Hello! My name is Samantha.
Thomas              fr_FR    # Bonjour, je m’appelle Thomas.
"""  # noqa: RUF001
MACOS_27 = """\
Albert                           en_US    # Hello! My name is Albert.
Eddy (English (UK))              en_GB    # Hello! My name is Eddy.
Jacques                          fr_FR    # Bonjour! Je m'appelle Jacques.
Samantha (English (US))          en_US    # Hello! My name is Samantha.
Thomas (French (France))         fr_FR    # Bonjour! Je m'appelle Thomas.
"""


def test_names_and_locales_are_read() -> None:
    assert parse_speakers(VENTURA) == [
        Speaker("Albert", "en_US"),
        Speaker("Amélie", "fr_CA"),
        Speaker("Audrey (Enhanced)", "fr_FR"),
        Speaker("Ava (Premium)", "en_US"),
        Speaker("Eddy (English (US))", "en_US"),
        Speaker("Eddy (French (France))", "fr_FR"),
        Speaker("Fiona (Enhanced)", "en_GB_U_SD@sd=gbsct"),
        Speaker("Grandma (French (France))", "fr_FR"),
        Speaker("Samantha", "en_US"),
        Speaker("Thomas", "fr_FR"),
    ]
    assert Speaker("Fiona", "en-scotland") in parse_speakers(MOJAVE)
    assert Speaker("Sin-ji", "zh_HK") in parse_speakers(MOJAVE)


@pytest.mark.parametrize("listing", ["", "\n", "no voices\n", "NoLocale # hello", "  # nothing"])
def test_other_lines_are_passed_over(listing: str) -> None:
    assert parse_speakers(listing) == []


@pytest.mark.parametrize(
    ("listing", "english", "french"),
    [
        (MOJAVE, "Samantha", "Thomas"),
        (VENTURA, "Ava (Premium)", "Audrey (Enhanced)"),
        (MACOS_27, "Samantha (English (US))", "Thomas (French (France))"),
    ],
)
def test_best_voice_is_a_natural_one(listing: str, english: str, french: str) -> None:
    speakers = parse_speakers(listing)
    for language, name in (("en", english), ("fr", french)):
        best = best_speaker(speakers, language)
        assert best is not None
        assert best.name == name
    assert best_speaker(speakers, "de") is None


def test_characters_speak_only_where_there_is_no_other_voice_and_jokes_never() -> None:
    grandma, whisper = Speaker("Grandma (French (France))", "fr_FR"), Speaker("Whisper", "fr_FR")
    assert best_speaker([grandma, Speaker("Chantal", "fr_CA")], "fr") == Speaker("Chantal", "fr_CA")
    assert best_speaker([whisper, grandma], "fr") == grandma
    assert best_speaker([whisper], "fr") is None


def test_command_holds_no_text_and_a_pace_only_when_asked() -> None:
    speaker = Speaker("Eddy (French (France))", "fr_FR")
    plain = command("say", speaker, 1.0, Path("/tmp/a b.wav"))
    assert plain == [
        "say", "-v", "Eddy (French (France))", "-o", str(Path("/tmp/a b.wav")),
        "--file-format=WAVE", "--data-format=LEI16@22050", "-f", "-",
    ]  # fmt: skip
    fast = command("say", speaker, 2.0, Path("a.wav"))
    assert fast[fast.index("-r") + 1] == "350"


@pytest.mark.parametrize("file_format", ["aiff", "wav"])
def test_produced_files_are_read(file_format: str) -> None:
    tone = (8000 * np.sin(np.arange(22_050) * 0.1)).astype("<i2")
    if file_format == "wav":
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setparams((1, 2, 22_050, 0, "NONE", ""))
            file.writeframes(tone.tobytes())
    else:
        buffer = io.BytesIO()
        with av.open(buffer, "w", format="aiff") as container:
            stream = container.add_stream("pcm_s16be", rate=22_050, layout="mono")
            frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
            frame.sample_rate = 22_050
            for packet in (*stream.encode(frame), *stream.encode(None)):
                container.mux(packet)
    samples = decode(buffer.getvalue(), file_format, 22_050)
    assert np.array_equal(np.round(samples * 32768), tone)


SAY = """#!{python}
# What `say` does with its arguments, but for the speaking: 0.3 s of a buzz for each word.
import os, sys, time, wave
arguments = sys.argv[1:]
mode = {mode!r}
if mode == "hang":
    time.sleep(60)
if arguments == ["-v", "?"]:
    sys.stdout.buffer.write({listing!r}.encode())
    sys.exit(1 if mode == "broken" else 0)
given = dict(zip(arguments[::1], arguments[1::1]))
assert given["-f"] == "-" and os.environ["LC_ALL"].endswith("UTF-8")
text = sys.stdin.buffer.read().decode("utf-8")
with open({said!r}, "w", encoding="utf-8") as file:
    file.write(given["-v"] + "|" + given.get("-r", "") + "|" + text)
if mode == "mute":
    sys.exit(0)
with wave.open(given["-o"], "wb") as file:
    file.setparams((1, 2, 22050, 0, "NONE", ""))
    if mode != "empty":
        file.writeframes((b"\\x00\\x20" * 50 + b"\\x00\\xe0" * 50) * 66 * len(text.split()))
"""


def stand_in(folder: Path, mode: str = "") -> SystemVoice:
    path = folder / "say"
    said = str(folder / "said")
    text = SAY.format(python=sys.executable, mode=mode, listing=VENTURA, said=said)
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return SystemVoice(program=str(path))


needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")


@needs_scripts
def test_program_is_given_voice_pace_and_text(tmp_path: Path) -> None:
    sound = stand_in(tmp_path).speak("Un été [[rate 90]] à Noël.", "fr", 1.5)
    assert (sound.voice, sound.online, sound.sample_rate_hz) == ("system", False, 22_050)
    assert sound.seconds > 1.0
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert said == "Audrey (Enhanced)|262|Un été ((rate 90)) à Noël."


@needs_scripts
@pytest.mark.parametrize("mode", ["broken", "mute", "empty"])
def test_program_that_fails_is_an_error(mode: str, tmp_path: Path) -> None:
    with pytest.raises(SpeechError):
        stand_in(tmp_path, mode).speak("A dog.", "en", 1.0)


@needs_scripts
def test_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.speech.system._LIST_S", 0.5)
    began_s = time.monotonic()
    with pytest.raises(SpeechError):
        stand_in(tmp_path, "hang").speak("A dog.", "en", 1.0)
    assert time.monotonic() - began_s < 10.0


def test_missing_program_and_other_languages_are_errors(tmp_path: Path) -> None:
    for voice, language in ((SystemVoice(str(tmp_path / "none")), "en"), (SystemVoice(), "de")):
        with pytest.raises(SpeechError):
            voice.speak("A dog.", language, 1.0)


@pytest.mark.skipif(not is_installed(), reason="needs a Mac: speaks with the real `say`")
@pytest.mark.parametrize(("text", "language"), [(CAPTION, "en"), ("Un chien, là-bas.", "fr")])
def test_mac_speaks(text: str, language: str) -> None:
    sound = SystemVoice().speak(text, language, 1.0)
    assert 0.5 < sound.seconds < 6.0
    assert SystemVoice().speak(text, language, 2.0).seconds < 0.8 * sound.seconds
