"""The offline voice of macOS, through the program `say`: French and English."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ErrorCode, SpeechError
from pipeline.languages import ENGLISH, FRENCH
from pipeline.speech.codec import decode
from pipeline.speech.finishing import finish
from pipeline.speech.sound import Sound

SAMPLE_RATE_HZ = 22_050  # that of the voices a Mac comes with
_WORDS_PER_MINUTE = 175  # about the voices' own pace
_LIST_S = 10.0
_SPEAK_S = 30.0  # ten times what 10,000 characters took hibari: `say` once hung is not waited for

# A line of `say -v ?`: "Eddy (French (France)) fr_FR    # Bonjour, je m'appelle Eddy."
_LINE = re.compile(r"^(?P<name>\S.*?)\s+(?P<locale>[a-z]{2,3}(?:[-_]\S+)?)\s+#")
_QUALITIES = ("(Premium)", "(Enhanced)")  # downloaded by the person, so they are wanted
_REGIONS = {ENGLISH: ("US", "GB"), FRENCH: ("FR", "CA")}
_PREFERRED = ("Samantha", "Ava", "Alex", "Daniel", "Thomas", "Audrey", "Amélie")
# Joke voices.
_NOVELTIES = frozenset(
    "Albert|Bad News|Bahh|Bells|Boing|Bubbles|Cellos|Deranged|Good News|Hysterical|Jester|Organ"
    "|Pipe Organ|Superstar|Trinoids|Whisper|Wobble|Zarvox".split("|")
)
# Eloquence's voices, which speak all languages alike; every other one sounds more like a person.
_CHARACTERS = frozenset(("Eddy", "Flo", "Grandma", "Grandpa", "Reed", "Rocko", "Sandy", "Shelley"))
# `say` reads "[[rate 90]]" as a command.
_NO_ORDERS = str.maketrans("[]", "()")


@dataclass(frozen=True)
class Speaker:
    """One voice of the Mac.

    Attributes:
        name: what `say -v` wants, such as "Thomas" or "Ava (Premium)".
        locale: its language and region, such as "fr_FR".
    """

    name: str
    locale: str


def parse_speakers(listing: str) -> list[Speaker]:
    """Reads what `say -v ?` prints, from macOS 10 to 27; lines of another form are passed over."""
    matches = (_LINE.match(line) for line in listing.splitlines())
    return [Speaker(" ".join(m["name"].split()), m["locale"]) for m in matches if m]


def best_speaker(speakers: list[Speaker], language: str) -> Speaker | None:
    """The most natural voice of a language: downloaded ones first, joke voices never."""
    fit = [
        speaker
        for speaker in speakers
        if re.split("[-_]", speaker.locale)[0] == language and _first(speaker) not in _NOVELTIES
    ]
    return min(fit, key=lambda speaker: _rank(speaker, language), default=None)


def command(program: str, speaker: Speaker, rate: float, target: Path) -> list[str]:
    """The command that speaks its standard input into a WAV file."""
    pace = [] if rate == 1.0 else ["-r", str(round(_WORDS_PER_MINUTE * rate))]
    form = ["--file-format=WAVE", f"--data-format=LEI16@{SAMPLE_RATE_HZ}"]
    return [program, "-v", speaker.name, *pace, "-o", str(target), *form, "-f", "-"]


def is_installed() -> bool:
    """Whether this is a Mac with `say`; other systems have other programs of that name."""
    return platform.system() == "Darwin" and shutil.which("say") is not None


class SystemVoice:
    """Speaks English and French with the best voices that this Mac has for them."""

    name = "system"
    languages = frozenset(_REGIONS)
    online = False
    slow = False

    def __init__(self, program: str = "say") -> None:
        """Starts nothing; the first `speak` lists the voices.

        Args:
            program: the path or name of `say`.
        """
        self._program = program
        self._lock = threading.Lock()
        self._speakers: list[Speaker] | None = None

    def speak(self, text: str, language: str, rate: float) -> Sound:
        """Speaks at 22.05 kHz; see `Voice.speak`.

        Raises:
            SpeechError: no voice of this language, nothing it can say, or `say` failed or hung.
        """
        if language not in self.languages:
            raise SpeechError(ErrorCode.SYSTEM_VOICE_LANGUAGE_UNSUPPORTED)
        with self._lock:
            if self._speakers is None:
                listing = self._run([self._program, "-v", "?"], "", _LIST_S)
                self._speakers = parse_speakers(listing)
        speaker = best_speaker(self._speakers, language)
        if speaker is None:
            raise SpeechError(ErrorCode.SYSTEM_VOICE_MISSING)
        with tempfile.TemporaryDirectory(prefix="vois-") as folder:
            target = Path(folder) / "speech.wav"
            order = command(self._program, speaker, rate, target)
            self._run(order, text.translate(_NO_ORDERS), _SPEAK_S)
            try:
                wav = target.read_bytes()
            except OSError as error:
                raise SpeechError(ErrorCode.SYSTEM_VOICE_NO_SOUND) from error
        return finish(decode(wav, "wav", SAMPLE_RATE_HZ), SAMPLE_RATE_HZ, self.name)

    def _run(self, order: list[str], text: str, limit_s: float) -> str:
        try:
            done = subprocess.run(
                order,
                input=text.encode("utf-8", "ignore"),
                capture_output=True,
                timeout=limit_s,
                check=True,
                # An app that was not started from a terminal has no locale, and é would be noise.
                env={**os.environ, "LC_ALL": "en_US.UTF-8"},
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SpeechError(ErrorCode.SYSTEM_VOICE_NOT_STARTED) from error
        return done.stdout.decode("utf-8", "replace")


def _first(speaker: Speaker) -> str:
    """The name without what stands in brackets."""
    return speaker.name.partition("(")[0].strip()


def _rank(speaker: Speaker, language: str) -> tuple[bool, int, int, int, str]:
    quality = next((n for n, q in enumerate(_QUALITIES) if q in speaker.name), len(_QUALITIES))
    regions, region = _REGIONS.get(language, ()), speaker.locale[3:5]
    first = _first(speaker)
    return (
        first in _CHARACTERS,
        quality,
        regions.index(region) if region in regions else len(regions),
        _PREFERRED.index(first) if first in _PREFERRED else len(_PREFERRED),
        speaker.name,
    )
