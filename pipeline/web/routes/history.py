"""HTTP routes for thumbnails and exports of a history (Starlette, no Streamlit).

A token in the address gives access to one person's history. It cannot be guessed and becomes
invalid when the session ends that it was made for.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import secrets
import threading
from collections.abc import Callable
from itertools import chain
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history import Entry, History, export_csv, export_json, export_zip
from pipeline.history.export import Blocks
from pipeline.phrases import phrases
from pipeline.web.state.history_access import HistoryAccess

logger = logging.getLogger(__name__)

TOKEN_BYTES = 16
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
# The browser caches nothing, so what is deleted from the history is not left in its cache.
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

Speak = Callable[[Entry], bytes]


class AccessTokens:
    """Maps tokens to histories; safe to use from several threads.

    Only weak references are held, so a token becomes invalid with its session.
    """

    def __init__(self) -> None:
        """Starts without tokens."""
        self._accesses: WeakValueDictionary[str, HistoryAccess] = WeakValueDictionary()
        self._lock = threading.Lock()

    def open(self, history_access: HistoryAccess) -> str:
        """Makes a token for a person's history and returns it."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._accesses[token] = history_access
        return token

    def history_access(self, token: str) -> HistoryAccess | None:
        """The history that a token gives access to, or None for an unknown token."""
        with self._lock:
            return self._accesses.get(token)


@functools.cache
def access_tokens() -> AccessTokens:
    """The process's one instance: the page makes tokens, the routes look them up."""
    return AccessTokens()


def routes(speak: Speak) -> list[Route]:
    """The routes for thumbnails and exports.

    Args:
        speak: makes the WAV file of an entry, for the zip; may raise SpeechError.
    """
    return [
        Route("/history/{token}/picture/{id:int}", picture),
        Route("/history/{token}/export.{kind}", functools.partial(export, speak=speak)),
    ]


def picture(request: Request) -> Response:
    """Sends an entry's thumbnail; 404 for an unknown token, entry or thumbnail."""
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
    """Sends a person's whole history as a file, which is made while it is downloaded."""
    history_access = access_tokens().history_access(request.path_params["token"])
    kind = request.path_params["kind"]
    if history_access is None or history_access.history is None or kind not in MEDIA_TYPES:
        return Response(status_code=404)
    if request.method == "HEAD":  # whether there is one: nothing is read
        return Response(media_type=MEDIA_TYPES[kind], headers=_HEADERS)
    blocks = _blocks(history_access.history, history_access.owner, kind, speak)
    try:
        first = next(blocks, b"")
    except HistoryError as error:
        say = phrases(request.query_params.get("language", ""))
        return PlainTextResponse(say.error_sentence(error), 503, _HEADERS)
    return _Download(first, blocks, kind)


def _blocks(history: History, owner: str, kind: str, speak: Speak) -> Blocks:
    """The blocks of an export; every error becomes a HistoryError."""
    try:
        if kind == "zip":
            yield from export_zip(history, owner, speak)
        else:
            yield from (export_csv if kind == "csv" else export_json)(history, owner)
    except HistoryError:
        raise
    except Exception as error:
        logger.exception("An export failed.")
        raise HistoryError(ErrorCode.EXPORT_FAILED, kind=type(error).__name__) from error


class _Download(StreamingResponse):
    """Sends an export and closes it at the end, also when the browser cancels the download.

    An export that fails on the way breaks the connection, so the browser does not take a part for
    the whole file.
    """

    def __init__(self, first: bytes, blocks: Blocks, kind: str) -> None:
        disposition = {"Content-Disposition": f'attachment; filename="vois-history.{kind}"'}
        content = chain((first,), blocks)
        super().__init__(content, media_type=MEDIA_TYPES[kind], headers=_HEADERS | disposition)
        self._blocks = blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Starlette does not close what it iterates over. A server that is shut down may leave a
            # thread in the generator, which then cannot be closed and is freed with the thread.
            with contextlib.suppress(ValueError):
                self._blocks.close()
