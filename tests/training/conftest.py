"""Prepared data with one language and with two, and one finished run, made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from tests.data.tiny_files import write_world
from tests.training.runs import trainer


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("world") / "data"
    write_world(folder, {"train": 18, "dev": 6, "test": 6})
    (folder / "captions.fr.tsv").unlink()  # `bilingual` has French
    return folder


@pytest.fixture(scope="session")
def finished(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    trainer(data, run).train()
    return run


@pytest.fixture(scope="session")
def bilingual(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world of shapes, of which every other photo has a French caption."""
    folder = tmp_path_factory.mktemp("bilingual") / "data"
    shutil.copytree(data, folder)
    lines = ["image\tsplit\tcaption"]
    for split, count in (("train", 18), ("dev", 6)):
        lines += [f"{split}{n}.jpg\t{split}\tUne forme sur un fond" for n in range(0, count, 2)]
    (folder / "captions.fr.tsv").write_text("\n".join(lines) + "\n")
    return folder
