"""One run over an archive: the chosen engine, into the chosen table, with what comes beside it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.batch.describe_arguments import RAY
from pipeline.batch.embedded_text import write_copies
from pipeline.batch.gallery import write_gallery
from pipeline.batch.journal import Journal, Stamp, Wanted
from pipeline.batch.progress import Progress
from pipeline.batch.row import Row
from pipeline.batch.sidecar import write_sidecar
from pipeline.batch.table import write_table
from pipeline.batch.workers import Task, describe_all
from pipeline.captioning.confidence_file import load_confidence
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.detail import DescriptionStyle
from pipeline.command_line.console import Console, shown
from pipeline.phrases import Phrases
from pipeline.processors import available_cores


class ArchiveRun:
    """Describes the photos that a table lacks."""

    def __init__(self, chosen: argparse.Namespace, console: Console, say: Phrases) -> None:
        """Begins nothing yet.

        Args:
            chosen: the command line, as `describe_arguments` gives it.
            console: shows what happens.
            say: the person's sentences.
        """
        self._chosen, self._console, self._say = chosen, console, say
        style = DescriptionStyle(chosen.form, neutral=not chosen.as_written)
        self._task = Task(chosen.assets.absolute(), say.language, style, chosen.read)

    def to_file(self, photos: Sequence[str]) -> int:
        """Describes photos into a CSV file or JSON lines, and writes what is wanted beside it.

        Returns:
            How many photos have no description.

        Raises:
            CommandError: the table cannot be written, or the engine is not there.
            ModelError: the model is missing or damaged.
        """
        table = Path(self._chosen.out)
        stamps = {photo: Stamp.of(Path(photo)) for photo in photos}
        with Journal(table, self._wanted()) as journal:
            known = journal.rows
            left = [one for one in photos if one not in known or known[one][0] != stamps[one]]
            for row in self._rows(left, len(photos)):
                journal.add(row, stamps[row.photo])
            rows = [journal.rows[photo][1] for photo in photos]
            write_table(table, rows)
            journal.remove()
        write_beside(self._chosen, rows, rows, self._console, self._say)
        return sum(bool(row.error) for row in rows)

    def to_parquet(self, photos: Sequence[str]) -> int:
        """Describes photos into a folder of Parquet files, here or in object storage.

        Returns:
            How many photos have no description.

        Raises:
            CommandError: the table cannot be written, or the engine is not there.
            ModelError: the model is missing or damaged.
        """
        from pipeline.batch.parquet_table import ParquetTable

        table = ParquetTable(self._chosen.out, self._wanted())
        left = [photo for photo in photos if not table.has(photo)]
        try:
            for row in self._rows(left, len(photos)):
                table.add(row)
        finally:
            table.write()  # what is described is kept, whatever has ended the run
        table.finish()
        return table.failed

    def _wanted(self) -> Wanted:
        task = self._task
        contract = ModelContract.load(task.assets)
        confidence = load_confidence(task.assets / contract.confidence_file, contract.languages)
        model = confidence.model or contract.vocabulary_sha256
        return Wanted(model, task.language, task.style.form.value, task.style.neutral, task.read)

    def _rows(self, left: Sequence[str], total: int) -> Iterator[Row]:
        """Describes photos and tells how far it is."""
        if len(left) < total:
            self._console.error(self._say.batch_resumed.format(count=total - len(left)))
        if not left:
            return
        progress = Progress(len(left), self._console, self._say)
        for row in self._described(left):
            yield row
            if row.error:
                self._console.error(f"{shown(row.photo)}: {shown(row.error)}")
            progress.step()

    def _described(self, photos: Sequence[str]) -> Iterator[Row]:
        chosen = self._chosen
        if chosen.engine == RAY:
            from pipeline.batch.ray_engine import describe_by_ray

            return describe_by_ray(photos, self._task, chosen.ray_address, chosen.processes)
        processes = chosen.processes or available_cores()
        return describe_all(photos, self._task, min(processes, len(photos)))


def write_beside(
    chosen: argparse.Namespace,
    rows: Sequence[Row],
    before: Sequence[Row],
    console: Console,
    say: Phrases,
) -> None:
    """Writes the texts beside the photos, and the page, if they are wanted.

    Args:
        chosen: the command line.
        rows: of the table.
        before: the same rows as an earlier run has written them.
        console: shows what could not be written.
        say: the person's sentences.
    """
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
