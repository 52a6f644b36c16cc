"""Odd names, folders and places for what is written."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.batch.embedded_text import with_text
from pipeline.batch.photo_choice import choose
from pipeline.batch.row import Row
from pipeline.batch.table import read_table, write_table
from pipeline.history import LOCAL_OWNER, History
from pipeline.phrases import ENGLISH
from tests.api.server import photo
from tests.odd.case import Case, Place, Said

NAMES = (
    "🐕‍🦺🏖️.jpg", "שלום.jpg", "\u202egpj.exe.jpg", "a\nb.jpg", "a\rb.jpg", "a\r\nb.jpg",
    "a\u2028b.jpg",
    "a\u2029b.jpg", "a\x85b.jpg", "a\x0bb.jpg", "a\x1cb.jpg", "a\x1b]0;x\x07.jpg", "\x7f.jpg",
    "-n.jpg",
    "--help.jpg", "e\u0301.jpg", "é.jpg", "ﬁ.jpg", "Å.jpg", "caf\udce9.jpg", "\udcc3(.jpg",
    "%s%n.jpg",
    "%2e%2e.jpg", "100 %.jpg", "{}.jpg", "{name!r}.jpg", "{0.__class__}.jpg", "'.jpg", '".jpg',
    "''.jpg",
    "<b>.jpg", "&amp;.jpg", "a#b?c.jpg", "<textarea><script>.jpg", "CON.jpg", "nul", "aux.jpg",
    "a .jpg ",
    "a..jpg.", "...jpg", "a\\b.jpg", "C:x.jpg", "file:x.jpg", "=1+1.jpg", "@SUM(A1).jpg", "+.jpg",
    "'=x.jpg",
    "a,b;c\td.jpg", "\\udce9.jpg", "\ufeffa.jpg", "\u200b.jpg", "e" + "\u0301" * 90 + ".jpg",
    "\ud7ff.jpg",
    "\uffff.jpg", "\U0010ffff.jpg", "x" * 251 + ".jpg", "é" * 125 + ".jpg",
)  # fmt: skip
_TEXT = "A person's own words."


def cases() -> list[Case]:
    """All of them."""
    return [*_names(), *_places(), *_outputs(), *_tables()]


def _names() -> Iterator[Case]:
    yield Case("names", "all of them, described and kept", _described)
    for name in NAMES:
        label = f"{name[:20]!a}{'' if len(name) < 30 else f', {len(name)} signs'}"
        for kind in ("csv", "jsonl"):
            written = {f"t.{kind}", "page.html", f"{name}.txt", "b.jpg.txt"}
            meet = partial(_corrected, name, kind)
            yield Case("name", f"{label}, corrected in .{kind}", meet, frozenset(written))


def _described(place: Place) -> Said:
    place.keep()
    for name in NAMES:
        place.write(name)
    said = place.command("--history", "--", *NAMES)
    kept = History(place.data)
    count = kept.count(LOCAL_OWNER)
    kept.close()
    if said.status or count != 3 + len(NAMES):
        return Said(f"{said.text}\nstatus {said.status}, {count} entries", said.status)
    return said


def _corrected(name: str, kind: str, place: Place) -> Said:
    """As a person would who reviews an archive: what the page shows comes back to the photo."""
    place.write(name)
    (place.photos / "copies").mkdir()
    write_table(place.photos / f"t.{kind}", [Row(name, "A dog.", "en"), Row("b.jpg", "B.", "en")])
    page = place.home / "first.html"
    _page(place, kind, page)
    (shown,) = [one for one in _shown_photos(page) if one != "b.jpg"]
    saved = {"format": "vois-corrections", "corrections": [{"photo": shown, "text": _TEXT}]}
    place.write("c.json", json.dumps(saved))
    said = place.command(
        "describe", "--apply", "c.json", "--out", f"t.{kind}", "--html", "page.html", "--sidecar"
    )
    with contextlib.chdir(place.photos):
        rows = read_table(Path(f"t.{kind}"))
    if [row.text for row in rows] != [_TEXT, "B."] or rows[0].photo != name:
        return Said(f"{said.text}\nnot taken in: {rows[0]!a}")
    return said


def _page(place: Place, kind: str, page: Path) -> None:
    nothing = place.home / "nothing.json"
    nothing.write_text('{"format": "vois-corrections", "corrections": []}')
    place.command("describe", "--apply", nothing, "--out", f"t.{kind}", "--html", page)


def _shown_photos(page: Path) -> list[str]:
    """The photos' names as a browser reads them (HTML, "preprocessing the input stream")."""
    from html.parser import HTMLParser

    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.extend(value or "" for name, value in attrs if name == "data-photo")

    text = page.read_bytes().decode().replace("\r\n", "\n").replace("\r", "\n")
    Reader(convert_charrefs=True).feed(text)
    return found


