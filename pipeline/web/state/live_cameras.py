"""The cameras that are live in this process: how many there may be, and whose turn it is."""

from __future__ import annotations

import threading
from weakref import WeakSet

from pipeline.live.turns import Turns
from pipeline.processors import available_cores
from pipeline.web.state.camera_worker import Camera

# A look costs 40 ms of a core and is wanted five times a second: four cameras leave a fifth of the
# core to what is said. More are looked at less often (`python -m tests.bench.cameras`).
MOST_ON_A_CORE = 4


class LiveCameras:
    """Admits cameras; any thread may call any method.

    Attributes:
        turns: in which they are looked at.
        most: how many may be live at once.
    """

    def __init__(self, most: int) -> None:
        """There is none yet.

        Args:
            most: how many may be live at once, at least 1.
        """
        self.turns = Turns()
        self.most = most
        self._lock = threading.Lock()
        self._admitted: WeakSet[Camera] = WeakSet()

    def admit(self, camera: Camera) -> bool:
        """Begins to take a camera's frames, if it may be live beside the others.

        It keeps its place until it is stopped, its stream ends, or no frame has come for longer
        than a stream takes to begin.

        Returns:
            Whether it may.
        """
        with self._lock:
            others = [one for one in self._admitted if one is not camera and one.has_place]
            if len(others) >= self.most:
                return False
            self._admitted = WeakSet([*others, camera])
            camera.accept(True)
            return True


def most_cameras(setting: str) -> int:
    """Reads how many cameras may be live at once.

    Args:
        setting: a number; empty for what this machine's cores are enough for.

    Raises:
        ValueError: the setting is no number, or less than 1.
    """
    if not setting.strip():
        return MOST_ON_A_CORE * available_cores()
    if not setting.strip().isdecimal() or int(setting) < 1:
        raise ValueError("VOIS_CAMERAS must be a number, 1 or more.")
    return int(setting)
