from __future__ import annotations

import json

import pytest

from pipeline.captioning.contract import CONTRACT_FILE, ModelContract
from pipeline.errors import ModelError
from tests.data.tiny_files import TINY


def test_what_is_saved_is_what_is_loaded(tmp_path) -> None:
    contract = ModelContract.load(TINY)
    contract.save(tmp_path)
    assert ModelContract.load(tmp_path) == contract


def test_a_missing_contract_names_the_folder_but_no_path(tmp_path) -> None:
    with pytest.raises(ModelError, match="The model is missing") as caught:
        ModelContract.load(tmp_path / "gone")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_size", 0),
        ("heads", 3),
        ("std", [0.5, 0.5, 0.0]),
        ("mean", [0.5, 0.5]),
        ("languages", []),
        ("confidence_file", ""),
        ("beam_size", 0),
        ("layers", "many"),
        ("grid", [4]),
        ("grid", [4, 0]),
        ("max_length", -1),
    ],
)
def test_a_value_out_of_range_is_refused(field: str, value: object, tmp_path) -> None:
    raw = json.loads((TINY / CONTRACT_FILE).read_text())
    raw[field] = value
    (tmp_path / CONTRACT_FILE).write_text(json.dumps(raw))
    with pytest.raises(ModelError):
        ModelContract.load(tmp_path)


@pytest.mark.parametrize("change", ["lacks", "adds", "garbage"])
def test_another_versions_contract_is_refused(change: str, tmp_path) -> None:
    raw = json.loads((TINY / CONTRACT_FILE).read_text())
    if change == "lacks":
        del raw["heads"]
    if change == "adds":
        raw["new"] = 1
    text = "{" if change == "garbage" else json.dumps(raw)
    (tmp_path / CONTRACT_FILE).write_text(text)
    with pytest.raises(ModelError):
        ModelContract.load(tmp_path)
