"""The API against its bars: its document, photos made wrong, many clients, a camera beside them.

    python -m tests.bench.api document [--examples 2000]
    python -m tests.bench.api mutated --photos FOLDER [--count 500]
    python -m tests.bench.api clients --photos FOLDER [--clients 16] [--seconds 120]
    python -m tests.bench.api camera --photos FOLDER [--clients 16] [--seconds 60]

`document` sends requests made up by schemathesis; `mutated` sends photos that were cut, flipped and
mixed up, and looks at the server's memory. `clients` compares what many programs get with what one
process does by itself, before and after: machines are noisy, so compare the ratio. `camera` has a
live camera in the server's process, and prints the times between two of its descriptions.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path

import httpx
import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.image import read_rgb
from pipeline.live.watcher import LiveSettings, Watcher
from pipeline.web.state.camera_worker import Camera
from tests.api.fuzzing import ask_by_document, mutated
from tests.api.server import service, serving
from tests.bench.processor_time import processor_s
from tests.web.cameras import keep, speak

JPEG = {"Content-Type": "image/jpeg"}
OPERATIONS_AND_KINDS = 15  # of the document: right and wrong requests of each operation
WARMING = 10  # requests of each kind, until voices and reader are loaded
ALONE_S = 15.0
LEAST_SHARE, MOST_PAUSE_S = 0.9, 2.0  # the bars
FRAME_S, SCENE_S = 0.1, 1.0


@dataclass(frozen=True)
class Load:
    """What clients saw.

    Attributes:
        statuses: how many answers had each; 0 for none at all.
        took_s: seconds of each answer.
        seconds: from the first request to the last answer.
    """

    statuses: Counter[int]
    took_s: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Descriptions a second."""
        return self.statuses[200] / self.seconds


