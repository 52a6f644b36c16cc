"""`python -m pipeline describe`: a table of an archive's descriptions, and what comes with it."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.batch.embedded_text import write_copies
from pipeline.batch.gallery import check_page, corrected, read_corrections, write_gallery
from pipeline.batch.journal import Journal, Stamp, Wanted
from pipeline.batch.photo_choice import choose
from pipeline.batch.progress import Progress
from pipeline.batch.row import Row
from pipeline.batch.sidecar import write_sidecar
from pipeline.batch.table import check_name, read_table, write_table
from pipeline.batch.workers import Task, describe_all
from pipeline.captioning.captioner import languages_of
from pipeline.captioning.confidence_file import load_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.detail import DescriptionStyle
from pipeline.command_line import DONE, INTERRUPTED, PARTLY, REFUSED
from pipeline.command_line.arguments import add_manner
from pipeline.command_line.console import Console, shown
from pipeline.command_line.program import preferences
from pipeline.errors import ErrorCode, ImageError, VoisError
from pipeline.phrases import Phrases, phrases
from pipeline.preferences import Preferences
from pipeline.processors import available_cores

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Describes an archive, or takes in corrections.

    Returns:
        1 when a photo could not be described; 2 when nothing could be done; 130 after Ctrl-C: the
        same command then goes on from there.
    """
    kept, problem = preferences()
    chosen = _arguments(arguments, kept)
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


def _arguments(arguments: Sequence[str] | None, kept: Preferences) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline describe", description="Describes an archive into a table."
    )
    parser.add_argument("places", nargs="*", metavar="PHOTO_FOLDER_OR_PATTERN")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="TABLE", help="a new .csv or .jsonl file"
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
        "--processes",
        type=int,
        default=available_cores(),
        help="photos at a time; the number of cores",
    )
    add_manner(parser, kept)
    chosen = parser.parse_args(arguments)
    if bool(chosen.places) == bool(chosen.apply):
        parser.error("either photos or --apply")
    if chosen.copies is not None and not os.path.isdir(chosen.copies):
        parser.error("there is no folder for --copies")
    if chosen.processes < 1:
        parser.error("--processes is at least 1")
    return chosen


def _describe(chosen: argparse.Namespace, console: Console, say: Phrases) -> int:
    _check_names(chosen, is_new=True)
    if say.language not in languages_of(chosen.assets):
        console.error(say.other_language)
    choice = choose(chosen.places, chosen.recursive)
    if choice.left_out:
        console.error(say.batch_left_out.format(count=choice.left_out))
    if not choice.photos:
        raise ImageError(ErrorCode.FOLDER_WITHOUT_PHOTO)
    style = DescriptionStyle(chosen.form, neutral=not chosen.as_written)
    task = Task(chosen.assets, say.language, style, chosen.read)
    with Journal(chosen.out, _wanted(task)) as journal:
        _fill(journal, choice.photos, task, chosen.processes, console, say)
        rows = [journal.rows[str(photo)][1] for photo in choice.photos]
        write_table(chosen.out, rows)
        journal.remove()
    _write_beside(chosen, rows, rows, console, say)
    failed = sum(bool(row.error) for row in rows)
    told = say.batch_done.format(count=len(rows), failed=failed, file=shown(chosen.out))
    console.line(told)
    return PARTLY if failed else DONE


def _check_names(chosen: argparse.Namespace, *, is_new: bool) -> None:
    """Refuses, before any work, names of the table and of the page that cannot be."""
    check_name(chosen.out, is_new=is_new)
    if chosen.html is not None:
        check_page(chosen.html)


def _wanted(task: Task) -> Wanted:
    contract = ModelContract.load(task.assets)
    confidence = load_confidence(task.assets / contract.confidence_file, contract.languages)
    model = confidence.model or contract.vocabulary_sha256
    return Wanted(model, task.language, task.style.form.value, task.style.neutral, task.read)


def _fill(
    journal: Journal,
    photos: Sequence[Path],
    task: Task,
    processes: int,
    console: Console,
    say: Phrases,
) -> None:
    """Describes the photos that the journal does not have as they are now."""
    stamps = {str(photo): Stamp.of(photo) for photo in photos}
    left = [
        photo
        for photo in photos
        if str(photo) not in journal.rows or journal.rows[str(photo)][0] != stamps[str(photo)]
    ]
    if len(left) < len(photos):
        console.error(say.batch_resumed.format(count=len(photos) - len(left)))
    if not left:
        return
    progress = Progress(len(left), console, say)
    for row in describe_all(left, task, min(processes, len(left))):
        journal.add(row, stamps[row.photo])
        if row.error:
            console.error(f"{shown(row.photo)}: {shown(row.error)}")
        progress.step()


def _apply(chosen: argparse.Namespace, console: Console, say: Phrases) -> int:
    _check_names(chosen, is_new=False)
    before = read_table(chosen.out)
    corrections = read_corrections(chosen.apply)
    rows = corrected(before, corrections)
    write_table(chosen.out, rows)
    _write_beside(chosen, rows, before, console, say)
    console.line(say.batch_corrected.format(count=len(corrections), file=shown(chosen.out)))
    return DONE


def _write_beside(
    chosen: argparse.Namespace,
    rows: Sequence[Row],
    before: Sequence[Row],
    console: Console,
    say: Phrases,
) -> None:
    """Writes the texts beside the photos, and the page, if they are wanted."""
    if chosen.sidecar:
        pairs = zip(rows, before, strict=True)
        kept = [row for row, old in pairs if not write_sidecar(row, old.text)]
        if kept:
            console.error(say.sidecar_kept.format(count=len(kept), photo=shown(kept[0].photo)))
    if chosen.copies is not None:
        missing = write_copies(rows, chosen.copies)
        if missing:
            first = shown(missing[0].photo)
            console.error(say.copies_missing.format(count=len(missing), photo=first))
    if chosen.html is not None:
        write_gallery(chosen.html, rows, say.language)
