"""The HTTP route for the sound of a sentence, under a token that cannot be guessed."""

from __future__ import annotations

import functools
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.errors import SpeechError
from pipeline.history import Entry
from pipeline.passages import kept_passages
from pipeline.speech import Sound, VoiceChain, join
from pipeline.web.routes.tokens import TOKEN_BYTES, Tokens
from pipeline.web.state.announcement import Spoken

# A sentence is about 200 kB. The browser fetches each sound at once and keeps its own copy, so the
# store only has to hold the sounds that several sessions have not fetched yet.
STORE_BYTES = 4 * 1024 * 1024
SPEECH_MAX_CHARACTERS = 1000  # a state has at most some 300

logger = logging.getLogger(__name__)


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


@dataclass
class Narrator:
    """Who speaks the page's states to one person, under a token of `narrators`.

    Attributes:
        speak: a text and its two-letter language code to a sound; the page's script keeps it
            up to date with the settings.
    """

    speak: Callable[[str, str], Sound] | None = None


@functools.cache
def narrators() -> Tokens[Narrator]:
    """The process's one instance: the page makes tokens, the route looks them up."""
    return Tokens()


def routes() -> list[Route]:
    """The routes for sounds."""
    return [Route("/sound/{token}", sound), Route("/speech/{token}", speech)]


def speech(request: Request) -> Response:
    """Speaks `text` in `language`: a state or an answer of the page. 404 for an unknown token."""
    narrator = narrators().get(request.path_params["token"])
    text, language = (request.query_params.get(name, "") for name in ("text", "language"))
    if narrator is None or narrator.speak is None or not 0 < len(text) <= SPEECH_MAX_CHARACTERS:
        return Response(status_code=404)
    try:
        wav = narrator.speak(text, language).wav()
    except SpeechError as error:
        logger.warning("A state could not be spoken: %s", error)
        return Response(status_code=503)
    return Response(wav, media_type="audio/wav", headers={"Cache-Control": "no-store"})


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


def entry_sound(voices: Callable[[], VoiceChain], entry: Entry) -> bytes:
    """The sound of a history entry as a WAV file, for an export.

    Args:
        voices: returns voices of this machine.
        entry: what is said.
    """
    chain, said = voices(), kept_passages(entry.words, entry.words_language, entry.reading)
    return join([chain.speak(one.text, one.language, entry.rate) for one in said]).wav()


def no_sound(text: str, language: str) -> Iterator[Spoken]:
    """Speaks nothing, where the person's screen reader does; same arguments as any `Speak`."""
    return iter(())