@contextmanager
def started(assets: Path) -> Iterator[tuple[str, int]]:
    """The API in a process of its own: its address and its number."""
    command = [sys.executable, "-m", "pipeline.api", "--port", "0", "--assets", str(assets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert said is not None
            yield said[0], process.pid
        finally:
            process.terminate()


def memory_mb(pid: int) -> float:
    """What a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def load(url: str, photos: list[bytes], clients: int, seconds: float) -> Load:
    """So many clients, each with one request at a time."""
    statuses: Counter[int] = Counter()
    took_s: list[float] = []
    begun = time.perf_counter()

    def ask(number: int) -> None:
        turn = cycle(photos[number:] + photos[:number])
        with httpx.Client(base_url=url, timeout=120) as client:
            while time.perf_counter() - begun < seconds:
                asked = time.perf_counter()
                try:
                    status = client.post(
                        "/api/describe", content=next(turn), headers=JPEG
                    ).status_code
                except httpx.HTTPError as error:
                    print(type(error).__name__, error)
                    status = 0
                statuses[status] += 1
                took_s.append(time.perf_counter() - asked)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(clients)))
    return Load(statuses, took_s, time.perf_counter() - begun)


def alone(captioner: Captioner, photos: list[bytes], threads: int) -> float:
    """Descriptions a second in this process, without HTTP."""
    begun, used_s = time.perf_counter(), time.process_time()

    def work(number: int) -> int:
        done = 0
        for data in cycle(photos[number:] + photos[:number]):
            if time.perf_counter() - begun > ALONE_S:
                break
            describe_file(captioner, data)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(work, range(threads)))
    each_ms = 1000 * (time.process_time() - used_s) / done
    print(f"alone, {threads} threads: {each_ms:.0f} ms of a core each")
    return done / (time.perf_counter() - begun)


def document(chosen: argparse.Namespace) -> bool:
    """Asks by the document."""
    with started(chosen.assets) as (url, pid):
        ask_by_document(url, WARMING)
        before = memory_mb(pid)
        seen = ask_by_document(url, -(-chosen.examples // OPERATIONS_AND_KINDS))
        print(f"{seen.total()} requests, by status: {dict(sorted(seen.items()))}")
        print(f"memory: {before:.0f} MB before, {memory_mb(pid):.0f} MB after")
    return seen.total() >= chosen.examples


def wrong_photos(chosen: argparse.Namespace, photos: list[bytes]) -> bool:
    """Sends photos made wrong, then right ones, and compares the memory."""
    generator = np.random.default_rng(14)
    seen: Counter[int] = Counter()
    with started(chosen.assets) as (url, pid), httpx.Client(base_url=url, timeout=60) as client:

        def send(data: bytes) -> int:
            return client.post("/api/describe", content=data, headers=JPEG).status_code

        for data in photos[:50]:
            send(data)
        before = memory_mb(pid)
        for number in range(chosen.count):
            seen[send(mutated(photos[number % len(photos)], generator))] += 1
        for data in photos[:50]:
            send(data)
        print(f"{seen.total()} photos made wrong, by status: {dict(sorted(seen.items()))}")
        print(f"memory: {before:.0f} MB before, {memory_mb(pid):.0f} MB after")
    return not any(status == 0 or status >= 500 for status in seen)


def many_clients(chosen: argparse.Namespace, photos: list[bytes]) -> bool:
    """Compares the rate of many clients with that of one process by itself."""
    captioner = Captioner.load(chosen.assets, threads=1)
    peaks = [max(alone(captioner, photos, threads) for threads in (1, 2))]
    with started(chosen.assets) as (url, pid):
        load(url, photos, 2, 2.0)
        used_s = processor_s(pid)
        found = load(url, photos, chosen.clients, chosen.seconds)
        used_s = processor_s(pid) - used_s
    peaks.append(max(alone(captioner, photos, threads) for threads in (1, 2)))
    share, median = found.rate / statistics.mean(peaks), statistics.median(found.took_s)
    print(f"by status: {dict(found.statuses)}")
    each_ms = 1000 * used_s / found.statuses[200]
    print(f"{each_ms:.0f} ms of a core each in the server, which a busy machine changes little")
    print(f"{found.rate:.1f} a second; alone {peaks[0]:.1f} before and {peaks[1]:.1f} after")
    print(f"share of alone: {share:.2f} (bar {LEAST_SHARE})")
    fair = chosen.clients / found.rate
    print(f"median latency {median:.2f} s; clients over rate {fair:.2f} s")
    return set(found.statuses) == {200} and share >= LEAST_SHARE


def beside_a_camera(chosen: argparse.Namespace, photos: list[bytes]) -> bool:
    """A camera that shows another photo every second, while clients ask the same process."""
    captioner = Captioner.load(chosen.assets)
    camera = Camera(Watcher(captioner), speak, keep)
    camera.configure(LiveSettings(interval_s=0.0), speak, keep)
    scenes = [read_rgb(data) for data in photos]
    told: dict[str, float] = {}
    finished = threading.Event()

    def film() -> None:
        begun = time.perf_counter()
        while not finished.is_set():
            number = int((time.perf_counter() - begun) / SCENE_S) % len(scenes)
            camera.offer(lambda rgb=scenes[number]: rgb)
            for report in camera.take():
                told.setdefault(report.id, time.perf_counter())
            time.sleep(FRAME_S)

    command = [sys.executable, "-m", "tests.bench.api", "load", "--photos", str(chosen.photos)]
    amount = ["--clients", str(chosen.clients), "--seconds", str(chosen.seconds)]
    with serving(service(captioner)) as url:
        camera.accept(True)
        filming = threading.Thread(target=film)
        filming.start()
        time.sleep(5)
        subprocess.run([*command, *amount, "--url", url], check=True)
        finished.set()
        filming.join()
        camera.accept(False)
    pauses = [after - before for before, after in pairwise(sorted(told.values()))]
    median, longest = statistics.median(pauses), max(pauses)
    print(f"{len(told)} descriptions of the camera, {median:.2f} s between two (median)")
    print(f"at most {longest:.2f} s (bar {MOST_PAUSE_S})")
    return longest <= MOST_PAUSE_S


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("document", "mutated", "clients", "camera", "load"))
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--url")
    chosen = parser.parse_args()
    if chosen.what == "document":
        return not document(chosen)
    if chosen.photos is None:
        parser.error("--photos is needed")
    photos = [path.read_bytes() for path in sorted(chosen.photos.glob("*.jpg"))[:200]]
    if chosen.what == "load":
        found = load(chosen.url, photos, chosen.clients, chosen.seconds)
        print(f"by status: {dict(found.statuses)}; {found.rate:.1f} a second")
        return set(found.statuses) != {200}
    measure = {"mutated": wrong_photos, "clients": many_clients, "camera": beside_a_camera}
    return not measure[chosen.what](chosen, photos)


if __name__ == "__main__":
    sys.exit(main())
