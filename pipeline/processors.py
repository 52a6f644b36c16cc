"""How many processor cores this process may keep busy: its affinity and its container's quota."""

from __future__ import annotations

import math
import os
from pathlib import Path, PurePosixPath

ROOT = Path("/")
# The encoder gains nothing from a fifth.
MOST_THREADS = 4


def encoder_threads(cores: int) -> int:
    """The threads of one call of the encoder, at least 1.

    A core is left for the page. Of two cores both are used: a call lasts some 20 ms, which nobody
    notices on the page, and takes nearly twice as long on one.

    Args:
        cores: what `available_cores` returned.
    """
    return max(1, min(cores, max(cores - 1, 2), MOST_THREADS))


def available_cores(root: Path = ROOT) -> int:
    """The cores that this process may keep busy, at least 1; a part of a core counts as none.

    Args:
        root: folder that has `proc` and `sys`, as Linux does; without them there is no quota.
    """
    cores = _allowed()
    quota = _quota(root)
    return cores if quota is None else max(1, min(cores, math.floor(quota)))


def _allowed() -> int:
    if hasattr(os, "sched_getaffinity"):  # os.process_cpu_count is of Python 3.13
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(root: Path) -> float | None:
    """The smallest quota, in cores, of this process's control groups; None without any.

    Linux counts a group's time and its parents': each may have a limit. Version 2 has all limits
    in one tree, version 1 a tree for processors alone. Within a container the path may be one of
    the host's, which is not there: its root then holds the limit.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    quotas = []
    for line in lines:
        _, kinds, path = (*line.split(":", 2), "", "")[:3]
        if not kinds:
            trees = [root / "sys/fs/cgroup"]
        elif "cpu" in kinds.split(","):
            trees = [root / "sys/fs/cgroup" / name for name in (kinds, "cpu")]
        else:
            continue
        inner = PurePosixPath(path.lstrip("/"))
        folders = [tree / part for tree in trees for part in (inner, *inner.parents)]
        read = _quota_v1 if kinds else _quota_v2
        quotas += [quota for folder in folders if (quota := read(folder)) is not None]
    return min(quotas, default=None)


def _quota_v2(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        return int(quota) / int(period)  # "max" is no number: no limit
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _quota_v1(folder: Path) -> float | None:
    try:
        quota, period = (
            int((folder / f"cpu.cfs_{name}_us").read_text(encoding="utf-8"))
            for name in ("quota", "period")
        )
        return quota / period if quota > 0 else None  # -1 is no limit
    except (OSError, ValueError, ZeroDivisionError):
        return None
