"""One call of the command line, once its arguments are known: photos in, lines and a sound out."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle
from pipeline.command_line import DONE, PARTLY
from pipeline.command_line.console import Console, shown
from pipeline.command_line.photo_paths import content, search
from pipeline.command_line.sound_file import SoundFile
from pipeline.description import Description, describe_file
from pipeline.errors import (
    CommandError,
    ErrorCode,
    ImageError,
    SpeechError,
    VoisError,
)
from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.passages import Passage
from pipeline.phrases import Phrases
from pipeline.reading.reader import Reader
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

LEFT_OUT_NAMED = 5  # names of files that a folder's search left out; the others are counted

logger = logging.getLogger(__name__)


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


def _indented(text: str) -> str:
    """A text whose further lines do not look like those of other photos."""
    return text.replace("\n", "\n    ")


class PhotoRun:
    """One call of the command."""

    def __init__(
        self, chosen: argparse.Namespace, console: Console, say: Phrases, stack: ExitStack
    ) -> None:
        """Checks all that was asked for before any photo is read."""
        self._chosen, self._console, self._say = chosen, console, say
        self._status = DONE
        check_rate(chosen.rate)
        self._voices = default_chain(allow_online=chosen.online)
        self._mode = mode_of(self._voices, chosen.voice, chosen.online)
        self._voice = ""
        self._sound: SoundFile | None = None
        if chosen.speak is not None:
            self._sound = stack.enter_context(SoundFile(chosen.speak, chosen.photos))
        self._style = DescriptionStyle(chosen.form, neutral=not chosen.as_written)
        self._captioner = Captioner.load(chosen.assets, warm=False)
        self._reader = Reader() if chosen.read else None
        self._history: History | None = None

    def work(self) -> int:
        """Describes all photos; returns the exit status."""
        if self._say.language not in self._captioner.languages:
            self._console.error(self._say.other_language)
        if self._chosen.history:
            self._open_history()
        try:
            for path in self._photos():
                self._do(path)
                waited_for = self._sound is not None or self._history is not None
                if not self._console.listening and not waited_for:
                    break
        finally:
            self._end_sound()  # after Ctrl-C, too
        return self._status

    def _photos(self) -> Iterator[Path]:
        for path in self._chosen.photos:
            if not os.path.isdir(path):
                yield path
                continue
            try:
                found = search(path)
            except ImageError as error:
                self._tell_error(path, error)
                continue
            if found.left_out:
                self._console.error(f"{shown(path)}: {self._left_out(found.left_out)}")
            if not found.photos:
                self._status = PARTLY
                sentence = self._say.error_sentence(ImageError(ErrorCode.FOLDER_WITHOUT_PHOTO))
                self._console.error(f"{shown(path)}: {sentence}")
            yield from found.photos

    def _left_out(self, names: Sequence[str]) -> str:
        first = ", ".join(map(shown, names[:LEFT_OUT_NAMED]))
        more = len(names) - LEFT_OUT_NAMED
        if more > 0:
            return self._say.left_out_more.format(names=first, count=more)
        return self._say.left_out.format(names=first)

    def _do(self, path: Path) -> None:
        """Describes, keeps and speaks one photo; its words come first."""
        try:
            data = content(path)
            description = describe_file(
                self._captioner, data, self._say.language, self._style, self._reader
            )
        except ImageError as error:
            self._tell_error(path, error)
            return
        except VoisError:
            raise  # the model's: no other photo would fare better
        except Exception:
            logger.debug("A photo could not be described.", exc_info=True)
            self._tell(path, Passage(self._say.unknown_error, self._say.language))
            self._status = PARTLY
            return
        self._tell(path, *description.passages, text=_indented(description.shown))
        self._keep(path, description)

    def _tell_error(self, path: Path, error: VoisError) -> None:
        self._status = PARTLY
        self._tell(path, Passage(shown(self._say.error_sentence(error)), self._say.language))

    def _tell(self, path: Path, *passages: Passage, text: str = "") -> None:
        """Prints the text, or the one passage, and speaks all passages."""
        try:
            self._console.line(f"{shown(path)}: {text or passages[0].text}")
        except CommandError as error:
            self._fail(error)
        for passage in passages:
            self._speak(passage)

    def _speak(self, passage: Passage) -> None:
        if self._sound is None:
            return
        rate, mode = self._chosen.rate, self._mode
        sound = speak(self._voices, passage.text, passage.language, rate, mode)
        if sound is None:
            return
        try:
            self._sound.add(sound)
            self._voice = sound.voice
        except CommandError as error:
            self._sound = None
            self._fail(error)

    def _open_history(self) -> None:
        try:
            self._history = History()
            self._tell_notice(self._history)
        except VoisError as error:
            self._fail(error)

    def _keep(self, path: Path, description: Description) -> None:
        if self._history is None:
            return
        try:
            draft = Draft.of(description, Source.COMMAND_LINE, path.name)
            self._history.add(LOCAL_OWNER, draft)
            self._tell_notice(self._history)
        except VoisError as error:
            self._history = None  # said once; the words are what matters
            self._fail(error)

    def _tell_notice(self, history: History) -> None:
        """Says that a damaged history was set aside."""
        notice = history.take_notice()
        if notice is not None:
            self._fail(notice)

    def _end_sound(self) -> None:
        if self._sound is None or not self._sound.seconds:
            return
        try:
            self._sound.close()
        except CommandError as error:
            self._fail(error)
            return
        if self._voice == TONE:
            self._console.error(self._say.no_voice)
        seconds = f"{self._sound.seconds:.1f}"
        told = self._say.spoken_into.format(
            file=shown(self._sound.path), seconds=seconds, voice=self._voice
        )
        self._console.line(told)

    def _fail(self, error: VoisError) -> None:
        """Says what is missing beside the words, and goes on."""
        self._status = PARTLY
        self._console.error(self._say.error_sentence(error))


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
