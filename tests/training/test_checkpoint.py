"""The layout of a checkpoint is known to one module."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_only_one_module_each_reads_and_writes_checkpoints() -> None:
    users = set()
    for folder in ("training", "export"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "torch.save(" in text or '"model_config"' in text:
                users.add(path.relative_to(ROOT).as_posix())
    # One for the captioner's, one for the translator's.
    assert users == {"training/networks/checkpoint.py", "training/translation/run.py"}
