"""Photos: bytes -> rgb -> pixels. The only decoding, resize and normalisation in the project."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from pipeline.errors import ErrorCode, ImageError

MAX_BYTES = 50_000_000  # several times a phone's photo; the page reads the whole file into memory
# Allows photos of 64-megapixel phones. Reading 80 megapixels was measured to take at most 40 MB for
# a JPEG (480 MB if progressive), 620 MB for a PNG and 1.2 GB for a WebP: that fits in 8 GB of RAM.
MAX_PIXELS = 80_000_000
MIN_SIDE = 8  # pixels; a smaller picture cannot be described
MAX_SIDE = 2048  # pixels; fills a screen when zoomed, and is nine times the model's input

# The decoders that `Image.open` may try: Pillow's others are a risk with untrusted files.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")

# All that Pillow is known to raise on damaged or malicious files.
_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF_BRANDS = (b"avif", b"avis")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_BITS_TAG, _PHOTOMETRIC_TAG, _TILE_WIDTH_TAG, _TILE_HEIGHT_TAG = 258, 262, 322, 323


def read_rgb(data: bytes) -> NDArray[np.uint8]:
    """Decodes a photo: JPEG, PNG, WebP, BMP, GIF or TIFF, recognised by its content, not its name.

    Takes the first frame of an animation or the first page of a TIFF, applies the EXIF orientation,
    puts transparent pixels on white, and scales 16-bit, integer and float pictures to 8 bit. A side
    above `MAX_SIDE` is reduced by area averaging with an integer factor, which bounds the memory of
    later steps. Colour profiles are ignored.

    Args:
        data: the file's content.

    Returns:
        (H, W, 3) uint8, 0..255, RGB, contiguous; 1 <= H, W <= `MAX_SIDE`.

    Raises:
        ImageError: the file is empty, not a picture, damaged, too large or too small.
    """
    if not data:
        raise ImageError(ErrorCode.PHOTO_EMPTY)
    if len(data) > MAX_BYTES:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as photo:
            _check_size(photo)
            return _decode(photo)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise ImageError(_why_unreadable(data)) from error
    except MemoryError as error:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE) from error
    except _FAILURES as error:
        raise ImageError(ErrorCode.PHOTO_DAMAGED) from error


def squash(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resizes to a square without keeping the aspect, as the training photos were.

    An axis that shrinks is averaged by area, an axis that grows is interpolated linearly, and a
    photo of that size already is returned unchanged.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        size: side of the square in pixels.

    Returns:
        (size, size, 3) uint8, 0..255, RGB; `rgb` itself where nothing changes.
    """
    height, width = rgb.shape[:2]
    # Two steps: OpenCV drops area averaging as soon as one of the axes grows.
    kept = (min(width, size), min(height, size))
    if kept != (width, height):
        rgb = _uint8(cv2.resize(rgb, kept, interpolation=cv2.INTER_AREA))
    if kept != (size, size):
        rgb = _uint8(cv2.resize(rgb, (size, size), interpolation=cv2.INTER_LINEAR))
    return rgb


