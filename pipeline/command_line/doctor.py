"""`python -m pipeline --doctor`: what this machine has and how fast it is, for bug reports."""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import onnxruntime as ort

from pipeline.captioning.captioner import SAMPLES_FOLDER, Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import encoder_files
from pipeline.captioning.remembered_choices import RememberedChoices
from pipeline.command_line import DONE, PARTLY, REFUSED
from pipeline.command_line.console import Console
from pipeline.description import describe_file
from pipeline.errors import CommandError, VoisError
from pipeline.folders import cache_folder, data_folder
from pipeline.languages import ENGLISH
from pipeline.processors import available_cores
from pipeline.speech import default_chain

ASSETS = Path(__file__).resolve().parents[2] / "assets"
PACKAGES = ("onnxruntime", "streamlit", "streamlit-webrtc", "numpy", "opencv-python-headless", "av")
PROGRAMS = ("ffmpeg", "chromium", "google-chrome", "espeak-ng")
_PHOTOS = 5
_WHAT = "Prints what this machine has and how fast it is, to paste into a bug report."

Result = TypeVar("Result")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line for each finding; 1 when something cannot be used, else 0.

    What was measured at an earlier start is forgotten and measured again.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline --doctor", description=_WHAT)
    parser.add_argument("--doctor", action="store_true", help="this report")
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the model")
    assets: Path = parser.parse_args(arguments).assets
    RememberedChoices(cache_folder()).forget()
    console = Console()
    try:
        return _report(assets, console)
    except CommandError as error:
        console.error(f"{error}")
        return REFUSED


def _report(assets: Path, console: Console) -> int:
    """Raises CommandError where the lines go to a disk that is full."""
    status = DONE
    for label, find in (
        ("machine", _machine),
        ("package", _packages),
        ("program", _programs),
        ("camera", _cameras),
        ("folder", _folders),
        ("voice", _voices),
        ("file", lambda: _files(assets)),
        ("model", lambda: _model(assets)),
    ):
        for line, works in _found(find):
            console.line(f"{label:8} {line}")
            if not works:
                status = PARTLY
        if not console.listening:
            break
    return status


def _found(find: Callable[[], Iterator[str]]) -> Iterator[tuple[str, bool]]:
    """The lines of `find`; if it fails, the last one says why, and False stands beside it."""
    try:
        for line in find():
            yield line, True
    except VoisError as error:
        yield f"{error}", False
    except Exception as error:  # noqa: BLE001 - what is broken is what is looked for here
        yield f"{type(error).__name__}: {error}", False


def _machine() -> Iterator[str]:
    yield f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}"
    yield f"{available_cores()} processor cores for this process"
    yield f"onnxruntime offers {', '.join(ort.get_available_providers())}"


def _packages() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            yield f"{name}: not installed"


def _programs() -> Iterator[str]:
    for name in PROGRAMS:
        yield f"{name}: {'found' if shutil.which(name) else 'not found'}"


def _cameras() -> Iterator[str]:
    if sys.platform == "linux":
        found = sorted(path.name for path in Path("/dev").glob("video*"))
        yield ", ".join(found) or "none in /dev"
    yield "the browser opens it and asks for permission"


def _folders() -> Iterator[str]:
    for use, folder in (("history", data_folder()), ("cache", cache_folder())):
        yield f"{use}: {'there' if folder.is_dir() else 'not made yet'}"


def _voices() -> Iterator[str]:
    for voice in default_chain(allow_online=False).choose("offline"):
        yield f"{voice.name}: {', '.join(sorted(voice.languages))}"


def _files(assets: Path) -> Iterator[str]:
    contract = ModelContract.load(assets)
    names = (*encoder_files(contract), contract.decoder_file, contract.vocabulary_file)
    for name in names:
        data = (assets / name).read_bytes()
        yield f"{name} {len(data) / 1e6:.1f} MB {hashlib.sha256(data).hexdigest()[:12]}"


def _model(assets: Path) -> Iterator[str]:
    captioner, seconds = _timed(lambda: Captioner.load(assets))
    opened = captioner.opened
    if opened is not None:
        found = "; ".join(filter(None, (opened.why, opened.problem)))
        why = f" ({found})" if found else ""
        yield f"encoder: {opened.provider}, {opened.way}, threads {opened.threads}{why}"
    yield f"ready after {seconds:.2f} s"
    photos = sorted((assets / SAMPLES_FOLDER).glob("*.jpg"))[:_PHOTOS]
    if not photos:
        yield "no sample photo to describe"
        return
    datas = [path.read_bytes() for path in photos]
    spent = [_timed(partial(describe_file, captioner, data)) for data in datas]
    yield f"says of {photos[0].name}: {spent[0][0].text}"
    yield f"a photo to words: {1000 * sorted(one for _, one in spent)[len(spent) // 2]:.0f} ms"
    voices = default_chain(allow_online=False)
    sound, first = _timed(lambda: voices.speak("A dog runs.", language=ENGLISH, rate=1.0))
    yield f"voice {sound.voice}: a first sentence to sound in {1000 * first:.0f} ms"


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started
