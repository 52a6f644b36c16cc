"""Difficult picture files, made on the spot: what `pipeline.image.read_rgb` must do with each."""

from __future__ import annotations

import functools
import io
import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, TiffImagePlugin

Colour = tuple[int, int, int]

# The corners of the test picture, clockwise from the upper left: any rotation, mirror, swap of
# channels or inversion moves one of them.
RED, GREEN, BLUE, WHITE = (220, 40, 40), (40, 180, 60), (40, 60, 200), (250, 250, 250)
CORNERS = (RED, GREEN, BLUE, WHITE)
WIDTH, HEIGHT = 96, 64

UNREADABLE = "not a picture that Vois can read"
DAMAGED = "incomplete or damaged"
TOO_LARGE = "too large"
TOO_SMALL = "too small"


class Described(NamedTuple):
    """The file must decode.

    Attributes:
        corners: colours of the corners, clockwise from the upper left.
        size: width and height.
        tolerance: most difference of a channel, for lossy formats.
    """

    corners: tuple[Colour, Colour, Colour, Colour] = CORNERS
    size: tuple[int, int] = (WIDTH, HEIGHT)
    tolerance: int = 2


class DifficultFile(NamedTuple):
    """One file.

    Attributes:
        name: what is difficult about it.
        data: its content.
        expectation: `Described`, or words of the sentence that refuses it.
    """

    name: str
    data: bytes
    expectation: Described | str


@functools.cache
def difficult_files() -> tuple[DifficultFile, ...]:
    """Every file, about a hundred."""
    return (
        *_no_pictures(), *_broken(), *_bombs(), *_sizes(), *_jpeg(), *_png(), *_tiff(),
        *_animated(), *_others(),
    )  # fmt: skip


