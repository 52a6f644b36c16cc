"""What every test has in common: nothing is written into the person's own folders."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIS_DATA", str(tmp_path / "vois-data"))
    monkeypatch.setenv("VOIS_CACHE", str(tmp_path / "vois-cache"))
