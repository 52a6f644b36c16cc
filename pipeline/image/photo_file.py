"""Photo files: bytes -> rgb."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from pipeline.errors import ErrorCode, ImageError
from pipeline.image.colours import in_srgb, on_background, with_eight_bits
from pipeline.image.formats import Opener, is_film, opener

MAX_BYTES = 50_000_000  # several times a phone's photo; the page reads the whole file into memory
# Allows photos of 64-megapixel phones. Reading 80 megapixels was measured to take at most 40 MB for
# a JPEG (480 MB if progressive), 620 MB for a PNG and 1.2 GB for a WebP: that fits in 8 GB of RAM.
MAX_PIXELS = 80_000_000
# A JPEG stored in one pass is decoded at an eighth of its size: phones write 200 megapixels.
MAX_JPEG_PIXELS = 220_000_000
MIN_SIDE = 8  # pixels; a smaller picture cannot be described
MAX_SIDE = 2048  # pixels; fills a screen when zoomed, and is nine times the model's input

# Frames in which one is sought that is not blank, and the pixels that they may have together.
_MAX_FRAMES = 64
_MAX_FRAME_PIXELS = 400_000_000
# Between the darkest and the brightest place of a frame, of 255: a film that fades in shows
# something from about here on, and a page with one line of text has 100.
_BLANK_SPREAD = 24
# Of a file that breaks off: the least share of its rows that is worth a description.
_LEAST_SHARE = 0.5

# All that Pillow is known to raise on damaged or malicious files.
_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip

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
_TILE_WIDTH_TAG, _TILE_HEIGHT_TAG = 322, 323
_END_OF_JPEG = b"\xff\xd9"


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded photo.

    Attributes:
        rgb: (H, W, 3) uint8, 0..255, sRGB, contiguous; 1 <= H, W <= `MAX_SIDE`.
        missing: 0..0.5, the share of its rows that the file lacks because it breaks off; `rgb`
            holds the others.
    """

    rgb: NDArray[np.uint8]
    missing: float = 0.0


def read_rgb(data: bytes) -> NDArray[np.uint8]:
    """The `rgb` of `read_picture`.

    Raises:
        ImageError: as `read_picture`.
    """
    return read_picture(data).rgb


def read_picture(data: bytes) -> Picture:
    """Decodes a photo: JPEG, PNG, WebP, HEIC, AVIF, BMP, GIF or TIFF, by its content, not its name.

    Takes the first frame of an animation or page of a TIFF that is not blank, and of a HEIC burst
    the picture that the phone chose; applies the EXIF orientation; converts the colours to sRGB;
    puts transparent pixels on white, or on black behind white ink; scales deep pictures to 8 bit. A
    side above `MAX_SIDE` is reduced by area averaging with an integer factor, which bounds the
    memory of later steps. A file that breaks off is read as far as it goes.

    Args:
        data: the file's content.

    Raises:
        ImageError: the file is empty, not a picture, damaged, too large or too small, or more than
            half of it is missing.
    """
    if not data:
        raise ImageError(ErrorCode.PHOTO_EMPTY)
    if len(data) > MAX_BYTES:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE)
    open_photo = opener(data)
    if open_photo is None:
        film = is_film(data)
        raise ImageError(ErrorCode.PHOTO_VIDEO if film else ErrorCode.PHOTO_FORMAT_UNKNOWN)
    try:
        try:
            return _read(open_photo, data, whole=True)
        except OSError:
            if open_photo is not JpegImagePlugin.jpeg_factory:
                raise
            # With its end marker libjpeg fills the rest with one grey, in every kind of JPEG.
            return _read(open_photo, data + _END_OF_JPEG, whole=False)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE) from error
    except _FAILURES as error:
        raise ImageError(ErrorCode.PHOTO_DAMAGED) from error


def _read(open_photo: Opener, data: bytes, whole: bool) -> Picture:
    with open_photo(io.BytesIO(data)) as photo:
        _check_size(photo)
        first = _decoded(photo, whole)
        # A second picture in these is no later moment but another look: a depth map, a burst.
        if photo.format in ("HEIF", "MPO") or _spread(first.rgb) >= _BLANK_SPREAD:
            return first
        return _later_frame(photo) or first


