"""Translates a filter to SQL; typed text is passed as quoted search words only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipeline.errors import ErrorCode, HistoryError
from pipeline.history.entry import (
    Entry,
    Filter,
    Source,
    cleaned,
    from_microseconds,
    to_microseconds,
)
from pipeline.history.folding import fold
from pipeline.photo_quality import Kind

MAX_WORDS = 16  # further words are ignored: descriptions have about ten
_MAX_CHARS = 200

COLUMNS = (
    "entry.id, entry.uuid, entry.source, entry.text, entry.correction, entry.language, "
    "entry.confidence, entry.guidance, entry.photo, entry.voice, entry.rate, "
    "EXISTS (SELECT 1 FROM picture WHERE picture.entry = entry.id), entry.reading, "
    "entry.correction_language, entry.model"
)
Row = tuple[
    int, str, str, str, str | None, str, float, str | None, str, str, float, int, str, str | None,
    str,
]  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Part of a statement.

    Attributes:
        sql: from "FROM" to the last condition, with question marks.
        values: the parameters for the question marks.
        newest_first: the ORDER BY clause; both tables are stored in this order, so it is free.
    """

    sql: str
    values: tuple[str | int, ...]
    newest_first: str


def select(owner: str, wanted: Filter, before: int | None = None) -> Selection:
    """Selects the entries of one owner that match a filter and are not deleted.

    Args:
        owner: whose.
        wanted: which of them.
        before: only entries with a lesser id, for the next page.
    """
    match = match_expression(wanted.text)
    if match is None:
        tables, key = "entry", "entry.id"
    else:
        # CROSS JOIN fixes the order: through the index, newest first, until the page is full.
        tables, key = "words CROSS JOIN entry ON entry.id = words.rowid", "words.rowid"
    conditions: list[tuple[str, str | int]] = [] if match is None else [("words MATCH ?", match)]
    conditions.append(("entry.owner = ?", owner))
    if wanted.source is not None:
        conditions.append(("entry.source = ?", wanted.source.value))
    if wanted.day is not None:
        start, end = day_limits(wanted.day, wanted.zone)
        conditions += [(f"{key} >= ?", start), (f"{key} < ?", end)]
    if before is not None:
        conditions.append((f"{key} < ?", before))
    where = " AND ".join(condition for condition, _ in conditions)
    return Selection(
        sql=f"FROM {tables} WHERE {where} AND entry.deletion IS NULL",
        values=tuple(value for _, value in conditions),
        newest_first=f"ORDER BY {key} DESC",
    )


def match_expression(text: str) -> str | None:
    """The FTS5 query: a prefix search for every word; None for an empty text.

    Each word is quoted, so AND, *, -, brackets and column names have no meaning. A word without
    letters or digits, such as an emoji, is ignored beside others; alone it matches nothing.
    """
    pieces = fold(cleaned(text, _MAX_CHARS)).split()[:MAX_WORDS]
    if not pieces:
        return None
    return " ".join('"{}"*'.format(piece.replace('"', '""')) for piece in pieces)


def day_limits(day: dt.date, zone: dt.tzinfo | None) -> tuple[int, int]:
    """The first microsecond of a day and of the next one; days have 23 to 25 hours.

    (0, 0) for a day that datetime cannot represent.
    """
    try:
        start, end = (
            dt.datetime.combine(date, dt.time.min, zone).astimezone(dt.UTC)
            for date in (day, day + dt.timedelta(days=1))
        )
    except (OverflowError, OSError, ValueError):
        return 0, 0
    return to_microseconds(start), to_microseconds(end)


def to_entry(row: Row) -> Entry:
    """Converts a row of `COLUMNS`.

    Raises:
        HistoryError: another program has written into it.
    """
    try:
        return _entry(row)
    except (ValueError, TypeError, OverflowError) as error:
        raise HistoryError(ErrorCode.HISTORY_FAILED) from error


def _entry(row: Row) -> Entry:
    (
        number, uuid, source, text, correction, language, confidence, guidance, photo, voice, rate,
        has_picture, reading, correction_language, model,
    ) = row  # fmt: skip
    return Entry(
        id=number,
        uuid=uuid,
        time=from_microseconds(number),
        source=Source(source),
        text=text,
        correction=correction,
        language=language,
        confidence=confidence,
        guidance=None if guidance is None else Kind(guidance),
        photo=photo,
        voice=voice,
        rate=rate,
        has_picture=bool(has_picture),
        reading=reading,
        correction_language=correction_language,
        model=model,
    )
