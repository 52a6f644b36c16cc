"""All that a call of the command line says, spoken into one sound file."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from pipeline.command_line.console import shown
from pipeline.command_line.sound_file import SoundFile
from pipeline.errors import CommandError, ErrorCode, SpeechError
from pipeline.passages import Passage
from pipeline.phrases import Phrases
from pipeline.speech import (
    FASTEST_RATE,
    ONLINE_NAMES,
    SLOWEST_RATE,
    TONE,
    Sound,
    VoiceChain,
    default_chain,
    join,
)
from pipeline.speech.sentences import split


class Narration:
    """A voice and the file that it speaks into, if one was asked for."""

    def __init__(
        self,
        path: Path | None,
        photos: list[Path],
        *,
        voice: str,
        online: bool,
        rate: float,
        stack: ExitStack,
    ) -> None:
        """Checks what was asked for.

        Args:
            path: of the sound file; None for none.
            photos: the files and folders that are described.
            voice: the voice that was asked for; empty for none.
            online: whether texts may be sent away.
            rate: pace of the voice; 2 is twice as fast.
            stack: removes a file that was begun and not ended.

        Raises:
            CommandError: there is no such voice or pace, or no sound can be written there.
        """
        check_rate(rate)
        self._voices = default_chain(allow_online=online)
        self._mode, self._rate = mode_of(self._voices, voice, online), rate
        self._voice = ""
        self._file = None if path is None else stack.enter_context(SoundFile(path, photos))

    @property
    def goes_on(self) -> bool:
        """Whether there is a file to speak into."""
        return self._file is not None

    def say(self, passage: Passage) -> None:
        """Speaks a passage, if anything in it can be spoken.

        Raises:
            CommandError: the disk is full or gone; nothing is spoken any more.
        """
        if self._file is None:
            return
        sound = speak(self._voices, passage.text, passage.language, self._rate, self._mode)
        if sound is None:
            return
        try:
            self._file.add(sound)
        except CommandError:
            self._file = None
            raise
        self._voice = sound.voice

    def end(self) -> bool:
        """Gives the file its name; returns whether there is one now.

        Raises:
            CommandError: as `SoundFile.close`.
        """
        if self._file is None or not self._file.seconds:
            return False
        self._file.close()
        return True

    @property
    def voiceless(self) -> bool:
        """Whether no voice could speak, and tones stand for the words."""
        return self._voice == TONE

    def report(self, say: Phrases) -> str:
        """The sentence that tells of the file, once it is ended."""
        if self._file is None:
            return ""
        return say.spoken_into.format(
            file=shown(self._file.path), seconds=f"{self._file.seconds:.1f}", voice=self._voice
        )


def speak(voices: VoiceChain, text: str, language: str, rate: float, mode: str) -> Sound | None:
    """Speaks a text of any length, sentence by sentence; None when nothing in it can be spoken.

    Args:
        voices: speak it.
        text: what to say.
        language: its two-letter code.
        rate: pace of the voice; 2 is twice as fast.
        mode: "offline", "best" or the name of a voice, as in `VoiceChain.speak`.
    """
    sounds = []
    for sentence in split(text):
        try:
            sounds.append(voices.speak(sentence, language=language, rate=rate, mode=mode))
        except SpeechError:
            continue  # signs that no voice reads
    return join(sounds) if sounds else None


def check_rate(rate: float) -> None:
    """Refuses a pace that no voice speaks, such as nan.

    Raises:
        CommandError: it is none of the voices'.
    """
    if not SLOWEST_RATE <= rate <= FASTEST_RATE:
        raise CommandError(
            ErrorCode.RATE_OUT_OF_RANGE, slowest=f"{SLOWEST_RATE:g}", fastest=f"{FASTEST_RATE:g}"
        )


def mode_of(voices: VoiceChain, name: str, online: bool) -> str:
    """The mode of `VoiceChain.speak`.

    Args:
        voices: the voices of this machine, with the online ones if they are allowed.
        name: the voice that was asked for; empty for none.
        online: whether texts may be sent away.

    Raises:
        CommandError: there is no voice of this name.
    """
    if not name:
        return "best" if online else "offline"
    names = [voice.name for voice in voices.choose("best")]
    known = {*names, *(ONLINE_NAMES if online else ())}
    if name not in known:
        raise CommandError(ErrorCode.VOICE_UNKNOWN, name=name, names=", ".join(names))
    return name
