"""How the encoder is opened: what is tried, measured, remembered and left."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import onnxruntime as ort
import pytest

from pipeline.captioning import onnx_session
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.encoder_session import (
    COMPUTE_UNITS,
    NONE,
    Way,
    compute_units,
    open_encoder,
)
from pipeline.captioning.onnx_session import COREML, CPU
from pipeline.captioning.provider_probe import Probed, ProviderError, probe
from pipeline.captioning.remembered_choices import FILE, RememberedChoices
from pipeline.errors import ModelError
from tests.captioning.failing_accelerator import add_accelerator
from tests.data.tiny_files import TINY

ENCODER = TINY / "encoder.onnx"


def two_ways(folder: Path) -> ModelContract:
    """The tiny model with a second encoder, which computes the same."""
    shutil.copytree(TINY, folder)
    shutil.copy(folder / "encoder.onnx", folder / "encoder_8bit.onnx")
    contract = ModelContract.load(folder)
    contract = dataclasses.replace(contract, encoder_8bit_file="encoder_8bit.onnx")
    contract.save(folder)
    return contract


def test_a_provider_is_tried_in_a_process_of_its_own() -> None:
    found = probe(ENCODER, CPU, {}, 1)
    assert found.difference == 0
    assert 0 < found.seconds < 5


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import time; time.sleep(60)", "no answer within 1 s"),
        ("import os; os.abort()", "ended with status"),
        ("raise MemoryError('the Neural Engine is full')", "the Neural Engine is full"),
        ("print('{}')", "unexpected answer"),
        ("print('nonsense')", "unexpected answer"),
    ],
    ids=["hangs", "aborts", "raises", "empty", "nonsense"],
)
def test_a_provider_that_fails_takes_nothing_with_it(code: str, why: str) -> None:
    limit_s = 1.0 if "sleep" in code else 60.0
    with pytest.raises(ProviderError, match=why):
        probe(ENCODER, CPU, {}, 1, limit_s=limit_s, command=(sys.executable, "-c", code))


def test_an_unknown_option_or_provider_is_said() -> None:
    with pytest.raises(ProviderError):
        probe(ENCODER, "NoSuchProvider", {"odd": "1"}, 1)


class Machine:
    """Compute units as a machine has them: seconds, or what is raised."""

    def __init__(self, **found: float | ProviderError | Probed) -> None:
        self.found, self.asked = found, list[str]()

    def __call__(self, path: Path, provider: str, options: dict[str, str], threads: int) -> Probed:
        units = options["MLComputeUnits"] if provider == COREML else NONE
        self.asked.append(units)
        answer = self.found.get(units, 1.0)
        if isinstance(answer, ProviderError):
            raise answer
        return answer if isinstance(answer, Probed) else Probed(answer, 0.001)


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose onnxruntime says that it has CoreML."""
    monkeypatch.setattr(ort, "get_available_providers", lambda: [COREML, CPU])


def choose(folder: Path, machine: Machine) -> tuple[str, list[str]]:
    tried: list[str] = []
    choices = RememberedChoices(folder)
    units = compute_units(ENCODER, ENCODER, 1, folder, choices, "key", tried, machine)
    return units, tried


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ({"CPUAndNeuralEngine": 0.01, "CPUAndGPU": 0.02}, "CPUAndNeuralEngine"),
        ({"CPUAndNeuralEngine": Probed(0.01, 0.5), "ALL": 0.02}, "ALL"),
        ({"CPUAndNeuralEngine": Probed(0.01, float("inf")), "CPUOnly": 0.02}, "CPUOnly"),
        ({"CPUAndNeuralEngine": ProviderError("cannot compile"), "CPUAndGPU": 0.3}, "CPUAndGPU"),
        ({NONE: 0.01}, NONE),
        (dict.fromkeys(COMPUTE_UNITS, ProviderError("cannot compile")), NONE),
    ],
    ids=["fastest", "wrong", "no-number", "fails", "slower-than-the-cpu", "all-fail"],
)
@pytest.mark.usefixtures("mac")
def test_the_fastest_units_that_compute_rightly_are_chosen_and_remembered(
    tmp_path: Path, found: dict[str, float | Probed | ProviderError], wanted: str
) -> None:
    machine = Machine(**found)
    units, tried = choose(tmp_path, machine)
    assert units == wanted
    assert machine.asked == [*COMPUTE_UNITS, NONE]
    assert len(tried) == len(COMPUTE_UNITS) + 1
    again = Machine()
    assert choose(tmp_path, again)[0] == wanted
    assert again.asked == []


