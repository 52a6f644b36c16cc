"""Stores descriptions on this machine: search, correction, export, import and deletion."""

from pipeline.folders import data_folder
from pipeline.history.archive import import_zip
from pipeline.history.entry import (
    LOCAL_OWNER,
    Draft,
    Entry,
    Filter,
    Imported,
    Privacy,
    Source,
)
from pipeline.history.export import export_csv, export_json, export_zip
from pipeline.history.store import UNDO_S, History

__all__ = [
    "LOCAL_OWNER",
    "UNDO_S",
    "Draft",
    "Entry",
    "Filter",
    "History",
    "Imported",
    "Privacy",
    "Source",
    "data_folder",
    "export_csv",
    "export_json",
    "export_zip",
    "import_zip",
]
