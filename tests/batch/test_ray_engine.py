"""An archive by Ray: on several nodes, all of this machine, one of which is lost; and alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.batch.row import Row
from pipeline.batch.table import read_table
from tests.api.server import photo
from tests.data.tiny_files import TINY

pytest.importorskip("ray", reason="Ray is an extra: make ray")

ROOT = Path(__file__).parents[2]
WAIT_S = 120.0
PHOTOS, EACH_DAMAGED = 1200, 50
DAMAGED = PHOTOS // EACH_DAMAGED
# Nothing of the cluster is told to others, or can be reached from another machine.
PRIVATE = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # else Ray would take this machine's own address
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
# In a process of its own: Ray leaves files open and warns of them.
CLUSTER = """
import sys
from ray.cluster_utils import Cluster

seen = {"health_check_period_ms": 500, "health_check_initial_delay_ms": 0}
node = {"num_cpus": 1, "object_store_memory": 80_000_000}
head = {"include_dashboard": False, "_system_config": seen}
cluster = Cluster(initialize_head=True, head_node_args={**node, **head})
lost, _ = cluster.add_node(**node), cluster.add_node(**node)
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(lost, allow_graceful=False)
print("lost", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    photos = [photo(colour) for colour in ("red", "green", "blue")]
    for number in range(PHOTOS):
        data = photos[number % 3]
        (folder / f"{number:04}.jpg").write_bytes(data if number % EACH_DAMAGED else data[:200])
    return folder


@pytest.fixture(scope="module")
def expected(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    table = tmp_path_factory.mktemp("expected") / "alt.jsonl"
    subprocess.run(command(archive, "--out", table), cwd=ROOT, check=False, capture_output=True)
    return read_table(table)


def command(*arguments: object, assets: Path = TINY) -> list[str]:
    own = (*arguments, "--assets", assets)
    return [sys.executable, "-m", "pipeline", "describe", *map(str, own)]


def rows_of(table: Path) -> list[Row]:
    return sorted((Row.read(row) for row in pq.read_table(table).to_pylist()), key=photo_of)


def photo_of(row: Row) -> str:
    return row.photo


def test_a_lost_node_loses_no_row_and_doubles_none(
    archive: Path, expected: list[Row], tmp_path: Path
) -> None:
    table, environment = tmp_path / "alt.parquet", os.environ | PRIVATE
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as cluster:  # fmt: skip
        assert cluster.stdout is not None
        assert cluster.stdin is not None
        address = cluster.stdout.readline().strip()
        with subprocess.Popen(
            command(archive, "--out", table, "--engine", "ray", "--ray-address", address),
            env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as run:  # fmt: skip
            assert run.stderr is not None
            err = [run.stderr.readline()]
            while "damaged" not in err[-1]:  # the first row that tells of itself
                assert err[-1], err
                err.append(run.stderr.readline())
            cluster.stdin.write("\n")
            cluster.stdin.flush()
            assert cluster.stdout.readline() == "lost\n"
            assert run.poll() is None
            out, left = run.communicate(timeout=WAIT_S)
        cluster.communicate("\n", timeout=WAIT_S)
    told = "".join(err) + left
    assert (run.returncode, told.count("damaged")) == (1, DAMAGED), told
    assert "Traceback" not in told
    assert f"{PHOTOS} photos, {DAMAGED} of them without" in out
    assert rows_of(table) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="looks at sockets as only Linux can")
def test_alone_it_is_reached_from_this_machine_only(
    archive: Path, expected: list[Row], tmp_path: Path
) -> None:
    table = tmp_path / "alt.parquet"
    with subprocess.Popen(
        command(archive.as_uri(), "--out", table.as_uri(), "--engine", "ray", "--processes", 1),
        cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        assert run.stderr is not None
        assert any("damaged" in line for line in iter(run.stderr.readline, ""))
        addresses = listening(run.pid)
        run.communicate(timeout=WAIT_S)
    assert addresses
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F", f"{'0' * 24}01000000"}
    base = f"{archive.as_uri()}/"
    found = [row.photo.removeprefix(base) for row in rows_of(table)]
    assert found == [Path(row.photo).name for row in expected]


def listening(pid: int) -> set[str]:
    """Where a process and those that it began listen, as the kernel writes addresses."""
    inodes = set()
    for one in family(pid):
        for link in Path(f"/proc/{one}/fd").iterdir():
            try:
                inodes.add(os.readlink(link))
            except OSError:
                continue
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            local, state, inode = (line.split()[place] for place in (1, 3, 9))
            if state == "0A" and f"socket:[{inode}]" in inodes:
                found.add(local.partition(":")[0])
    return found


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def test_a_cluster_that_is_not_there_is_said(archive: Path, tmp_path: Path) -> None:
    cluster = ("--engine", "ray", "--ray-address", "[::1]:1")
    run = subprocess.run(
        command(archive, "--out", tmp_path / "a.csv", *cluster),
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2
    assert "no Ray cluster at [::1]:1" in run.stderr


def test_a_damaged_model_is_said(archive: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "assets"
    shutil.copytree(TINY, damaged)
    (damaged / "encoder.onnx").write_bytes(b"no model")
    run = subprocess.run(
        command(archive, "--out", tmp_path / "a.csv", "--engine", "ray", assets=damaged),
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.splitlines()[-1].startswith("The model file encoder.onnx is damaged.")
