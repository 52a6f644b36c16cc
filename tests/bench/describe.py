"""All that people wait for, what they use today beside it, and the bars: one table.

    python -m tests.bench.describe [--photos FOLDER] [--parts stages peers ...] [--quick]
                                   [--json FILE] [--picture FILE.png]

Everything takes about ten minutes on two quiet cores, `--quick` about three. Prints medians once
warm. What is compared alternates, so that a busy machine slows all alike: compare the ratios. The
floor is what the machine needs for the multiplications alone (tests/bench/matrix_rate.py). The
parts are benches of their own: `python -m tests.bench.cold --help`.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.processors import available_cores, encoder_threads
from tests.bench import busy, cameras, cold, encoder_ways, folder
from tests.bench.figures import Figure, draw, table
from tests.bench.matrix_rate import encoder_products, rate, step_products
from tests.bench.peers import PIECES, peers
from tests.bench.stages import PART, WORDS, Stages
from tests.bench.watch import Watch

ASSETS = Path(__file__).parents[2] / "assets"
# How many times a photo to words must be faster.
PEER_BARS = {"BLIP-base": 40.0, "ViT-GPT2": 20.0, "ViT-GPT2 int8": 10.0}
FLOOR_BAR = 4.0


@dataclass(frozen=True)
class Plan:
    """How much is done.

    Attributes:
        photos: a folder of JPEGs.
        assets: of the model.
        threads: the encoder's.
        count: photos of the stages.
        turns: of the peers.
        quick: fewer repetitions of everything else.
    """

    photos: Path
    assets: Path
    threads: int
    count: int
    turns: int
    quick: bool

    @property
    def files(self) -> list[Path]:
        """The photos of the stages."""
        return sorted(self.photos.glob("*.jpg"))[: self.count]


def of_stages(plan: Plan) -> list[Figure]:
    """Each stage, what is waited for, the memory of it all, and the floor."""
    stages = Stages(plan.assets, plan.threads)
    datas = [file.read_bytes() for file in plan.files]
    stages.warm_up(datas[0])
    for _ in range(1 if len(datas) > 12 or plan.quick else 3):
        for data in datas:
            stages.turn(data)
    found = stages.figures()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1024 if sys.platform == "linux" else 1024**2
    least_s = floor(stages.captioner, plan.assets, plan.threads)
    ratio = stages.watch.median_s(WORDS) / least_s
    return [
        *found,
        Figure(PART, "memory at most, without the page", memory / unit, "MB"),
        Figure(PART, "floor", 1000 * least_s, "ms"),
        Figure(PART, "photo to words over the floor", ratio, "times", most=FLOOR_BAR),
    ]


def floor(captioner: Captioner, assets: Path, threads: int) -> float:
    """Seconds of the multiplications of a photo: the encoder's, and the 8-bit ones of its words."""
    contract, opened = captioner.contract, captioner.opened
    whole = encoder_products(assets / contract.encoder_file)
    eight_bit = opened is not None and opened.way == "8bit"
    words = step_products(assets / contract.decoder_file) * contract.beam_size * PIECES
    return whole / rate(threads, eight_bit=eight_bit) + words / rate(1, eight_bit=True)


def of_peers(plan: Plan) -> list[Figure]:
    """The same work by others, ours between theirs."""
    stages, watch = Stages(plan.assets, plan.threads), Watch()
    datas = [file.read_bytes() for file in plan.files]
    found = list(peers(plan.threads))
    for _, work in found:
        work()
    stages.warm_up(datas[0])
    for number in range(plan.turns):
        for name, work in found:
            watch(name, work)
            for near in range(3):
                data = datas[(3 * number + near) % len(datas)]
                watch(WORDS, lambda data=data: stages.describe(data))
    ours, part = watch.median_s(WORDS), "peers, over ours"
    figures = [Figure(part, WORDS, 1000 * ours, "ms")]
    for name, _ in found:
        took = watch.median_s(name)
        figures.append(Figure(part, name, 1000 * took, "ms"))
        figures.append(Figure(part, name, took / ours, "times", least=PEER_BARS.get(name)))
    return figures


def of_ways(plan: Plan) -> list[Figure]:
    """The encoder in 8 bits and in float32."""
    calls = 12 if plan.quick else 40
    each = [encoder_ways.compare(plan.assets, one, calls) for one in {1, plan.threads}]
    return [figure for figures in each for figure in figures]


def of_starts(plan: Plan) -> list[Figure]:
    """Whole processes."""
    return cold.measure(plan.files[0].resolve(), 3 if plan.quick else 7)


def of_busy(plan: Plan) -> list[Figure]:
    """Beside other programs."""
    datas = [file.read_bytes() for file in plan.files[:12]]
    captioner = Captioner.load(plan.assets, threads=plan.threads)
    return busy.compare(captioner, datas, 2 if plan.quick else 4)


def of_folder(plan: Plan) -> list[Figure]:
    """Many photos."""
    return folder.compare(plan.photos, plan.assets, 100 if plan.quick else 500)


def of_cameras(plan: Plan) -> list[Figure]:
    """Many people."""
    counts, seconds = ([1, 4], 21.0) if plan.quick else ([1, 2, 4, 8], 31.0)
    runs, before_mb = cameras.measure(plan.assets, plan.photos, counts, seconds, voiced=True)
    return cameras.figures(runs, before_mb)


PARTS: dict[str, Callable[[Plan], list[Figure]]] = {
    "starts": of_starts,
    "stages": of_stages,
    "ways": of_ways,
    "busy": of_busy,
    "folder": of_folder,
    "cameras": of_cameras,
    "peers": of_peers,
}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=Path, default=ASSETS / "samples")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--count", type=int, default=20, help="photos of the stages")
    parser.add_argument("--threads", type=int, default=encoder_threads(available_cores()))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--picture", type=Path, help="a PNG; needs matplotlib")
    chosen = parser.parse_args()
    turns = 2 if chosen.quick else 5
    plan = Plan(chosen.photos, chosen.assets, chosen.threads, chosen.count, turns, chosen.quick)
    machine = f"{platform.machine()}, {available_cores()} cores, {platform.system()}"
    print(f"{machine}, the encoder's threads: {plan.threads}", flush=True)
    figures: list[Figure] = []
    for part in chosen.parts:
        found = PARTS[part](plan)
        print(table(found), flush=True)
        figures += found
    if chosen.json:
        kept = {"machine": machine, "figures": [asdict(one) for one in figures]}
        chosen.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    if chosen.picture:
        draw(figures, machine, chosen.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
