"""Cells of tables for spreadsheets, which must read no text as a formula."""

from __future__ import annotations

# A cell that begins with one of these is a formula to a spreadsheet, and a formula can send the
# table away (OWASP, "CSV Injection"); the wide ones are what Japanese keyboards write.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BOM = "\ufeff"  # Excel recognises UTF-8 by it


def cell(value: str | float | bool | None) -> str:
    """A value as a cell; one that looks like a formula is prefixed with an apostrophe.

    So is one that looks as if it had been, so that `text_of` takes away no sign that was there.
    """
    if isinstance(value, str):
        return "'" + value if value.lstrip("'").startswith(_FORMULA) else value
    return "" if value is None else str(value)


def text_of(written: str) -> str:
    """The text of a cell that `cell` has made."""
    prefixed = written[:1] == "'" and written.lstrip("'").startswith(_FORMULA)
    return written[1:] if prefixed else written
