"""The WAV file that the command line speaks into. It replaces nothing but an older WAV."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from pipeline.errors import CommandError, ErrorCode
from pipeline.speech import Sound
from pipeline.speech.codec import resample
from pipeline.speech.sound import pcm16

PAUSE_S = 0.6  # between two descriptions
# RIFF and its size; the format: 16 bytes, PCM, channels, samples and bytes a second, bytes a sample
# of all channels, bits a sample; the samples' size.
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class SoundFile:
    """A WAV file that grows; it takes its name when it is closed, with what it has by then."""

    def __init__(self, path: Path, inputs: Sequence[Path]) -> None:
        """Begins a file beside `path`, so that an older sound is whole until the new one is.

        Args:
            path: where the sound goes; its folder must exist.
            inputs: the files and folders that are described.

        Raises:
            CommandError: the sound would replace something else, or cannot be written there.
        """
        self.path = path
        self.seconds = 0.0
        self._inputs = inputs
        self._rate_hz = 0
        try:
            self._target = path.resolve()  # a link stays a link
            self._check()
            self._part = self._target.with_name(f".{self._target.name}.{os.getpid()}.part")
            self._file = self._part.open("xb")
        except (OSError, RuntimeError, ValueError) as error:
            raise CommandError(ErrorCode.SOUND_NOT_WRITTEN, name=path) from error

    def __enter__(self) -> SoundFile:
        """The file itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Removes what was not closed."""
        with suppress(OSError):  # of a full disk, which was said
            self._file.close()
        self._part.unlink(missing_ok=True)

    def add(self, sound: Sound) -> None:
        """Appends a sound after a pause.

        Raises:
            CommandError: the disk is full or gone.
        """
        first = self._rate_hz == 0
        if first:
            self._rate_hz = sound.sample_rate_hz
        samples = resample(sound.samples, sound.sample_rate_hz, self._rate_hz)
        if not first:
            pause = np.zeros(int(PAUSE_S * self._rate_hz), np.float32)
            samples = np.concatenate([pause, samples])
        try:
            if first:
                self._file.write(bytes(_HEADER.size))  # its sizes are known at the end
            self._file.write(pcm16(samples))
            self._file.flush()
        except OSError as error:
            raise CommandError(ErrorCode.SOUND_NOT_WRITTEN, name=self.path) from error
        self.seconds += len(samples) / self._rate_hz

    def close(self) -> None:
        """Gives the file its name, if there is a sound in it.

        Raises:
            CommandError: the disk is full or gone, or something else has taken the name.
        """
        if not self.seconds:
            return
        try:
            self._write_header()
            self._file.close()
            self._check()
            os.replace(self._part, self._target)
        except OSError as error:
            raise CommandError(ErrorCode.SOUND_NOT_WRITTEN, name=self.path) from error

    def _write_header(self) -> None:
        data_bytes = self._file.tell() - _HEADER.size
        self._file.seek(0)
        fields = (b"fmt ", 16, 1, 1, self._rate_hz, 2 * self._rate_hz, 2, 16)
        riff_bytes = data_bytes + _HEADER.size - 8
        self._file.write(_HEADER.pack(b"RIFF", riff_bytes, b"WAVE", *fields, b"data", data_bytes))

    def _check(self) -> None:
        target = self._target
        if target.suffix.lower() != ".wav":
            raise CommandError(ErrorCode.SOUND_NAME, name=self.path)
        if not target.parent.is_dir():
            raise CommandError(ErrorCode.SOUND_FOLDER_MISSING, folder=self.path.parent)
        if not os.path.lexists(target):
            return
        if any(path.exists() and path.samefile(target) for path in self._inputs):
            raise CommandError(ErrorCode.SOUND_IS_INPUT, name=self.path)
        if not _is_wav(target):
            raise CommandError(ErrorCode.SOUND_WOULD_REPLACE, name=self.path)


def _is_wav(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE"
