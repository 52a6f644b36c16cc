"""Caches spoken sounds in memory, and on the disk if the person allows it.

Nothing is pickled, so a file that somebody else put into the folder cannot run code; it can only be
a wrong sound. (The package diskcache pickles by default; its last release is of 2023.)
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

from pipeline.errors import SpeechError
from pipeline.folders import cache_folder
from pipeline.speech.sound import Sound, pcm16

# About 10 descriptions of 4 s. Repeating is up to the browser, and a sentence takes 30 ms.
MEMORY_BYTES = 4 * 2**20
DISK_BYTES = 64 * 2**20  # about 380

# Voice, language, pace, text.
Key = tuple[str, str, float, str]

_SUFFIX, _UNFINISHED = ".sound", ".part"
_STALE_S = 3600.0  # an unfinished file that is older belongs to a process that died
# Part of every hash. Change it with the file format, or if the same text sounds different.
_FORMAT = b"VOISSND1"
_HEAD = struct.Struct("<IBB")  # sample rate, online, length of the voice's name; then PCM
_DIGEST_BYTES = 16

_log = logging.getLogger(__name__)


class MemoryCache:
    """An LRU cache of sounds, limited in bytes; thread-safe."""

    def __init__(self, most_bytes: int = MEMORY_BYTES) -> None:
        """Starts empty; `most_bytes` counts samples."""
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
        """Stores a sound and drops the least recently used ones above the limit."""
        with self._lock:
            self._sounds[key] = sound
            # Summed each time: there are a hundred at most, and a running sum could drift.
            while sum(kept.samples.nbytes for kept in self._sounds.values()) > self._most_bytes:
                self._sounds.popitem(last=False)


class DiskCache:
    """An LRU cache in a folder that several processes may use at once.

    A file's name is a hash of its key, so it does not show the text; but whoever can read the files
    can play them. After any error of the disk, the sound is made again.
    """

    def __init__(self, folder: Path | None = None, most_bytes: int = DISK_BYTES) -> None:
        """Makes no folder; the first `put` does, readable by this user only.

        Args:
            folder: by default `$VOIS_CACHE/sounds`, else the user's cache folder.
            most_bytes: of all files together.
        """
        self.folder = folder if folder is not None else cache_folder() / "sounds"
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
            os.utime(path)  # marks it as used
        return sound

    def put(self, key: Key, sound: Sound) -> None:
        """Writes a sound atomically and removes the least recently used ones above the limit."""
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

    def _path(self, key: Key) -> Path:
        digest = hashlib.blake2b(_FORMAT + json.dumps(key).encode(), digest_size=20).hexdigest()
        return self.folder / f"{digest}{_SUFFIX}"

    def _files(self, suffix: str) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if path.suffix == suffix]
        except OSError:
            return []

    def _make_room(self) -> None:
        long_ago_s = time.time() - _STALE_S
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
    return hashlib.blake2b(_FORMAT + body, digest_size=_DIGEST_BYTES).digest()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
