"""An odd input, what Vois said of it, and the rules by which that is judged."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from types import FrameType

from pipeline.__main__ import run
from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.phrases import ENGLISH, FRENCH
from tests.api.server import photo
from tests.data.tiny_files import TINY

PATIENCE_S = 60
PHOTO = photo()
_LEAST_LETTERS = 8  # a sentence with fewer of its own would fit anything
_UGLY = re.compile(r"Traceback|Exception ignored|\b[A-Z]\w*(?:Error|Exception|Warning)\b|\[Errno")
# What the tiny network says of photos, and argparse of what it refuses.
_CAPTION = re.compile(
    r"(Perhaps: |Peut-être\s: )?(an?|une?) (red|green|blue|square|stripe|carré|bande)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_USAGE = re.compile(r"usage: .*error: [^\n]+\n", re.DOTALL)


@dataclass(frozen=True)
class Said:
    """What a person met.

    Attributes:
        text: what was printed, shown or answered.
        status: the exit status, or -1 where there is none.
        noise: what libraries wrote past Vois.
    """

    text: str
    status: int = -1
    noise: str = ""


@dataclass
class Place:
    """Folders of a case's own.

    Attributes:
        home: has them all; `photos` is the working directory of commands.
        files: a mark of each of the person's files when Vois began.
        rows: the descriptions that were kept then.
    """

    home: Path
    files: dict[str, str] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Makes them."""
        self.photos, self.data = self.home / "photos", self.home / "data"
        self.photos.mkdir(parents=True)

    def write(self, name: str, content: bytes | str = PHOTO) -> Path:
        """Makes a file among the photos, and the folders around it; a photo if nothing is said."""
        path = self.photos / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def keep(self) -> None:
        """Makes a history of three descriptions."""
        self.data.mkdir()
        (self.data / "history.db").write_bytes(_kept())

    def begin(self) -> None:
        """Notes what there is, before Vois meets it."""
        self.files, self.rows = marks(self.photos), _rows(self.data)

    def command(self, *arguments: object, assets: object = TINY) -> Said:
        """Runs `python -m pipeline` in this process."""
        self.begin()
        called = [str(one) for one in arguments]
        if assets is not None:
            at = called.index("--") if "--" in called else len(called)
            called[at:at] = ["--assets", str(assets)]
        with captured() as said, self._as_program(called):
            try:
                said.status = run()
            except SystemExit as end:
                said.status = int(end.code or 0)
        return Said(said.text, said.status, said.noise)

    @contextlib.contextmanager
    def _as_program(self, arguments: Sequence[str]) -> Iterator[None]:
        argv, handler = sys.argv, signal.getsignal(signal.SIGTERM)
        sys.argv = ["pipeline", *arguments]
        try:
            with self.own_folders(), contextlib.chdir(self.photos), warnings.catch_warnings():
                yield
        finally:
            sys.argv = argv
            signal.signal(signal.SIGTERM, handler)

    @contextlib.contextmanager
    def own_folders(self) -> Iterator[None]:
        """Has Vois keep its files here."""
        own = {"VOIS_DATA": str(self.data), "VOIS_CACHE": str(self.home / "cache")}
        before = {name: os.environ.get(name) for name in own}
        os.environ.update(own)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


@dataclass(frozen=True)
class Case:
    """One odd input.

    Attributes:
        kind: what it is: a photo, a name, an archive.
        name: what is odd about it.
        meet: makes it, and has Vois meet it.
        changes: names of files among the photos that are made or changed, as they should be.
        silent: whether it is right to say nothing.
    """

    kind: str
    name: str
    meet: Callable[[Place], Said]
    changes: frozenset[str] = frozenset()
    silent: bool = False

    def __str__(self) -> str:
        """Its name among the tests."""
        return ascii(f"{self.kind}: {self.name}")


@dataclass(frozen=True)
class Verdict:
    """How a case went: what the person met, and what is wrong with it."""

    said: Said
    faults: tuple[str, ...]


def judge(case: Case, home: Path, patience_s: int = PATIENCE_S) -> Verdict:
    """Has Vois meet a case in a folder that is made for it; what takes longer hangs."""
    place = Place(home)
    try:
        with _in_time(patience_s):
            said = case.meet(place)
    except Hangs:
        return Verdict(Said(""), ("hangs",))
    except Exception as error:  # noqa: BLE001 - what escapes is what is looked for
        return Verdict(Said(f"{type(error).__name__}: {error}"), ("escapes",))
    after = marks(place.photos)
    changed = {name for name, mark in place.files.items() if after.get(name) != mark}
    lost = place.rows - _rows(place.data)
    faults = (
        *_faults(said, case.silent),
        *(f"changes {name!r}" for name in changed - case.changes),
        *(f"leaves {name!r}" for name in after.keys() - place.files.keys() - case.changes),
        *([f"loses {len(lost)} descriptions"] if lost else ()),
    )
    return Verdict(said, faults)


