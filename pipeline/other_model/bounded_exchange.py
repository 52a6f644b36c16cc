"""One request and its answer, both with limits, that another thread may end.

Nothing is sent through a proxy, and no redirect is followed: the photo goes to the address that the
person knows, or nowhere.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from pipeline.errors import ErrorCode, OtherModelError
from pipeline.other_model.model_server import ModelServer

_PIECE_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """How long and how much.

    Attributes:
        connect_s: until the server takes the connection.
        first_s: until its answer begins.
        pause_s: between two pieces of the answer.
        total_s: for all of it.
        most_bytes: of the answer.
    """

    connect_s: float
    first_s: float
    pause_s: float
    total_s: float
    most_bytes: int


# A large model is read from the disk before it answers, which takes minutes.
ASKING = Limits(connect_s=5, first_s=240, pause_s=60, total_s=480, most_bytes=8_000_000)
# Lists come at once, unless all cores work for a model.
LOOKING = Limits(connect_s=2, first_s=5, pause_s=5, total_s=10, most_bytes=2_000_000)


class Exchange:
    """A request to a server; close it, or use it in a `with` statement.

    Attributes:
        status: the answer's, once it was sent.
        media_type: the answer's, in lower case.
    """

    def __init__(self, server: ModelServer, limits: Limits) -> None:
        """Asks nothing yet."""
        self.status = 0
        self.media_type = ""
        self._server = server
        self._limits = limits
        self._deadline = time.monotonic() + limits.total_s
        self._lock = threading.Lock()
        self._closed = False
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._answer: HTTPResponse | None = None
        # A server that sends a byte now and then would keep each wait below its own limit.
        self._watch = threading.Timer(limits.total_s, self.close)
        self._watch.daemon = True

    def __enter__(self) -> Exchange:
        """Itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes it."""
        self._watch.cancel()
        self.close()
        if self._answer is not None:
            self._answer.close()
        if self._connection is not None:
            self._connection.close()

    def close(self) -> None:
        """Ends it, from any thread: whoever waits for the answer waits no longer."""
        with self._lock:
            self._closed = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def send(self, method: str, path: str, body: bytes | None = None) -> None:
        """Sends the request and waits until the answer begins.

        Raises:
            OtherModelError: the server is not there, too slow, sends the request elsewhere, or
                answers in another protocol.
        """
        headers = {"Accept": "application/json, text/event-stream", "User-Agent": "Vois"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        path = f"{urlsplit(self._server.address).path}{path}"
        self._watch.start()
        try:
            connection = self._connect()
            connection.request(method, path, body, headers)
            self._wait_at_most(self._limits.first_s)
            self._answer = connection.getresponse()
        except TimeoutError as error:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_SLOW), server=self._server.name
            ) from error
        except OSError as error:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_SILENT), server=self._server.name
            ) from error
        except (HTTPException, ValueError) as error:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_UNREADABLE), server=self._server.name
            ) from error
        self.status = self._answer.status
        self.media_type = self._answer.headers.get_content_type()
        if 300 <= self.status < 400:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_MOVED), server=self._server.name
            )

    def pieces(self) -> Iterator[bytes]:
        """The answer's bytes as they come.

        Raises:
            OtherModelError: they stop coming, break off, or are too many.
        """
        if self._answer is None:
            raise ValueError("nothing was asked yet")
        size = 0
        while True:
            self._wait_at_most(self._limits.pause_s)
            try:
                piece = self._answer.read1(_PIECE_BYTES)
            except TimeoutError as error:
                raise OtherModelError(
                    self._in_time(ErrorCode.OTHER_MODEL_SLOW), server=self._server.name
                ) from error
            except (OSError, HTTPException, ValueError) as error:
                raise OtherModelError(
                    self._in_time(ErrorCode.OTHER_MODEL_CUT), server=self._server.name
                ) from error
            if not piece:
                return
            size += len(piece)
            if size > self._limits.most_bytes:
                raise OtherModelError(
                    self._in_time(ErrorCode.OTHER_MODEL_UNREADABLE), server=self._server.name
                )
            yield piece

    def json(self) -> object:
        """The whole answer as JSON.

        Raises:
            OtherModelError: as `pieces`, or it is no JSON.
        """
        try:
            parsed: object = json.loads(b"".join(self.pieces()))
        except (ValueError, RecursionError) as error:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_UNREADABLE), server=self._server.name
            ) from error
        return parsed

    def _connect(self) -> HTTPConnection:
        parts = urlsplit(self._server.address)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._limits.connect_s)
        self._connection = connection
        try:
            connection.connect()
        except TimeoutError as error:
            raise OtherModelError(
                self._in_time(ErrorCode.OTHER_MODEL_SILENT), server=self._server.name
            ) from error
        with self._lock:
            self._socket = connection.sock
            if self._closed:
                raise OtherModelError(
                    self._in_time(ErrorCode.OTHER_MODEL_CUT), server=self._server.name
                )
        self._wait_at_most(self._limits.pause_s)
        return connection

    def _wait_at_most(self, seconds: float) -> None:
        """How long each wait for the socket may take from now on."""
        if self._socket is not None and self._socket.fileno() >= 0:
            self._socket.settimeout(seconds)

    def _in_time(self, code: ErrorCode) -> ErrorCode:
        """The code, unless it is over because the time for all of it is."""
        late = time.monotonic() >= self._deadline
        return ErrorCode.OTHER_MODEL_SLOW if late else code
