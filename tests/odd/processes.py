"""Odd states of a process: its streams, its limits, its rights. Each takes a second or more."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.batch.table import read_table
from tests.data.tiny_files import TINY
from tests.odd.case import Case, Place, Said
from tests.odd.files import NAMES

ROOT = Path(__file__).parents[2]
# Help, and the lines of a report on this machine, are no sentences.
_FOR_PROGRAMMERS = re.compile(
    r"^usage: .*?alone prints what this machine has and how fast it is\.\n"
    r"|^(machine|package|program|camera|folder|voice|file|model) +[^\n]+\n",
    re.DOTALL | re.MULTILINE,
)
_FEW_RIGHTS = ("dac_override", "dac_read_search")  # with these root may read and write anything


def cases() -> list[Case]:
    """All of them."""
    return [*_streams(), *_surroundings(), *_limits(), *_rights(), *_whole()]


def run(
    place: Place,
    script: str,
    *,
    environment: dict[str, str] | None = None,
    limit: Callable[[], None] | None = None,
) -> Said:
    """Runs a line of shell in which `vois` is the command; what it printed comes back."""
    place.begin()
    vois = f"{sys.executable} -m pipeline"
    own = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VOIS_DATA": str(place.data),
        "VOIS_CACHE": str(place.home / "cache"), "HOME": str(place.home),
        # Where files are short, Python would keep the first bytes of a module's, and fail later.
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    line = script.replace("vois", vois).replace("TINY", f"--assets {TINY}")
    done = subprocess.run(
        ["bash", "-c", line], cwd=place.photos, capture_output=True, timeout=280, check=False,
        env=own | (environment or {}), preexec_fn=limit,
    )  # fmt: skip
    text = (done.stdout + done.stderr).decode(errors="replace")
    return Said(_FOR_PROGRAMMERS.sub("", text), done.returncode)


def _after(make: Callable[[Place], object], script: str, **how: object) -> Callable[[Place], Said]:
    def meet(place: Place) -> Said:
        make(place)
        return run(place, script, **how)  # type: ignore[arg-type]

    return meet


def _photo(place: Place) -> None:
    place.write("a.jpg")


def _streams() -> Iterator[Case]:
    wav = frozenset({"out.wav"})
    for redirected in (
        "<&-",
        ">&-",
        "2>&-",
        "<&- >&- 2>&-",
        ">/dev/full",
        "2>/dev/full",
        "> >(true)",
        "2> >(true)",
    ):
        for command, new in (
            ("vois a.jpg TINY", frozenset[str]()), ("vois gone.jpg TINY", frozenset[str]()),
            ("vois a.jpg TINY --speak out.wav --history", wav),
            ("vois --doctor TINY", frozenset[str]()),
            ("vois --help", frozenset[str]()),
            ("vois describe . --out t.csv TINY", frozenset({"t.csv"})),
        ):  # fmt: skip
            yield Case(
                "streams",
                f"{command} {redirected}",
                _after(_photo, f"{command} {redirected}"),
                new,
                silent=True,
            )
    for encoding in ("ascii", "cp437", "cp1252", "shift_jis", "ascii:strict"):
        how = {"PYTHONIOENCODING": encoding}
        for command in (
            "vois gone\u00e9.jpg --language fr TINY",
            "vois --doctor TINY; vois --help",
        ):
            meet = partial(_of_few_letters, command, how)
            yield Case("streams", f"{command} in {encoding}", meet, silent=True)


def _of_few_letters(command: str, environment: dict[str, str], place: Place) -> Said:
    """Letters that the encoding lacks are plainer: what is there of the sentence is looked for."""
    said = run(place, command, environment=environment)
    found = re.search(r"Le fichier gone.*\.jpg ne peut pas .*tre ouvert\.", said.text)
    return Said("", said.status) if found else said


def _surroundings() -> Iterator[Case]:
    for name, environment in {
        "no home": {"HOME": ""}, "a home that is not there": {"HOME": "/nonexistent"},
        "a folder for temporary files that is not there": {"TMPDIR": "/nonexistent"},
        "the kernel's folder for temporary files": {"TMPDIR": "/proc"},
        "the language C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        "a language nobody has": {"LANG": "xx_YY.UTF-99", "LANGUAGE": "xx"},
        "a zone nobody has": {"TZ": "Nowhere/Land"}, "a zone of a path": {"TZ": ":/etc/passwd"},
        "no width": {"COLUMNS": "0"}, "a width of letters": {"COLUMNS": "x"},
        "0 threads": {"OMP_NUM_THREADS": "0"},
        "threads of letters": {"OMP_NUM_THREADS": "x"},
    }.items():  # fmt: skip
        meet = _after(_photo, "vois a.jpg --history --speak out.wav TINY", environment=environment)
        yield Case("surroundings", name, meet, frozenset({"out.wav"}))


def _limited(which: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(which, (most, most))


def _limits() -> Iterator[Case]:
    sound, table = (
        frozenset({"out.wav"}),
        frozenset({"t.csv", ".t.csv.part", "p.html", "a.jpg.txt"}),
    )
    for name, limit in {
        "files of 0 bytes": _limited(resource.RLIMIT_FSIZE, 0),
        "files of 4,000 bytes": _limited(resource.RLIMIT_FSIZE, 4_000),
        "files of 40,000 bytes": _limited(resource.RLIMIT_FSIZE, 40_000),
        "16 open files": _limited(resource.RLIMIT_NOFILE, 16),
        "24 open files": _limited(resource.RLIMIT_NOFILE, 24),
        "1.5 GB of memory": _limited(resource.RLIMIT_AS, 1_500_000_000),
    }.items():
        kept = _after(_photo_and_history, "vois a.jpg --history --speak out.wav TINY", limit=limit)
        yield Case("limits", f"{name}, kept and spoken", kept, sound)
        listed = _after(
            _photo,
            "vois describe . --out t.csv --html p.html --sidecar --processes 1 TINY",
            limit=limit,
        )
        yield Case("limits", f"{name}, listed", listed, table)


def _photo_and_history(place: Place) -> None:
    place.write("a.jpg")
    place.keep()


def _rights() -> Iterator[Case]:
    """As somebody who may not do everything, as root may."""
    if shutil.which("setpriv") is None or os.geteuid() != 0:
        return
    drop = ",".join(f"-{right}" for right in _FEW_RIGHTS)
    as_person = f"setpriv --inh-caps={drop} --bounding-set={drop} vois"
    for name, (closed, mode) in {
        "a photo that may not be read": ("photos/a.jpg", 0),
        "a folder that may not be read": ("photos/f", 0),
        "a folder that may not be entered": ("photos/f", 0o444),
        "a folder in a folder that may not be read":
            ("photos/f/g", 0),
        "photos that may not be written": ("photos", 0o555),
        "a data folder that may not be read": ("data", 0),
        "a data folder that may not be written": ("data", 0o555),
        "a history that may not be read": ("data/history.db", 0),
        "a history that may not be written": ("data/history.db", 0o444),
        "settings that may not be read": ("data/settings.json", 0),
        "a cache that may not be read": ("cache", 0), "a home that may not be read": (".", 0o111),
    }.items():  # fmt: skip
        for command, new in (
            ("a.jpg f --history --speak out.wav", frozenset({"out.wav"})),
            ("describe a.jpg f --out t.csv --html p.html --sidecar --copies f --recursive",
             frozenset({"t.csv", "p.html", "a.jpg.txt", "f/g/b.jpg.txt", "f/f/g/b.jpg", "f/f",
             "f/f/g", "f/a.jpg", "f/photos"})),
        ):  # fmt: skip
            meet = partial(_closed, closed, mode, f"{as_person} {command} TINY")
            yield Case("rights", f"{name}: {command[:8]}", meet, new)


def _closed(name: str, mode: int, script: str, place: Place) -> Said:
    _photo_and_history(place)
    place.write("f/g/b.jpg")
    (place.home / "cache").mkdir()
    (place.data / "settings.json").write_text('{"language": "en"}')
    path = place.home / name
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        return run(place, script)
    finally:
        path.chmod(before)


def _whole() -> Iterator[Case]:
    made = {"t.csv", "t.jsonl", "p.html", "copies"} | {f"{name}.txt" for name in NAMES}
    made |= {f"copies/{name}" for name in NAMES}
    for kind in ("csv", "jsonl"):
        yield Case(
            "archive of photos",
            f"of odd names, into .{kind}",
            partial(_listed, kind),
            frozenset(made),
        )
    yield Case("history", "written by another program for long", _locked)
    for number in (signal.SIGINT, signal.SIGTERM):
        meet = partial(_stopped, number)
        yield Case("signal", number.name, meet, frozenset({"out.wav"}))


def _listed(kind: str, place: Place) -> Said:
    for name in NAMES:
        place.write(name)
    (place.photos / "copies").mkdir()
    said = run(
        place,
        f"vois describe . --out t.{kind} --html p.html --sidecar --copies copies TINY",
    )
    with contextlib.chdir(place.photos):
        found = {row.photo for row in read_table(Path(f"t.{kind}")) if row.text}
    lost = set(NAMES) - found - {"...jpg"}  # hidden
    return Said(f"{said.text}\nlost: {lost}" if lost else said.text, said.status)


def _locked(place: Place) -> Said:
    _photo_and_history(place)
    db = sqlite3.connect(place.data / "history.db", check_same_thread=False)
    db.execute("BEGIN EXCLUSIVE")
    threading.Timer(45, db.rollback).start()
    return run(place, "vois a.jpg --history TINY")


def _stopped(number: signal.Signals, place: Place) -> Said:
    first = place.write("0.jpg")
    for number_of_copy in range(1, 900):
        os.link(first, place.photos / f"{number_of_copy}.jpg")
    place.begin()
    command = [sys.executable, "-m", "pipeline", ".", "--speak", "out.wav", "--assets", str(TINY)]
    with subprocess.Popen(
        command, cwd=place.photos, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "VOIS_DATA": str(place.data)},
    ) as running:  # fmt: skip
        time.sleep(3)
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    return Said(out + err, running.returncode)