def _made(make: Callable[[Place], object], *arguments: object) -> Callable[[Place], Said]:
    def meet(place: Place) -> Said:
        make(place)
        return place.command(*arguments)

    return meet


def _places() -> Iterator[Case]:
    """What is given instead of a photo."""
    long = "x" * 300
    for name, arguments in {
        "a name too long for any disk": [long],
        "a path too long for any disk": ["x/" * 3_000],
        "a path of dots": ["./" * 500 + "a.jpg"],
        "a file as a folder": ["a.jpg/b.jpg"],
        "a folder as a file": ["album.jpg"],
        "nothing, many times": ["", "", ""],
        "a pattern that no shell has filled in": ["*.png"],
        "the same photo 20 times": ["a.jpg"] * 20,
        "memory of the process": ["/proc/self/mem"],
        "settings of the process": ["/proc/self/environ"],
        "a file of the kernel": ["/proc/version"],
        "an endless file": ["/dev/zero"],
        "nothing at all": ["/dev/null"],
        "a full device": ["/dev/full"],
        "an address": ["https://example.org/a.jpg"],
        "a data address": ["data:image/png;base64,iVBORw0KGgo="],
    }.items():
        yield Case("place", name, _made(_photo_and_album, *arguments))
    for name, make in {
        "empty": lambda place: (place.photos / "f").mkdir(),
        "of hidden files": lambda place: place.write("f/.a.jpg"),
        "of other files": lambda place: place.write("f/a.txt", "words"),
        "with a link to itself": lambda place: _linked(place, "f/loop", "."),
        "with two links to itself": lambda place: (
            _linked(place, "f/one", "."), _linked(place, "f/two", "."), place.write("f/a.jpg"),
        ),
        "with a link to nothing": lambda place: _linked(place, "f/a.jpg", "gone"),
        "with a link that leads round": lambda place: (
            _linked(place, "f/a.jpg", "b.jpg"), _linked(place, "f/b.jpg", "a.jpg"),
        ),
        "with a link to a device": lambda place: _linked(place, "f/a.jpg", "/dev/zero"),
        "that is a link to nothing": lambda place: _linked(place, "f", "gone"),
        "that is a link to itself": lambda place: _linked(place, "f", "f"),
        "with a pipe": lambda place: (
            place.write("f/b.jpg"), os.mkfifo(place.photos / "f" / "a.jpg"),
        ),
        "with a socket": _with_socket,
        "with a folder called .jpg": lambda place: (place.photos / "f/a.jpg").mkdir(parents=True),
        "with 300 empty photos": lambda place: [
            place.write(f"f/{number}.jpg", b"") for number in range(300)
        ],
        "of names that are no text": lambda place: place.write("f\udcff/caf\udce9.jpg"),
        "whose name is no text": lambda place: (
            place.write("f/\udcff\n/a.jpg"),
        ),
    }.items():  # fmt: skip
        yield Case("folder", name, _made(make, "f"))
        yield Case("folder", f"{name}, as a pattern", partial(_as_pattern, make))
    gone = frozenset({"f", *(f"f/{number:03}.jpg" for number in range(60))})
    yield Case("folder", "whose photos vanish while it is read", _vanishing, gone)


