"""The photos of a run: files, folders, patterns and addresses, each photo once."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.object_storage import is_address, listing
from pipeline.command_line.photo_paths import folders_in, search


@dataclass(frozen=True)
class Choice:
    """What was found.

    Attributes:
        photos: paths, sorted as paths are, then addresses; each once.
        left_out: how many other files folders have.
    """

    photos: tuple[str, ...]
    left_out: int


def choose(places: Sequence[str], recursive: bool) -> Choice:
    """Finds the photos.

    Args:
        places: files, folders, patterns such as "2024/*.jpg" that no shell has filled in, and
            addresses of folders in object storage.
        recursive: whether folders in folders are entered, and "**" stands for any of them.

    Raises:
        ImageError: a folder cannot be opened.
        CommandError: an address cannot be opened.
    """
    found: dict[Path, None] = {}
    stored: dict[str, None] = {}
    left_out = 0
    for place in places:
        if is_address(place):
            listed = listing(place, recursive)
            stored.update(dict.fromkeys(listed.photos))
            left_out += listed.left_out
            continue
        matches = sorted(_matches(place, recursive)) or [place]
        # A name may hold the signs of a pattern, and a file that is missing is told later.
        for path in map(Path, [place] if os.path.lexists(place) else matches):
            if not os.path.isdir(path):
                found[path] = None
                continue
            folder = search(path)
            photos = [one for one in folder.photos if recursive or one.parent == path]
            left_out += len(folder.left_out) + len(folder.photos) - len(photos)
            found.update(dict.fromkeys(photos))
    return Choice((*map(str, sorted(found)), *sorted(stored)), left_out)


def _matches(pattern: str, recursive: bool) -> Iterator[str]:
    """As `glob.glob`, which follows links for "**": round in circles, and for ever.

    Args:
        pattern: of a place.
        recursive: whether "**" stands for any folders; otherwise it is "*".
    """
    parts = Path(pattern).parts
    if not recursive or "**" not in parts:
        yield from glob.glob(pattern)
        return
    at = parts.index("**")
    for begin in glob.glob(str(Path(*parts[:at]))):
        if at == len(parts) - 1:
            yield begin  # a folder is searched with those in it
            continue
        for folder in folders_in(Path(begin)):
            rest = os.path.join(glob.escape(str(folder)), *parts[at + 1 :])
            yield from _matches(rest, recursive)
