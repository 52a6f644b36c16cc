"""Whether a request comes from this machine, or through a proxy from anywhere."""

from __future__ import annotations

from collections.abc import Iterable

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})  # names of this machine
_OF_PROXIES = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})


def is_forwarded(headers: Iterable[str]) -> bool:
    """Whether a proxy has sent a request on, by the names of its headers, in any case."""
    return any(name.lower() in _OF_PROXIES for name in headers)
