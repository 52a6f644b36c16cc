"""Kills processes that write the history, and checks the file that they leave."""

from __future__ import annotations

import itertools
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWNER = "local"
ROUNDS_A_FILE = 25  # then a new one, so that making the file is interrupted too
LONGEST_S = 0.15  # opening takes about 10 ms, an entry 1 ms


def write(folder: Path) -> None:
    """Writes until it is killed; a line for each thing that is done."""
    from pipeline.history import Draft, History, Source

    picture = (ROOT / "assets" / "samples" / "cat.jpg").read_bytes()
    os.write(1, b"begin\n")
    history = History(folder)

    def work() -> None:
        for number in itertools.count():
            draft = Draft(Source.CAMERA, f"A dog runs past number {number}.", picture=picture)
            entry = history.add(OWNER, draft)
            if entry is None:
                raise SystemExit("not kept")
            os.write(1, f"added {entry.uuid}\n".encode())
            if number % 3 == 0:
                history.correct(OWNER, entry.id, f"Two dogs and number {number}")
                os.write(1, f"corrected {entry.uuid}\n".encode())
            if number % 7 == 0:
                os.write(1, f"deleting {entry.uuid}\n".encode())
                history.delete(OWNER, entry.id)
            if number % 20 == 0:
                history.purge(undo_s=0)

    threading.Thread(target=work, daemon=True).start()
    work()


def kill_once(folder: Path, delay_s: float) -> list[tuple[str, str]]:
    """Starts a writer, kills it so long after it began, and returns the lines that it wrote."""
    command = [sys.executable, "-m", "tests.history.killed_writer", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        stream = writer.stdout
        if stream is None or stream.readline() != b"begin\n":
            raise RuntimeError("the writer did not begin")
        time.sleep(delay_s)  # under test: a kill at any moment, so there is nothing to wait for
        if writer.poll() is not None:
            raise RuntimeError("the writer ended by itself")
        writer.kill()
        lines = stream.read().decode().split("\n")[:-1]
    return [(verb, uuid) for verb, uuid in (line.split() for line in lines)]


def faults(folder: Path, said: list[tuple[str, str]], kills: int) -> list[str]:
    """What is wrong with a file after its writers were killed; empty when nothing is."""
    path = folder / "history.db"
    if not path.exists():
        return ["a file is missing"] if said else []
    wrong = []
    db = sqlite3.connect(path, isolation_level=None)
    if (answer := db.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        wrong.append(f"damaged: {answer}")
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:
        db.close()
        return wrong + (["tables are missing"] if said else [])
    # Each entry was written with a picture: one without the other is half of it.
    halves = db.execute(
        "SELECT count(*) FROM entry WHERE text = '' OR id NOT IN (SELECT entry FROM picture)"
    ).fetchone()[0] + len(db.execute("PRAGMA foreign_key_check").fetchall())
    if halves:
        wrong.append(f"{halves} half entries")
    try:
        db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    except sqlite3.Error as error:
        wrong.append(f"the search index does not fit: {error}")
    found = dict(db.execute("SELECT uuid, correction FROM entry").fetchall())
    db.close()
    done: dict[str, set[str]] = {verb: set() for verb in ("added", "corrected", "deleting")}
    for verb, uuid in said:
        done[verb].add(uuid)
    lost = done["added"] - done["deleting"] - found.keys()
    uncorrected = [u for u in done["corrected"] & found.keys() if found[u] is None]
    if lost or uncorrected:
        wrong.append(f"{len(lost)} entries and {len(uncorrected)} corrections lost")
    # Two threads: each may have been killed between keeping an entry and saying so.
    if len(found.keys() - done["added"]) > 2 * kills:
        wrong.append("entries that nobody wrote")
    return wrong


def kill_often(count: int, folder: Path, seed: int = 0) -> tuple[list[str], Counter[str]]:
    """Kills so many writers; returns all that was wrong, and how often each thing was done."""
    rng = random.Random(seed)
    wrong: list[str] = []
    done: Counter[str] = Counter()
    said: list[tuple[str, str]] = []
    for number in range(count):
        place = folder / str(number // ROUNDS_A_FILE)
        if number % ROUNDS_A_FILE == 0:
            said = []
        lines = kill_once(place, rng.uniform(0, LONGEST_S))
        said += lines
        done.update(verb for verb, _ in lines)
        found = faults(place, said, number % ROUNDS_A_FILE + 1)
        wrong += [f"kill {number}: {fault}" for fault in found]
    return wrong, done


if __name__ == "__main__":
    write(Path(sys.argv[1]))
