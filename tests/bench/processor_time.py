"""Processor time, by which programs can be compared on a machine that is busy with others."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def processor_s(pid: int) -> float:
    """Seconds of processor time of a process and all that descend from it and still run."""
    parents, used = dict[int, int](), dict[int, int]()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            values = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(values[1])
            used[int(path.parent.name)] = int(values[11]) + int(values[12])
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(used[one] for one in found) / os.sysconf("SC_CLK_TCK")
