"""An archive on all cores against one, by Ray against by processes, and killed against unbroken.

    python -m tests.bench.archive rate --photos FOLDER [--count 500]
    python -m tests.bench.archive ray --photos FOLDER [--count 1000]
    python -m tests.bench.archive kills --photos FOLDER [--count 3000] [--times 3]

`rate` describes the same photos on one core, on all, and on one again, with a process for each, and
the seconds in which they load the model; machines are noisy, so compare the ratio. `ray` describes
them by processes, by Ray and by processes again, and counts from the tenth part of the rows on: the
start, which does not grow with the archive, is printed beside it. `kills` ends a run with SIGKILL
at chance moments, resumes it, and compares its table with that of an unbroken run.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.batch.ray_engine import describe_by_ray
from pipeline.batch.row import Row
from pipeline.batch.workers import Task, describe_all
from pipeline.captioning.detail import DEFAULT_STYLE
from pipeline.languages import ENGLISH
from pipeline.processors import available_cores
from tests.bench.processor_time import processor_s

ROOT = Path(__file__).parents[2]
LEAST_RATIO = 1.8  # the bar, on two cores
LEAST_OF_LOCAL = 0.85  # the bar of Ray
COUNTS = {"rate": 500, "ray": 1000, "kills": 3000}


def command(folder: Path, table: Path, assets: Path, processes: int) -> list[str]:
    """The command line of a run."""
    arguments = ["describe", folder, "--out", table, "--assets", assets.resolve()]
    own = [sys.executable, "-m", "pipeline", *arguments, "--processes", processes]
    return list(map(str, own))


def seconds(folder: Path, home: Path, assets: Path, cores: list[int]) -> float:
    """How long a run takes on these cores."""
    table = home / f"{len(list(home.iterdir()))}.csv"
    begun = time.perf_counter()
    subprocess.run(
        command(folder, table, assets, len(cores)),
        cwd=ROOT, check=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )  # fmt: skip
    assert table.exists()
    return time.perf_counter() - begun


def rate(folder: Path, home: Path, assets: Path) -> bool:
    """Compares all cores with one."""
    cores = sorted(os.sched_getaffinity(0))
    photos = len(list(folder.iterdir()))
    before = seconds(folder, home, assets, cores[:1])
    together = seconds(folder, home, assets, cores)
    after = seconds(folder, home, assets, cores[:1])
    ratio = (before + after) / 2 / together
    for name, took in (("one core", before), (f"{len(cores)} cores", together), ("again", after)):
        print(f"{name:10}{photos / took:6.1f} photos a second")
    print(f"ratio {ratio:.2f} (bar {LEAST_RATIO} on two cores)")
    return ratio >= LEAST_RATIO


def paced(name: str, rows: Iterator[Row], photos: int) -> float:
    """Photos a second; where the machine is busy, the processor time of each says more."""
    begun, came_s, skipped, used_s = time.perf_counter(), list[float](), photos // 10, [0.0, 0.0]
    for row in rows:
        assert not row.error
        came_s.append(time.perf_counter() - begun)
        if len(came_s) in (skipped, photos - skipped):  # Ray lets actors go before the last row
            used_s = [used_s[1], processor_s(os.getpid())]
    assert len(came_s) == photos
    found = (photos - skipped) / (came_s[-1] - came_s[skipped - 1])
    each_ms = 1000 * (used_s[1] - used_s[0]) / (photos - 2 * skipped)
    whole = f"{came_s[0]:.1f} s to the first row, {came_s[-1]:.1f} s in all"
    print(
        f"{name:10}{found:6.1f} photos a second, {each_ms:.0f} ms of a core each"
        f" ({whole}; load {os.getloadavg()[0]:.1f})"
    )
    return found


def by_ray(folder: Path, assets: Path) -> bool:
    """Compares Ray with the processes, with one on each core."""
    names = [str(path) for path in sorted(folder.iterdir())]
    task = Task(assets.resolve(), ENGLISH, DEFAULT_STYLE, read=False)
    cores = available_cores()
    os.environ["RAY_worker_niceness"] = "0"  # as the processes, which share the machine with others
    before = paced("processes", describe_all(names, task, cores), len(names))
    ray = paced("ray", describe_by_ray(names, task, "", cores), len(names))
    after = paced("again", describe_all(names, task, cores), len(names))
    share = ray / ((before + after) / 2)
    print(f"share {share:.2f} (bar {LEAST_OF_LOCAL})")
    return share >= LEAST_OF_LOCAL


def kills(folder: Path, home: Path, assets: Path, times: int) -> bool:
    """Ends a run and resumes it."""
    cores, chance = len(os.sched_getaffinity(0)), random.Random(3)
    whole, broken = home / "whole.csv", home / "broken.csv"
    journal = home / ".broken.csv.part"
    begun = time.perf_counter()
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command(folder, whole, assets, cores), check=False, **quiet)
    whole_s = time.perf_counter() - begun
    for number in range(times):
        with subprocess.Popen(command(folder, broken, assets, cores), **quiet) as run:
            time.sleep(whole_s * chance.uniform(0.1, 0.9) / times)
            run.send_signal(signal.SIGKILL)
        rows = len(journal.read_bytes().splitlines()) - 1 if journal.exists() else 0
        print(f"killed {number + 1}: {rows} rows are there")
    subprocess.run(command(folder, broken, assets, cores), check=False, **quiet)
    same = broken.read_bytes() == whole.read_bytes()
    print("the same table" if same else "another table")
    return same


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=tuple(COUNTS))
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--assets", type=Path, default=ROOT / "assets")
    parser.add_argument("--count", type=int)
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    count = chosen.count or COUNTS[chosen.what]
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        folder = home / "photos"
        folder.mkdir()
        for path in sorted(chosen.photos.resolve().glob("*.jpg"))[:count]:
            (folder / path.name).symlink_to(path)
        if chosen.what == "rate":
            return not rate(folder, home, chosen.assets)
        if chosen.what == "ray":
            return not by_ray(folder, chosen.assets)
        return not kills(folder, home, chosen.assets, chosen.times)


if __name__ == "__main__":
    sys.exit(main())
