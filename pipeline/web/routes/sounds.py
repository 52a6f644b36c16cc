"""The HTTP route for the sound of a sentence, under a token that cannot be guessed."""

from __future__ import annotations

import functools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.speech import Sound, VoiceChain
from pipeline.web.state.announcement import Spoken

# A sentence is about 200 kB. The browser fetches each sound at once and keeps its own copy, so the
# store only has to hold the sounds that several sessions have not fetched yet.
STORE_BYTES = 4 * 1024 * 1024
TOKEN_BYTES = 16


class SoundStore:
    """Keeps the newest sounds of all sessions; safe to use from several threads."""

    def __init__(self, limit_bytes: int = STORE_BYTES) -> None:
        """Makes an empty store that drops its oldest sounds beyond `limit_bytes`."""
        self._limit_bytes = limit_bytes
        self._sounds: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, wav: bytes) -> str:
        """Stores a WAV file and returns its token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._sounds[token] = wav
            self._bytes += len(wav)
            while self._bytes > self._limit_bytes and len(self._sounds) > 1:
                _, dropped = self._sounds.popitem(last=False)
                self._bytes -= len(dropped)
        return token

    def get(self, token: str) -> bytes | None:
        """The WAV file of a token, or None if it is unknown or was dropped."""
        with self._lock:
            return self._sounds.get(token)


@functools.cache
def sound_store() -> SoundStore:
    """The process's one store: the page fills it, the route `/sound/...` reads it."""
    return SoundStore()


def routes() -> list[Route]:
    """The route for sounds."""
    return [Route("/sound/{token}", sound)]


def sound(request: Request) -> Response:
    """Sends the WAV file of a token; 404 for one that is unknown or was dropped."""
    wav = sound_store().get(request.path_params["token"])
    if wav is None:
        return Response(status_code=404)
    return Response(wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})


def spoken(made: Sound) -> Spoken:
    """Stores a sound and returns what the page needs to play it."""
    return Spoken(sound_store().put(made.wav()), made.seconds, made.voice, made.online)


def utter(chain: VoiceChain, mode: str, keep: bool, text: str, language: str) -> Iterator[Spoken]:
    """Speaks a text sentence by sentence; each sound is made when the caller asks for it.

    Sounds have the voice's normal pace, for the browser changes the pace during playback.

    Args:
        chain: the voices.
        mode: which voices may speak.
        keep: whether sounds may be cached on the disk.
        text: what is said.
        language: its two-letter code.

    Raises:
        SpeechError: there is nothing to say.
    """
    for made in chain.stream(text, language=language, mode=mode, keep=keep):
        yield spoken(made)
