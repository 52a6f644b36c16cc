"""Two hundred odd files and names: each is described or refused in a sentence, and stays whole."""

from __future__ import annotations

import functools
import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.captioning.captioner import Captioner
from pipeline.command_line.console import shown
from pipeline.command_line.photo_paths import content, search
from pipeline.description import describe_file
from pipeline.errors import ImageError
from pipeline.phrases import ENGLISH, FRENCH
from tests.data.bad_files import encoded, picture
from tests.data.modern_files import heic
from tests.data.tiny_files import TINY

KINDS = ("JPEG", "progressive JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIC")
MODES = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "LAB", "I", "F")
HEADS = (
    b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"GIF87a",
    b"RIFF\xff\xff\xff\xffWEBP", b"RIFF\x00\x00\x00\x00WEBPVP8X", b"BM" + b"\x00" * 12 + b"\x28",
    b"II*\x00", b"MM\x00*", b"II+\x00", b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x18ftypavif",
    b"\xff\xff\xff\xffftypmif1", b"\x00\x00\x00\x00ftypheic", b"\x00\x00\x00\x18ftypjunk",
)  # fmt: skip
NAMES = (
    "a", "a.", " ", "  spaces  .jpg", "a\tb.jpg", "a\nb.jpg", "a\x1b[31m.jpg", "-rf.jpg", "--speak",
    "*.jpg", "?.jpg", "'quoted'.jpg", '"quoted".jpg', "$HOME.jpg", "`ls`.jpg", "a;b.jpg", "a|b.jpg",
    "{name}.jpg", "{0}.jpg", "%s.jpg", "été.jpg", "e\u0301te\u0301.jpg", "фото.jpg", "写真.jpg",
    "صورة.jpg",
    "\u202egpj.jpg", "👩‍🦯.jpg", "a\u00a0b.jpg", "a\u202fAM.jpg", "\u200b.jpg", "x" * 200,
    "a.jpg.exe", "a.PDF", "CON", "~", "~a.jpg", "#a#", "a\\b.jpg", "caf\udce9.jpg", "\udcff\udcfe",
    "nul\u0000.jpg",
)  # fmt: skip


@functools.cache
def whole(kind: str) -> bytes:
    if kind == "HEIC":
        return heic(picture())
    if kind == "progressive JPEG":
        return encoded(picture(), "JPEG", progressive=True)
    return encoded(picture(), kind)


def odd_files() -> dict[str, bytes]:
    rng = np.random.default_rng(5)
    files = {}
    for kind in KINDS:
        data = whole(kind)
        for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98):
            files[f"{share:.0%} of a {kind}"] = data[: int(share * len(data))]
        for seed in range(7):
            broken = np.frombuffer(data, np.uint8).copy()
            places = rng.integers(0, min(len(broken), 40 * 4**seed), 3)
            broken[places] = rng.integers(0, 256, 3)
            files[f"{kind} with wrong bytes, {seed}"] = broken.tobytes()
        files[f"{kind} twice"] = data + data
        files[f"{kind} after a line"] = b"\r\n" + data
        files[f"{kind} of zeros from the middle on"] = data[: len(data) // 2].ljust(
            len(data), b"\x00"
        )
    for head in HEADS:
        files[f"{head!r} and zeros"] = head.ljust(5_000, b"\x00")
    for mode in MODES:
        photo = Image.new(mode, (40, 30))
        for kind in ("PNG", "TIFF", "GIF"):
            try:
                files[f"{kind} of {mode}"] = encoded(photo, kind)
            except (OSError, KeyError, ValueError):
                continue  # Pillow writes no such file
    return files


FILES = odd_files()


@pytest.fixture(scope="module")
def captioner() -> Captioner:
    return Captioner.load(TINY)


def test_there_are_two_hundred() -> None:
    assert len(FILES) + len(NAMES) >= 200


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_ends_in_a_sentence(captioner: Captioner, name: str) -> None:
    check_sentence(captioner, FILES[name])


def check_sentence(captioner: Captioner, data: bytes) -> None:
    for say in (ENGLISH, FRENCH):
        try:
            text = describe_file(captioner, data, say.language).text
        except ImageError as error:
            text = say.error_sentence(error)
        assert text[0].isupper()
        assert text.endswith(".")


@pytest.mark.skipif(os.name == "nt", reason="has fewer names")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_file_of_an_odd_name_is_described_or_refused(
    captioner: Captioner, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if "\u0000" in name:
        with pytest.raises(ImageError, match="cannot be opened"):
            content(path)
        return
    path.write_bytes(whole("JPEG"))
    assert search(tmp_path).photos == (path,)
    check_sentence(captioner, content(path))
    assert path.read_bytes() == whole("JPEG")
    line = shown(path)
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cs", "Zl", "Zp"}
