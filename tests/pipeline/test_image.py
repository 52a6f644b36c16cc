from __future__ import annotations

import io
import itertools
import json
import struct
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import ImageError
from pipeline.image import MAX_BYTES, MAX_SIDE, read_picture, read_rgb, squash, to_pixels
from tests.data.bad_files import (
    Described,
    DifficultFile,
    difficult_files,
    encoded,
    picture,
    png,
    png_chunk,
)  # fmt: skip
from tests.data.modern_files import modern_files

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "assets" / "samples").glob("*.jpg"))

# Pillow warns about files that are broken; the page says a sentence of its own instead.
pillow_may_warn = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def _named(files: list[DifficultFile]) -> list[object]:
    return [pytest.param(file, id=file.name) for file in files]


FILES = (*difficult_files(), *modern_files())
GOOD = _named([file for file in FILES if isinstance(file.expectation, Described)])
REFUSED = _named([file for file in FILES if isinstance(file.expectation, str)])


@pytest.mark.parametrize("file", GOOD)
@pillow_may_warn
def test_difficult_pictures_are_read(file: DifficultFile) -> None:
    assert isinstance(file.expectation, Described)
    rgb = read_rgb(file.data)

    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert (rgb.shape[1], rgb.shape[0], rgb.shape[2]) == (*file.expectation.size, 3)
    # The middle of each quarter, clockwise from the upper left.
    height, width = rgb.shape[:2]
    y, x = height // 4, width // 4
    seen = [rgb[y, x], rgb[y, -1 - x], rgb[-1 - y, -1 - x], rgb[-1 - y, x]]
    difference = np.abs(np.asarray(seen, int) - np.asarray(file.expectation.corners, int))
    assert difference.max() <= file.expectation.tolerance


@pytest.mark.parametrize("file", REFUSED)
@pillow_may_warn
def test_other_files_are_refused_in_words(file: DifficultFile) -> None:
    assert isinstance(file.expectation, str)
    with pytest.raises(ImageError, match=file.expectation) as caught:
        read_rgb(file.data)

    sentence = str(caught.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    if "damaged" in sentence:
        assert caught.value.__cause__ is not None  # Pillow's message is kept for the log


def test_a_file_with_too_many_bytes_is_refused() -> None:
    jpeg = encoded(picture(), "JPEG")
    read_rgb(jpeg.ljust(1_000_000, b"\x00"))
    with pytest.raises(ImageError, match="too large"):
        read_rgb(jpeg.ljust(MAX_BYTES + 1, b"\x00"))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 90}),
        ("JPEG", {"quality": 90, "progressive": True}),
        ("PNG", {}),
        ("TIFF", {}),
    ],
)
@pillow_may_warn
def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(
    kind: str, options: dict[str, object]
) -> None:
    with Image.open(ROOT / "assets" / "samples" / "cat.jpg") as photo:
        data = encoded(photo, kind, **options)
    whole = read_rgb(data)
    for share in (0.75, 0.9, 0.99):
        picture = read_picture(data[: int(share * len(data))])
        height = len(picture.rgb)
        assert picture.missing == pytest.approx(1 - height / len(whole))
        assert "progressive" in options or picture.missing == pytest.approx(1 - share, abs=0.1)
        # The last rows of a JPEG come in blocks of which a part may be missing, and a progressive
        # one gets coarser instead of shorter.
        rows = slice(0, height - 16)
        difference = np.abs(picture.rgb[rows].astype(int) - whole[rows]).mean()
        assert difference < (6 if "progressive" in options else 0.2)
    assert read_picture(data[:-1]).missing < 0.02
    with pytest.raises(ImageError, match="damaged"):
        read_rgb(data[:400])


def test_a_whole_file_misses_nothing_even_if_it_ends_in_one_colour() -> None:
    grey = Image.new("RGB", (64, 64), (128, 128, 128))
    assert read_picture(encoded(grey, "JPEG")).missing == 0


