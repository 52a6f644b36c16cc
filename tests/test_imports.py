"""The direction of imports: streamlit_app -> pipeline <- training <- export."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What Streamlit draws beside streamlit_app.py.
DRAWN = {
    f"pipeline/page/{name}.py"
    for name in ("parts", "camera_tab", "photo_tab", "settings", "panel", "person", "result")
}
FORBIDDEN = {
    "pipeline": {"torch", "streamlit", "streamlit_app", "training", "export", "tests"},
    "training": {"streamlit", "streamlit_app", "export", "tests"},
    "export": {"streamlit", "streamlit_app", "tests"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    files = list((ROOT / folder).rglob("*.py"))
    assert files
    wrong = {str(path.relative_to(ROOT)): imported(path) & FORBIDDEN[folder] for path in files}
    for path in DRAWN:
        wrong.get(path, set()).discard("streamlit")
    assert not {path: names for path, names in wrong.items() if names}


def test_only_the_page_needs_what_draws_it() -> None:
    names = [Path(path).stem for path in DRAWN]
    for path in (ROOT / "pipeline").rglob("*.py"):
        if str(path.relative_to(ROOT)) not in DRAWN:
            source = path.read_text(encoding="utf-8")
            assert not [name for name in names if f"page.{name}" in source], path


def test_the_page_needs_no_torch() -> None:
    assert not imported(ROOT / "streamlit_app.py") & {"torch", "training", "export"}
