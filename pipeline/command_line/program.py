"""Describes photos and folders of photos: a line for each, and a sound if wished."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack

from pipeline.command_line import INTERRUPTED, REFUSED
from pipeline.command_line.arguments import arguments_of
from pipeline.command_line.console import Console
from pipeline.errors import PreferencesError, VoisError
from pipeline.folders import data_folder
from pipeline.phrases import phrases
from pipeline.preferences import Preferences, PreferencesFile

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line for each photo.

    Returns:
        1 when a photo could not be described, kept or spoken; 2 when nothing could be done; 130
        after Ctrl-C, with what was done by then.
    """
    kept, problem = preferences()
    chosen = arguments_of(arguments, kept)
    console, say = Console(), phrases(chosen.language)
    if problem is not None:
        console.error(say.error_sentence(problem))
    # Only now: `--help` and a wrong argument need no model.
    from pipeline.captioning.graph_opening import OpeningGraphs

    # What is imported next takes as long as the graphs.
    graphs = OpeningGraphs(chosen.assets, measure=False)
    from pipeline.command_line.photo_run import PhotoRun

    try:
        with ExitStack() as stack:
            return PhotoRun(chosen, graphs, console, say, stack).work()
    except VoisError as error:
        console.error(say.error_sentence(error))
    except KeyboardInterrupt:
        console.error(say.interrupted)
        return INTERRUPTED
    except Exception:
        logger.debug("The command failed.", exc_info=True)
        console.error(say.unknown_error)
    return REFUSED


def preferences() -> tuple[Preferences, PreferencesError | None]:
    """What the person chose on the page, and why that could not be read."""
    try:
        return PreferencesFile(data_folder()).read(), None
    except PreferencesError as error:
        return Preferences(), error
