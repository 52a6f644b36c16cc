"""Folders that are no part of this machine: file systems that pyarrow opens by an address.

`s3://bucket/photos` and `gs://bucket/photos` are such addresses, as `file:///photos` is. What is in
front of the third slash names the file system, what follows is taken as it is, without escapes.
Keys and servers are found as pyarrow finds them: `AWS_PROFILE`, `AWS_ENDPOINT_URL` and their like.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pipeline.command_line.photo_paths import PHOTO_SUFFIXES
from pipeline.command_line.photo_paths import content as file_content
from pipeline.errors import CommandError, ErrorCode, ImageError
from pipeline.image import MAX_BYTES

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

_MARK = "://"


@dataclass(frozen=True)
class Place:
    """Something in a file system.

    Attributes:
        system: pyarrow's.
        path: within it.
    """

    system: FileSystem
    path: str

    @classmethod
    def of(cls, name: str) -> Place:
        """Opens the file system of an address, or this machine's for a path.

        Raises:
            OSError: it cannot be reached.
            ValueError: pyarrow knows none like it.
        """
        from pyarrow.fs import LocalFileSystem

        if not is_address(name):
            return cls(LocalFileSystem(), Path(name).absolute().as_posix())
        scheme, _, rest = name.partition(_MARK)
        host, _, path = rest.partition("/")
        system, root = _opened(f"{scheme}{_MARK}{host or '/'}")
        return cls(system, f"{root.rstrip('/')}/{path}".rstrip("/"))


@dataclass(frozen=True)
class Listing:
    """What a folder has.

    Attributes:
        photos: their addresses, sorted.
        left_out: how many other files there are.
    """

    photos: tuple[str, ...]
    left_out: int


def is_address(name: str) -> bool:
    """Whether it is an address and no path of this machine."""
    return _MARK in name


def listing(address: str, recursive: bool) -> Listing:
    """The photos of a folder by their names: to look into each would take too long.

    Args:
        address: of the folder, or of one photo.
        recursive: whether folders in folders are entered.

    Raises:
        CommandError: it cannot be opened.
    """
    from pyarrow.fs import FileSelector, FileType

    try:
        place = Place.of(address)
        if place.system.get_file_info(place.path).type is FileType.File:
            return Listing((address,), 0)
        selector = FileSelector(place.path, recursive=recursive)
        files = [one for one in place.system.get_file_info(selector) if one.is_file]
    except (OSError, ValueError) as error:
        raise CommandError(ErrorCode.STORAGE_NOT_OPENED, name=address) from error
    within = [one.path[len(place.path) :].lstrip("/") for one in files]
    photos = [path for path in within if _is_photo(PurePosixPath(path))]
    names = (f"{address.rstrip('/')}/{path}" for path in photos)
    return Listing(tuple(sorted(names)), len(files) - len(photos))


def content(name: str, folder: Path) -> bytes:
    """The bytes of a photo, wherever it is.

    Args:
        name: its path or address.
        folder: where a path begins that is not absolute.

    Raises:
        ImageError: it is missing, too large, no file, or may not be read.
    """
    if not is_address(name):
        return file_content(folder / name)
    try:
        place = Place.of(name)
        with place.system.open_input_stream(place.path) as file:
            return bytes(file.read(MAX_BYTES + 1))
    except (OSError, ValueError) as error:
        raise ImageError(ErrorCode.PHOTO_NOT_OPENED, name=name) from error


def _is_photo(path: PurePosixPath) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in PHOTO_SUFFIXES and not hidden


@cache
def _opened(root: str) -> tuple[FileSystem, str]:
    """The file system of an address without its path, and what stands for the address in it."""
    from pyarrow.fs import FileSystem

    system, path = FileSystem.from_uri(root)
    return system, str(path)
