"""What the API's routes do: describe, speak and keep, each on the queue of its kind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import PurePath

from pipeline.api.work_queue import WorkQueue
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DEFAULT_STYLE, DescriptionStyle
from pipeline.description import Description, describe_file
from pipeline.errors import ApiError, ErrorCode, HistoryError
from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.languages import ENGLISH
from pipeline.reading.reader import Reader
from pipeline.speech import TONE, Sound, VoiceChain, join

# A photo takes about one core and a voice takes two. So many wait that 16 programs that ask at once
# are served (tests/bench/api.py).
DESCRIBING_THREADS, SPEAKING_THREADS = 2, 1
MOST_WAITING = 32

logger = logging.getLogger(__name__)


def _describing() -> WorkQueue:
    return WorkQueue("vois-api-describing", DESCRIBING_THREADS, MOST_WAITING)


def _speaking() -> WorkQueue:
    return WorkQueue("vois-api-speaking", SPEAKING_THREADS, MOST_WAITING)


@dataclass(frozen=True)
class Service:
    """The process's model, reader and voices, as the API uses them.

    Attributes:
        captioner: returns the process's one model; loads it on the first call.
        reader: returns the process's one reader of text.
        voices: returns the voices of this machine, none of which may be online.
        describing: the queue before the model.
        speaking: the queue before the voices.
    """

    captioner: Callable[[], Captioner]
    reader: Callable[[], Reader]
    voices: Callable[[], VoiceChain]
    describing: WorkQueue = field(default_factory=_describing)
    speaking: WorkQueue = field(default_factory=_speaking)

    async def describe(
        self,
        photo: bytes,
        language: str = ENGLISH,
        style: DescriptionStyle = DEFAULT_STYLE,
        read: bool = False,
    ) -> Description:
        """Describes a photo, by the same way as the page and the command line.

        Args:
            photo: the content of a photo file.
            language: two-letter code.
            style: length and wording.
            read: whether what is written in the photo is read.

        Raises:
            ApiError: too many requests wait.
            ImageError: the bytes are not a readable photo.
            ModelError: the model failed, or is missing.
        """

        def work() -> Description:
            reader = self.reader() if read else None
            return describe_file(self.captioner(), photo, language, style, reader)

        return await self.describing.do(work)

    async def speak(self, text: str, language: str, voice: str = "", rate: float = 1.0) -> Sound:
        """Speaks a text, on this machine.

        Args:
            text: what to say.
            language: two-letter code.
            voice: a voice's name; for another the best one of the language speaks.
            rate: pace, 0.5 to 2.

        Raises:
            ApiError: too many requests wait, or no voice could speak.
            SpeechError: there is nothing to say, or too much.
        """

        def work() -> Sound:
            sound = join([*self.voices().stream(text, language=language, rate=rate, mode=voice)])
            if sound.voice == TONE:
                raise ApiError(ErrorCode.API_NO_VOICE)
            return sound

        return await self.speaking.do(work)

    async def keep(self, description: Description, name: str) -> bool:
        """Writes a description into the history of this machine's own person.

        Args:
            description: what was described.
            name: of the photo's file, or "".

        Returns:
            Whether it is there now: the person may keep no history.
        """
        return await self.describing.do(partial(self._keep, description, name))

    def _keep(self, description: Description, name: str) -> bool:
        try:
            draft = Draft.of(description, Source.API, PurePath(name).name)
            return self._history.add(LOCAL_OWNER, draft) is not None
        except HistoryError as error:
            logger.warning("A description was not kept: %s", error)
            return False

    @cached_property
    def _history(self) -> History:
        return History()


def model_name(captioner: Captioner) -> str:
    """The model's name, which changes with its files; "vois" for one that is not calibrated."""
    return "-".join(filter(None, ("vois", captioner.confidence.model[:8])))
