"""1, 2, 4 and 8 live cameras on one machine: how soon each hears of a new scene, and their memory.

    python -m tests.bench.cameras [--photos FOLDER] [--cameras 1 2 4 8] [--seconds 40]
                                  [--no-voice] [--json FILE] [--picture FILE.png]

No browser: threads leave frames of 640 x 480 with the cameras' workers 15 times a second, as
streamlit-webrtc's callback does; what is left out is the decoding of the video. Scenes follow one
another every 5 s, at other times for each camera. `words` is from a new scene to its words. Alone
is the run with one camera: compare the ratios. The last run has no turns, as before there were any.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.captioner import Captioner
from pipeline.description import Description, describe_file
from pipeline.heap import give_back_large_blocks
from pipeline.image import read_rgb
from pipeline.live.turns import Turns
from pipeline.live.watcher import Watcher
from pipeline.reading.reader import Reader
from pipeline.speech import VoiceChain, default_chain
from pipeline.web.state.announcement import Spoken
from pipeline.web.state.camera_worker import Camera
from tests.bench.figures import Figure, table

ASSETS = Path(__file__).parents[2] / "assets"
SCENE_S, FRAME_S, SIZE = 5.0, 1 / 15, (640, 480)
PART = "live cameras"
NEWS_BAR_MS, RATIO_BAR, MORE_BAR_MB, ONE_BAR_MB = 4000.0, 2.0, 60.0, 500.0

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Run:
    """What so many cameras got.

    Attributes:
        cameras: how many.
        turns: whether they took turns.
        words_s: of each camera, median seconds from a new scene to its words.
        longest_s: of each camera, the longest that a scene was on without words.
        looks: of each camera, looks a second.
        memory_mb: of the process, at the end.
    """

    cameras: int
    turns: bool
    words_s: list[float]
    longest_s: list[float]
    looks: list[float]
    memory_mb: float


class Person:
    """One person's camera, what it shows, and when its words came."""

    def __init__(self, camera: Camera, scenes: Sequence[Frame], late_s: float) -> None:
        self.camera, self._scenes, self._late_s = camera, scenes, late_s
        self.words: list[float] = []
        self.longest: list[float] = []
        self.looks = 0

    def live(self, seconds: float) -> None:
        """Shows its scenes and takes what is said of them; the first one does not count."""
        begun = due = time.time()
        self.camera.accept(True)
        scene, began, told = 0, begun, True
        while (now := time.time()) < begun + seconds:
            if now >= begun + (scene + 1) * SCENE_S + self._late_s:
                if not told:
                    self.longest.append(now - began)
                scene, began, told = scene + 1, now, False
            self.camera.offer(partial(self._look, self._scenes[scene % len(self._scenes)]))
            for announcement in self.camera.take():
                times = announcement.timestamps
                if not told and times is not None and times.seen >= began:
                    told = True
                    self.words.append(times.told - began)
            due += FRAME_S
            time.sleep(max(0.0, due - time.time()))
        self.camera.accept(False)
        self.longest += self.words

    def _look(self, scene: Frame) -> Frame:
        self.looks += 1
        return scene


def scenes(captioner: Captioner, folder: Path, most: int = 24) -> list[Frame]:
    """Photos of which no two that follow one another are described alike."""
    found: list[Frame] = []
    last = ""
    for path in sorted(folder.glob("*.jpg")):
        data = path.read_bytes()
        said = describe_file(captioner, data)
        if said.guidance is None and said.text != last and len(found) < most:
            found.append(np.ascontiguousarray(cv2.resize(read_rgb(data), SIZE)))
            last = said.text
    return found


def speak(voices: VoiceChain | None, text: str, language: str) -> Iterator[Spoken]:
    """Sound as the page makes it; without voices, none."""
    if voices is not None:
        for sound in voices.stream(text, language=language):
            yield Spoken("", sound.seconds, sound.voice, False)


def keep(_: Description) -> None:
    """No history: its disk is no part of this."""