def to_pixels(
    rgb: NDArray[np.uint8], size: int, mean: Sequence[float], std: Sequence[float]
) -> NDArray[np.float32]:
    """Computes the encoder's input: (squash(rgb) / 255 - mean) / std.

    Args:
        rgb: (H, W, 3) uint8, 0..255, RGB.
        size: the encoder's input side in pixels.
        mean: per channel R, G, B, of values in 0..1.
        std: per channel R, G, B, of values in 0..1.

    Returns:
        (1, 3, size, size) float32, normalised, RGB, contiguous.
    """
    scaled = squash(rgb, size).astype(np.float32) / np.float32(255)
    normalised = (scaled - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(normalised.transpose(2, 0, 1)[np.newaxis], np.float32)


def _check_size(photo: Image.Image) -> None:
    width, height = photo.size
    stored = width * height
    if isinstance(photo, TiffImagePlugin.TiffImageFile):
        # The decoder allocates a whole tile, even for a smaller picture.
        tile = (photo.tag_v2.get(_TILE_WIDTH_TAG, 0), photo.tag_v2.get(_TILE_HEIGHT_TAG, 0))
        stored = max(stored, int(tile[0]) * int(tile[1]))
    if stored > MAX_PIXELS:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise ImageError(ErrorCode.PHOTO_TOO_SMALL)


def _decode(photo: Image.Image) -> NDArray[np.uint8]:
    # A JPEG can be decoded at 1/2, 1/4 or 1/8, which saves time and memory; `draft` never goes
    # below the requested size.
    factor = _factor(photo)
    if factor > 1:
        photo.draft(None, (photo.width // factor, photo.height // factor))
    photo.load()
    # After load: Pillow has rotated a TIFF by then, and a PNG may have its EXIF at the end.
    turn = _TURNS.get(_orientation(photo))
    plain = _eight_bits(photo)
    factor = _factor(plain)
    if factor > 1:
        plain = plain.reduce(factor)
    if plain.mode == "RGBA":
        white = Image.new("RGBA", plain.size, "white")
        plain = Image.alpha_composite(white, plain)
    if turn is not None:
        plain = plain.transpose(turn)
    return np.array(plain.convert("RGB"), np.uint8)


def _factor(photo: Image.Image) -> int:
    return -(-max(photo.size) // MAX_SIDE)


def _orientation(photo: Image.Image) -> int:
    try:
        return int(photo.getexif().get(_ORIENTATION_TAG, 1))
    except _FAILURES:
        return 1  # damaged EXIF is no reason to reject the photo


def _eight_bits(photo: Image.Image) -> Image.Image:
    """Converts any of Pillow's modes to one with 8 bits a channel that `reduce` supports."""
    if photo.mode.startswith(("I", "F")):
        return Image.fromarray(_scale(photo))
    if photo.mode == "La":
        photo = photo.convert("LA")
    if photo.has_transparency_data:
        return photo if photo.mode == "RGBA" else photo.convert("RGBA")
    if photo.mode in ("1", "P"):
        return photo.convert("RGB")
    return photo


def _scale(photo: Image.Image) -> NDArray[np.uint8]:
    """A picture of one deep channel as (H, W) uint8."""
    tags = photo.tag_v2 if isinstance(photo, TiffImagePlugin.TiffImageFile) else {}
    if photo.mode.startswith("I;16"):
        # The high byte, as Pillow does for 16-bit colour.
        shift = int(tags.get(_BITS_TAG, (16,))[0]) - 8
        grey = (np.asarray(photo) >> shift).astype(np.uint8)
    else:
        # Reduced first: float copies of 80 megapixels would exhaust a laptop's memory.
        values = np.asarray(photo.reduce(_factor(photo)), np.float32)
        values = np.nan_to_num(values, posinf=0, neginf=0).clip(-1e30, 1e30)
        low, high = float(values.min()), float(values.max())
        # The file does not say which value is white: take the smallest common range that fits.
        tops = [top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top]
        start, end = (0.0, tops[0]) if tops else (low, high)
        grey = ((values - start) * (255 / (end - start or 1)) + 0.5).astype(np.uint8)
    white_is_zero = tags.get(_PHOTOMETRIC_TAG) == 0
    return np.invert(grey) if white_is_zero else grey


def _why_unreadable(data: bytes) -> ErrorCode:
    """The message for a file that no decoder recognised."""
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _HEIC_BRANDS:
            return ErrorCode.PHOTO_HEIC
        return ErrorCode.PHOTO_AVIF if brand in _AVIF_BRANDS else ErrorCode.PHOTO_VIDEO
    if data.startswith(_SIGNATURES):
        return ErrorCode.PHOTO_DAMAGED
    return ErrorCode.PHOTO_FORMAT_UNKNOWN


def _uint8(values: object) -> NDArray[np.uint8]:
    # Only for the type checker: OpenCV's stubs lose the dtype, which a resize keeps. No copy.
    return np.asarray(values, np.uint8)
