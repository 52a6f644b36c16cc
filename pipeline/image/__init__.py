"""Photos: bytes -> rgb -> pixels. The only decoding, resize and normalisation in the project."""

from pipeline.image.photo_file import (
    MAX_BYTES,
    MAX_SIDE,
    Picture,
    read_picture,
    read_rgb,
)
from pipeline.image.pixels import squash, to_pixels

__all__ = [
    "MAX_BYTES",
    "MAX_SIDE",
    "Picture",
    "read_picture",
    "read_rgb",
    "squash",
    "to_pixels",
]
