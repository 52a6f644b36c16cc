"""Describes photos in several processes, none of which can stop the others."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from itertools import islice
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from types import TracebackType

import cv2

from pipeline.batch.object_storage import content
from pipeline.batch.row import Row
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle
from pipeline.description import describe_file
from pipeline.errors import ErrorCode, ImageError, VoisError
from pipeline.phrases import phrases
from pipeline.reading.reader import Reader

_AHEAD = 4  # photos that wait for each process, so that none is ever idle

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """How the photos are described.

    Attributes:
        assets: folder of the model.
        language: two-letter code.
        style: length and wording.
        read: whether what is written is read.
        folder: where paths of photos begin that are not absolute.
    """

    assets: Path
    language: str
    style: DescriptionStyle
    read: bool
    folder: Path = Path()


def describe_all(photos: Iterable[str], task: Task, processes: int) -> Iterator[Row]:
    """Describes photos; a row comes as soon as it is ready, in any order.

    Args:
        photos: their paths or addresses.
        task: how.
        processes: so many photos are described at a time, each on one core.

    Raises:
        ModelError: the model is missing or damaged.
    """
    with Workers(task, processes) as workers:
        yield from workers.describe(photos)


class Workers:
    """Processes that describe photos, none of which can stop the others.

    A photo that ends its process, which a damaged file can do to a decoder, gets a row that says
    so, and the others are described.
    """

    def __init__(self, task: Task, processes: int) -> None:
        """Starts no process before there is a photo.

        Args:
            task: how photos are described.
            processes: so many at a time, each on one core.
        """
        self._task, self._processes = task, processes
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        """The workers themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the processes, when each has done the photo that it has."""
        self._end()

    def describe(self, photos: Iterable[str]) -> Iterator[Row]:
        """Describes photos; a row comes as soon as it is ready, in any order.

        Raises:
            ModelError: the model is missing or damaged.
        """
        left, suspects = iter(photos), deque[str]()
        while True:
            alone = [suspects.popleft()] if suspects else []
            taken: set[str] = set()
            try:
                # What broke a pool is one of several: each is tried again by itself.
                yield from self._in_pool(iter(alone) if alone else left, taken)
            except BrokenProcessPool:
                self._end()
                if alone:
                    error = ImageError(ErrorCode.PHOTO_DAMAGED)
                    yield _failed(alone[0], error, self._task.language)
                else:
                    suspects += sorted(taken)
                continue
            if not alone:
                return

    def _in_pool(self, photos: Iterator[str], taken: set[str]) -> Iterator[Row]:
        """Describes photos; `taken` has those that are not described yet.

        Raises:
            BrokenProcessPool: a process has ended; those that are `taken` have no row.
        """
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self._processes,
            multiprocessing.get_context("spawn"),  # threads do not survive a fork
            initializer=_begin,
            initargs=(self._task,),
        )
        pending: dict[Future[Row], str] = {}

        def submit(count: int) -> None:
            for name in islice(photos, count):
                taken.add(name)
                pending[pool.submit(_row, name)] = name

        submit(_AHEAD * self._processes)
        while pending:
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                row = future.result()
                taken.remove(pending.pop(future))
                yield row
                submit(1)

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_task: Task | None = None  # of this process, which describes for one run only


def _begin(task: Task) -> None:
    """Readies a process of the pool: it ends with its parent, however that ends."""
    global _task
    _task = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    warnings.simplefilter("ignore")  # Pillow's remarks on files are for programmers
    cv2.setNumThreads(1)
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError("this is no process of a pool")

    def follow(sentinel: int) -> None:
        wait_for([sentinel])
        os._exit(1)

    threading.Thread(target=follow, args=(parent.sentinel,), daemon=True).start()


@cache
def _captioner(assets: Path) -> Captioner:
    """The model of this process."""
    return Captioner.load(assets, threads=1, accelerate=False)


@cache
def _reader() -> Reader:
    """The reader of this process."""
    return Reader()


def _row(name: str) -> Row:
    """Describes a photo in a process of the pool."""
    if _task is None:
        raise RuntimeError("this process was not begun")
    task = _task
    try:
        reader = _reader() if task.read else None
        description = describe_file(
            _captioner(task.assets), content(name, task.folder), task.language, task.style, reader
        )
    except ImageError as error:
        return _failed(name, error, task.language)
    except VoisError:
        raise  # the model's: no other photo would fare better
    except Exception:
        logger.debug("A photo could not be described.", exc_info=True)
        return _failed(name, None, task.language)
    return Row.of(name, description)


def _failed(name: str, error: VoisError | None, language: str) -> Row:
    """The row of a photo that was not described; None stands for an error without a sentence."""
    say = phrases(language)
    sentence = say.unknown_error if error is None else say.error_sentence(error)
    return Row(name, language=language, error=sentence)
