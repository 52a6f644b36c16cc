"""An accelerator that works a few times, as CoreML does, and then no more."""

from __future__ import annotations

import threading

import numpy as np
import onnxruntime as ort
import pytest

from pipeline.captioning import onnx_session
from pipeline.captioning.onnx_session import CPU


class Failing:
    """A real session that works a few times, as CoreML does, and then no more."""

    def __init__(self, session: ort.InferenceSession, works: int, how: str) -> None:
        self._session, self._works, self._how = session, works, how
        self.calls = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def get_providers(self) -> list[str]:
        return ["Odd", CPU]

    def run(self, outputs, inputs):
        self.calls += 1
        results = self._session.run(outputs, inputs)
        if self.calls <= self._works:
            return results
        if self._how == "raises":
            raise RuntimeError("the Neural Engine is gone")
        if self._how == "hangs":
            threading.Event().wait()
        if self._how == "lies":
            return [-result for result in results]
        return [np.full_like(result, np.nan) for result in results]


def add_accelerator(monkeypatch: pytest.MonkeyPatch, works: int, how: str) -> list[Failing]:
    """Gives this machine an accelerator; returns the sessions that are opened on it.

    Args:
        monkeypatch: takes it away again.
        works: so many calls of each session, before they fail.
        how: "raises", "hangs", "invents" (no numbers) or "lies" (other numbers).
    """
    open_graph, opened = onnx_session._open, []

    def opening(path, providers, threads, **more):
        session = open_graph(path, [CPU], threads, **more)
        if providers == [CPU]:
            return session
        opened.append(Failing(session, works, how))
        return opened[-1]

    monkeypatch.setattr(onnx_session, "_open", opening)
    monkeypatch.setattr(onnx_session, "accelerators", lambda cache=None: [("Odd", {})])
    return opened