@pytest.mark.usefixtures("mac")
def test_units_that_hang_end_the_trying(tmp_path: Path) -> None:
    machine = Machine(CPUAndNeuralEngine=ProviderError("no answer within 60 s"))
    units, tried = choose(tmp_path, machine)
    assert (units, machine.asked) == (NONE, ["CPUAndNeuralEngine"])
    assert tried == ["CoreML CPUAndNeuralEngine: no answer within 60 s"]


@pytest.mark.skipif(COREML in ort.get_available_providers(), reason="this machine has CoreML")
@pytest.mark.usefixtures("mac")
def test_without_coreml_behind_its_name_the_cpu_computes_and_the_reason_is_kept(
    tmp_path: Path,
) -> None:
    contract = ModelContract.load(TINY)
    opened = open_encoder(TINY, contract, threads=1, accelerate=True, cache=tmp_path)
    assert (opened.provider, opened.way) == (CPU, Way.FLOAT)
    assert "CoreML CPUAndNeuralEngine: " in opened.why


def test_the_faster_of_two_ways_is_remembered(tmp_path: Path) -> None:
    contract = two_ways(tmp_path / "model")

    def opened() -> tuple[Way, str]:
        found = open_encoder(
            tmp_path / "model", contract, threads=1, accelerate=False, cache=tmp_path / "cache"
        )
        return found.way, found.why

    way, why = opened()
    assert "8bit: " in why
    assert "float: " in why
    assert opened() == (way, "as measured before")
    kept = tmp_path / "cache" / FILE
    ((key, value),) = json.loads(kept.read_text()).items()
    assert value == way
    for other in Way.FLOAT, Way.EIGHT_BIT:
        kept.write_text(json.dumps({key: other}))
        assert opened() == (other, "as measured before")
    for broken in ("[]", "{", json.dumps({key: 5}), json.dumps({key: "odd"})):
        kept.write_text(broken)
        assert opened()[1] != "as measured before"
    with (tmp_path / "model" / "encoder_8bit.onnx").open("ab") as file:
        file.write(b"\x5a\x00")  # an empty field: another file, the same graph
    assert opened()[1] != "as measured before"


def test_who_may_not_measure_computes_in_8_bits_and_nothing_is_remembered(tmp_path: Path) -> None:
    contract, cache = two_ways(tmp_path / "model"), tmp_path / "cache"

    def opened(may_measure: bool) -> tuple[Way, str]:
        found = open_encoder(
            tmp_path / "model",
            contract,
            threads=1,
            accelerate=False,
            cache=cache,
            may_measure=may_measure,
        )
        return found.way, found.why

    assert opened(False) == (Way.EIGHT_BIT, "not measured yet")
    assert not cache.exists()
    way, _ = opened(True)
    assert opened(False) == (way, "as measured before")


def test_a_memory_that_cannot_be_kept_costs_time_alone(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    contract = two_ways(tmp_path / "model")
    opened = open_encoder(
        tmp_path / "model", contract, threads=1, accelerate=False, cache=tmp_path / "cache"
    )
    assert "8bit: " in opened.why


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    contract = two_ways(tmp_path / "model")
    (tmp_path / "model" / "encoder_8bit.onnx").unlink()
    with pytest.raises(ModelError, match=r"encoder_8bit\.onnx"):
        open_encoder(tmp_path / "model", contract, threads=1, accelerate=False, cache=tmp_path)


def test_an_accelerator_with_other_words_is_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    add_accelerator(monkeypatch, 2, "lies")  # after the start and the warming up
    captioner = Captioner.load(TINY)
    assert captioner.provider == CPU
    assert captioner.opened is not None
    assert captioner.opened.way is Way.FLOAT
    assert "other words than the CPU" in captioner.opened.why
    assert "other words than the CPU" in caplog.text
    assert onnx_session.accelerators() == [("Odd", {})]


@pytest.mark.skipif(COREML not in ort.get_available_providers(), reason="CoreML is on Macs only")
def test_coreml_is_tried_with_the_shipped_model_and_the_answer_is_explained(tmp_path: Path) -> None:
    assets = Path(__file__).parents[2] / "assets"
    contract = ModelContract.load(assets)
    opened = open_encoder(assets, contract, threads=2, accelerate=True, cache=tmp_path)
    assert opened.why.count("CoreML") == len(COMPUTE_UNITS) + 1
    again = open_encoder(assets, contract, threads=2, accelerate=True, cache=tmp_path)
    assert "as measured before" in again.why
    assert again.way is opened.way
