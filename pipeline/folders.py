"""Where a person's files are kept on this machine, and those that can be made again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The history's folder: `VOIS_DATA`, else the platform's folder for user data."""
    chosen = os.environ.get("VOIS_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("vois", appauthor=False)


def cache_folder() -> Path:
    """The folder of sounds, compiled models and measurements: `VOIS_CACHE`, else the platform's."""
    chosen = os.environ.get("VOIS_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("vois", appauthor=False)
