"""The second history of the tests that export and import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.history import History


@pytest.fixture
def other(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "other")
    yield opened
    opened.close()
