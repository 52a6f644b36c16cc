"""Where the browser fetches a history's pictures and exports, without Streamlit.

Behind a door is one person's history; its token cannot be guessed, and the door is gone with the
session that it was made for.
"""

from __future__ import annotations

import functools
import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, cast
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pipeline.errors import HistoryError, Message
from pipeline.history import Entry, History, export_csv, export_json, export_zip
from pipeline.phrases import phrases
from pipeline.web.state.history_access import HistoryAccess

logger = logging.getLogger(__name__)

TOKEN_BYTES = 16
BLOCK_BYTES = 1 << 16
BLOCKS = 8  # of an export wait for a slow line; then its writer waits
LEFT_S = 1.0  # a writer that waits looks so often whether its reader is still there
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
# Nothing of it stays behind in the browser, least of all what was deleted since.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Speak = Callable[[Entry], bytes]


class AccessTokens:
    """Tokens and what each gives access to; safe to use from several threads.

    A token ends with the session that it was made for: only weak references are held.
    """

    def __init__(self) -> None:
        """No doors yet."""
        self._keepers: WeakValueDictionary[str, HistoryAccess] = WeakValueDictionary()
        self._lock = threading.Lock()

    def open(self, history_access: HistoryAccess) -> str:
        """Makes a door to a person's history and returns its token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._keepers[token] = history_access
        return token

    def history_access(self, token: str) -> HistoryAccess | None:
        """Whose door it is, or None when there is none such."""
        with self._lock:
            return self._keepers.get(token)


@functools.cache
def access_tokens() -> AccessTokens:
    """The process's doors: the page makes them, the routes go through them."""
    return AccessTokens()


def routes(speak: Speak) -> list[Route]:
    """What the page's server answers beside the page.

    Args:
        speak: makes the WAV file of an entry, for the zip; may raise SpeechError.
    """
    return [
        Route("/history/{token}/picture/{id:int}", picture),
        Route("/history/{token}/export.{kind}", functools.partial(export, speak=speak)),
    ]


def picture(request: Request) -> Response:
    """Hands the browser an entry's thumbnail."""
    history_access = access_tokens().history_access(request.path_params["token"])
    if history_access is None:
        return Response(status_code=404)
    number = request.path_params["id"]
    try:
        jpeg = (
            None
            if history_access.history is None
            else history_access.history.picture(history_access.owner, number)
        )
    except (HistoryError, OverflowError) as error:  # a number that SQLite cannot hold
        logger.warning("No picture: %s", error)
        jpeg = None
    if jpeg is None:
        return Response(status_code=404)
    return Response(jpeg, media_type="image/jpeg", headers=_HEADERS)


def export(request: Request, speak: Speak) -> Response:
    """Hands the browser a person's whole history as a file, while it is being written."""
    history_access = access_tokens().history_access(request.path_params["token"])
    kind = request.path_params["kind"]
    if history_access is None or history_access.history is None or kind not in MEDIA_TYPES:
        return Response(status_code=404)
    pipe = _written(history_access.history, history_access.owner, kind, speak)
    blocks = pipe.read()
    try:
        first = next(blocks, b"")
    except HistoryError as error:
        say = phrases(request.query_params.get("language", ""))
        return PlainTextResponse(say.error_sentence(error), 503, _HEADERS)
    return _Download(pipe, chain((first,), blocks), kind)


class _Pipe:
    """A file that one thread writes and another one reads, a few blocks behind.

    An archive with its sounds may have gigabytes and take half an hour: in a file on the disk it
    might not find room, and the browser would give up before its first byte.
    """

    def __init__(self) -> None:
        self._blocks: queue.Queue[bytes | HistoryError] = queue.Queue(BLOCKS)
        self._waiting = bytearray()
        self._left = threading.Event()

    def write(self, data: bytes) -> int:
        """Takes bytes; an OSError when nobody reads them any more."""
        self._waiting += data
        if len(self._waiting) >= BLOCK_BYTES:
            self._put(bytes(self._waiting))
            self._waiting.clear()
        return len(data)

    def flush(self) -> None:
        """A file has this; here, only the end is an occasion."""

    def finish(self, error: HistoryError | None = None) -> None:
        """Says that this was all, or that what was read is not the whole."""
        if error is None and self._waiting:
            self._put(bytes(self._waiting))
        self._put(b"" if error is None else error)

    def read(self) -> Iterator[bytes]:
        """What was written; a HistoryError when the rest will not come."""
        try:
            while block := self._blocks.get():
                if isinstance(block, HistoryError):
                    raise block
                yield block
        finally:
            self.leave()

    def leave(self) -> None:
        """Nobody will read any more: the writer is not to go on."""
        self._left.set()

    def _put(self, block: bytes | HistoryError) -> None:
        while not self._left.is_set():
            try:
                return self._blocks.put(block, timeout=LEFT_S)
            except queue.Full:
                continue
        raise OSError("Nobody reads the export any more.")


class _Download(StreamingResponse):
    """Sends what a pipe brings, and tells its writer when the browser has gone."""

    def __init__(self, pipe: _Pipe, blocks: Iterable[bytes], kind: str) -> None:
        disposition = {"Content-Disposition": f'attachment; filename="vois-history.{kind}"'}
        super().__init__(blocks, media_type=MEDIA_TYPES[kind], headers=_HEADERS | disposition)
        self._pipe = pipe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pipe.leave()


def _written(history: History, owner: str, kind: str, speak: Speak) -> _Pipe:
    """A pipe into which a thread writes an export."""
    pipe = _Pipe()
    file = cast("IO[bytes]", pipe)

    def work() -> None:
        error: HistoryError | None = None
        try:
            if kind == "zip":
                export_zip(history, owner, file, speak)
            else:
                (export_csv if kind == "csv" else export_json)(history, owner, file)
        except HistoryError as problem:
            error = problem
        except Exception as problem:
            # Else the browser would take what it has for the whole.
            logger.exception("An export failed.")
            error = HistoryError(Message.EXPORT_FAILED, kind=type(problem).__name__)
        try:
            pipe.finish(error)
        except OSError:
            logger.info("An export was given up by its reader.")

    threading.Thread(target=work, name="export", daemon=True).start()
    return pipe