def picture(corners: tuple[Colour, ...] = CORNERS) -> Image.Image:
    """(HEIGHT, WIDTH) RGB with one colour in each quarter."""
    rgb = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rgb[: HEIGHT // 2, : WIDTH // 2], rgb[: HEIGHT // 2, WIDTH // 2 :] = corners[0], corners[1]
    rgb[HEIGHT // 2 :, WIDTH // 2 :], rgb[HEIGHT // 2 :, : WIDTH // 2] = corners[2], corners[3]
    return Image.fromarray(rgb)


def encoded(photo: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes Pillow writes."""
    out = io.BytesIO()
    photo.save(out, kind, **options)
    return out.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    """A PNG chunk with its right checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, depth: int, colour_type: int, *chunks: bytes) -> bytes:
    """A PNG with these chunks between header and end."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    end = png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + b"".join(chunks) + end


def _no_pictures() -> list[DifficultFile]:
    noise = np.random.default_rng(0).bytes(4096)
    ftyp = b"\x00\x00\x00\x18ftyp%s\x00\x00\x00\x00%s%s" + b"\x00" * 64
    icon = encoded(picture(), "ICO", sizes=[(32, 32)])
    rows = [
        ("empty", b"", "empty"),
        ("one byte", b"\xff", UNREADABLE),
        ("text named .jpg", b"Dear photo, I am a letter.\n" * 40, UNREADABLE),
        ("HTML", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", UNREADABLE),
        ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", UNREADABLE),
        ("PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 96 64\n", UNREADABLE),
        ("SVG", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', UNREADABLE),
        ("random bytes", noise, UNREADABLE),
        ("zip file", b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + noise[:200], UNREADABLE),
        ("icon", icon, UNREADABLE),
        ("text that begins like a BMP", b"BMW makes cars and motorcycles. " * 9, UNREADABLE),
        ("HEIC of a header alone", ftyp % (b"heic", b"mif1", b"heic"), DAMAGED),
        ("HEIF of a header alone", ftyp % (b"mif1", b"mif1", b"heic"), DAMAGED),
        ("AVIF of a header alone", ftyp % (b"mif1", b"avif", b"miaf"), DAMAGED),
        ("raw photo of a Canon", ftyp % (b"crx ", b"crx ", b"isom"), UNREADABLE),
        ("MP4", ftyp % (b"isom", b"iso2", b"mp42"), "video"),
        ("QuickTime", ftyp % (b"qt  ", b"qt  ", b"qt  "), "video"),
    ]
    return [DifficultFile(*row) for row in rows]


def _broken() -> list[DifficultFile]:
    jpeg = encoded(_textured(), "JPEG", quality=95)
    plain = encoded(_textured(), "PNG")
    webp = encoded(_textured(), "WEBP", lossless=True)
    gif = encoded(_textured().quantize(64), "GIF")
    tiff = encoded(_textured(), "TIFF")
    deflated = encoded(_textured(), "TIFF", compression="tiff_adobe_deflate")
    bmp = encoded(_textured(), "BMP")
    far = bmp[:10] + struct.pack("<I", 0x7FFFFFF0) + bmp[14:]
    at = plain.index(b"IDAT")
    rows = [(f"a quarter of a {name}", data[: len(data) // 4], DAMAGED) for name, data in (
        ("JPEG", jpeg), ("PNG", plain), ("WebP", webp), ("GIF", gif), ("TIFF", tiff),
        ("deflated TIFF", deflated), ("BMP", bmp),
    )]  # fmt: skip
    rows += [
        ("JPEG cut in its header", jpeg[:100], DAMAGED),
        ("PNG cut in its header", plain[:20], DAMAGED),
        ("GIF cut in its header", gif[:10], DAMAGED),
        ("TIFF cut in its header", tiff[:6], DAMAGED),
        ("PNG with a wrong header checksum", plain[:29] + b"\x00" * 4 + plain[33:], DAMAGED),
        ("PNG with ruined data", plain[: at + 60] + b"\xaa" * 400 + plain[at + 460 :], DAMAGED),
        ("PNG without data", png(WIDTH, HEIGHT, 8, 2), DAMAGED),
        ("PNG with an unknown depth", png(WIDTH, HEIGHT, 3, 7, png_chunk(b"IDAT", b"")), DAMAGED),
        ("BMP with its data beyond the end", far, DAMAGED),
        ("GIF with no frame", b"GIF89a" + struct.pack("<HHBBB", 96, 64, 0, 0, 0) + b";", DAMAGED),
        ("JPEG of markers alone", b"\xff\xd8\xff\xd9", DAMAGED),
        ("WebP of a header alone", b"RIFF\x20\x00\x00\x00WEBPVP8 " + b"\x00" * 20, DAMAGED),
    ]
    return [DifficultFile(*row) for row in rows]


def _bombs() -> list[DifficultFile]:
    row = zlib.compress(b"\x00" * 3001, 9)
    side = struct.pack(">H", 30000)
    jpeg = bytearray(encoded(picture(), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = side + side
    bmp = bytearray(encoded(picture(), "BMP"))
    bmp[18:26] = struct.pack("<ii", 30000, 30000)
    gif = bytearray(encoded(picture().quantize(8), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    canvas = (16382).to_bytes(3, "little")
    webp = b"WEBPVP8X" + struct.pack("<II", 10, 0x10) + canvas + canvas + b"\x00" * 40
    ten_thousand = png(10000, 10000, 8, 2, png_chunk(b"IDAT", row))
    pixels = encoded(picture(), "PNG")
    body = pixels[33:-12]  # between header and end
    zeros = _deflated_zeros(80_000_000)
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + zeros)
    international = png_chunk(b"iTXt", b"Comment\x00\x01\x00\x00\x00" + zeros)
    profile = png_chunk(b"iCCP", b"icc\x00\x00" + zeros)
    rows = [
        ("PNG of 30,000 x 30,000", png(30000, 30000, 8, 2, png_chunk(b"IDAT", row)), TOO_LARGE),
        ("PNG of 10,000 x 10,000", ten_thousand, TOO_LARGE),
        ("JPEG of 30,000 x 30,000", bytes(jpeg), TOO_LARGE),
        ("BMP of 30,000 x 30,000", bytes(bmp), TOO_LARGE),
        ("GIF of 65,535 x 65,535", bytes(gif), TOO_LARGE),
        ("WebP of 16,383 x 16,383", b"RIFF" + struct.pack("<I", len(webp)) + webp, TOO_LARGE),
        ("TIFF with a tile of 30,000 x 30,000", _huge_tile(), TOO_LARGE),
        ("PNG whose data inflate to 80 MB", _png_of_zeros(zeros), Described(((0, 0, 0),) * 4)),
        ("PNG with a text of 80 MB", png(WIDTH, HEIGHT, 8, 2, text, body), DAMAGED),
        ("PNG with such a text at its end", png(WIDTH, HEIGHT, 8, 2, body, text), DAMAGED),
        ("PNG with iTXt of 80 MB", png(WIDTH, HEIGHT, 8, 2, international, body), DAMAGED),
        ("PNG with a profile of 80 MB", png(WIDTH, HEIGHT, 8, 2, profile, body), DAMAGED),
    ]
    return [DifficultFile(*row) for row in rows]


def _sizes() -> list[DifficultFile]:
    eight = Described(((9, 9, 9),) * 4, (8, 8), 0)
    wide = Described(((9, 9, 9),) * 4, (2000, 2), 0)
    rows: list[tuple[str, tuple[int, int], Described | str]] = [
        ("1 x 1", (1, 1), TOO_SMALL),
        ("7 x 300", (7, 300), TOO_SMALL),
        ("10,000 x 2", (10000, 2), TOO_SMALL),
        ("8 x 8", (8, 8), eight),
        ("10,000 x 8", (10000, 8), wide),
    ]
    files = [
        DifficultFile(f"picture of {name}", encoded(Image.new("RGB", size, (9, 9, 9)), "PNG"), wish)
        for name, size, wish in rows
    ]
    large = picture().resize((4800, 3200), Image.Resampling.NEAREST)
    shrunk = Described(size=(1600, 1067), tolerance=4)
    few = large.quantize(4)
    halved = Described(size=(1200, 800), tolerance=4)
    turned = Described((WHITE, RED, GREEN, BLUE), (800, 1200), 4)
    return [
        *files,
        DifficultFile("large PNG", encoded(large, "PNG", compress_level=1), shrunk),
        DifficultFile("large palette PNG", encoded(few, "PNG", compress_level=1), shrunk),
        DifficultFile("large JPEG", encoded(large, "JPEG"), halved),
        DifficultFile("large turned JPEG", encoded(large, "JPEG", exif=exif_of(6)), turned),
    ]


def _jpeg() -> list[DifficultFile]:
    lossy = Described(tolerance=4)
    grey = Described(greys(), tolerance=4)
    cmyk = encoded(picture().convert("CMYK"), "JPEG", quality=98, subsampling=0)
    at = cmyk.index(b"\xff\xee")
    unmarked = cmyk[:at] + cmyk[at + 2 + struct.unpack(">H", cmyk[at + 2 : at + 4])[0] :]
    jpeg = encoded(picture(), "JPEG", quality=98)
    # Clockwise corners after each of the eight orientations of EXIF.
    r, g, b, w = CORNERS
    turned = {
        1: (r, g, b, w), 2: (g, r, w, b), 3: (b, w, r, g), 4: (w, b, g, r),
        5: (r, w, b, g), 6: (w, r, g, b), 7: (b, g, r, w), 8: (g, b, w, r),
    }  # fmt: skip
    rows = [
        ("progressive JPEG", encoded(picture(), "JPEG", quality=98, progressive=True), lossy),
        ("grey JPEG", encoded(picture().convert("L"), "JPEG", quality=98), grey),
        ("CMYK JPEG, inverted as Adobe does", cmyk, lossy),
        ("CMYK JPEG without Adobe's mark", unmarked, lossy),
        ("YCCK JPEG", _ycck(), lossy),
        ("JPEG with rubbish after it", jpeg + b"rubbish" * 500, lossy),
        ("JPEG with broken EXIF", encoded(picture(), "JPEG", exif=b"Exif\x00\x00MM\x00"), lossy),
        ("JPEG with EXIF of rubbish", _with_app1(jpeg, b"Exif\x00\x00" + b"\xee" * 60), lossy),
        ("JPEG whose orientation is a word", _with_app1(jpeg, b"Exif\x00\x00" + _word()), lossy),
        ("JPEG with orientation 99", encoded(picture(), "JPEG", exif=exif_of(99)), lossy),
        ("JPEG of two pictures (MPO)", _two_pictures(), lossy),
    ]
    for orientation, corners in turned.items():
        size = (HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT)
        data = encoded(picture(), "JPEG", quality=98, exif=exif_of(orientation))
        rows.append((f"JPEG with orientation {orientation}", data, Described(corners, size, 4)))
    return [DifficultFile(*row) for row in rows]


def _png() -> list[DifficultFile]:
    deep = np.asarray(picture()).astype(">u2") * 257
    grey = np.asarray(picture().convert("L")).astype("<u2") * 257
    see_through = picture()
    mask = Image.new("L", see_through.size, 255)
    mask.paste(0, (0, 0, WIDTH // 2, HEIGHT // 2))
    see_through.putalpha(mask)
    clear = Described(((255, 255, 255), *CORNERS[1:]))
    half = picture()
    half.putalpha(128)
    pale: Any = tuple(tuple((c + 255) // 2 for c in corner) for corner in CORNERS)
    grey_alpha = see_through.convert("LA")
    palette = picture().quantize(4)
    first = palette.getpixel((0, 0))
    body = png_chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + row.tobytes() for row in deep)))
    key = png_chunk(b"tRNS", struct.pack(">3H", *RED))
    plain = encoded(picture(), "PNG")
    keyed = plain[:33] + key + plain[33:]
    exif = encoded(picture(), "PNG", exif=exif_of(6))
    black_white = Image.fromarray(np.asarray(_two_tone()) > 0)
    edges = ((0, 0, 0), (255, 255, 255)) * 2
    rows = [
        ("16-bit grey PNG", encoded(Image.fromarray(grey), "PNG"), Described(greys())),
        ("16-bit colour PNG", png(WIDTH, HEIGHT, 16, 2, body), Described()),
        ("PNG with alpha", encoded(see_through, "PNG"), clear),
        ("PNG half transparent", encoded(half, "PNG"), Described(pale)),
        ("grey PNG with alpha", encoded(grey_alpha, "PNG"), Described((
            (255, 255, 255), *greys()[1:]))),
        ("palette PNG", encoded(palette, "PNG"), Described()),
        ("palette PNG with transparency", encoded(palette, "PNG", transparency=first), clear),
        ("PNG with a transparent colour", keyed, clear),
        ("1-bit PNG", encoded(black_white, "PNG"), Described(edges)),
        ("PNG turned by EXIF", exif, Described((WHITE, RED, GREEN, BLUE), (HEIGHT, WIDTH))),
        ("PNG with a wrong checksum of its data", plain[:-16] + b"\x00" * 4 + plain[-12:],
         Described()),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]


def _tiff() -> list[DifficultFile]:
    wide = np.asarray(picture().convert("L")).astype(np.uint16) * 257
    grey = Described(greys())
    unit = Image.fromarray((wide / 65535).astype(np.float32))
    damaged = (wide / 65535).astype(np.float32)
    damaged[HEIGHT // 2, :3] = np.nan, np.inf, -np.inf
    stretched = (wide.astype(np.float32) - 30000) * 1e4
    huge = np.where(np.asarray(_two_tone()) > 0, np.float32(3e38), np.float32(-3e38))
    halves = ((0, 0, 0), (255, 255, 255)) * 2
    darkest, brightest = int(wide.min()), int(wide.max())
    full: Any = tuple(
        (round((c[0] * 257 - darkest) * 255 / (brightest - darkest)),) * 3 for c in greys()
    )
    inverted = encoded(Image.fromarray(65535 - wide), "TIFF", tiffinfo=_white_is_zero())
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[274] = 6
    turned = encoded(picture(), "TIFF", tiffinfo=tags)
    pages = encoded(picture(), "TIFF", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    jpeg = encoded(picture(), "TIFF", compression="jpeg", quality=98)
    black_white = Image.fromarray(np.asarray(_two_tone()) > 0)
    see_through = Image.merge("LA", (picture().convert("L"), Image.new("L", (WIDTH, HEIGHT), 255)))
    premultiplied = bytearray(encoded(see_through, "TIFF"))
    premultiplied[premultiplied.index(struct.pack("<HHI", 338, 3, 1)) + 8] = 1
    rows = [
        ("TIFF with multiplied alpha", bytes(premultiplied), grey),
        ("TIFF of many pages", pages, Described()),
        ("TIFF compressed by LZW", encoded(picture(), "TIFF", compression="tiff_lzw"), Described()),
        ("TIFF compressed as JPEG", jpeg, Described(tolerance=4)),
        ("CMYK TIFF", encoded(picture().convert("CMYK"), "TIFF"), Described()),
        ("1-bit TIFF", encoded(black_white, "TIFF", compression="group4"), Described(halves)),
        ("16-bit TIFF", encoded(Image.fromarray(wide), "TIFF"), grey),
        ("16-bit TIFF whose white is zero", inverted, grey),
        ("32-bit integer TIFF", encoded(Image.fromarray(wide.astype(np.int32)), "TIFF"), grey),
        ("float TIFF of 0..1", encoded(unit, "TIFF"), grey),
        ("float TIFF of 0..255", encoded(picture().convert("F"), "TIFF"), grey),
        ("float TIFF with no numbers in it", encoded(Image.fromarray(damaged), "TIFF"),
         grey),
        ("float TIFF of any range", encoded(Image.fromarray(stretched), "TIFF"), Described(full)),
        ("float TIFF of huge numbers", encoded(Image.fromarray(huge), "TIFF"), Described(halves)),
        ("12-bit TIFF", _twelve_bits(), grey),
        ("float TIFF of one value", encoded(Image.new("F", (WIDTH, HEIGHT), -7.0), "TIFF"),
         Described(((0, 0, 0),) * 4)),
        ("TIFF turned by its tag", turned, Described((WHITE, RED, GREEN, BLUE), (HEIGHT, WIDTH))),
    ]  # fmt: skip
    return [DifficultFile(*row) for row in rows]


def _animated() -> list[DifficultFile]:
    later = [Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("black", "white")]
    options: dict[str, Any] = {"save_all": True, "append_images": later, "duration": 90}
    gif = encoded(picture().quantize(8), "GIF", save_all=True, append_images=later)
    see_through = picture().quantize(8)
    clear = encoded(see_through, "GIF", transparency=see_through.getpixel((0, 0)))
    rows = [
        ("animated GIF", gif, Described()),
        ("GIF with transparency", clear, Described(((255, 255, 255), *CORNERS[1:]))),
        ("animated WebP", encoded(picture(), "WEBP", lossless=True, **options), Described()),
        ("animated PNG", encoded(picture(), "PNG", **options), Described()),
    ]
    return [DifficultFile(*row) for row in rows]


def _others() -> list[DifficultFile]:
    see_through = picture()
    mask = Image.new("L", see_through.size, 255)
    mask.paste(0, (0, 0, WIDTH // 2, HEIGHT // 2))
    see_through.putalpha(mask)
    clear = Described(((255, 255, 255), *CORNERS[1:]))
    exif = encoded(picture(), "WEBP", lossless=True, exif=exif_of(6))
    rows = [
        ("lossy WebP", encoded(picture(), "WEBP", quality=95), Described(tolerance=8)),
        ("lossless WebP", encoded(picture(), "WEBP", lossless=True), Described()),
        ("WebP with alpha", encoded(see_through, "WEBP", lossless=True), clear),
        ("WebP turned by EXIF", exif, Described((WHITE, RED, GREEN, BLUE), (HEIGHT, WIDTH))),
        ("BMP", encoded(picture(), "BMP"), Described()),
        ("palette BMP", encoded(picture().quantize(4), "BMP"), Described()),
    ]
    return [DifficultFile(*row) for row in rows]


def _textured() -> Image.Image:
    """Noise, which no compression shortens, so that half a file is half the picture."""
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return Image.fromarray(noise)


def _two_tone() -> Image.Image:
    black, white = (0, 0, 0), (255, 255, 255)
    return picture((black, white, black, white)).convert("L")


def greys() -> tuple[Colour, Colour, Colour, Colour]:
    """The corners of the test picture without colour."""
    grey = picture().convert("L")
    right, bottom = WIDTH - 1, HEIGHT - 1
    levels: Any = [grey.getpixel(at) for at in ((0, 0), (right, 0), (right, bottom), (0, bottom))]
    one, two, three, four = ((level,) * 3 for level in levels)
    return one, two, three, four


def exif_of(orientation: int) -> Image.Exif:
    """EXIF that says how the camera was held, 1 to 8."""
    exif = Image.Exif()
    exif[274] = orientation
    return exif


def _with_app1(jpeg: bytes, body: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def _word() -> bytes:
    """EXIF that says "up" where a number belongs."""
    entry = struct.pack("<HHI", 274, 2, 3) + b"up\x00\x00"
    return b"II*\x00" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)


def _ycck() -> bytes:
    """A CMYK JPEG whose first three channels are stored as YCbCr, as Photoshop writes them."""
    opposite = Image.fromarray(255 - np.asarray(picture())).convert("YCbCr")
    inks = np.dstack([255 - np.asarray(opposite), np.zeros((HEIGHT, WIDTH), np.uint8)])
    data = bytearray(encoded(Image.fromarray(inks, "CMYK"), "JPEG", quality=98, subsampling=0))
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def _two_pictures() -> bytes:
    second = [Image.new("RGB", (WIDTH, HEIGHT), "black")]
    return encoded(picture(), "MPO", save_all=True, append_images=second, quality=98)


def _white_is_zero() -> TiffImagePlugin.ImageFileDirectory_v2:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    return tags


def _huge_tile() -> bytes:
    """A TIFF of 96 x 64 that says it is stored in one deflated tile of 30,000 x 30,000."""
    body = zlib.compress(b"\x00" * 1000)
    return _tagged(body, {258: 8, 259: 8, 322: 30000, 323: 30000, 324: 8, 325: len(body)})


def _twelve_bits() -> bytes:
    """A grey TIFF of 12 bits, two pixels in three bytes."""
    grey = np.asarray(picture().convert("L")).astype(int).reshape(-1, 2) * 4095 // 255
    first, second = grey[:, 0], grey[:, 1]
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=1)
    body = packed.astype(np.uint8).tobytes()
    return _tagged(body, {258: 12, 259: 1, 273: 8, 278: HEIGHT, 279: len(body)})


def _tagged(body: bytes, tags: dict[int, int]) -> bytes:
    """A grey TIFF of 96 x 64 with its data at offset 8 and these tags."""
    tags = {256: WIDTH, 257: HEIGHT, 262: 1, 277: 1, **tags}
    entries = [struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in sorted(tags)]
    directory = struct.pack("<H", len(tags)) + b"".join(entries) + struct.pack("<I", 0)
    return b"II*\x00" + struct.pack("<I", 8 + len(body)) + body + directory


def _deflated_zeros(count: int) -> bytes:
    packer = zlib.compressobj(9)
    block = b"\x00" * 1_000_000
    return b"".join(packer.compress(block) for _ in range(count // len(block))) + packer.flush()


def _png_of_zeros(zeros: bytes) -> bytes:
    return png(WIDTH, HEIGHT, 8, 2, png_chunk(b"IDAT", zeros))
