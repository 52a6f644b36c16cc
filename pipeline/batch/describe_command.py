"""`python -m pipeline describe`: a table of an archive's descriptions, and what comes with it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from pipeline.batch.archive_run import ArchiveRun, write_beside
from pipeline.batch.describe_arguments import describe_arguments
from pipeline.batch.gallery import check_page, corrected, read_corrections
from pipeline.batch.photo_choice import choose
from pipeline.batch.table import check_name, is_parquet, read_table, write_table
from pipeline.captioning.captioner import languages_of
from pipeline.command_line import DONE, INTERRUPTED, PARTLY, REFUSED
from pipeline.command_line.console import Console, shown
from pipeline.command_line.program import preferences
from pipeline.errors import ErrorCode, ImageError, VoisError
from pipeline.phrases import Phrases, phrases

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Describes an archive, or takes in corrections.

    Returns:
        1 when a photo could not be described; 2 when nothing could be done; 130 after Ctrl-C: the
        same command then goes on from there.
    """
    kept, problem = preferences()
    chosen = describe_arguments(arguments, kept)
    console, say = Console(), phrases(chosen.language)
    if problem is not None:
        console.error(say.error_sentence(problem))
    try:
        return _apply(chosen, console, say) if chosen.apply else _describe(chosen, console, say)
    except VoisError as error:
        console.error(say.error_sentence(error))
    except KeyboardInterrupt:
        console.error(say.batch_stopped)
        return INTERRUPTED
    except Exception:
        logger.debug("The command failed.", exc_info=True)
        console.error(say.unknown_error)
    return REFUSED


def _describe(chosen: argparse.Namespace, console: Console, say: Phrases) -> int:
    _check_names(chosen, is_new=True)
    if say.language not in languages_of(chosen.assets):
        console.error(say.other_language)
    choice = choose(chosen.places, chosen.recursive)
    if choice.left_out:
        console.error(say.batch_left_out.format(count=choice.left_out))
    if not choice.photos:
        raise ImageError(ErrorCode.FOLDER_WITHOUT_PHOTO)
    run = ArchiveRun(chosen, console, say)
    to_table = run.to_parquet if is_parquet(chosen.out) else run.to_file
    failed = to_table(choice.photos)
    told = say.batch_done.format(count=len(choice.photos), failed=failed, file=shown(chosen.out))
    console.line(told)
    return PARTLY if failed else DONE


def _check_names(chosen: argparse.Namespace, *, is_new: bool) -> None:
    """Refuses, before any work, names of the table and of the page that cannot be."""
    check_name(chosen.out, is_new=is_new)
    if chosen.html is not None:
        check_page(chosen.html)


def _apply(chosen: argparse.Namespace, console: Console, say: Phrases) -> int:
    _check_names(chosen, is_new=False)
    table = Path(chosen.out)
    before = read_table(table)
    corrections = read_corrections(chosen.apply)
    rows = corrected(before, corrections)
    write_table(table, rows)
    write_beside(chosen, rows, before, console, say)
    console.line(say.batch_corrected.format(count=len(corrections), file=shown(chosen.out)))
    return DONE
