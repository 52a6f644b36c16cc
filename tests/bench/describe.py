"""From a photo to words and sound: each stage, start, memory, and what people use today beside it.

    python -m tests.bench.describe [--photos FOLDER] [--assets assets] [--count 20] [--threads 2]
                                   [--peers] [--json FILE] [--picture FILE.png]

Prints medians once warm. Ours, the peers' and the stages' turns alternate, so that a busy machine
slows all alike: compare the ratios. The floor is what the machine needs for the multiplications
alone (tests/bench/matrix_rate.py). `make bench` runs it with everything.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.captioning.captioner import Captioner
from pipeline.description import describe_file
from pipeline.image import read_rgb, squash
from pipeline.photo_quality import assess
from pipeline.processors import available_cores, encoder_threads
from pipeline.reading.reader import Reader
from pipeline.speech import default_chain
from tests.bench.matrix_rate import encoder_products, rate, step_products
from tests.bench.peers import PIECES, peers

ASSETS = Path(__file__).parents[2] / "assets"
STARTS = 3
# How many times a photo to words must be faster.
PEER_BARS = {"BLIP-base": 40.0, "ViT-GPT2": 20.0}
FLOOR_BAR = 4.0
START_BARS_S = {"help": 0.3, "cold photo": 0.8}
Result = TypeVar("Result")


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Attributes:
        machine: where.
        threads: the encoder's.
        encoder: how it computes.
        stages_s: median seconds of each stage.
        peers_s: of each peer.
        starts_s: of whole processes, from nothing.
        floor_s: of the multiplications alone.
        memory_mb: the most that this process held before any peer was loaded.
    """

    machine: str
    threads: int
    encoder: str
    stages_s: dict[str, float]
    peers_s: dict[str, float]
    starts_s: dict[str, float]
    floor_s: float
    memory_mb: float


class Watch:
    """Notes how long things take."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}

    def __call__(self, name: str, call: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        result = call()
        self.spent.setdefault(name, []).append(time.perf_counter() - started)
        return result

    def medians(self, names: Sequence[str]) -> dict[str, float]:
        return {name: statistics.median(self.spent[name]) for name in names}


def measure(chosen: argparse.Namespace) -> Figures:
    """Describes each photo stage by stage and as a whole, with the peers' turns between."""
    files = sorted(chosen.photos.glob("*.jpg"))[: chosen.count]
    captioner = Captioner.load(chosen.assets, threads=chosen.threads)
    reader, voices = Reader(), default_chain(allow_online=False)
    voices.warm_up()
    size = captioner.contract.input_size
    describe_file(captioner, files[0].read_bytes(), reader=reader)
    watch, stages = Watch(), Watch()

    def turn(number: int, data: bytes) -> None:
        rgb = stages("read", lambda: read_rgb(data))
        stages("assess", lambda: assess(rgb))
        stages("resize", lambda: squash(rgb, size))
        encoded = stages("encode", lambda: captioner.encode(rgb))
        stages("decode", lambda: captioner.captions(encoded))
        stages("names", lambda: captioner.recognise(encoded).result())
        stages("read text", lambda: reader.read(rgb, "en"))
        description = stages("photo to words", lambda: describe_file(captioner, data))
        # The number makes each sentence new: the cache would hide the voice.
        stages("speak", lambda: voices.speak(f"{description.text} {number}"))
        stages(
            "end to end", lambda: voices.speak(f"{number} {describe_file(captioner, data).text}")
        )

    for number, file in enumerate(files):
        turn(number, file.read_bytes())
    memory = peak_mb()
    found = []
    if chosen.peers:
        found = list(peers(chosen.threads))
        for _, work in found:
            work()
        for number, file in enumerate(files[:5]):
            for name, work in found:
                watch(name, work)
            turn(len(files) + number, file.read_bytes())
    start = [sys.executable, "-m", "pipeline"]
    for _ in range(STARTS):
        watch("help", lambda: quiet([*start, "--help"]))
        watch("cold photo", lambda: quiet([*start, str(files[0])]))
    opened = captioner.opened
    return Figures(
        machine=f"{platform.machine()}, {available_cores()} cores, {platform.system()}",
        threads=chosen.threads,
        encoder=f"{captioner.provider}, {opened.way if opened else ''}",
        stages_s=stages.medians(list(stages.spent)),
        peers_s=watch.medians([name for name, _ in found]),
        starts_s=watch.medians(list(START_BARS_S)),
        floor_s=floor(captioner, chosen.assets, chosen.threads),
        memory_mb=memory,
    )


def floor(captioner: Captioner, assets: Path, threads: int) -> float:
    """Seconds of the multiplications of a photo: the encoder's, and the 8-bit ones of its words."""
    contract, opened = captioner.contract, captioner.opened
    whole = encoder_products(assets / contract.encoder_file)
    eight_bit = opened is not None and opened.way == "8bit"
    words = step_products(assets / contract.decoder_file) * contract.beam_size * PIECES
    return whole / rate(threads, eight_bit=eight_bit) + words / rate(1, eight_bit=True)


def quiet(command: Sequence[str]) -> None:
    subprocess.run(command, capture_output=True, check=True)


def peak_mb() -> float:
    """The most memory that this process held."""
    unit = 1024 if sys.platform == "linux" else 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def table(figures: Figures) -> str:
    """All figures, a line each, with the bars."""
    whole = figures.stages_s["photo to words"]
    lines = [f"{figures.machine}; encoder: {figures.encoder}, {figures.threads} threads"]
    for name, seconds in figures.stages_s.items():
        lines.append(f"{name:16} {1000 * seconds:8.1f} ms {seconds / whole:7.2f} of photo to words")
    for name, seconds in figures.peers_s.items():
        times, bar = seconds / whole, PEER_BARS[name]
        lines.append(f"{name:16} {1000 * seconds:8.1f} ms {times:7.1f} times ours (bar {bar:.0f})")
    times = whole / figures.floor_s
    lines.append(
        f"{'floor':16} {1000 * figures.floor_s:8.1f} ms: ours is {times:.1f} times that "
        f"(bar {FLOOR_BAR:.0f})"
    )
    for name, seconds in figures.starts_s.items():
        lines.append(f"{name:16} {1000 * seconds:8.0f} ms (bar {1000 * START_BARS_S[name]:.0f})")
    return "\n".join([*lines, f"{'memory':16} {figures.memory_mb:8.0f} MB"])


def draw(figures: Figures, path: Path) -> None:
    """Bars of all stages and peers, on a logarithmic axis."""
    from matplotlib.figure import Figure

    seconds = figures.stages_s | figures.peers_s | figures.starts_s | {"floor": figures.floor_s}
    figure = Figure(figsize=(8, 0.35 * len(seconds) + 1), layout="constrained")
    axes = figure.subplots()
    axes.barh(list(seconds), [1000 * value for value in seconds.values()])
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel(f"ms, median; {figures.machine}, {figures.threads} threads")
    figure.savefig(path)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, default=ASSETS / "samples")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--threads", type=int, default=encoder_threads(available_cores()))
    parser.add_argument("--peers", action="store_true", help="BLIP-base and ViT-GPT2, too")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="a PNG; needs matplotlib")
    chosen = parser.parse_args()
    figures = measure(chosen)
    print(table(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    if chosen.picture:
        draw(figures, chosen.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