def _faults(said: Said, silent: bool) -> Iterator[str]:
    ugly = _UGLY.search(said.text + said.noise)
    if ugly:
        yield f"shows {ugly[0]}"
    if said.noise:
        yield f"noise: {said.noise[:100]!r}"
    if not said.text.strip() and not silent:
        yield "says nothing"
    for line in _USAGE.sub("", said.text).splitlines():
        if not (line.startswith("    ") or _is_known(line)):
            yield f"no sentence: {line[:100]!r}"


def _is_known(line: str) -> bool:
    """Whether a line is a sentence of Vois, by itself or behind a photo's name and a colon."""
    parts = line.split(": ")
    ends = [": ".join(parts[number:]) for number in range(len(parts))]
    return any(pattern.fullmatch(end) for end in ends for pattern in (_CAPTION, *_sentences()))


@cache
def _sentences() -> tuple[re.Pattern[str], ...]:
    """All that Vois can say, with whatever is filled in."""
    templates = []
    for say in (ENGLISH, FRENCH):
        templates += [*say.labels().values(), *say.errors.values()]
    found = []
    for template in templates:
        parts = [(re.escape(own), name) for own, name, _, _ in Formatter().parse(template)]
        if sum(len(own) for own, _ in parts) >= _LEAST_LETTERS:
            text = "".join(own + (".*" if name is not None else "") for own, name in parts)
            found.append(re.compile(text, re.DOTALL))
    return tuple(found)


@cache
def _kept() -> bytes:
    """A history's file."""
    with tempfile.TemporaryDirectory() as name:
        history = History(Path(name))
        for number in range(3):
            history.add(LOCAL_OWNER, Draft(Source.UPLOAD, f"Dog {number} runs.", photo="dog.jpg"))
        history.purge()  # all is in the one file then
        history.close()
        return (Path(name) / "history.db").read_bytes()


def marks(folder: Path) -> dict[str, str]:
    """What each file in a folder is, by its path in it."""
    found, waiting = {}, [folder]
    while waiting:
        for entry in os.scandir(waiting.pop()):
            if entry.is_symlink():
                mark = os.readlink(entry.path)
            elif entry.is_file():
                mark = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
            else:
                mark = "folder or device"
                if entry.is_dir():
                    waiting.append(Path(entry.path))
            found[os.path.relpath(entry.path, folder)] = mark
    return found


def _rows(data: Path) -> set[str]:
    """The descriptions in the history's file and in those that were set aside, as they are kept."""
    found: set[str] = set()
    for path in data.glob("history*.db") if data.is_dir() else ():
        with contextlib.suppress(sqlite3.Error, OSError), tempfile.TemporaryDirectory() as name:
            for suffix in ("", "-wal"):  # a copy: reading a file may change it
                if Path(f"{path}{suffix}").is_file():
                    shutil.copy(f"{path}{suffix}", f"{name}/copy.db{suffix}")
            with contextlib.closing(sqlite3.connect(f"{name}/copy.db")) as db:
                found |= {str(row) for row in db.execute("SELECT uuid, text FROM entry")}
    return found


class Hangs(BaseException):
    """A case takes too long; no handler of errors stops it."""


@dataclass
class _Streams:
    text: str = ""
    noise: str = ""
    status: int = -1


@contextlib.contextmanager
def captured() -> Iterator[_Streams]:
    """Takes what is printed, and apart from it what C libraries write to the errors."""
    streams = _Streams()
    with tempfile.TemporaryFile() as noise, io.TextIOWrapper(io.BytesIO(), "utf-8") as printed:
        before = os.dup(2)
        os.dup2(noise.fileno(), 2)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                yield streams
        finally:
            os.dup2(before, 2)
            os.close(before)
        printed.flush()
        noise.seek(0)
        streams.text = printed.buffer.getvalue().decode()  # type: ignore[attr-defined]
        streams.noise = noise.read().decode(errors="replace")


@contextlib.contextmanager
def _in_time(patience_s: int) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Hangs

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(patience_s)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
