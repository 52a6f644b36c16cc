"""A page to review and correct descriptions, which needs neither Vois nor a network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from pipeline.batch.row import Row, encoded
from pipeline.batch.table import check_writable, replaced
from pipeline.command_line.console import shown
from pipeline.errors import CommandError, ErrorCode
from pipeline.history.entry import MAX_TEXT_CHARS, cleaned_lines
from pipeline.phrases import Phrases, phrases

FORMAT = "vois-corrections"
SUFFIXES = (".html", ".htm")
_MARK = '<meta name="generator" content="Vois">'
_HEAD_BYTES = 500  # of a page; the mark is in them
_STYLE = (
    ":root{color-scheme:light dark}body{font:1.125rem/1.5 sans-serif;max-width:50rem;margin:1rem "
    "auto;padding:0 1rem}ol{padding:0;list-style:none}li{margin:0 0 3rem}h2{font-size:1.125rem;"
    "overflow-wrap:anywhere}img{display:block;max-width:100%;max-height:24rem}label{display:block;"
    "margin-top:.5rem}textarea{box-sizing:border-box;width:100%;font:inherit;padding:.5rem}"
    "button{font:inherit;padding:.75rem 1.5rem;min-height:48px}"
    ":focus-visible{outline:3px solid;outline-offset:3px}"
)
_SCRIPT = """
const texts = [...document.querySelectorAll("textarea")];
const status = document.querySelector("[role=status]");
let saved = new Set();
const changed = () => texts.filter((one) => one.value !== one.defaultValue);
const unsaved = () => changed().some((one) => !saved.has(one.dataset.photo + "\\n" + one.value));
document.querySelector("button").addEventListener("click", () => {
  const corrections = changed().map((one) => ({ photo: one.dataset.photo, text: one.value }));
  const file = JSON.stringify({ format: FORMAT, corrections });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
  link.download = "corrections.json";
  link.click();
  saved = new Set(corrections.map((one) => one.photo + "\\n" + one.text));
  status.textContent = SAVED.replace("{count}", corrections.length);
});
addEventListener("beforeunload", (event) => { if (unsaved()) event.preventDefault(); });
"""


def check_page(path: Path) -> None:
    """Refuses, before any work, what cannot be the page: it replaces nothing but an older one.

    Raises:
        CommandError: why not.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise CommandError(ErrorCode.PAGE_NAME, name=path)
    if not os.path.isdir(path.parent):
        raise CommandError(ErrorCode.PAGE_FOLDER_MISSING, folder=path.parent)
    try:
        if os.path.lexists(path) and not _is_page(path):
            raise CommandError(ErrorCode.PAGE_WOULD_REPLACE, name=path)
        check_writable(path)
    except OSError as error:
        raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=path) from error


def _is_page(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _MARK.encode() in file.read(_HEAD_BYTES)


def write_gallery(path: Path, rows: Sequence[Row], language: str) -> None:
    """Writes the page; it shows the photos from where they are.

    Args:
        path: of the page.
        rows: what it shows.
        language: two-letter code of the page.

    Raises:
        CommandError: it cannot be written there.
    """
    try:
        with replaced(path) as file:
            for part in _parts(Path(os.path.realpath(path)).parent, rows, phrases(language)):
                file.write(part.encode(errors="replace"))
    except OSError as error:
        raise CommandError(ErrorCode.TABLE_NOT_WRITTEN, name=path) from error


def _parts(folder: Path, rows: Sequence[Row], say: Phrases) -> Iterator[str]:
    title = escape(say.gallery_title.format(count=len(rows)))
    yield (
        f'<!doctype html>\n<html lang="{say.language}"><head><meta charset="utf-8">{_MARK}'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(say.gallery_how)}</p><ol>\n"
    )
    for number, row in enumerate(rows):
        yield _item(folder, number, row, say)
    constants = f"const FORMAT = {_script(FORMAT)}, SAVED = {_script(say.gallery_saved)};"
    yield (
        f"</ol><button type=button>{escape(say.gallery_save)}</button>"
        f"<p role=status></p></main><script>{constants}{_SCRIPT}</script></body></html>\n"
    )


def _item(folder: Path, number: int, row: Row, say: Phrases) -> str:
    photo = Path(row.photo)
    real = Path(os.path.realpath(photo))  # `Path.resolve` raises on links that lead round
    try:
        address = quote(os.path.relpath(real, folder).replace(os.sep, "/"))
    except ValueError:  # another drive of Windows, or a name that is no text
        address = real.as_uri()
    error = f"<p>{escape(row.error)}</p>" if row.error else ""
    alternative = row.text or row.error
    return (
        f'<li><h2>{escape(photo.name)}</h2><img src="{escape(address)}" loading="lazy" '
        f'alt="{escape(alternative)}">{error}<label for="text{number}">'
        f"{escape(say.gallery_text.format(photo=photo.name))}</label>"
        f'<textarea id="text{number}" rows="3" lang="{escape(row.language or say.language)}" '
        f'data-photo="{_attribute(row.photo)}">\n{escape(row.text)}</textarea></li>\n'
    )


def _attribute(name: str) -> str:
    """A photo's name, which a browser must give back as it is: it would make a line end of CR."""
    return escape(encoded(name).decode()).replace("\r", "&#13;")


def _script(text: str) -> str:
    """A text as JavaScript writes it, which ends no script."""
    return json.dumps(text).replace("<", "\\u003c")


def read_corrections(path: Path) -> Mapping[str, str]:
    """The corrections that the page has saved: texts by photo.

    Raises:
        CommandError: the file is none of them, or cannot be read.
    """
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        if saved["format"] != FORMAT:
            raise ValueError("another format")
        found = {one["photo"]: one["text"] for one in saved["corrections"]}
        if not all(isinstance(value, str) for pair in found.items() for value in pair):
            raise ValueError("no texts")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CommandError(ErrorCode.CORRECTIONS_UNREADABLE, name=path) from error
    return found


def corrected(rows: Iterable[Row], corrections: Mapping[str, str]) -> list[Row]:
    """The rows with a person's texts in the place of Vois's.

    Raises:
        CommandError: a photo of the corrections is in none of the rows.
    """
    left = {encoded(photo): text for photo, text in corrections.items()}
    found = []
    for row in rows:
        text = left.get(encoded(row.photo))
        if text is not None:
            text = cleaned_lines(text, MAX_TEXT_CHARS)
            row = replace(row, text=text, error="", corrected=True)
        found.append(row)
    unknown = left.keys() - {encoded(row.photo) for row in found}
    if unknown:
        raise CommandError(ErrorCode.CORRECTION_UNKNOWN, photo=shown(min(unknown).decode()))
    return found
