"""The small picture that is kept beside a description."""

from __future__ import annotations

import io

from PIL import Image

from pipeline.errors import HistoryError, ImageError, Message
from pipeline.image import read_rgb

SIDE_PX = 256  # the model looks at 224: with a correction, what is kept can train it
MAX_BYTES = 24_000  # sample photos take 5 to 15 kB
MAX_SIDE_PX = 1024  # of one that comes from elsewhere
_QUALITIES = (75, 50, 25, 10)  # noise of 256 x 256 pixels takes 18 kB at the last but one


def shrink(picture: bytes) -> bytes:
    """A small copy of a photo: JPEG, its longer side at most `SIDE_PX`, without any notes.

    Returns:
        At most `MAX_BYTES`; b"" when that cannot be, for words are kept without a picture too.
    """
    try:
        photo = Image.fromarray(read_rgb(picture))
    except ImageError:
        return b""
    photo.thumbnail((SIDE_PX, SIDE_PX))
    for quality in _QUALITIES:
        jpeg = io.BytesIO()
        photo.save(jpeg, "JPEG", quality=quality, optimize=True)
        if jpeg.tell() <= MAX_BYTES:
            return jpeg.getvalue()
    return b""


def check(jpeg: bytes) -> None:
    """Checks a thumbnail from elsewhere.

    Raises:
        HistoryError: it is no JPEG, damaged, or larger than any of ours.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as photo:
            small = max(photo.size) <= MAX_SIDE_PX
            if small:
                photo.draft("L", (32, 32))  # reads every byte, but paints an eighth: 4 times faster
                photo.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise HistoryError(Message.ARCHIVE_PICTURE_FOREIGN) from error
    if not small:
        raise HistoryError(Message.ARCHIVE_PICTURE_TOO_LARGE)
