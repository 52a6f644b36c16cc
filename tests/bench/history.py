"""The history with 50,000 entries: python -m tests.bench.history

Each entry has a thumbnail. Times are medians of SQL and of making the entries from its rows, in ms;
the bar is 100 ms. The baseline is what one writes without thinking: every column LIKE '%word%' for
a search, OFFSET for a page, on the same table in the same file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.history import (
    Draft,
    Filter,
    History,
    Source,
    export_csv,
    export_json,
    export_zip,
    import_zip,
)
from tests.data.captions import ENGLISH
from tests.data.many_entries import CAT, incoming

BAR_S = 0.1
ME, GUEST = "local", "guest"
REPEATS = 15


def median_s(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median of several calls, in seconds, after one that is not counted."""
    work()
    times_s = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - began_s)
    return statistics.median(times_s)


def once_s(work: Callable[[], object]) -> float:
    """One call, in seconds."""
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def naive(db: sqlite3.Connection, words: str, offset: int) -> list[tuple[object, ...]]:
    """A page as one writes it without thinking."""
    column = "(text LIKE ? OR correction LIKE ? OR photo LIKE ?)"
    likes = [f"%{word}%" for word in words.split() for _ in range(3)]
    where = " AND ".join([column] * len(words.split())) or "1"
    return db.execute(
        f"SELECT * FROM entry WHERE owner = ? AND deletion IS NULL AND {where} "
        "ORDER BY id DESC LIMIT 50 OFFSET ?",
        (ME, *likes, offset),
    ).fetchall()


def reading(history: History, count: int) -> bool:
    """Prints pages and searches beside the baseline; whether all keep the bar."""
    db = sqlite3.connect(history.path)
    sql = "SELECT id FROM entry WHERE owner = ? ORDER BY id DESC LIMIT 1 OFFSET ?"
    (deep,) = db.execute(sql, (ME, count - 101)).fetchone()
    cases: list[tuple[str, Callable[[], object], str, int]] = [
        ("first page", lambda: history.page(ME), "", 0),
        ("page near the end", lambda: history.page(ME, before=deep), "", count - 100),
        ("one rare source", lambda: history.page(ME, Filter(source=Source.API)), "", 0),
    ]
    for name, words in (
        ("a letter", "a"),
        ("a word of many", "dog"),
        ("two words", "dog beach"),
        ("a word of one entry", "quagga"),
        ("a word of none", "zeppelin"),
        ("a photo's name", "img_41217"),
    ):
        wanted = Filter(text=words)
        cases.append((f"search: {name}", lambda wanted=wanted: history.page(ME, wanted), words, 0))
    print(f"{'':30}{'median':>10}{'of the bar':>12}{'of the naive':>14}{'naive':>12}")
    kept = True
    for name, work, words, offset in cases:
        ours_s = median_s(work)
        base_s = median_s(lambda words=words, offset=offset: naive(db, words, offset), 5)
        kept &= ours_s < BAR_S
        print(f"{name:30}{ours_s * 1e3:7.2f} ms{ours_s / BAR_S:11.3f}x{ours_s / base_s:13.3f}x"
              f"{base_s * 1e3:9.2f} ms")  # fmt: skip
    today = Filter(day=dt.datetime.now().date())
    for name, work in (
        ("one day", lambda: history.page(ME, today)),
        ("another owner's search", lambda: history.page(GUEST, Filter(text="a"))),
        ("count of all", lambda: history.count(ME)),
        ("count of a search", lambda: history.count(ME, Filter(text="a"))),
    ):
        ours_s = median_s(work)
        kept &= ours_s < BAR_S
        print(f"{name:30}{ours_s * 1e3:7.2f} ms{ours_s / BAR_S:11.3f}x")
    db.close()
    return kept


def peak_bytes() -> int:
    """The most memory that this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)


def exporting(history: History, folder: Path) -> None:
    """Prints how long exports and an import take, and by how much the memory's peak grows."""
    wav = bytes(1000)
    for name, export in (
        ("table", export_csv),
        ("JSON", export_json),
        ("zip", lambda *target: export_zip(*target, lambda _: wav)),
    ):
        before = peak_bytes()
        with open(folder / name, "wb") as file:
            seconds = once_s(lambda export=export, file=file: file.writelines(export(history, ME)))
            size = file.tell()
        growth = peak_bytes() - before
        print(f"export: {name:22}{seconds:7.2f} s{size / 1e6:9.1f} MB{growth / 1e6:9.1f} MB grown")
    before = peak_bytes()
    other = History(folder / "other")
    with open(folder / "zip", "rb") as file:
        for name in ("import", "the same again"):
            seconds = once_s(lambda file=file: import_zip(other, ME, file))
            growth = (peak_bytes() - before) / 1e6
            print(f"{name:30}{seconds:7.2f} s{'':12}{growth:9.1f} MB grown")
    other.close()


def writing(history: History) -> None:
    """Prints how long it takes to keep, delete, bring back and purge."""
    words = Draft(Source.CAMERA, ENGLISH[0])
    photo = Draft(Source.CAMERA, ENGLISH[0], picture=CAT.read_bytes())
    for name, seconds in (
        ("keep words", median_s(lambda: history.add(ME, words))),
        ("keep words and a photo", median_s(lambda: history.add(ME, photo))),
        ("purge, nothing to do", median_s(history.purge, 3)),
        ("delete all", once_s(lambda: history.delete_all(ME))),
        ("undo", once_s(lambda: history.undo(ME))),
    ):
        print(f"{name:30}{seconds * 1e3:7.2f} ms")
    history.delete_all(ME)
    print(f"{'purge all':30}{once_s(lambda: history.purge(undo_s=0)):7.2f} s")
    print(f"{'the file after it':30}{history.path.stat().st_size / 1e6:7.2f} MB")


def main() -> int:
    """Measures and prints the tables; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="Measures the history.")
    parser.add_argument("--count", type=int, default=50_000, help="how many entries")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        history = History(folder)
        history.take_in(ME, incoming(chosen.count))
        history.add(GUEST, Draft(Source.CAMERA, "Nothing that begins like it."))
        megabytes = history.path.stat().st_size / 1e6
        print(f"{chosen.count} entries, {megabytes:.0f} MB, SQLite {sqlite3.sqlite_version}")
        kept = reading(history, chosen.count)
        exporting(history, folder)
        writing(history)
        history.close()
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
