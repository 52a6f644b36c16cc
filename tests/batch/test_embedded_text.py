"""Alternative texts in copies of photos."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from pipeline.batch.embedded_text import with_text, write_copies
from pipeline.batch.row import Row
from tests.api.server import photo

TEXT = 'Un carré <rouge> & "blanc".\nOn y lit : A'
WORDS = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}AltTextAccessibility"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
OTHERS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
    b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="mine"/></rdf:RDF></x:xmpmeta>'
)


def packet(data: bytes) -> bytes:
    info = Image.open(io.BytesIO(data)).info
    found = info.get("xmp") or info["XML:com.adobe.xmp"].encode()
    return found if isinstance(found, bytes) else found.encode()


def texts(data: bytes) -> dict[str, str]:
    """The alternative texts by language, as any reader of XMP finds them."""
    xml = packet(data).partition(b"?>")[2].rpartition(b"<?xpacket")[0] or packet(data)
    items = ElementTree.fromstring(xml).findall(f".//{WORDS}/{RDF}Alt/{RDF}li")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    return {item.attrib[lang]: item.text or "" for item in items}


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def with_exif_and_xmp(kind: str) -> bytes:
    image, file = Image.open(io.BytesIO(photo())), io.BytesIO()
    exif = image.getexif()
    exif[0x010E] = "kept"
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", OTHERS.decode())
        image.save(file, kind, pnginfo=info, exif=exif)
    else:
        image.save(file, kind, xmp=OTHERS, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_photo_gets_its_text_and_keeps_its_pixels(suffix: str) -> None:
    data = photo(suffix=suffix)
    marked = with_text(data, TEXT, "fr")
    words = " ".join(TEXT.split())
    assert texts(marked) == {"x-default": words, "fr": words}
    assert np.array_equal(pixels(marked), pixels(data))
    with pytest.raises(ValueError, match="it has one"):
        with_text(marked, TEXT, "fr")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_is_in_the_photo_stays(kind: str) -> None:
    data = with_exif_and_xmp(kind)
    marked = with_text(data, TEXT, "fr")
    assert texts(marked)["fr"].startswith("Un carré <rouge>")
    assert b'dc:source="mine"' in packet(marked)
    assert Image.open(io.BytesIO(marked)).getexif()[0x010E] == "kept"
    assert np.array_equal(pixels(marked), pixels(data))


def test_other_formats_and_damaged_photos_get_none(tmp_path: Path) -> None:
    for data in (photo(suffix=".webp"), b"", b"\xff\xd8", photo()[:30], b"\x89PNG\r\n\x1a\nabc"):
        with pytest.raises((ValueError, struct.error)):
            with_text(data, TEXT, "fr")
    original = tmp_path / "a.jpg"
    original.write_bytes(photo())
    row = Row(str(original), TEXT, "fr")
    assert write_copies([row], tmp_path) == [row]  # never the photo itself
    assert original.read_bytes() == photo()
    gone = Row(str(tmp_path / "gone.jpg"), TEXT, "fr")
    assert write_copies([row, gone], tmp_path / "copies") == [gone]
    assert texts((tmp_path / "copies" / "a.jpg").read_bytes())["fr"]


def test_photos_of_one_name_get_a_copy_each(tmp_path: Path) -> None:
    rows = []
    for folder in ("2023", "2024/may"):
        (tmp_path / "archive" / folder).mkdir(parents=True)
        original = tmp_path / "archive" / folder / "a.jpg"
        original.write_bytes(photo())
        rows.append(Row(str(original), f"{TEXT} {folder}", "fr"))
    assert write_copies(rows, tmp_path / "copies") == []
    for folder in ("2023", "2024/may"):
        copy = tmp_path / "copies" / folder / "a.jpg"
        assert texts(copy.read_bytes())["fr"].endswith(folder)
