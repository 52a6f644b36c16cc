"""What every test has in common: nothing is written into the user's own folders."""

from __future__ import annotations

from pathlib import Path

import pytest

# Asserts in these modules show their values, as those of a test do.
pytest.register_assert_rewrite(
    "tests.browser.app", "tests.browser.accessibility", "tests.captioning.searches"
)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIS_DATA", str(tmp_path / "vois-data"))
    monkeypatch.setenv("VOIS_CACHE", str(tmp_path / "vois-cache"))
