"""Which module may import which: layers, libraries, circles, names; tests and benches too.

Imports are read by `ast`, so an import inside a function or under TYPE_CHECKING counts like one at
the top of a file. Each failure names the file at fault.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("pipeline", "training", "export")

# What a module whose name begins with the key must not import.
LAYERS = {
    "pipeline": {"streamlit_app", "training", "export", "tests"},
    "training": {"streamlit_app", "pipeline.web", "export", "tests"},
    "export": {"streamlit_app", "pipeline.web", "tests"},
    "streamlit_app": {"training", "export", "tests"},
    "pipeline.web.routes": {"pipeline.web.ui"},
    "pipeline.web.state": {"pipeline.web.ui", "pipeline.web.routes"},
    "pipeline.captioning": {"pipeline.speech", "pipeline.history"},
}
# pipeline/web is the top layer of pipeline: the rest of pipeline does not know it.
WEB = "pipeline.web"

# Where a library may be imported. Nothing is said of a library that is not named here.
LIBRARIES = {
    "streamlit": {"streamlit_app", "pipeline.web.ui"},
    "streamlit_webrtc": {"streamlit_app", "pipeline.web.ui"},
    "starlette": {"streamlit_app", "pipeline.web.routes", "pipeline.api"},
    "pydantic": {"pipeline.api"},
    "uvicorn": {"pipeline.api"},
    "ray": {"pipeline.batch.ray_engine"},
    "pyarrow": {"pipeline.batch"},
    "torch": {"training", "export"},
}

# What each folder of training may import of training, beside itself and the leaves, which import
# nothing of it. The commands stand above the folders.
TRAINING_LEAVES = {"training.config", "training.errors"}
TRAINING_LAYERS = {
    "training.data": set[str](),
    "training.networks": set[str](),
    "training.optimisation": {"training.data", "training.networks"},
    "training.scoring": {"training.data"},
    "training.calibration": {"training.data", "training.scoring"},
    "training.translation": {"training.networks"},
}

# Base names that more than one module has, and what the name means in each of them.
NAMES_THAT_RECUR = {
    "errors": "the exceptions of a package",
    "english": "code for the English language: its phrases, its neutral wording",
    "french": "code for the French language: its phrases, its neutral wording",
    "translation": "captions in another language: what translates them, and what trains that",
    "history": "the kept descriptions: the package, and the routes that serve them",
}
# The same for a name that may recur only because one of its modules is a command of the README.
NAMES_OF_COMMANDS = {
    "peers": "other models' scores: the command `python -m training.peers`, and their file",
    "export": "the package with the commands `python -m export.*`; history/export.py writes files",
}


@dataclass(frozen=True)
class Module:
    """A file and the names that it imports, each as long as the file has it."""

    name: str
    path: Path
    imports: frozenset[str]

    @property
    def file(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imported(path: Path, package: str) -> Iterator[str]:
    """Every imported name: `from a import b` gives "a.b", `import a.b` gives "a.b"."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(parents if node.level else []), *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def read(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts).removesuffix(".__init__")
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return Module(name, path, frozenset(imported(path, package)))


def modules(*folders: str) -> dict[str, Module]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {module.name: module for module in map(read, paths)}


CODE = modules(*FOLDERS) | {"streamlit_app": read(ROOT / "streamlit_app.py")}
TESTS = modules("tests")


def targets(module: Module, known: dict[str, Module]) -> set[str]:
    """The modules of `known` that a module imports; a name inside of one counts as that one."""
    found = set()
    for name in module.imports:
        while name and name not in known:
            name = name.rpartition(".")[0]
        found.add(name)
    return found - {"", module.name}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The first circle that a search in depth meets, its first module last again; or []."""
    done: set[str] = set()

    def follow(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := follow(other, [*way, name]):
                return found
        done.add(name)
        return []

    return next(filter(None, (follow(name, []) for name in sorted(graph))), [])


def test_every_layer_imports_only_the_layers_below() -> None:
    assert {name.split(".")[0] for name in CODE} == {*FOLDERS, "streamlit_app"}
    wrong = [
        f"{module.file} imports {name}"
        for module in CODE.values()
        for layer, forbidden in LAYERS.items()
        if is_in(module.name, layer)
        for name in sorted(module.imports)
        if any(is_in(name, one) for one in forbidden)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_rest_of_pipeline_does_not_know_the_web() -> None:
    wrong = [
        f"{module.file} imports {name}"
        for module in CODE.values()
        if is_in(module.name, "pipeline") and not is_in(module.name, WEB)
        for name in sorted(module.imports)
        if is_in(name, WEB)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_imported_only_where_it_may_be(library: str) -> None:
    using = [
        module for module in CODE.values() if any(is_in(name, library) for name in module.imports)
    ]
    assert using, f"nothing imports {library}: the rule is out of date"
    wrong = [
        f"{module.file} imports {library}"
        for module in using
        if not any(is_in(module.name, place) for place in LIBRARIES[library])
    ]
    assert not wrong, "\n".join(wrong)


def test_a_folder_of_training_imports_only_the_folders_below_it() -> None:
    known = modules("training")
    folders = {name.rpartition(".")[0] for name in known if name.count(".") == 2}
    assert folders == set(TRAINING_LAYERS)
    wrong = [
        f"{module.file} imports {name}"
        for folder, below in TRAINING_LAYERS.items()
        for module in known.values()
        if is_in(module.name, folder)
        for name in sorted(targets(module, known) - {"training"})
        if not any(is_in(name, one) for one in below | TRAINING_LEAVES | {folder})
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("leaf", sorted(TRAINING_LEAVES))
def test_a_leaf_of_training_imports_nothing_of_training(leaf: str) -> None:
    known = modules("training")
    assert not targets(known[leaf], known)


@pytest.mark.parametrize("folder", [*FOLDERS, "tests"])
def test_no_module_imports_itself_through_others(folder: str) -> None:
    known = modules(folder)
    graph = {name: targets(module, known) for name, module in known.items()}
    found = circle(graph)
    assert not found, " -> ".join(found)


def test_a_base_name_has_one_meaning() -> None:
    by_name = defaultdict(list)
    for module in CODE.values():
        base = module.name.rpartition(".")[2]
        if not base.startswith("__"):
            by_name[base].append(module.file)
    may_recur = NAMES_THAT_RECUR | NAMES_OF_COMMANDS
    wrong = [
        f"{base}: {' and '.join(files)}"
        for base, files in sorted(by_name.items())
        if len(files) > 1 and base not in may_recur
    ]
    assert not wrong, "\n".join(wrong)


def test_what_tests_share_is_in_a_module_of_its_own() -> None:
    """No test imports another test, a conftest or a bench; nor does a bench import a test."""
    wrong = []
    for module in TESTS.values():
        bench = is_in(module.name, "tests.bench")
        for name in sorted(targets(module, TESTS)):
            base = name.rpartition(".")[2]
            if base.startswith("test_") or base == "conftest":
                wrong.append(f"{module.file} imports {name}")
            elif is_in(name, "tests.bench") and not bench:
                wrong.append(f"{module.file} imports the bench {name}")
    assert not wrong, "\n".join(wrong)
