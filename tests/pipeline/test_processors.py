"""Processor cores from affinity and from made-up control groups."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.processors import available_cores, encoder_threads

if sys.platform != "linux":
    pytest.skip("control groups and affinity are Linux's", allow_module_level=True)

CORES = len(os.sched_getaffinity(0))
V1 = "cpu.cfs_quota_us", "cpu.cfs_period_us"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"proc/self/cgroup": "0::/\n"},
        {"proc/self/cgroup": "0::/app\n", "sys/fs/cgroup/app/cpu.max": "max 100000\n"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "99900000 100000\n"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "nonsense\n"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "1 0\n"},
        {"proc/self/cgroup": "\n:\nx\n"},
        {
            "proc/self/cgroup": "4:cpu,cpuacct:/\n",
            f"sys/fs/cgroup/cpu,cpuacct/{V1[0]}": "-1\n",
            f"sys/fs/cgroup/cpu,cpuacct/{V1[1]}": "100000\n",
        },
    ],
    ids=["none", "root", "max", "more", "nonsense", "zero", "lines", "version1"],
)
def test_without_a_limit_the_cores_are_those_of_the_affinity(
    tmp_path: Path, files: dict[str, str]
) -> None:
    assert available_cores(write(tmp_path, files)) == CORES


@pytest.mark.parametrize(
    "files",
    [
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "150000 100000\n"},
        {"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"},
        {
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/cpu.max": "100000 100000\n",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
        },
        {
            "proc/self/cgroup": "9:memory:/x\n4:cpu,cpuacct:/docker/1\n",
            f"sys/fs/cgroup/cpu,cpuacct/{V1[0]}": "100000\n",
            f"sys/fs/cgroup/cpu,cpuacct/{V1[1]}": "100000\n",
        },
        {
            "proc/self/cgroup": "4:cpuacct,cpu:/docker/1\n",
            f"sys/fs/cgroup/cpu/docker/1/{V1[0]}": "20000\n",
            f"sys/fs/cgroup/cpu/docker/1/{V1[1]}": "100000\n",
        },
    ],
    ids=["root", "parent", "parent-of-max", "version1", "version1-linked"],
)
def test_a_quota_of_one_core_and_a_bit_is_one_core(tmp_path: Path, files: dict[str, str]) -> None:
    assert available_cores(write(tmp_path, files)) == 1


def test_a_quota_of_two_cores_is_two_where_there_are_two(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}
    assert available_cores(write(tmp_path, files)) == min(2, CORES)


def test_a_process_on_one_core_has_one(tmp_path: Path) -> None:
    code = (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);"
        "from pipeline.processors import available_cores; print(available_cores())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


def test_a_core_is_left_for_the_page_from_three_on() -> None:
    assert [encoder_threads(cores) for cores in (1, 2, 3, 4, 5, 64)] == [1, 2, 2, 3, 4, 4]


@pytest.mark.skipif(CORES == 1, reason="on one core NumPy has one thread anyway")
def test_numpy_multiplies_on_the_thread_that_asks() -> None:
    """Its others would wait in loops for the next product, on the core of another photo."""
    program = (
        "import os, pipeline, numpy; one = numpy.ones((900, 900)); one @ one;"
        "print(len(os.listdir('/proc/self/task')))"
    )
    env = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    found = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert int(found.stdout) == 1
