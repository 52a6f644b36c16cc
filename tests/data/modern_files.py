"""Photos as phones and browsers write them: HEIC, AVIF, colour profiles, films, broken ends."""

from __future__ import annotations

import functools
import io
import struct
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tests.data.bad_files import (
    CORNERS,
    DAMAGED,
    HEIGHT,
    TOO_SMALL,
    WIDTH,
    Described,
    DifficultFile,
    encoded,
    exif_of,
    greys,
    picture,
)  # fmt: skip

# Corners clockwise after each EXIF orientation, by their places in CORNERS.
TURNED = {
    1: (0, 1, 2, 3), 2: (1, 0, 3, 2), 3: (2, 3, 0, 1), 4: (3, 2, 1, 0),
    5: (0, 3, 2, 1), 6: (3, 0, 1, 2), 7: (2, 1, 0, 3), 8: (1, 2, 3, 0),
}  # fmt: skip


@functools.cache
def modern_files() -> tuple[DifficultFile, ...]:
    """Every file."""
    return (*_heic(), *_avif(), *_profiles(), *_films(), *_see_through())


def heic(*photos: Image.Image, **options: Any) -> bytes:
    """A HEIC without loss; of several photos the primary one is `primary_index`."""
    file = pillow_heif.from_pillow(photos[0])
    for photo in photos[1:]:
        file.add_from_pillow(photo)
    out = io.BytesIO()
    file.save(out, **({"quality": -1, "chroma": 444} | options))
    return out.getvalue()