def test_the_jpeg_of_a_phone_of_108_megapixels_is_read_small() -> None:
    data = encoded(Image.new("L", (12_000, 9_000), 90), "JPEG")
    assert read_rgb(data).shape == (1125, 1500, 3)


def sized(jpeg: bytes, width: int, height: int) -> bytes:
    """The JPEG with another size in its header."""
    at = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


@pillow_may_warn
def test_a_huge_jpeg_that_must_be_decoded_whole_is_refused() -> None:
    one_pass = sized(encoded(picture(), "JPEG"), 12_000, 9_000)
    in_passes = sized(encoded(picture(), "JPEG", progressive=True), 12_000, 9_000)
    assert read_rgb(one_pass).shape == (1125, 1500, 3)
    with pytest.raises(ImageError, match="too large"):
        read_rgb(in_passes)
    # A scan for each channel needs as much memory, but is not called progressive.
    at = one_pass.index(b"\xff\xda")
    one_channel = one_pass[:at] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + one_pass[at + 14 :]
    with pytest.raises(ImageError, match="too large"):
        read_rgb(one_channel)


def test_nothing_is_warned_of_a_size_that_is_checked(recwarn: pytest.WarningsRecorder) -> None:
    for width, height in ((9_000, 10_500), (16_000, 12_000)):  # above Pillow's two limits
        with pytest.raises(ImageError, match="too large"):
            read_rgb(png(width, height, 8, 2, png_chunk(b"IDAT", b"")))
    assert not recwarn.list


def test_twenty_files_of_phones_were_tried() -> None:
    names = [file.name for file in modern_files()]
    assert sum("HEIC" in name or "AVIF" in name or "burst" in name for name in names) >= 20


MEASURE = """
import json, resource, sys, warnings
warnings.simplefilter("ignore")
from pipeline.errors import ImageError
from pipeline.image import read_rgb
from tests.data.bad_files import Described, difficult_files
names = sys.argv[1:]
files = [file for file in difficult_files() if file.name in names]
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
growth = {}
for file in files:
    before = peak()
    try:
        read_rgb(file.data)
    except ImageError:
        pass
    growth[file.name] = (peak() - before) * unit
print(json.dumps(growth))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no way to ask for the peak memory")
def test_bombs_take_no_memory() -> None:
    # Decoded, these would take 80 MB to 4 GB; the peak is the process's, so each counts alone.
    words = ("30,000", "10,000 x 10,000", "65,535", "16,383", "80 MB", "such a text")
    names = [file.name for file in difficult_files() if any(word in file.name for word in words)]
    assert len(names) == 12
    command = [sys.executable, "-c", MEASURE, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    growth = json.loads(done.stdout)
    assert sorted(growth) == sorted(names)
    assert max(growth.values()) < 30_000_000, growth


STARVE = """
import resource, warnings
warnings.simplefilter("ignore")
from pipeline.errors import ImageError
from pipeline.image import read_rgb
from tests.data.bad_files import png, png_chunk
data = png(10000, 7900, 8, 2, png_chunk(b"IDAT", b""))
with open("/proc/self/statm") as memory:
    used = int(memory.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000, -1))
try:
    read_rgb(data)
except ImageError as error:
    print(error, repr(error.__cause__))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits its own memory as only Linux can")
