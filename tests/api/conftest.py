"""The tiny model, and the API that serves it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from pipeline.captioning.captioner import Captioner
from tests.api.server import service, serving
from tests.data.tiny_files import TINY


@pytest.fixture(scope="session")
def captioner() -> Captioner:
    return Captioner.load(TINY, threads=1)


@pytest.fixture(scope="session")
def url(captioner: Captioner) -> Iterator[str]:
    with serving(service(captioner)) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as one:
        yield one