def _as_pattern(make: Callable[[Place], object], place: Place) -> Said:
    make(place)
    place.begin()
    with contextlib.chdir(place.photos):
        found = choose(["f/**/*.jpg", "f/**", "**/*.png"], recursive=True)
    return Said(ENGLISH.batch_done.format(count=len(found.photos), failed=0, file="t.csv"))


def _photo_and_album(place: Place) -> None:
    place.write("a.jpg")
    (place.photos / "album.jpg").mkdir()


def _linked(place: Place, name: str, target: str) -> None:
    path = place.photos / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)


def _with_socket(place: Place) -> None:
    (place.photos / "f").mkdir()
    with socket.socket(socket.AF_UNIX) as made:
        before = os.getcwd()
        os.chdir(place.photos / "f")  # its path would be too long
        made.bind("a.jpg")
        os.chdir(before)


def _vanishing(place: Place) -> Said:
    names = [place.write(f"f/{number:03}.jpg") for number in range(60)]

    def remove() -> None:
        for path in reversed(names):
            path.unlink()

    thread = threading.Timer(0.15, remove)
    thread.start()
    said = place.command("f")
    thread.join()
    return said


def _outputs() -> Iterator[Case]:
    """Places for the sound, the table, the page and the copies.

    None is a device or lies elsewhere: should a check be missing, root would lose it.
    """
    long = "x" * 300
    for out in (
        "", ".", "..", "out", "out.mp3", "a.jpg", "album.jpg", ".wav", "gone/out.wav",
        "a.jpg/out.wav", f"{long}.wav", f"{long}/out.wav", "x" * 251 + ".wav", "/proc/out.wav",
        "folder.wav", "link.wav", "loop.wav", "photo.wav",
        "avi.wav", "empty.wav", "pipe.wav", "out\udcff\n.wav",
    ):  # fmt: skip
        new = (
            frozenset({out})
            if out in (f"{'x' * 251}.wav", "out\udcff\n.wav", ".wav")
            else frozenset()
        )
        label = f"{out[:20]!a}, {len(out)} signs" if len(out) > 20 else ascii(out)
        yield Case("sound into", label, _made(_taken_names, "a.jpg", "--speak", out), new)
    for option in ("--out", "--html", "--copies", "--apply"):
        for out in (
            "", ".", "a.jpg", "letter.txt", "t.csv", "gone/x", f"{long}.csv", f"{long}/x.csv",
            "a.jpg/x.csv", "album.jpg", "pipe.wav", "/proc/x.html", "link.wav", "loop.wav",
            "c.json",
            "page.htm", "x" * 251 + ".csv",
        ):  # fmt: skip
            label = f"{out[:20]!a}, {len(out)} signs" if len(out) > 20 else ascii(out)
            if (option, out) == ("--apply", "pipe.wav"):
                continue  # a pipe may have them: `--apply <(...)`
            copied = {"album.jpg/a.jpg"} if option == "--copies" and out == "album.jpg" else {}
            arguments = ["describe", "--apply", "c.json", "--out", "t.csv", "--sidecar"]
            if option in ("--out", "--apply"):
                arguments[arguments.index(option) + 1] = out
            else:
                arguments += [option, out]
            yield Case(option, label, partial(_written, arguments), frozenset(copied))
    for name, make in {
        "another photo": lambda place: place.write("copies/a.jpg", photo("blue")),
        "another photo that has a text": lambda place: place.write(
            "copies/a.jpg", with_text(photo("blue"), "A blue square.", "en")
        ),
        "a letter": lambda place: place.write("copies/a.jpg", "Dear aunt,"),
        "the photo itself": lambda place: place.write("copies/a.jpg"),
        "a link to the photo": lambda place: _linked(place, "copies/a.jpg", "../a.jpg"),
        "a folder": lambda place: place.write("copies/a.jpg/b.jpg"),
        "a pipe": lambda place: (
            (place.photos / "copies").mkdir(), os.mkfifo(place.photos / "copies" / "a.jpg"),
        ),
    }.items():  # fmt: skip
        yield Case("copy over", name, partial(_copied, make, ["a.jpg"]), frozenset({"t.csv"}))
    for names in (
        ["x/../a.jpg"],
        ["album.jpg/../../photos/a.jpg", "album.jpg/b.jpg"],
        ["./a.jpg", "//a"],
    ):
        meet = partial(_copied, lambda place: (place.photos / "copies").mkdir(), names)
        copies = frozenset({"t.csv", "copies/a.jpg", "copies/photos", "copies/photos/a.jpg"})
        yield Case("copies of", ascii(names), meet, copies)


