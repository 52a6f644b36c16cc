"""An archive on a cluster of several nodes, all on this machine, one of which is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.batch.table import read_table
from tests.api.server import photo
from tests.data.tiny_files import TINY
from tests.waiting import until

pytest.importorskip("ray", reason="Ray is an extra: pip install -r requirements-ray.txt")

ROOT = Path(__file__).parents[2]
WAIT_S = 120.0
PHOTOS = 600


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for number in range(PHOTOS):
        data = photo(("red", "green", "blue")[number % 3])
        (folder / f"{number:03}.jpg").write_bytes(data if number % 50 else data[:200])
    return folder


def command(*arguments: object) -> list[str]:
    own = ("--assets", TINY)
    return [sys.executable, "-m", "pipeline", "describe", *map(str, (*arguments, *own))]


# In a process of its own: Ray leaves files open and warns of them.
CLUSTER = """
import sys
from ray.cluster_utils import Cluster

seen = {"health_check_period_ms": 500, "health_check_initial_delay_ms": 0}
quiet = {"num_cpus": 1, "object_store_memory": 80_000_000, "node_ip_address": "127.0.0.1"}
cluster = Cluster(
    initialize_head=True,
    head_node_args={**quiet, "include_dashboard": False, "_system_config": seen},
)
lost, _ = cluster.add_node(**quiet), cluster.add_node(**quiet)
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(lost, allow_graceful=False)
print("lost", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def test_a_lost_node_loses_no_row_and_doubles_none(archive: Path, tmp_path: Path) -> None:
    whole, table = tmp_path / "whole.csv", tmp_path / "alt.csv"
    journal = tmp_path / ".alt.csv.part"
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as cluster:  # fmt: skip
        assert cluster.stdout is not None
        assert cluster.stdin is not None
        address = cluster.stdout.readline().strip()
        engine = ("--engine", "ray", "--ray-address", address)
        with subprocess.Popen(
            command(archive, "--out", table, *engine),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as run:
            assert until(lambda: journal.exists() and len(journal.read_bytes()) > 10_000, WAIT_S)
            cluster.stdin.write("\n")
            cluster.stdin.flush()
            assert cluster.stdout.readline() == "lost\n"
            rows = journal.read_bytes().count(b"\n") if journal.exists() else PHOTOS
            assert rows < PHOTOS / 2
            out, err = run.communicate(timeout=WAIT_S)
        cluster.communicate("\n", timeout=WAIT_S)
    assert run.returncode == 1, err
    assert "600 photos, 12 of them without" in out
    assert len(err.splitlines()) == 12, err
    subprocess.run(command(archive, "--out", whole), cwd=ROOT, check=False, capture_output=True)
    assert table.read_bytes() == whole.read_bytes()
    assert len(read_table(table)) == PHOTOS
