"""Who may use the API: this machine's programs, and whoever has the token."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.api.problems import problem_response
from pipeline.errors import ApiError, ErrorCode
from pipeline.locality import LOOPBACK, is_forwarded

LEAST_TOKEN_CHARS = 16  # what 10 random bytes have in base64; a word of a language can be guessed


@dataclass(frozen=True)
class Access:
    """Who may use the API.

    Attributes:
        token: is asked of everybody; "" lets this machine's programs in, and nobody else.
        hosts: names, beside this machine's own and bare addresses, under which it answers.
        origins: whose pages in a browser may use it, such as "https://notes.example.org".
        shared: whether several people use this server: then nobody counts as this machine's own.
    """

    token: str = ""
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    shared: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Access:
        """Reads VOIS_API_TOKEN, VOIS_API_HOSTS, VOIS_API_ORIGINS (lists by blanks), VOIS_SHARED."""
        return cls(
            token=environment.get("VOIS_API_TOKEN", "").strip(),
            hosts=frozenset(environment.get("VOIS_API_HOSTS", "").lower().split()),
            origins=frozenset(environment.get("VOIS_API_ORIGINS", "").lower().split()),
            shared=environment.get("VOIS_SHARED") == "1",
        )

    def check_listening(self, host: str) -> None:
        """Refuses to listen beyond this machine without a token that cannot be guessed.

        Args:
            host: the name or address to listen on.

        Raises:
            ApiError: there is no such token.
        """
        if host not in LOOPBACK and len(self.token) < LEAST_TOKEN_CHARS:
            raise ApiError(ErrorCode.API_TOKEN_MISSING, host=host, least=LEAST_TOKEN_CHARS)

    def is_local(self, connection: HTTPConnection) -> bool:
        """Whether a request comes from this machine itself, and from its one person."""
        client = connection.client
        if self.shared or client is None or is_forwarded(connection.headers):
            return False
        return client.host in LOOPBACK

    def check(self, connection: HTTPConnection, is_open: bool) -> None:
        """Lets a request through.

        Args:
            connection: the request.
            is_open: whether its path is for everybody who reaches this server.

        Raises:
            ApiError: it is refused.
        """
        host = connection.headers.get("host", "")
        if not self._answers_under(host):
            raise ApiError(ErrorCode.API_HOST_UNKNOWN, host=host[:100] or '""')
        origin = connection.headers.get("origin", "").lower()
        if origin and origin not in self.origins and _netloc(origin) != host.lower():
            raise ApiError(ErrorCode.API_ORIGIN_REFUSED, origin=origin[:100])
        if is_open:
            return
        if not self.token:
            if not self.is_local(connection):
                raise ApiError(ErrorCode.API_ELSEWHERE)
            return
        kind, _, given = connection.headers.get("authorization", "").partition(" ")
        # Starlette reads the bytes of headers as Latin-1.
        same = hmac.compare_digest(given.strip().encode("latin-1"), os.fsencode(self.token))
        if kind.lower() != "bearer" or not same:
            raise ApiError(ErrorCode.API_TOKEN_WRONG)

    def _answers_under(self, host: str) -> bool:
        """Whether a Host header is one of ours: a page can give its own name any address.

        It can do so with names only (DNS rebinding), so bare addresses are all right.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in LOOPBACK or name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _netloc(origin: str) -> str | None:
    """The host and port of an origin; None when it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


class Gate:
    """An ASGI application that lets through what `Access` allows."""

    def __init__(self, app: ASGIApp, access: Access, open_paths: frozenset[str]) -> None:
        """Stands before `app`; `open_paths` are for everybody who reaches this server."""
        self._app, self._access, self._open = app, access, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with a problem, or lets `app` answer."""
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            try:
                self._access.check(connection, path in self._open)
            except ApiError as error:
                await problem_response(error, connection)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def guarded(app: ASGIApp, access: Access, open_paths: frozenset[str]) -> ASGIApp:
    """The application behind a `Gate`, which answers pages of listed origins by CORS."""
    return CORSMiddleware(
        Gate(app, access, open_paths),
        allow_origins=sorted(access.origins),
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type"),
        max_age=600,
    )