def test_a_machine_without_enough_memory_says_so() -> None:
    command = [sys.executable, "-c", STARVE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    assert "too large" in done.stdout
    assert "MemoryError" in done.stdout


@pillow_may_warn
def test_damage_of_any_kind_ends_in_an_image_error() -> None:
    rng = np.random.default_rng(2)
    whole = [
        file.data
        for file in difficult_files()
        if isinstance(file.expectation, Described) and len(file.data) < 20_000
    ]
    outcomes = set()
    for data, _ in itertools.product(whole, range(6)):
        broken = np.frombuffer(data, np.uint8).copy()
        places = rng.integers(0, min(len(broken), rng.choice([64, 512, 20_000])), 4)
        broken[places] = rng.integers(0, 256, 4)
        try:
            outcomes.add(read_rgb(broken.tobytes()).ndim)
        except ImageError as error:
            outcomes.add(str(error))
    assert {3, "This picture is incomplete or damaged. Copy it again from where it came from."} <= (
        outcomes
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_read_as_they_are(path: Path) -> None:
    with Image.open(path) as photo:
        assert np.array_equal(read_rgb(path.read_bytes()), np.asarray(photo.convert("RGB")))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_reducing_a_huge_photo_hardly_changes_what_the_model_sees(kind: str) -> None:
    with Image.open(ROOT / "assets" / "samples" / "temple.jpg") as photo:
        large = photo.resize((5120, 3416), Image.Resampling.BICUBIC)
    options = {"quality": 95} if kind == "JPEG" else {"compress_level": 1}
    data = encoded(large, kind, **options)
    rgb = read_rgb(data)

    assert MAX_SIDE // 2 <= max(rgb.shape) <= MAX_SIDE
    with Image.open(io.BytesIO(data)) as photo:
        whole = squash(np.asarray(photo.convert("RGB")), 224)
    difference = np.abs(squash(rgb, 224).astype(int) - whole)
    # Measured: at most 0.17 and 2 at 12 and 48 megapixels; this size, which divides badly, gives
    # 0.7 and 11 levels of 255.
    assert difference.mean() < 1
    assert difference.max() <= 12


def test_squash_leaves_a_photo_of_the_right_size_alone() -> None:
    rgb = _noise(224, 224)
    assert np.array_equal(squash(rgb, 224), rgb)


def test_squash_averages_when_shrinking() -> None:
    rgb = _noise(896, 448)
    expected = rgb.reshape(224, 4, 224, 2, 3).mean((1, 3))
    assert np.abs(squash(rgb, 224) - expected).max() <= 0.51  # rounding alone


def test_squash_interpolates_when_enlarging() -> None:
    column = np.array([0, 100, 200, 250], np.uint8)
    rgb = np.ascontiguousarray(np.broadcast_to(column[None, :, None], (4, 4, 3)))
    wide = squash(rgb, 8)
    # Centres of the new columns lie a quarter and three quarters of the way between the old ones.
    expected = [0, 25, 75, 125, 175, 212, 238, 250]
    assert np.abs(wide[:, :, 0] - np.array(expected)).max() <= 1


def test_squash_averages_the_axis_that_shrinks_while_the_other_grows() -> None:
    stripes = np.zeros((56, 2240, 3), np.uint8)
    stripes[:, ::2] = 200  # every ten columns average to 100; picking any of them gives 0 or 200
    assert set(np.unique(squash(stripes, 224))) == {100}


def test_squash_does_not_keep_the_aspect() -> None:
    rgb = np.asarray(picture().resize((900, 300), Image.Resampling.NEAREST))
    small = squash(rgb, 32)
    assert small.shape == (32, 32, 3)
    assert np.array_equal(small, squash(np.asarray(picture()), 32))


def test_pixels_follow_the_formula_to_the_bit() -> None:
    rgb = _noise(32, 32)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    pixels = to_pixels(rgb, 32, mean, std)

    assert pixels.shape == (1, 3, 32, 32)
    assert pixels.dtype == np.float32
    assert pixels.flags.c_contiguous
    for channel in range(3):
        plane = rgb[:, :, channel].astype(np.float32) / np.float32(255)
        expected = (plane - np.float32(mean[channel])) / np.float32(std[channel])
        assert np.array_equal(pixels[0, channel], expected)


def test_pixels_resize_as_squash_does() -> None:
    rgb = _noise(301, 417)
    pixels = to_pixels(rgb, 64, (0, 0, 0), (1, 1, 1))
    assert np.array_equal((pixels[0] * 255).round().transpose(1, 2, 0), squash(rgb, 64))


def test_a_camera_frame_that_is_a_mirrored_view_is_accepted() -> None:
    rgb = _noise(480, 640)
    assert np.array_equal(squash(rgb[:, ::-1], 224), squash(rgb[:, ::-1].copy(), 224))


def _noise(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.add(smooth, rng.integers(0, 30, (height, width, 3), np.uint8))
