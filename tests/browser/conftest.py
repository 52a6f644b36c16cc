"""Fixtures: the app that runs, the browser, a page, axe-core, and what the model answers."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.captioning.captioner import Captioner
from pipeline.history import History
from tests.browser.app import Server, Vois, launch, serve, visit
from tests.data.tiny_files import TINY

pytest.register_assert_rewrite("tests.browser.recorder")

playwright_api = pytest.importorskip("playwright.sync_api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser test that fails is run once more, and counted as a rerun: machines stall."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serve(TINY) as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, History]]:
    """A server, and the history that it reads too."""
    folder = tmp_path_factory.mktemp("home")
    history = History(folder)
    with serve(TINY, folder) as server:
        yield server.url, history
    history.close()


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    with playwright_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(driver: Any) -> Iterator[Any]:
    with launch(driver) as running:
        yield running


@pytest.fixture
def vois(server: Server, browser: Any) -> Iterator[Vois]:
    with visit(browser, server.url) as person:
        person.open()
        yield person


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, as a package from PyPI ships it."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def captioner() -> Captioner:
    return Captioner.load(TINY)
