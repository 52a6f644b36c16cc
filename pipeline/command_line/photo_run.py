"""One call of the command line, once its arguments are known: photos in, lines and a sound out."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle
from pipeline.captioning.graph_opening import OpeningGraphs
from pipeline.command_line import DONE, PARTLY
from pipeline.command_line.console import Console, shown
from pipeline.command_line.photo_paths import content, search
from pipeline.description import Description, describe_file
from pipeline.errors import CommandError, ErrorCode, ImageError, VoisError
from pipeline.passages import Passage
from pipeline.phrases import Phrases

# What one plain photo does not need is loaded by those who ask for it: voices, history, reader.
if TYPE_CHECKING:
    from pipeline.command_line.narration import Narration
    from pipeline.history import History
    from pipeline.reading.reader import Reader

LEFT_OUT_NAMED = 5  # names of files that a folder's search left out; the others are counted

logger = logging.getLogger(__name__)


def _indented(text: str) -> str:
    """A text whose further lines do not look like those of other photos."""
    return text.replace("\n", "\n    ")


class PhotoRun:
    """One call of the command."""

    def __init__(
        self,
        chosen: argparse.Namespace,
        graphs: OpeningGraphs,
        console: Console,
        say: Phrases,
        stack: ExitStack,
    ) -> None:
        """Checks all that was asked for before any photo is read."""
        self._chosen, self._console, self._say = chosen, console, say
        self._status = DONE
        self._narration = _narration(chosen, stack)
        self._style = DescriptionStyle(chosen.form, neutral=not chosen.as_written)
        self._captioner = Captioner.cold(graphs, say.language)
        self._reader = _reader() if chosen.read else None
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
                spoken = self._narration is not None and self._narration.goes_on
                waited_for = spoken or self._history is not None
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
        if self._narration is None:
            return
        try:
            self._narration.say(passage)
        except CommandError as error:
            self._fail(error)

    def _open_history(self) -> None:
        from pipeline.history import History

        try:
            self._history = History()
            self._tell_notice(self._history)
        except VoisError as error:
            self._fail(error)

    def _keep(self, path: Path, description: Description) -> None:
        if self._history is None:
            return
        from pipeline.history import LOCAL_OWNER, Draft, Source

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
        if self._narration is None:
            return
        try:
            ended = self._narration.end()
        except CommandError as error:
            self._fail(error)
            return
        if ended:
            if self._narration.voiceless:
                self._console.error(self._say.no_voice)
            self._console.line(self._narration.report(self._say))

    def _fail(self, error: VoisError) -> None:
        """Says what is missing beside the words, and goes on."""
        self._status = PARTLY
        self._console.error(self._say.error_sentence(error))


def _narration(chosen: argparse.Namespace, stack: ExitStack) -> Narration | None:
    """Checks voice and pace; None where nothing was asked of them."""
    if chosen.speak is None and not chosen.voice and chosen.rate == 1.0:
        return None
    from pipeline.command_line.narration import Narration

    return Narration(
        chosen.speak,
        chosen.photos,
        voice=chosen.voice,
        online=chosen.online,
        rate=chosen.rate,
        stack=stack,
    )


def _reader() -> Reader:
    from pipeline.reading.reader import Reader

    return Reader()
