"""Folders give their photos by content, and say what they leave out."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import pytest

from pipeline.command_line.photo_paths import content, folders_in, search
from pipeline.errors import ImageError
from pipeline.image import MAX_BYTES
from tests.data.bad_files import encoded, picture
from tests.data.modern_files import heic

JPEG = encoded(picture(), "JPEG")


def test_a_photo_is_one_by_its_content(tmp_path: Path) -> None:
    photos = {
        "a.jpg": JPEG, "b.jfif": JPEG, "c.jpe": JPEG, "d": JPEG, "e.txt": JPEG, "f.HEIC": JPEG,
        "g.heic": heic(picture()), "h.avif": encoded(picture(), "AVIF"), "i.JPG": b"damaged",
        "album.jpg/j.jpg": JPEG, "album.jpg/deeper/k.jpg": JPEG,
    }  # fmt: skip
    others = {
        "notes.txt": b"notes", "film.mp4": b"\x00\x00\x00\x18ftypisom", "letter": b"BMW and Audi",
        ".hidden.jpg": JPEG, "._a.jpg": b"\x00\x05\x16\x07", "a.xmp": b"<x/>",
    }  # fmt: skip
    unseen = {
        "@eaDir/a.jpg": JPEG, ".thumbnails/a.jpg": JPEG, "__MACOSX/a.jpg": JPEG,
        "#recycle/a.jpg": JPEG, "deep/@eaDir/a.jpg": JPEG,
    }  # fmt: skip
    for name, data in {**photos, **others, **unseen}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    found = search(tmp_path)
    assert found.photos == tuple(sorted(tmp_path / name for name in photos))
    folders = {f"{name.rpartition('/')[0]}/" for name in unseen}
    assert found.left_out == tuple(sorted({*others, *folders}))


@pytest.mark.skipif(sys.platform == "win32", reason="has neither such links nor pipes")
def test_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.jpg").write_bytes(JPEG)
    (inner / "round").symlink_to(tmp_path)
    (inner / "b.jpg").symlink_to(inner / "a.jpg")
    (inner / "gone.jpg").symlink_to(inner / "nothing.jpg")
    os.mkfifo(inner / "pipe.jpg")
    found = search(tmp_path)
    assert [path.name for path in found.photos] == ["a.jpg", "b.jpg", "gone.jpg"]
    assert found.left_out == ("inner/pipe.jpg", "inner/round/")


@pytest.mark.skipif(sys.platform == "win32", reason="has no such rights and pipes")
def test_what_cannot_be_read_is_said_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "huge.jpg").open("wb") as huge:
        huge.truncate(10 * MAX_BYTES)
    for name, reason in (
        ("pipe.jpg", "pipe.jpg is neither a file nor a folder"),
        ("huge.jpg", "too large"),
        ("gone.jpg", "gone.jpg cannot be opened"),
        ("n" * 300, "cannot be opened"),
        ("\0", "cannot be opened"),
    ):
        with pytest.raises(ImageError, match=reason):
            content(tmp_path / name)
    with pytest.raises(ImageError, match="cannot be opened"):
        search(tmp_path / "gone")


def test_folders_may_lie_deeper_than_python_calls(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["f"] * 200)
    deep.mkdir(parents=True)
    (deep / "a.jpg").write_bytes(JPEG)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        found = search(tmp_path).photos, list(folders_in(tmp_path))
    finally:
        sys.setrecursionlimit(before)
    assert found == ((deep / "a.jpg",), [tmp_path, *reversed(deep.parents[:199]), deep])
