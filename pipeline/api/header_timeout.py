"""uvicorn's HTTP protocol, which of itself waits without end for a request's headers."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_ANSWER = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class HeaderTimeoutProtocol(H11Protocol):
    """Closes a connection over which no request comes.

    That is one whose headers do not end, or whose body goes on when the answer was given.
    """

    headers_s = 20.0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Takes what has come, and waits on if that is no whole request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the waiting."""
        super().connection_lost(exc)
        self._stop()

    def _watch(self) -> None:
        if not self._is_waiting():
            self._stop()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.headers_s, self._end)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_waiting(self) -> bool:
        """Whether the next thing to come is the sender's to send."""
        answered = self.conn.our_state is h11.DONE
        return self.conn.their_state is h11.IDLE or (
            answered and self.conn.their_state is h11.SEND_BODY
        )

    def _end(self) -> None:
        self._timer = None
        if self.transport.is_closing() or not self._is_waiting():
            return
        if self.conn.their_state is h11.IDLE:
            self.transport.write(_ANSWER)
        self.transport.close()