def display_p3() -> bytes:
    """An ICC profile of Display P3: its primaries under D50, and sRGB's curve (ICC.1:2022)."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def point(x: float, y: float, z: float) -> bytes:
        return b"XYZ \x00\x00\x00\x00" + number(x) + number(y) + number(z)

    curve = b"para\x00\x00\x00\x00\x00\x03\x00\x00" + b"".join(
        map(number, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    )
    text = b"mluc\x00\x00\x00\x00" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 20, 28)
    text += "Display P3".encode("utf-16-be")
    parts = [
        (b"desc", text), (b"wtpt", point(0.96420, 1.0, 0.82491)),
        (b"rXYZ", point(0.51512, 0.24120, -0.00105)), (b"gXYZ", point(0.29198, 0.69225, 0.04189)),
        (b"bXYZ", point(0.15710, 0.06657, 0.78407)),
        (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve),
    ]  # fmt: skip
    table, body, start = struct.pack(">I", len(parts)), b"", 128 + 4 + 12 * len(parts)
    for name, part in parts:
        table += name + struct.pack(">II", start + len(body), len(part))
        body += part + b"\x00" * (-len(part) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sI4s4s8sI12s",
        start + len(body), b"", 0x04000000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp", b"", 0, b"",
        b"", b"", 0, number(0.96420) + number(1.0) + number(0.82491),
    )  # fmt: skip
    return header.ljust(128, b"\x00") + table + body


def in_p3() -> Image.Image:
    """The test picture with the numbers that its colours have in Display P3."""
    p3 = ImageCms.ImageCmsProfile(io.BytesIO(display_p3()))
    converted = ImageCms.profileToProfile(picture(), ImageCms.createProfile("sRGB"), p3)
    assert converted is not None
    return converted


def see_through(photo: Image.Image) -> Image.Image:
    """The photo whose upper left quarter is transparent."""
    mask = Image.new("L", photo.size, 255)
    mask.paste(0, (0, 0, photo.width // 2, photo.height // 2))
    photo = photo.copy()
    photo.putalpha(mask)
    return photo


def _heic() -> list[DifficultFile]:
    black = Image.new("RGB", (WIDTH, HEIGHT))
    whole = heic(picture())
    deep = pillow_heif.from_bytes(
        "RGB;16", (WIDTH, HEIGHT), (np.asarray(picture()).astype("<u2") * 257).tobytes()
    )
    ten_bits = io.BytesIO()
    deep.save(ten_bits, quality=-1, chroma=444)
    large = picture().resize((4096, 3072), Image.Resampling.NEAREST)
    clear = Described(((255, 255, 255), *CORNERS[1:]), tolerance=3)
    profiled = in_p3()
    profiled.info["icc_profile"] = display_p3()
    rows: list[tuple[str, bytes, Described | str]] = [
        ("HEIC", whole, Described(tolerance=3)),
        ("HEIC of usual quality", heic(picture(), quality=80, chroma=420), Described(tolerance=8)),
        ("HEIC of 10 bits", ten_bits.getvalue(), Described(tolerance=3)),
        ("grey HEIC", heic(picture().convert("L")), Described(greys(), tolerance=3)),
        ("HEIC with alpha", heic(see_through(picture())), clear),
        ("HEIC in Display P3", heic(profiled), Described(tolerance=4)),
        ("burst, the second is the primary one", heic(black, picture(), primary_index=1),
         Described(tolerance=3)),
        ("burst whose first is the primary one", heic(picture(), black, primary_index=0),
         Described(tolerance=3)),
        ("large HEIC", heic(large, quality=90), Described(size=(2048, 1536), tolerance=6)),
        ("half a HEIC", whole[: len(whole) // 2], DAMAGED),
        ("HEIC without its last byte", whole[:-1], DAMAGED),
        ("HEIC of a tiny picture", heic(picture().resize((6, 6))), TOO_SMALL),
    ]  # fmt: skip
    for orientation, places in TURNED.items():
        size = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
        corners: Any = tuple(CORNERS[place] for place in places)
        data = heic(picture(), exif=exif_of(orientation).tobytes())
        rows.append((f"HEIC with orientation {orientation}", data, Described(corners, size, 3)))
    return [DifficultFile(*row) for row in rows]


def _avif() -> list[DifficultFile]:
    def avif(photo: Image.Image, **options: Any) -> bytes:
        return encoded(photo, "AVIF", **({"quality": 100, "subsampling": "4:4:4"} | options))

    whole = avif(picture())
    black = Image.new("RGB", (WIDTH, HEIGHT))
    family = whole[:8] + b"mif1" + whole[12:]
    turned = Described(tuple(CORNERS[place] for place in TURNED[6]), (HEIGHT, WIDTH), 4)
    rows: list[tuple[str, bytes, Described | str]] = [
        ("AVIF", whole, Described(tolerance=4)),
        ("AVIF by the name of its family", family, Described(tolerance=4)),
        ("AVIF with orientation 6", avif(picture(), exif=exif_of(6)), turned),
        ("AVIF with alpha", avif(see_through(picture())),
         Described(((255, 255, 255), *CORNERS[1:]), tolerance=4)),
        ("AVIF in Display P3", avif(in_p3(), icc_profile=display_p3()), Described(tolerance=5)),
        ("animated AVIF", avif(picture(), save_all=True, append_images=[black]),
         Described(tolerance=6)),
        ("animated AVIF that begins black", avif(black, save_all=True, append_images=[picture()]),
         Described(tolerance=8)),
        ("half an AVIF", whole[: len(whole) // 2], DAMAGED),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]


def _profiles() -> list[DifficultFile]:
    p3 = display_p3()
    cmyk = picture().convert("CMYK")
    lab = ImageCms.profileToProfile(
        picture(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    good, lossy = Described(tolerance=3), Described(tolerance=5)
    p3_clear = see_through(in_p3())
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rows = [
        ("JPEG in Display P3", encoded(in_p3(), "JPEG", quality=98, icc_profile=p3), lossy),
        ("PNG in Display P3", encoded(in_p3(), "PNG", icc_profile=p3), good),
        ("PNG with alpha in Display P3", encoded(p3_clear, "PNG", icc_profile=p3),
         Described(((255, 255, 255), *CORNERS[1:]), tolerance=3)),
        ("WebP in Display P3", encoded(in_p3(), "WEBP", lossless=True, icc_profile=p3), good),
        ("TIFF in Display P3", encoded(in_p3(), "TIFF", icc_profile=p3), good),
        ("PNG that says it is sRGB", encoded(picture(), "PNG", icc_profile=srgb),
         Described(tolerance=0)),
        ("JPEG with half a profile", encoded(picture(), "JPEG", quality=98, icc_profile=p3[:200]),
         lossy),
        ("CMYK JPEG with a profile of RGB", encoded(cmyk, "JPEG", quality=98, subsampling=0,
         icc_profile=p3), lossy),
        ("TIFF in Lab", encoded(lab, "TIFF"), Described(tolerance=9)),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]


def _films() -> list[DifficultFile]:
    black, white = (Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("black", "white"))
    dim = Image.eval(picture(), lambda value: value // 16)
    later: dict[str, Any] = {"save_all": True, "append_images": [white, dim, picture()]}
    nothing: dict[str, Any] = {"save_all": True, "append_images": [black, dim]}
    clear = Image.new("RGBA", (WIDTH, HEIGHT))
    quick = {"duration": 90}
    tiny = picture().resize((4, 4))
    rows = [
        ("GIF that begins black", encoded(black, "GIF", **later, **quick), Described()),
        ("WebP that begins black", encoded(black, "WEBP", lossless=True, **later, **quick),
         Described()),
        ("APNG that begins black", encoded(black, "PNG", **later, **quick), Described()),
        ("APNG that begins with nothing", encoded(clear, "PNG", save_all=True,
         append_images=[picture().convert("RGBA")], **quick), Described()),
        ("TIFF whose first page is white", encoded(white, "TIFF", **later), Described()),
        ("TIFF with a tiny page", encoded(white, "TIFF", save_all=True,
         append_images=[tiny, picture()]), Described()),
        ("GIF that stays black", encoded(black, "GIF", **nothing, **quick),
         Described(((0, 0, 0),) * 4)),
        ("GIF of one black frame", encoded(black, "GIF"), Described(((0, 0, 0),) * 4)),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]


def _see_through() -> list[DifficultFile]:
    shape = Image.new("L", (WIDTH, HEIGHT))
    shape.paste(255, (0, 0, WIDTH // 2, HEIGHT // 2))
    logos = {}
    for ink in ("white", "black", "#f0f0e0"):
        logos[ink] = Image.new("RGB", (WIDTH, HEIGHT), ink)
        logos[ink].putalpha(shape)
    black, white = (0, 0, 0), (255, 255, 255)
    opaque = Image.new("RGBA", (WIDTH, HEIGHT), "white")
    rows = [
        ("logo in white ink", encoded(logos["white"], "PNG"), Described((white, *(black,) * 3))),
        ("logo in pale ink", encoded(logos["#f0f0e0"], "WEBP", lossless=True),
         Described(((240, 240, 224), *(black,) * 3))),
        ("grey logo in white ink", encoded(logos["white"].convert("LA"), "PNG"),
         Described((white, *(black,) * 3))),
        ("logo in black ink", encoded(logos["black"], "PNG"), Described((black, *(white,) * 3))),
        ("all transparent", encoded(Image.new("RGBA", (WIDTH, HEIGHT)), "PNG"),
         Described((white,) * 4)),
        ("all white", encoded(opaque, "PNG"), Described((white,) * 4)),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]
