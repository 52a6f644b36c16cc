"""A limit on how long a body takes to arrive, which honest senders on slow lines never meet."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import ApiError, ErrorCode


@dataclass(frozen=True)
class BodyLimit:
    """How slow a sender may be, as Apache's mod_reqtimeout counts it.

    Attributes:
        first_s: seconds that any body may take; a phone may pause between two masts.
        bytes_per_s: each so many bytes that have arrived give one second more.
    """

    first_s: float = 30.0
    bytes_per_s: int = 4_000  # GPRS, the slowest of phone networks, sends 5,000


DEFAULT_LIMIT = BodyLimit()


class BodyTimeout:
    """An ASGI application whose requests bring their bodies in time."""

    def __init__(self, app: ASGIApp, limit: BodyLimit) -> None:
        """Stands before `app`."""
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets `app` answer; where it reads a body that is too slow, it meets an `ApiError`."""
        if scope["type"] == "http":
            receive = _Timed(receive, self._limit)
        await self._app(scope, receive, send)


class _Timed:
    """What `receive` gives of one request, until its body is whole."""

    def __init__(self, receive: Receive, limit: BodyLimit) -> None:
        self._receive, self._limit = receive, limit
        self._begun = time.monotonic()
        self._bytes = 0
        self._is_whole = False

    async def __call__(self) -> Message:
        """The next message.

        Raises:
            ApiError: it has not come in time.
        """
        if self._is_whole:  # what comes now is that the other side has gone
            return await self._receive()
        may_take_s = self._limit.first_s + self._bytes / self._limit.bytes_per_s
        left_s = self._begun + may_take_s - time.monotonic()
        try:
            async with asyncio.timeout(left_s):
                message = await self._receive()
        except TimeoutError as error:
            raise ApiError(ErrorCode.API_BODY_SLOW) from error
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message