def _taken_names(place: Place) -> None:
    place.write("a.jpg")
    (place.photos / "album.jpg").mkdir()
    (place.photos / "folder.wav").mkdir()
    _linked(place, "link.wav", "a.jpg")
    _linked(place, "loop.wav", "loop.wav")
    os.link(place.photos / "a.jpg", place.photos / "photo.wav")
    place.write("avi.wav", b"RIFF\x24\x08\x00\x00AVI LIST")
    place.write("empty.wav", b"")
    os.mkfifo(place.photos / "pipe.wav")
    place.write("letter.txt", "Dear aunt,")
    place.write("page.htm", "<!doctype html><p>Somebody's page.")


def _written(arguments: list[str], place: Place) -> Said:
    _taken_names(place)
    write_table(place.photos / "t.csv", [Row("a.jpg", "A dog.", "en")])
    saved = {"format": "vois-corrections", "corrections": [{"photo": "a.jpg", "text": _TEXT}]}
    place.write("c.json", json.dumps(saved))
    said = place.command(*arguments)
    if said.status == 0:  # then these are its work
        for name in ("t.csv", "a.jpg.txt"):
            place.files.pop(name, None)
            path = place.photos / name
            if path.exists():
                path.unlink()
    return said


def _copied(make: Callable[[Place], object], names: list[str], place: Place) -> Said:
    place.write("a.jpg")
    (place.photos / "album.jpg").mkdir()
    make(place)
    write_table(place.photos / "t.csv", [Row(name, "A dog.", "en") for name in names])
    place.write("c.json", '{"format": "vois-corrections", "corrections": []}')
    return place.command("describe", "--apply", "c.json", "--out", "t.csv", "--copies", "copies")