def live(
    captioner: Captioner,
    voices: VoiceChain | None,
    shown: Sequence[Frame],
    count: int,
    seconds: float,
    turns: bool,
) -> Run:
    """Lets so many cameras live for some seconds."""
    shared, reader = Turns(), Reader()
    people = []
    for number in range(count):
        watcher = Watcher(captioner, reader=reader)
        own = shared if turns else Turns()
        camera = Camera(watcher, partial(speak, voices), keep, own)
        offset = number * len(shown) // count
        rolled = list(islice(cycle(shown), offset, offset + len(shown)))
        people.append(Person(camera, rolled, SCENE_S * number / count))
    threads = [threading.Thread(target=person.live, args=(seconds,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while any(person.camera.working() for person in people):
        time.sleep(0.05)  # a process that ends while onnxruntime computes is aborted
    memory = resident_mb()
    return Run(
        count,
        turns,
        [statistics.median(person.words) if person.words else math.inf for person in people],
        [max(person.longest, default=math.inf) for person in people],
        [person.looks / seconds for person in people],
        memory,
    )


def resident_mb() -> float:
    """Memory of this process now; 0 where there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    found = next(line for line in lines if line.startswith("VmRSS"))
    return int(found.split()[1]) / 1024


def measure(
    assets: Path, photos: Path, counts: Sequence[int], seconds: float, *, voiced: bool
) -> tuple[list[Run], float]:
    """A run for each number of cameras, one without turns; and the memory before any, in MB."""
    give_back_large_blocks()
    captioner = Captioner.load(assets)
    voices = default_chain(allow_online=False) if voiced else None
    if voices is not None:
        voices.warm_up()
    shown = scenes(captioner, photos)
    before_mb = resident_mb()
    plan = [(count, True) for count in sorted(counts)]
    plan += [(max(counts), False)] if max(counts) > 1 else []
    runs = [live(captioner, voices, shown, count, seconds, turns) for count, turns in plan]
    return runs, before_mb


def figures(runs: Sequence[Run], before_mb: float) -> list[Figure]:
    """Latency, gaps, looks and memory of each run, and what the bars are on."""
    alone = statistics.median(runs[0].words_s)
    found = [Figure(PART, "before any was live", before_mb, "MB")]
    for run in runs:
        name, four = f"{run.cameras}{'' if run.turns else ' without turns'}", run.cameras == 4
        words, held = sorted(run.words_s), four and run.turns
        ratio_bar, news_bar = (RATIO_BAR, NEWS_BAR_MS) if held else (None, None)
        memory_bar = ONE_BAR_MB if run.cameras == 1 else None
        found += [
            Figure(PART, f"{name}: to words, the quickest", 1000 * words[0], "ms"),
            Figure(PART, f"{name}: to words, the slowest", 1000 * words[-1], "ms"),
            Figure(PART, f"{name}: slowest over alone", words[-1] / alone, "times", ratio_bar),
            Figure(PART, f"{name}: longest wait", 1000 * max(run.longest_s), "ms", news_bar),
            Figure(PART, f"{name}: looks, the fewest", min(run.looks), "a second"),
            Figure(PART, f"{name}: looks, the most", max(run.looks), "a second"),
            Figure(PART, f"{name}: without page and video", run.memory_mb, "MB", memory_bar),
        ]
    fair = [run for run in runs if run.turns]
    if len(fair) > 1:
        more = fair[-1].cameras - fair[0].cameras
        each = (fair[-1].memory_mb - fair[0].memory_mb) / more
        found.append(Figure(PART, "a further camera, without its video", each, "MB", MORE_BAR_MB))
    return found


def draw(runs: Sequence[Run], path: Path) -> None:
    """Each camera's latency over the number of cameras."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for turns, mark in ((True, "o"), (False, "x")):
        points = [(r.cameras, one) for r in runs if r.turns is turns for one in r.words_s]
        if points:
            axes.plot(*zip(*points, strict=True), mark, label="turns" if turns else "no turns")
    axes.set_xlabel("cameras")
    axes.set_ylabel("new scene to words, s, median of each camera")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(path)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, default=ASSETS / "samples")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--cameras", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--seconds", type=float, default=40.0, help="of each run")
    parser.add_argument("--no-voice", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="a PNG; needs matplotlib")
    chosen = parser.parse_args()
    runs, before_mb = measure(
        chosen.assets,
        chosen.photos,
        chosen.cameras,
        chosen.seconds,
        voiced=not chosen.no_voice,
    )
    print(table(figures(runs, before_mb)))
    if chosen.json:
        found = [asdict(run) for run in runs]
        chosen.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if chosen.picture:
        draw(runs, chosen.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
