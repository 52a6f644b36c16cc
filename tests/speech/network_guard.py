"""Keeps the tests of speech away from the network."""

from __future__ import annotations

import sys


class NetworkGuard:
    """Sees every look-up and connection that Python makes, and lets none leave the machine."""

    def __init__(self) -> None:
        self.active = False
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.active or event not in ("socket.connect", "socket.getaddrinfo"):
            return
        address = args[1] if event == "socket.connect" else args
        host = str(address[0]) if isinstance(address, tuple) else str(address)
        self.seen.append(host)
        if host not in ("127.0.0.1", "localhost"):
            raise PermissionError(f"a test tried to reach {host}")
