"""What the person asks of `python -m pipeline describe`, checked before any work is begun."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.batch.object_storage import is_address
from pipeline.batch.table import is_parquet
from pipeline.command_line.arguments import add_manner
from pipeline.preferences import Preferences

RAY = "ray"


def describe_arguments(arguments: Sequence[str] | None, kept: Preferences) -> argparse.Namespace:
    """The parsed command line; what argparse itself refuses ends the program with its words.

    Args:
        arguments: of the program; None for those that it was called with.
        kept: what the person chose on the page, which stands where nothing else is asked for.
    """
    parser = argparse.ArgumentParser(
        prog="python -m pipeline describe", description="Describes an archive into a table."
    )
    parser.add_argument("places", nargs="*", metavar="PHOTO_FOLDER_PATTERN_OR_ADDRESS")
    parser.add_argument(
        "--out", required=True, metavar="TABLE", help="a new .csv or .jsonl file or .parquet folder"
    )
    parser.add_argument("--recursive", action="store_true", help="folders in folders, too")
    parser.add_argument("--sidecar", action="store_true", help="photo.jpg.txt beside photo.jpg")
    parser.add_argument(
        "--copies", type=Path, metavar="FOLDER", help="JPEGs and PNGs with the texts in them (XMP)"
    )
    parser.add_argument("--html", type=Path, metavar="PAGE", help="a page to review and correct")
    parser.add_argument(
        "--apply", type=Path, metavar="FILE", help="take the page's corrections into the table"
    )
    parser.add_argument(
        "--processes", type=int, help="photos at a time; the number of cores if none is given"
    )
    parser.add_argument(
        "--engine", choices=("processes", RAY), default="processes", help="ray: on many machines"
    )
    parser.add_argument(
        "--ray-address", default="", metavar="HOST:PORT",
        help="of the head of a Ray cluster; without it Ray uses this machine alone",
    )  # fmt: skip
    add_manner(parser, kept)
    chosen = parser.parse_args(arguments)
    if bool(chosen.places) == bool(chosen.apply):
        parser.error("either photos or --apply")
    if chosen.copies is not None and not os.path.isdir(chosen.copies):
        parser.error("there is no folder for --copies")
    if chosen.processes is not None and chosen.processes < 1:
        parser.error("--processes is at least 1")
    if chosen.ray_address and chosen.engine != RAY:
        parser.error("--ray-address is for --engine ray")
    beside = chosen.sidecar or chosen.copies or chosen.html or chosen.apply
    if beside and (is_parquet(chosen.out) or any(map(is_address, chosen.places))):
        parser.error("--sidecar, --copies, --html and --apply are for files and tables here")
    return chosen
