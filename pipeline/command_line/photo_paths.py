"""Photos on the disk: the files of folders, and what is in a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ErrorCode, ImageError
from pipeline.image import MAX_BYTES
from pipeline.image.formats import HEAD_BYTES, opener

# Files so called are taken for photos even if their content is none, so that damage is said.
PHOTO_SUFFIXES = {
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".hif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png",
    ".tif", ".tiff", ".webp",
}  # fmt: skip
# Folders in which network drives, cameras and archives keep copies of their own.
_FOLDERS_OF_PROGRAMS = {"@eadir", "#recycle", "$recycle.bin", "__macosx", "lost+found"}


@dataclass(frozen=True)
class Folder:
    """What a search of a folder and the folders in it found.

    Attributes:
        photos: files to describe, sorted by path.
        left_out: the other files, and folders that were not entered, relative to the folder.
    """

    photos: tuple[Path, ...]
    left_out: tuple[str, ...]


def search(folder: Path) -> Folder:
    """The photos of a folder by their content; hidden ones and programs' own copies are left out.

    Links to other folders are not followed, since they may lead round in circles.

    Raises:
        ImageError: the folder cannot be opened.
    """
    photos: list[Path] = []
    left_out: list[Path] = []
    waiting = [folder]  # no recursion: folders may lie thousands deep
    while waiting:
        current = waiting.pop()
        try:
            names = os.listdir(current)
        except OSError as error:
            if current == folder:
                name = folder.name or str(folder)
                raise ImageError(ErrorCode.PHOTO_NOT_OPENED, name=name) from error
            left_out.append(current)
            continue
        for path in (current / name for name in names):
            if os.path.isdir(path):
                (waiting if _is_entered(path) else left_out).append(path)
            else:
                (photos if _is_photo(path) else left_out).append(path)
    return Folder(tuple(sorted(photos)), tuple(sorted(_relative(left_out, folder))))


def folders_in(folder: Path) -> Iterator[Path]:
    """A folder and all folders below it that `search` enters; those that cannot be read are passed.

    Args:
        folder: where to begin.
    """
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        yield current
        with suppress(OSError):
            below = [current / name for name in os.listdir(current)]
            waiting += [path for path in below if os.path.isdir(path) and _is_entered(path)]


def content(path: Path) -> bytes:
    """The bytes of a photo file; of a file that is too large, none are read.

    Raises:
        ImageError: it is missing, too large, no file, or may not be read.
    """
    try:
        state = path.stat()
        # A pipe would be waited for without end.
        if not stat.S_ISREG(state.st_mode):
            raise ImageError(ErrorCode.PHOTO_NOT_A_FILE, name=path.name or str(path))
        if state.st_size > MAX_BYTES:
            raise ImageError(ErrorCode.PHOTO_TOO_LARGE)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # a file may grow
    except (OSError, ValueError) as error:
        raise ImageError(ErrorCode.PHOTO_NOT_OPENED, name=path.name or str(path)) from error


def _is_entered(folder: Path) -> bool:
    name = folder.name.lower()
    return not (name.startswith(".") or name in _FOLDERS_OF_PROGRAMS or folder.is_symlink())


def _is_photo(path: Path) -> bool:
    # "._x.jpg" holds what a Mac knows of x.jpg, and no picture.
    if path.name.startswith("."):
        return False
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            known = opener(file.read(HEAD_BYTES)) is not None
    except OSError:
        known = False
    return known or path.suffix.lower() in PHOTO_SUFFIXES


def _relative(paths: list[Path], folder: Path) -> Iterator[str]:
    for path in paths:
        yield str(path.relative_to(folder)) + ("/" if os.path.isdir(path) else "")
