"""No test of speech reaches the network: the real gTTS speaks to a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.speech.hibari import HibariVoice
from tests.speech.gtts_server import GttsServer
from tests.speech.network_guard import NetworkGuard

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
