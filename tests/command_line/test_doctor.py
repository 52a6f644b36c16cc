"""`python -m pipeline --doctor`: a report on this machine, whatever is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import onnxruntime as ort
import pytest

from pipeline.captioning.remembered_choices import RememberedChoices
from pipeline.errors import ErrorCode
from pipeline.folders import cache_folder
from tests.data.tiny_files import TINY

ROOT = Path(__file__).parents[2]


def report(assets: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "--doctor", "--assets", str(assets)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def test_it_tells_what_a_bug_report_needs() -> None:
    RememberedChoices(cache_folder()).keep("machine", "float")
    done = report(TINY)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for wanted in (
        f"package  onnxruntime {ort.__version__}",
        "voice    hibari: en",
        "camera   the browser opens it and asks for permission",
        "model    encoder: ",
        "model    ready after ",
    ):
        assert any(line.startswith(wanted) for line in lines), wanted
    assert sum(line.startswith("file     ") for line in lines) == 3
    assert RememberedChoices(cache_folder()).get("machine") is None  # measured anew
    assert str(Path.home()) not in done.stdout  # it is pasted where everybody reads


@pytest.mark.parametrize("broken", ["encoder.onnx", "contract.json", "vocabulary.json"])
def test_a_broken_model_is_said_without_a_traceback(tmp_path: Path, broken: str) -> None:
    shutil.copytree(TINY, tmp_path / "model")
    (tmp_path / "model" / broken).write_bytes(b"broken")
    done = report(tmp_path / "model")
    assert done.returncode == 1
    assert broken in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "voice    hibari: en" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_report_that_cannot_be_written_ends_in_a_sentence() -> None:
    command = [sys.executable, "-m", "pipeline", "--doctor", "--assets", str(TINY)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert (done.returncode, done.stderr) == (2, f"{ErrorCode.OUTPUT_NOT_WRITTEN.value}\n")
