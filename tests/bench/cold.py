"""A photo to words by a process that is started for it, and what of that is whose.

    python -m tests.bench.cold [--photo FILE] [--times 7]

In turns: `python -m pipeline photo.jpg`, until its words are there and until it has ended; the same
with each part loaded after the other, as it was before they were loaded at the same time and only
when needed; and the least that any program of onnxruntime takes, `import numpy, onnxruntime`.
Files are in the system's cache: the first turn is not counted. `--help` beside them.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Figure, table

ROOT = Path(__file__).parents[2]
PART, COLD = "whole processes", "cold photo"
WORDS_BAR_MS, HELP_BAR_MS = 800.0, 300.0
# Before: voices, history and reader were imported, and what is told apart below came one by one.
ONE_BY_ONE = """
import sys
from pathlib import Path
import pipeline.command_line.narration, pipeline.history, pipeline.reading.reader, pi_heif
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.graph_opening import OpeningGraphs
from pipeline.captioning.translation.translator import Translator
from pipeline.description import describe_file
photo, assets = map(Path, sys.argv[1:])
graphs = OpeningGraphs(assets, measure=False)
graphs.encoder(), graphs.decoder()
Translator.load(assets / "translation").open()
captioner = Captioner.cold(graphs, "en")
print(describe_file(captioner, photo.read_bytes()).text, flush=True)
"""


def spent(command: list[str]) -> tuple[float, float]:
    """Seconds until a process writes its first line, and until it has ended."""
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.readline()
        first = time.perf_counter() - started
    if run.returncode:
        raise SystemExit(f"{' '.join(command)} ended with status {run.returncode}")
    return first, time.perf_counter() - started


def measure(photo: Path, times: int) -> list[Figure]:
    """Medians, in turns."""
    python, assets = sys.executable, ROOT / "assets"
    commands = {
        COLD: [python, "-m", "pipeline", str(photo)],
        "one by one": [python, "-c", ONE_BY_ONE, str(photo), str(assets)],
        "import numpy, onnxruntime": [python, "-c", "import numpy, onnxruntime"],
        "--help": [python, "-m", "pipeline", "--help"],
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(times + 1):
        for name, command in commands.items():
            took = spent(command)
            if number:
                found[name].append(took)
    words, whole = (
        {name: statistics.median(took[which] for took in each) for name, each in found.items()}
        for which in (0, 1)
    )
    other = words["one by one"]
    return [
        Figure(PART, f"{COLD}, to words", 1000 * words[COLD], "ms", most=WORDS_BAR_MS),
        Figure(PART, f"{COLD}, to its end", 1000 * whole[COLD], "ms"),
        Figure(PART, "its parts one by one, to words", 1000 * other, "ms"),
        Figure(PART, "one by one over ours", other / words[COLD], "times"),
        *(
            Figure(PART, name, 1000 * whole[name], "ms", most=bar)
            for name, bar in (("import numpy, onnxruntime", None), ("--help", HELP_BAR_MS))
        ),
    ]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photo", type=Path, default=ROOT / "assets" / "samples" / "coffee.jpg")
    parser.add_argument("--times", type=int, default=7)
    chosen = parser.parse_args()
    print(table(measure(chosen.photo.resolve(), chosen.times)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
