"""Tries a provider in a process of its own: how fast is it, and does it agree with the CPU?

CoreML may hang, or end its process, while it compiles a graph (onnxruntime #21761, #32569): here it
takes nothing with it. `python -m pipeline.captioning.provider_probe GRAPH PROVIDER OPTIONS THREADS`
is that process; it prints one line.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort

ROOT = Path(__file__).resolve().parents[2]
# CoreML compiles a graph anew in 9 to 12 s on a machine that has not seen it (facefusion #1204).
LIMIT_S = 60.0
_MEASURE_S = 0.2
_CPU = "CPUExecutionProvider"


@dataclass(frozen=True)
class Probed:
    """What a provider did with a graph.

    Attributes:
        seconds: median of its calls once warm.
        difference: from the CPU's results, at most, as a share of a result's largest value.
    """

    seconds: float
    difference: float


class ProviderError(Exception):
    """A provider cannot be used; the text says why, for programmers."""


def probe(
    graph: Path,
    provider: str,
    options: Mapping[str, str],
    threads: int,
    *,
    limit_s: float = LIMIT_S,
    command: Sequence[str] = (sys.executable, "-m", __name__),
) -> Probed:
    """Tries a provider.

    Args:
        graph: the ONNX file, of one input of fixed shape.
        provider: its name in onnxruntime.
        options: the provider's.
        threads: of the processor.
        limit_s: seconds after which it counts as hanging.
        command: what is run with these arguments.

    Raises:
        ProviderError: it fails, hangs, ends the process or prints something else.
    """
    line = [*command, str(graph.resolve()), provider, json.dumps(dict(options)), str(threads)]
    try:
        done = subprocess.run(
            line, capture_output=True, text=True, timeout=limit_s, check=False, cwd=ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise ProviderError(f"no answer within {limit_s:g} s") from error
    except OSError as error:
        raise ProviderError(str(error)) from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"])[-1]
        raise ProviderError(last)
    try:
        found = json.loads(done.stdout)
        return Probed(float(found["seconds"]), float(found["difference"]))
    except (ValueError, TypeError, KeyError) as error:
        raise ProviderError(f"unexpected answer: {done.stdout[:80]!r}") from error


def measure(session: ort.InferenceSession, inputs: dict[str, np.ndarray]) -> float:
    """Median seconds of a call once warm; takes a fifth of a second, at least three calls."""
    session.run(None, inputs)
    spent: list[float] = []
    while len(spent) < 3 or sum(spent) < _MEASURE_S:
        started = time.perf_counter()
        session.run(None, inputs)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def main(arguments: Sequence[str]) -> int:
    """The process: compares with the CPU, measures, prints."""
    graph, provider, options, threads = arguments
    opened = []
    for providers in ([_CPU], [(provider, json.loads(options)), _CPU]):
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = int(threads)
        settings.log_severity_level = 3
        opened.append(ort.InferenceSession(graph, settings, providers=providers))
    (wanted,) = opened[0].get_inputs()
    generator = np.random.default_rng(0)
    inputs = {wanted.name: generator.normal(size=wanted.shape).astype(np.float32)}
    worst = 0.0
    for ours, theirs in zip(*(one.run(None, inputs) for one in opened), strict=True):
        scale = float(np.abs(ours).max()) or 1.0
        difference = float(np.abs(ours - theirs).max()) / scale
        worst = max(worst, difference if np.isfinite(difference) else np.inf)
    sys.stdout.write(json.dumps({"seconds": measure(opened[1], inputs), "difference": worst}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
