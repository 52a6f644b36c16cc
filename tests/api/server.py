"""The API in a thread of the tests, behind a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
import uvicorn

from pipeline.api import Access, Service, application
from pipeline.api.body_timeout import DEFAULT_LIMIT, BodyLimit
from pipeline.api.header_timeout import HeaderTimeoutProtocol
from pipeline.captioning.captioner import Captioner
from pipeline.errors import ErrorCode, SpeechError
from pipeline.reading.reader import Reader
from pipeline.speech import Sound, VoiceChain
from tests.data.tiny_files import draw
from tests.waiting import until


@dataclass(frozen=True)
class Beep:
    """A voice that is quick: it says everything as a tone of a tenth of a second."""

    name: str = "beep"
    languages: frozenset[str] = frozenset({"en", "fr"})
    online: bool = False
    slow: bool = False

    def speak(self, text: str, language: str, rate: float) -> Sound:
        if language not in self.languages:
            raise SpeechError(ErrorCode.SYSTEM_VOICE_LANGUAGE_UNSUPPORTED)
        tone = 0.3 * np.sin(np.arange(int(2_400 / rate)) / 9)
        return Sound(tone.astype(np.float32), 24_000, self.name)


def service(captioner: Captioner, reader: Reader | None = None) -> Service:
    """The tiny model, and a voice that is quick."""
    chain = VoiceChain([Beep()])
    return Service(lambda: captioner, lambda: reader or Reader(), lambda: chain)


@contextmanager
def serving(
    service: Service,
    access: Access | None = None,
    limit: BodyLimit = DEFAULT_LIMIT,
    http: type[HeaderTimeoutProtocol] = HeaderTimeoutProtocol,
) -> Iterator[str]:
    """Serves the API; gives its address, without a slash at the end."""
    config = uvicorn.Config(
        application(service, access or Access(), limit),
        port=0, log_level="critical", lifespan="off", ws="none", http=http,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def photo(colour: str = "red", shape: str = "square", suffix: str = ".jpg") -> bytes:
    """A photo that the tiny model knows."""
    bgr = cv2.cvtColor(draw(colour, shape, np.random.default_rng(1)), cv2.COLOR_RGB2BGR)
    return cv2.imencode(suffix, cv2.resize(bgr, (256, 256)))[1].tobytes()
