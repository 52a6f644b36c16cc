"""Where the browser fetches a sentence's sound: each under a name that cannot be guessed."""

from __future__ import annotations

import functools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator

from pipeline.speech import Sound, VoiceChain
from pipeline.web.state.announcement import Spoken

# A sentence is about 200 kB. The browser fetches each sound at once and keeps its own copy, so the
# shelf only has to outlast a busy moment of several sessions.
STORE_BYTES = 4 * 1024 * 1024
TOKEN_BYTES = 16


class SoundStore:
    """Keeps the newest sounds of all sessions; safe to use from several threads."""

    def __init__(self, limit_bytes: int = STORE_BYTES) -> None:
        """Makes an empty shelf that drops its oldest sounds beyond `limit_bytes`."""
        self._limit_bytes = limit_bytes
        self._sounds: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, wav: bytes) -> str:
        """Keeps a WAV file and returns the token that fetches it."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._sounds[token] = wav
            self._bytes += len(wav)
            while self._bytes > self._limit_bytes and len(self._sounds) > 1:
                _, dropped = self._sounds.popitem(last=False)
                self._bytes -= len(dropped)
        return token

    def get(self, token: str) -> bytes | None:
        """The WAV file behind a token, or None when it is unknown or was dropped."""
        with self._lock:
            return self._sounds.get(token)


@functools.cache
def sound_store() -> SoundStore:
    """The process's one shelf: the page fills it, the route `/sound/...` hands it out."""
    return SoundStore()


def spoken(sound: Sound) -> Spoken:
    """Puts a sound on the shelf."""
    return Spoken(sound_store().put(sound.wav()), sound.seconds, sound.voice, sound.online)


def utter(chain: VoiceChain, mode: str, keep: bool, text: str, language: str) -> Iterator[Spoken]:
    """Speaks a text sentence by sentence; each sound is made when it is asked for.

    The voice's own pace is used: the browser changes it while it plays.

    Args:
        chain: the voices.
        mode: which voices may speak.
        keep: whether sounds may be kept on the disk.
        text: what is said.
        language: its two-letter code.

    Raises:
        SpeechError: there is nothing to say.
    """
    for sound in chain.stream(text, language=language, mode=mode, keep=keep):
        yield spoken(sound)