def _later_frame(photo: Image.Image) -> Picture | None:
    """The first frame after the first that is not blank."""
    pixels = 0
    for number in range(1, _MAX_FRAMES):
        try:
            photo.seek(number)
            pixels += photo.width * photo.height
            if pixels > _MAX_FRAME_PIXELS:
                break
            _check_size(photo)
            frame = _decoded(photo, whole=True)
        except ImageError:
            continue  # a page of a TIFF that is too small, such as a thumbnail
        except _FAILURES:
            break  # there are no more, or they are damaged
        if _spread(frame.rgb) >= _BLANK_SPREAD:
            return frame
    return None


def _spread(rgb: NDArray[np.uint8]) -> int:
    """Difference of the darkest and the brightest place, without noise."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(luma, (256, 256), interpolation=cv2.INTER_AREA)
    return int(small.max()) - int(small.min())


def _check_size(photo: Image.Image) -> None:
    width, height = photo.size
    stored = width * height
    if isinstance(photo, TiffImagePlugin.TiffImageFile):
        # The decoder allocates a whole tile, even for a smaller picture.
        tile = (photo.tag_v2.get(_TILE_WIDTH_TAG, 0), photo.tag_v2.get(_TILE_HEIGHT_TAG, 0))
        stored = max(stored, int(tile[0]) * int(tile[1]))
    if stored > (MAX_JPEG_PIXELS if _in_one_pass(photo) else MAX_PIXELS):
        raise ImageError(ErrorCode.PHOTO_TOO_LARGE)
    if min(width, height) < MIN_SIDE:
        raise ImageError(ErrorCode.PHOTO_TOO_SMALL)


def _in_one_pass(photo: Image.Image) -> bool:
    """Whether libjpeg needs no memory for the whole picture while it decodes a smaller one."""
    if not isinstance(photo, JpegImagePlugin.JpegImageFile) or photo.fp is None:
        return False
    if "progressive" in photo.info:
        return False
    # Pillow has read the header of the first scan: a count, two bytes a channel, three bytes.
    channels = len(photo.layer)
    photo.fp.seek(-(4 + 2 * channels), io.SEEK_CUR)
    in_first_scan = photo.fp.read(4 + 2 * channels)[0]
    return in_first_scan == channels


def _decoded(photo: Image.Image, whole: bool) -> Picture:
    # A JPEG can be decoded at 1/2, 1/4 or 1/8, which saves time and memory; `draft` never goes
    # below the requested size.
    factor = _factor(photo)
    if factor > 1:
        photo.draft(None, (photo.width // factor, photo.height // factor))
    whole = _load(photo) and whole
    # After load: Pillow has rotated a TIFF by then, and a PNG may have its EXIF at the end.
    turn = _TURNS.get(_orientation(photo))
    plain = with_eight_bits(photo, _factor(photo))
    factor = _factor(plain)
    if factor > 1:
        plain = plain.reduce(factor)
    plain = on_background(in_srgb(plain, photo.info.get("icc_profile")))
    there = plain.height if whole else _rows_there(np.asarray(plain))
    missing = 1 - there / plain.height
    if missing > 1 - _LEAST_SHARE:
        raise EOFError("too little of the picture is there")
    plain = plain.crop((0, 0, plain.width, there))
    if turn is not None:
        plain = plain.transpose(turn)
    return Picture(np.array(plain, np.uint8), missing)


def _load(photo: Image.Image) -> bool:
    """Decodes the photo; False when its file breaks off, and only its upper rows are there."""
    try:
        photo.load()
    except OSError as error:
        kept = photo.format in ("PNG", "TIFF") and not photo.info.get("interlace")
        if not kept or "truncated" not in str(error):
            raise
        photo.tile = []  # type: ignore[attr-defined]  # nothing is left to decode
        photo.load()
        return False
    return True


def _rows_there(rgb: NDArray[np.uint8]) -> int:
    """How many rows stand above the one colour that fills the end of a file that breaks off."""
    same = (rgb == rgb[-1, -1]).all(axis=(1, 2))
    there = np.flatnonzero(~same)
    return int(there[-1]) + 1 if there.size else 0


def _factor(photo: Image.Image) -> int:
    return -(-max(photo.size) // MAX_SIDE)


def _orientation(photo: Image.Image) -> int:
    try:
        return int(photo.getexif().get(_ORIENTATION_TAG, 1))
    except _FAILURES:
        return 1  # damaged EXIF is no reason to reject the photo
