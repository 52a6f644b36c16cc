"""Any of Pillow's modes and profiles to 8 bits of sRGB, without transparency."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

_BITS_TAG, _PHOTOMETRIC_TAG = 258, 262

# Luma of the ink, of 255, above which it would hardly be seen on white.
_PALE_ABOVE = 200


def with_eight_bits(photo: Image.Image, factor: int) -> Image.Image:
    """Converts any of Pillow's modes to one with 8 bits a channel that `reduce` supports.

    Args:
        photo: decoded.
        factor: by which the caller will reduce it, at most.
    """
    if photo.mode.startswith(("I", "F")):
        return Image.fromarray(_scaled(photo, factor))
    if photo.mode == "La":
        photo = photo.convert("LA")
    if photo.has_transparency_data:
        return photo if photo.mode in ("RGBA", "LA") else photo.convert("RGBA")
    if photo.mode in ("1", "P"):
        return photo.convert("RGB")
    return photo


def in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts a photo's colours from its ICC profile, such as Display P3, to sRGB.

    A profile that is damaged or belongs to another kind of picture is ignored, as browsers do.

    Args:
        photo: 8 bits a channel.
        profile: what the file holds of it, or None.
    """
    if photo.mode == "LAB":  # Pillow itself cannot convert it, and its space is always the same
        return _converted(photo, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if not profile:
        return photo
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return photo  # to the bit: a conversion to itself would round
        return _converted(photo.convert("RGBA") if photo.mode == "LA" else photo, source)
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return photo


def on_background(photo: Image.Image) -> Image.Image:
    """Puts a transparent picture on white, or on black where its ink is nearly white.

    Args:
        photo: 8 bits a channel.

    Returns:
        RGB.
    """
    if photo.mode not in ("RGBA", "LA"):
        return photo.convert("RGB")
    photo = photo.convert("RGBA")
    # A thumbnail is enough to know the ink; Pillow weighs its colours by alpha.
    small = photo.convert("RGBa").reduce(-(-max(photo.size) // 512))
    values = np.asarray(small, np.float32)
    ink = float(values[..., 3].sum())
    luma = float((values[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)).sum())
    pale = ink > 0 and luma / ink * 255 > _PALE_ABOVE
    whole = float(values[..., 3].mean()) > 250  # nothing is seen of what lies behind
    background = Image.new("RGBA", photo.size, "black" if pale and not whole else "white")
    return Image.alpha_composite(background, photo).convert("RGB")


def _converted(photo: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    mode = "RGBA" if photo.mode == "RGBA" else "RGB"
    target = ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(photo, source, target, outputMode=mode)
    return photo if converted is None else converted


def _scaled(photo: Image.Image, factor: int) -> NDArray[np.uint8]:
    """A picture of one deep channel as (H, W) uint8."""
    tags = photo.tag_v2 if isinstance(photo, TiffImagePlugin.TiffImageFile) else {}
    if photo.mode.startswith("I;16"):
        # The high byte, as Pillow does for 16-bit colour.
        shift = int(tags.get(_BITS_TAG, (16,))[0]) - 8
        grey = (np.asarray(photo) >> shift).astype(np.uint8)
    else:
        # Reduced first: float copies of 80 megapixels would exhaust a laptop's memory.
        values = np.asarray(photo.reduce(factor), np.float32)
        values = np.nan_to_num(values, posinf=0, neginf=0).clip(-1e30, 1e30)
        low, high = float(values.min()), float(values.max())
        # The file does not say which value is white: take the smallest common range that fits.
        tops = [top for top in (1.0, 255.0, 65535.0) if low >= 0 and high <= top]
        start, end = (0.0, tops[0]) if tops else (low, high)
        grey = ((values - start) * (255 / (end - start or 1)) + 0.5).astype(np.uint8)
    white_is_zero = tags.get(_PHOTOMETRIC_TAG) == 0
    return np.invert(grey) if white_is_zero else grey
