"""Opens the encoder in the way that is fastest here: accelerated, in 8 bits, or plain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort

from pipeline.captioning import contract as names
from pipeline.captioning import onnx_session
from pipeline.captioning.accelerated_session import AcceleratedSession
from pipeline.captioning.contract import ModelContract
from pipeline.captioning.onnx_session import (
    COREML,
    CPU,
    PARITY_BOUND,
    Array,
    open_session,
)
from pipeline.captioning.provider_probe import Probed, ProviderError, measure, probe
from pipeline.captioning.remembered_choices import RememberedChoices, measured_on
from pipeline.errors import ErrorCode, ModelError

# CoreML's compute units, tried in this order; the first stays when nothing can be measured.
COMPUTE_UNITS = ("CPUAndNeuralEngine", "CPUAndGPU", "ALL", "CPUOnly")
NONE = "CPU"  # none of CoreML's compute units is both right and faster than the CPU


class Way(StrEnum):
    """How the encoder computes."""

    ACCELERATED = "accelerated"
    EIGHT_BIT = "8bit"
    FLOAT = "float"


@dataclass(frozen=True)
class OpenedEncoder:
    """The encoder, and why it runs as it does.

    Attributes:
        session: runs it.
        way: how it computes.
        threads: processor threads of one call.
        on_cpu: opens it without an accelerator.
        why: what was tried and measured, for programmers; empty when there was no choice.
    """

    session: ort.InferenceSession | AcceleratedSession
    way: Way
    threads: int
    on_cpu: Callable[[], OpenedEncoder]
    why: str = ""

    @property
    def provider(self) -> str:
        """The execution provider, by its name in onnxruntime."""
        return str(self.session.get_providers()[0])

    @property
    def problem(self) -> str:
        """Why the accelerator was given up after it had begun; empty otherwise."""
        return self.session.problem if isinstance(self.session, AcceleratedSession) else ""


def open_encoder(
    folder: Path,
    contract: ModelContract,
    *,
    threads: int,
    accelerate: bool,
    cache: Path,
    may_measure: bool = True,
) -> OpenedEncoder:
    """Opens the encoder.

    What is measured is remembered for this machine, this onnxruntime and these files.

    Args:
        folder: holds the model.
        contract: of the model.
        threads: processor threads of one call.
        accelerate: whether it may run on CoreML or CUDA.
        cache: folder for what is remembered and for CoreML's compiled models.
        may_measure: whether to measure, on the CPU, what is not remembered; it takes a second.
            Else the encoder runs in 8 bits, which was faster on every processor so far.

    Raises:
        ModelError: a file is missing, damaged or not supported by this onnxruntime.
    """
    choices = RememberedChoices(cache)
    key = _key(folder, contract, threads)
    on_cpu = partial(_open_on_cpu, folder, contract, threads, choices, key, may_measure)
    compiled = cache / "coreml"
    found = onnx_session.accelerators(compiled) if accelerate else []
    if not found:
        return on_cpu()
    tried: list[str] = []
    units = None
    path = folder / contract.encoder_file
    if found[0][0] == COREML:
        beside = folder / (contract.encoder_8bit_file or contract.encoder_file)
        units = compute_units(path, beside, threads, compiled, choices, key, tried)
    if units != NONE:
        inputs = _inputs(contract)
        session = open_session(
            path, threads=threads, accelerate=True, probe=inputs, cache=compiled, units=units
        )
        if isinstance(session, AcceleratedSession):
            return OpenedEncoder(session, Way.ACCELERATED, threads, on_cpu, "; ".join(tried))
        tried.append(f"{found[0][0]} failed, or did not agree with the CPU")
    return replace(on_cpu(), why="; ".join(tried))


def _open_on_cpu(
    folder: Path,
    contract: ModelContract,
    threads: int,
    choices: RememberedChoices,
    key: str,
    may_measure: bool,
) -> OpenedEncoder:
    """The encoder in 8 bits or in float32, whichever is faster here."""
    on_cpu = partial(_open_on_cpu, folder, contract, threads, choices, key, may_measure)
    files = {Way.FLOAT: contract.encoder_file, Way.EIGHT_BIT: contract.encoder_8bit_file}
    way, why = Way.FLOAT, ""
    if contract.encoder_8bit_file:
        kept = choices.get(key)
        if kept in (Way.EIGHT_BIT, Way.FLOAT):
            way, why = Way(kept), "as measured before"
        elif not may_measure:
            way, why = Way.EIGHT_BIT, "not measured yet"
        else:
            seconds = {
                one: measure(open_session(folder / file, threads=threads), _inputs(contract))
                for one, file in files.items()
            }
            way = min(seconds, key=lambda one: seconds[one])
            choices.keep(key, way)
            why = ", ".join(f"{one}: {1000 * spent:.0f} ms" for one, spent in seconds.items())
    session = open_session(folder / files[way], threads=threads)
    return OpenedEncoder(session, way, threads, on_cpu, why)


def _inputs(contract: ModelContract) -> dict[str, Array]:
    size = contract.input_size
    pixels = np.random.default_rng(0).normal(size=(1, 3, size, size)).astype(np.float32)
    return {names.PIXELS: pixels}


def compute_units(
    path: Path,
    beside: Path,
    threads: int,
    cache: Path,
    choices: RememberedChoices,
    key: str,
    tried: list[str],
    try_provider: Callable[[Path, str, dict[str, str], int], Probed] = probe,
) -> str:
    """The fastest of CoreML's compute units that agrees with the CPU; `NONE` if the CPU is faster.

    Args:
        path: the encoder's graph in float32.
        beside: the graph that the CPU would compute instead.
        threads: processor threads of one call.
        cache: folder for CoreML's compiled models.
        choices: where the answer is remembered.
        key: under which.
        tried: gets a remark for each that was tried.
        try_provider: tries one, as `probe` does, in a process of its own.
    """
    kept = choices.get(f"CoreML {key}")
    if kept in (*COMPUTE_UNITS, NONE):
        tried.append(f"CoreML: {kept}, as measured before")
        return kept
    seconds: dict[str, float] = {}
    options = next(options for name, options in onnx_session.accelerators(cache) if name == COREML)
    candidates = [(units, COREML, options | {"MLComputeUnits": units}) for units in COMPUTE_UNITS]
    for label, provider, chosen in [*candidates, (NONE, CPU, {})]:
        try:
            found = try_provider(beside if label == NONE else path, provider, chosen, threads)
        except ProviderError as error:
            tried.append(f"CoreML {label}: {error}")
            if "no answer" in str(error):
                break  # the others would not answer either, and people wait
            continue
        if found.difference > PARITY_BOUND:
            tried.append(f"CoreML {label}: wrong by {found.difference:.2g} of the largest value")
            continue
        seconds[label] = found.seconds
        tried.append(f"CoreML {label}: {1000 * found.seconds:.0f} ms")
    best = min(seconds, key=lambda label: seconds[label], default=NONE)
    choices.keep(f"CoreML {key}", best)
    return best


def encoder_files(contract: ModelContract) -> tuple[str, ...]:
    """The names of the files that the encoder consists of."""
    every = (contract.encoder_file, contract.encoder_8bit_file, contract.encoder_weights_file)
    return tuple(name for name in every if name)


def _key(folder: Path, contract: ModelContract, threads: int) -> str:
    try:
        return measured_on([folder / name for name in encoder_files(contract)], threads)
    except OSError as error:
        missing = Path(str(error.filename)).name
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=missing) from error
