"""Makes and checks the thumbnails of the history."""

from __future__ import annotations

import io

from PIL import Image

from pipeline.errors import ErrorCode, HistoryError, ImageError
from pipeline.image import read_rgb

SIDE_PX = 256  # more than the model's 224, so that corrected entries can be used for training
MAX_BYTES = 24_000  # sample photos take 5 to 15 kB
MAX_SIDE_PX = 1024  # of an imported thumbnail
_QUALITIES = (75, 50, 25, 10)  # at 25, noise of 256 x 256 pixels takes 18 kB


def shrink(picture: bytes) -> bytes:
    """A JPEG thumbnail of a photo: its longer side at most `SIDE_PX`, without metadata.

    Returns:
        At most `MAX_BYTES`; b"" if that fails, for entries are stored without a picture too.
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
    """Checks an imported thumbnail.

    Raises:
        HistoryError: it is not a JPEG, damaged, or larger than `MAX_SIDE_PX`.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as photo:
            small = max(photo.size) <= MAX_SIDE_PX
            if small:
                photo.draft(
                    "L", (32, 32)
                )  # decodes all data at an eighth of the size: 4 times faster
                photo.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise HistoryError(ErrorCode.ARCHIVE_PICTURE_FOREIGN) from error
    if not small:
        raise HistoryError(ErrorCode.ARCHIVE_PICTURE_TOO_LARGE)
