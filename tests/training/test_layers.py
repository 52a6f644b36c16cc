"""The layers inside training/: commands on top, folders below them, config and errors as leaves."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAVES = {"config", "errors"}
# What the modules of each folder may import of training/, beside the leaves and their own folder.
LAYERS = {
    "data": set[str](),
    "networks": set[str](),
    "optimisation": {"data", "networks"},
    "scoring": {"data"},
    "calibration": {"data", "scoring"},
}


def modules() -> dict[str, set[str]]:
    """By module of training/, in dotted form: the modules of training/ that it imports."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "training").rglob("*.py")
    }
    found = {}
    for name, path in files.items():
        asked: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                asked |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                asked |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        # A package counts only where nothing inside of it is meant.
        exact = asked & set(files)
        found[name] = {one for one in exact if not any(o.startswith(f"{one}.") for o in exact)}
    return found


def test_a_folder_imports_only_the_folders_below_it() -> None:
    found = modules()
    assert {name.split(".")[1] for name in found if name.count(".") == 2} == set(LAYERS)
    for name, imports in found.items():
        parts = name.split(".")
        if len(parts) < 2 or parts[1] not in LAYERS:
            continue
        may = LAYERS[parts[1]] | LEAVES | {parts[1]}
        wrong = {one for one in imports if one.split(".")[1:2] and one.split(".")[1] not in may}
        assert not wrong, f"{name} imports {sorted(wrong)}"


def test_config_and_errors_import_nothing_of_training() -> None:
    found = modules()
    for leaf in LEAVES:
        assert not found[f"training.{leaf}"], leaf


def test_no_module_imports_itself_through_others() -> None:
    left = modules()
    while left:
        ready = [name for name, imports in left.items() if not imports & set(left)]
        assert ready, f"a circle among {sorted(left)}"
        for name in ready:
            del left[name]


def test_only_one_module_reads_and_writes_checkpoints() -> None:
    users = set()
    for folder in ("training", "export"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "torch.save(" in text or '"model_config"' in text:
                users.add(path.relative_to(ROOT).as_posix())
    assert users == {"training/networks/checkpoint.py"}
