"""No test of speech reaches the network: the real gTTS speaks to a server on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from pipeline.speech.hibari import HibariVoice
from tests.speech.gtts_server import GttsServer


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


GUARD = NetworkGuard()  # an audit hook stays for good: one is enough


@pytest.fixture(autouse=True)
def network() -> Iterator[NetworkGuard]:
    GUARD.seen.clear()
    GUARD.active = True
    yield GUARD
    GUARD.active = False
    assert set(GUARD.seen) <= {"127.0.0.1"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GttsServer]:
    with GttsServer() as server:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, server.proxy_url)
        yield server


@pytest.fixture(scope="module")
def hibari() -> HibariVoice:
    return HibariVoice()
