"""The workflow runs what .ci/run and the Makefile run, and on Windows what README says."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "test.yml"


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return parsed


def commands(job: dict[str, Any]) -> list[str]:
    """What a job runs on each of its systems."""
    return [step["run"] for step in job["steps"] if "run" in step and "if" not in step]


def code_of(text: str, begins: str) -> list[str]:
    """The lines of a document's code that begin so."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(begins)]


def test_it_runs_what_ci_runs(jobs: dict[str, Any]) -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    asked = [line for line in ci if line.startswith("make ")]
    assert commands(jobs["make"]) == asked
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in asked:
        target = shlex.split(command)[1]
        assert re.search(rf"^{target}: ", makefile, flags=re.MULTILINE), target


def test_it_runs_on_the_systems_and_versions_that_are_promised(jobs: dict[str, Any]) -> None:
    systems = jobs["make"]["strategy"]["matrix"]["os"]
    assert [system.split("-")[0] for system in systems] == ["ubuntu", "macos"]
    assert int(systems[1].split("-")[1]) >= 14  # the first that is Apple silicon
    assert jobs["windows"]["runs-on"].startswith("windows-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for job in jobs.values():
        oldest, newest = job["strategy"]["matrix"]["python"]
        assert project["requires-python"] == f">={oldest}"
        assert newest == "3.13"
        assert not any(step.get("continue-on-error") for step in job["steps"])
        (setup,) = (step for step in job["steps"] if "setup-python" in step.get("uses", ""))
        assert setup["with"]["python-version"] == "${{ matrix.python }}"


def test_windows_runs_what_readme_says(jobs: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tests = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
    installs = code_of(readme, "py ") + code_of(readme, ".venv\\Scripts\\python ")
    asked = installs + code_of(tests, ".venv\\Scripts\\python ")
    assert len(asked) == 4
    assert commands(jobs["windows"]) == asked
    assert code_of(readme, ".venv\\Scripts\\streamlit") == [
        ".venv\\Scripts\\streamlit run streamlit_app.py"
    ]
    quick = re.search(
        r'pytest .*(-m "not browser")', (ROOT / "Makefile").read_text(encoding="utf-8")
    )
    assert quick is not None
    assert asked[-1].endswith(f"-m pytest {quick[1]}")
