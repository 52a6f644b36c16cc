"""What a photo file is, by its first bytes and never by its name, and what opens it."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

Opener = Callable[[io.BytesIO], Image.Image]

HEAD_BYTES = 64  # of a file: enough to tell what it is

# `Image.open` tries dozens of decoders, which are a risk with untrusted files, and warns on the
# console about sizes that `pipeline.image.photo_file` allows.
_OPENERS: tuple[tuple[bytes, Opener], ...] = (
    (b"\xff\xd8\xff", JpegImagePlugin.jpeg_factory),
    (b"\x89PNG", PngImagePlugin.PngImageFile),
    (b"GIF8", GifImagePlugin.GifImageFile),
    (b"II*\x00", TiffImagePlugin.TiffImageFile),
    (b"MM\x00*", TiffImagePlugin.TiffImageFile),
    (b"II+\x00", TiffImagePlugin.TiffImageFile),
    (b"MM\x00+", TiffImagePlugin.TiffImageFile),
)
# Sizes of a BMP's second header: "BM" alone also begins a letter about cars.
_BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
# Brands of ISO's base media format, which holds pictures as well as films.
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
}  # fmt: skip
_RAW_BRAND = b"crx "  # Canon's raw photos


def opener(data: bytes) -> Opener | None:
    """What opens a file.

    Args:
        data: the file, or its first `HEAD_BYTES`.

    Returns:
        A function from the whole file to a photo that is not decoded yet; None when the file is no
        photo in a format that Vois reads.
    """
    for signature, found in _OPENERS:
        if data.startswith(signature):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return BmpImagePlugin.BmpImageFile
    # An AVIF may call itself by its family's name first: it is no HEIC.
    brands = _brands(data)
    if brands & _AVIF_BRANDS:
        return AvifImagePlugin.AvifImageFile
    return _open_heif if brands & _HEIF_BRANDS else None


def _open_heif(file: io.BytesIO) -> Image.Image:
    from pi_heif import HeifImageFile  # 10 ms, which only those pay who have such photos

    picture: Image.Image = HeifImageFile(file)
    return picture


def is_film(data: bytes) -> bool:
    """Whether a file that `opener` does not know is a film, such as an MP4."""
    brands = _brands(data)
    return bool(brands) and _RAW_BRAND not in brands


def _brands(data: bytes) -> set[bytes]:
    """The four-letter names that such a file gives itself; empty for others."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), HEAD_BYTES)
    return {data[at : at + 4] for at in (8, *range(16, end, 4))} - {b"", b"\x00" * 4}
