"""Letters that a search takes for others: "oeuf" finds "œuf", and "strasse" "Straße".

SQLite's tokenizer leaves out accents and case, which is all of that for letters that Unicode takes
apart; these it does not.
"""

from __future__ import annotations

# Part of the search index in files of version 3 and later (schema.py): never changed after its
# release, but by a migration.
_LETTERS = (
    ("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE"), ("ß", "ss"), ("ẞ", "SS"),
    ("ø", "o"), ("Ø", "O"), ("ł", "l"), ("Ł", "L"), ("đ", "d"), ("Đ", "D"), ("\u0131", "i"),
    ("ﬁ", "fi"), ("ﬂ", "fl"),
)  # fmt: skip


def fold(text: str) -> str:
    """The text as the search index has it, but for accents and case."""
    for letter, plain in _LETTERS:
        text = text.replace(letter, plain)
    return text


def folded(column: str) -> str:
    """The SQL expression of `fold` for a column."""
    for letter, plain in _LETTERS:
        column = f"replace({column}, '{letter}', '{plain}')"
    return column
