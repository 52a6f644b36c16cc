"""Opens ONNX graphs on the fastest provider whose outputs agree with the CPU's; else on the CPU."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from pipeline.captioning.accelerated_session import AcceleratedSession, within
from pipeline.errors import ErrorCode, ModelError

_LOG = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"
COREML = "CoreMLExecutionProvider"
CUDA = "CUDAExecutionProvider"

# Relative to the largest value. CoreML computes in float16, which costs up to 2e-2 over the
# encoder's 64 convolutions; the wrong values of onnxruntime #32569 (macOS 15) are far above it.
PARITY_BOUND = 2e-2
# CoreML compiles a graph anew in 9 to 12 s on a machine that has not seen it (facefusion #1204).
START_S = 60.0

Array = NDArray[np.float32] | NDArray[np.int64]


class Session(Protocol):
    """Runs a graph: an `onnxruntime.InferenceSession`, or torch in parity checks."""

    def run(self, outputs: Sequence[str], inputs: dict[str, Array]) -> list[NDArray[np.float32]]:
        """The named outputs for the named inputs."""

    def get_providers(self) -> list[str]:
        """The execution providers, the preferred first."""


def open_session(
    path: Path,
    *,
    threads: int = 2,
    accelerate: bool = False,
    probe: Mapping[str, Array] | None = None,
    cache: Path | None = None,
    units: str | None = None,
) -> ort.InferenceSession | AcceleratedSession:
    """Opens a graph; with `accelerate`, on CoreML or CUDA when that runs and agrees with the CPU.

    Should the accelerator fail later on, the graph goes on on the CPU.

    Args:
        path: the ONNX file.
        threads: processor threads of one call.
        accelerate: try CoreML and CUDA; only for graphs of fixed shapes.
        probe: inputs to warm up with, and to compare an accelerator's outputs with the CPU's.
        cache: folder for CoreML's compiled models, which makes the next start faster.
        units: CoreML's compute units; None for what is usually the fastest.

    Raises:
        ModelError: the file is missing, damaged or not supported by this onnxruntime.
    """
    session = _open(path, [CPU], threads)
    if not accelerate:
        if probe is not None:
            session.run(None, dict(probe))
        return session
    expected = session.run(None, dict(probe)) if probe is not None else None
    for provider in accelerators(cache):
        if units is not None and provider[0] == COREML:
            provider[1]["MLComputeUnits"] = units
        try:
            faster, actual = within(START_S, partial(_try, path, provider, threads, probe))
        except Exception as error:  # noqa: BLE001 - a provider may raise anything; the CPU remains
            why = error.__cause__ or error
            _LOG.warning("%s cannot run %s (%s); going on without it.", provider[0], path.name, why)
            continue
        if expected is None or actual is None or _agree(expected, actual):
            return AcceleratedSession(faster, partial(_open, path, [CPU], threads))
        _LOG.warning("%s computes %s wrongly; going on without it.", provider[0], path.name)
    return session


def open_changing(path: Path) -> ort.InferenceSession:
    """Opens a graph whose inputs change their shape, on one thread of the CPU.

    What a call needed is freed after it, which the largest photo would else hold on to.

    Raises:
        ModelError: the file is missing, damaged or not supported by this onnxruntime.
    """
    return _open(path, [CPU], threads=1, arena=False)


def accelerators(cache: Path | None = None) -> list[tuple[str, dict[str, str]]]:
    """The accelerating providers of this machine with their options, the best first."""
    available = ort.get_available_providers()
    found: list[tuple[str, dict[str, str]]] = []
    if COREML in available:
        # MLProgram supports newer operators, and CoreML compiles only static shapes well. The
        # Neural Engine was 4 times as fast as the GPU (facefusion, pull request 1204).
        options = {
            "ModelFormat": "MLProgram",
            "MLComputeUnits": "CPUAndNeuralEngine",
            "RequireStaticInputShapes": "1",
        }
        if cache is not None:
            try:
                cache.mkdir(parents=True, exist_ok=True)
                options["ModelCacheDirectory"] = str(cache)
            except OSError as error:
                _LOG.warning("CoreML's models are compiled at each start: %s", error)
        found.append((COREML, options))
    if CUDA in available:
        found.append((CUDA, {}))
    return found


def run(
    session: Session, outputs: tuple[str, ...], inputs: dict[str, Array]
) -> list[NDArray[np.float32]]:
    """Computes named outputs.

    Raises:
        ModelError: the inputs do not fit the graph.
    """
    try:
        return list(session.run(outputs, inputs))
    except Exception as error:  # onnxruntime raises many unrelated kinds
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED) from error


def _try(
    path: Path,
    provider: tuple[str, dict[str, str]],
    threads: int,
    probe: Mapping[str, Array] | None,
) -> tuple[ort.InferenceSession, list[NDArray[np.float32]] | None]:
    """A session on an accelerator, and what it computes of the probe."""
    faster = _open(path, [provider, CPU], threads)
    return faster, faster.run(None, dict(probe)) if probe is not None else None


def _open(
    path: Path,
    providers: list[str | tuple[str, dict[str, str]]],
    threads: int,
    arena: bool = True,
) -> ort.InferenceSession:
    if not path.is_file():
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    # Spinning while threads wait within a call saves a sixth of the time. It stops after the call,
    # to leave the cores to the page and the voice.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(path, options, providers=providers)
    except Exception as error:  # onnxruntime raises many unrelated kinds
        raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error


def _agree(expected: list[NDArray[np.float32]], actual: list[NDArray[np.float32]]) -> bool:
    for ours, theirs in zip(expected, actual, strict=True):
        scale = float(np.abs(ours).max()) or 1.0
        if not np.isfinite(theirs).all() or np.abs(ours - theirs).max() > PARITY_BOUND * scale:
            return False
    return True
