"""What was said before, kept: in memory, and on disk where the person allows it.

Nothing is pickled: a file that somebody else put into the folder can at worst be a wrong sound.
(diskcache was looked at: it pickles by default, and its last release is of 2023.)
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import struct
import tempfile
import threading
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import platformdirs

from pipeline.errors import SpeechError
from pipeline.speech.sound import Sound, pcm16

# About 10 descriptions of 4 s: "again" is the browser's, and a sentence is made in 30 ms.
MEMORY_BYTES = 4 * 2**20
DISK_BYTES = 64 * 2**20  # about 380

# Who spoke, the language, the pace, the words.
Key = tuple[str, str, float, str]

_SUFFIX, _UNFINISHED = ".sound", ".part"
_LEFT_BEHIND_S = 3600.0  # a process that writes for longer has died
# Changes with the form of the files, and whenever the same words sound different than before.
_FORM = b"VOISSND1"
_HEAD = struct.Struct("<IBB")  # sample rate, online, length of the voice's name; then PCM
_DIGEST_BYTES = 16

_log = logging.getLogger(__name__)


class MemoryCache:
    """Sounds up to a number of bytes; the least recently used go first."""

    def __init__(self, most_bytes: int = MEMORY_BYTES) -> None:
        """Begins empty; `most_bytes` counts samples."""
        self._most_bytes = most_bytes
        self._sounds: OrderedDict[Key, Sound] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Sound | None:
        """The sound, or None."""
        with self._lock:
            if key in self._sounds:
                self._sounds.move_to_end(key)
            return self._sounds.get(key)

    def put(self, key: Key, sound: Sound) -> None:
        """Keeps it, and lets others go."""
        with self._lock:
            self._sounds[key] = sound
            # Added up anew each time: they are a hundred at most, and a running sum can go wrong.
            while sum(kept.samples.nbytes for kept in self._sounds.values()) > self._most_bytes:
                self._sounds.popitem(last=False)

    def clear(self) -> None:
        """Forgets all."""
        with self._lock:
            self._sounds.clear()


class DiskCache:
    """Sounds in a folder that several processes may use at once; the longest unused go first.

    A file's name is a hash of its key, so the words cannot be read off the folder; but whoever can
    read the files can hear them. Whatever goes wrong on the disk, a sound is only made again.
    """

    def __init__(self, folder: Path | None = None, most_bytes: int = DISK_BYTES) -> None:
        """Makes no folder; the first `put` does, readable by this user only.

        Args:
            folder: by default `$VOIS_CACHE/sounds`, else the user's cache folder.
            most_bytes: of all files together.
        """
        self.folder = folder if folder is not None else _default_folder()
        self._most_bytes = most_bytes

    def get(self, key: Key) -> Sound | None:
        """The sound, or None; a damaged file is removed."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        try:
            sound = _unpack(data)
        except (ValueError, struct.error, SpeechError):
            _log.info("A damaged sound was removed from the cache.")
            _remove(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used now
        return sound

    def put(self, key: Key, sound: Sound) -> None:
        """Writes it, whole or not at all, and removes others for room."""
        data = _pack(sound)
        if len(data) > self._most_bytes:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=self.folder)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(data)
                os.replace(name, self._path(key))
            except OSError:
                _remove(Path(name))
                raise
            self._make_room()
        except OSError as error:
            _log.info("A sound could not be kept: %s", error)

    def clear(self) -> None:
        """Removes every sound, also those that another process keeps."""
        for path in self._files(_SUFFIX, _UNFINISHED):
            _remove(path)

    def _path(self, key: Key) -> Path:
        digest = hashlib.blake2b(_FORM + json.dumps(key).encode(), digest_size=20).hexdigest()
        return self.folder / f"{digest}{_SUFFIX}"

    def _files(self, *suffixes: str) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix in suffixes]
        except OSError:
            return []

    def _make_room(self) -> None:
        long_ago_s = time.time() - _LEFT_BEHIND_S
        for path in self._files(_UNFINISHED):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < long_ago_s:
                    _remove(path)
        kept = []
        for path in self._files(_SUFFIX):
            with contextlib.suppress(OSError):  # another process has just removed it
                status = path.stat()
                kept.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in kept)
        for _, size, path in sorted(kept):
            if total <= self._most_bytes:
                break
            _remove(path)
            total -= size


def _default_folder() -> Path:
    chosen = os.environ.get("VOIS_CACHE")
    root = Path(chosen) if chosen else platformdirs.user_cache_path("vois", appauthor=False)
    return root / "sounds"


def _pack(sound: Sound) -> bytes:
    voice = sound.voice.encode()
    head = _HEAD.pack(sound.sample_rate_hz, sound.online, len(voice))
    body = head + voice + pcm16(sound.samples)
    return _digest(body) + body


def _unpack(data: bytes) -> Sound:
    digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if _digest(body) != digest:
        raise ValueError("not what was written")
    sample_rate_hz, online, length = _HEAD.unpack_from(body)
    begin = _HEAD.size + length
    samples = np.frombuffer(body, "<i2", offset=begin).astype(np.float32) / np.float32(32767)
    return Sound(samples, sample_rate_hz, body[_HEAD.size : begin].decode(), bool(online))


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(_FORM + body, digest_size=_DIGEST_BYTES).digest()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
