"""A graph on an accelerator that goes on on the CPU, for good, once the accelerator fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")

# A call takes a tenth of a second. One that takes so long does not come back: people wait for it.
HANG_S = 15.0


class AcceleratedSession:
    """Runs a graph on an accelerator; its first failure is its last.

    CoreML may fail after it has run well: without memory, after sleep, while another program has
    the Neural Engine (onnxruntime #14212, #26355). What it was to compute is computed all the same.
    Threads may share it.

    Attributes:
        problem: why the accelerator was given up; empty while it runs.
    """

    def __init__(
        self, faster: ort.InferenceSession, open_on_cpu: Callable[[], ort.InferenceSession]
    ) -> None:
        """Begins on the accelerator.

        Args:
            faster: runs on the accelerator.
            open_on_cpu: opens the same graph without it; called when it is needed.
        """
        self.problem = ""
        self._session = faster
        self._open_on_cpu = open_on_cpu
        self._lock = threading.Lock()

    def run(
        self, outputs: Sequence[str] | None, inputs: dict[str, Any]
    ) -> list[NDArray[np.float32]]:
        """The named outputs (None for all) for the named inputs.

        Raises:
            ModelError: the graph's file is gone.
            Exception: what onnxruntime raises on the CPU for these inputs.
        """
        session = self._session
        if self.problem:
            return list(session.run(outputs, inputs))
        try:
            results: list[NDArray[np.float32]] = within(
                HANG_S, lambda: session.run(outputs, inputs)
            )
            if all(np.isfinite(result).all() for result in results):
                return results
            problem = "its results are no numbers"
        except Exception as error:  # noqa: BLE001 - a provider may raise anything; the CPU remains
            problem = str(error) or type(error).__name__
        cpu = self._open_on_cpu()
        results = list(cpu.run(outputs, inputs))  # what fails here, too, is no fault of the other
        self._give_up(session, cpu, problem)
        return results

    def get_providers(self) -> list[str]:
        """The execution providers, the preferred first."""
        return list(self._session.get_providers())

    def get_inputs(self) -> list[Any]:
        """The graph's inputs, as onnxruntime describes them."""
        return list(self._session.get_inputs())

    def get_outputs(self) -> list[Any]:
        """The graph's outputs, as onnxruntime describes them."""
        return list(self._session.get_outputs())

    def _give_up(
        self, failed: ort.InferenceSession, cpu: ort.InferenceSession, problem: str
    ) -> None:
        with self._lock:
            if self._session is not failed:
                return  # another thread was first
            self._session = cpu
            self.problem = f"{failed.get_providers()[0]}: {problem}"
            _LOG.warning("%s. Going on on the CPU.", self.problem)


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """The result of `work`, in a thread that is left behind if it takes longer.

    Raises:
        TimeoutError: it takes longer.
        Exception: what `work` raises.
    """
    results: list[_T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - raised below, in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, name="vois-accelerator", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return results[0]