def _tables() -> Iterator[Case]:
    """Tables and corrections that somebody has changed."""
    row = Row("a.jpg", "A dog.", "en")
    line = row.json()
    deep = "[" * 100_000
    right = '{"format": "vois-corrections", "corrections": [%s]}'
    for name, text in {
        "empty": b"", "a zero": b"\x00", "UTF-16": right.encode("utf-16"),
        "not UTF-8": b"\xff\xfe{",
        "with a mark at its begin": b"\xef\xbb\xbf" + (right % "").encode(), "a number": b"1",
        "nested": deep.encode(), "nested within": (right % deep).encode(), "null": b"null",
        "a text": b'"vois-corrections"', "a list": b'["format"]', "no list": (right % "1").encode(),
        "corrections as null": b'{"format": "vois-corrections", "corrections": null}',
        "corrections as a text": b'{"format": "vois-corrections", "corrections": "ab"}',
        "a photo of null": (right % '{"photo": null, "text": "a"}').encode(),
        "a photo of a list": (right % '{"photo": [], "text": "a"}').encode(),
        "a text of a number": (right % '{"photo": "a.jpg", "text": 1e999}').encode(),
        "half a sign": (right % '{"photo": "a.jpg", "text": "\\ud800"}').encode(),
        "half a sign in the name": (right % '{"photo": "\\ud800", "text": "a"}').encode(),
        "a zero in the name": (right % '{"photo": "\\u0000", "text": "a"}').encode(),
        "a huge text": (right % ('{"photo": "a.jpg", "text": "%s"}' % ("a " * 400_000))).encode(),
        "a huge number": (right % ("9" * 10_000)).encode(), "NaN": (right % "NaN").encode(),
        "an unknown photo": (right % '{"photo": "../../a.jpg", "text": "a"}').encode(),
    }.items():  # fmt: skip
        yield Case("corrections", name, partial(_applied, "t.csv", None, text))
    head = "photo,text,language,confidence,certainty,advice,error,corrected\n"
    ok = "a.jpg,A dog.,en,0.5,plain,,,False\n"
    for name, text in {
        "empty": "", "a head": head, "no head": ok, "one column": "photo\na.jpg\n",
        "a zero": head + "\0",
        "a missing cell": head + "a.jpg,A dog.\n", "a cell too many": head + ok[:-1] + ",x\n",
        "an open quote": head + '"a.jpg,' + ok,
        "a wrong truth": head + ok.replace("False", "FALSCH"),
        "a wrong number": head + ok.replace("0.5", "0,5"), "nan": head + ok.replace("0.5", "nan"),
        "semicolons": (head + ok).replace(",", ";"),
        "old Mac's lines": (head + ok).replace("\n", "\r"),
        "blank lines": head + "\n\n" + ok + "\n",
        "a huge cell": head + ok.replace("A dog.", "a" * 200_000),
        "a column twice": head.replace("text", "photo") + ok,
        "tabs": (head + ok).replace(",", "\t"),
        "its rows twice": head + ok + ok, "names in capitals": head.upper() + ok,
        "half a sign": head + ok.replace("A dog.", "\udcff"), "a photo of nothing": head + ok[5:],
        "a pipe as the photo": head + ok.replace("a.jpg", "pipe.wav"),
        "a folder as the photo": head + ok.replace("a.jpg", "album.jpg"),
        "a photo elsewhere": head + ok.replace("a.jpg", "../../../gone/a.jpg"),
        "a zero in the name": head + ok.replace("a.jpg", "a\0.jpg"),
        "a language of markup": head + ok.replace(",en,", ',"""><script>",'),
    }.items():  # fmt: skip
        yield Case("table", f".csv, {name}", partial(_applied, "t.csv", text, None))
    for name, text in {
        "empty": "", "a list": "[]\n", "null": "null\n", "a text": '"ab"\n', "nested": deep + "\n",
        "more": line[:-1] + ', "x": 1}\n', "less": '{"photo": "a.jpg"}\n', "twice": line + line,
        "torn": line[:-9], "blank lines": f"\n{line}\n\n", "NaN": line.replace("0.0", "NaN") + "\n",
        "a huge number": line.replace("0.0", "9" * 9_000) + "\n", "a zero": line + "\n\0\n",
        "a truth of 1": line.replace("false", "1") + "\n",
        "a mark at its begin": "\ufeff" + line + "\n",
        "half a sign": line.replace("A dog", "\\ud800") + "\n",
        "a line's end within": line.replace("A dog", "A\u2028dog\x85") + "\n",
        "its lines as Windows ends them": line + "\r\n",
    }.items():  # fmt: skip
        yield Case("table", f".jsonl, {name}", partial(_applied, "t.jsonl", text, None))


def _applied(table: str, text: str | None, corrections: bytes | None, place: Place) -> Said:
    _taken_names(place)
    (place.photos / "copies").mkdir()
    if text is None:
        write_table(place.photos / table, [Row("a.jpg", "A dog.", "en")])
    else:
        place.write(table, text.encode("utf-8", "surrogateescape"))
    none = b'{"format": "vois-corrections", "corrections": []}'
    place.write("c.json", none if corrections is None else corrections)
    said = place.command(
        "describe", "--apply", "c.json", "--out", table, "--html", "page.html", "--sidecar",
        "--copies", "copies",
    )  # fmt: skip
    if said.status == 0:
        place.files.pop(table)
        for made in (table, "page.html", "a.jpg.txt"):
            (place.photos / made).unlink(missing_ok=True)
        shutil.rmtree(place.photos / "copies")
        place.files.pop("copies")
    return said
