"""Descriptions to fill a history with."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

from pipeline.history import Draft, Source
from pipeline.history.entry import Incoming
from pipeline.history.thumbnail import shrink
from tests.data.captions import ENGLISH

CAT = Path(__file__).parents[2] / "assets" / "samples" / "cat.jpg"


def incoming(count: int) -> Iterator[tuple[Incoming, bytes]]:
    """Descriptions, one every ten minutes, the newest first; one of them has a rare word."""
    rng = random.Random(0)
    jpeg = shrink(CAT.read_bytes())
    now = dt.datetime.now(dt.UTC)
    for number in range(count):
        text = rng.choice(ENGLISH) + (" A quagga." if number == count // 2 else "")
        draft = Draft(
            source=Source.API if number % 1000 == 0 else Source.CAMERA,
            text=text,
            confidence=rng.random(),
            photo=f"IMG_{number}.jpg",
            time=now - number * dt.timedelta(minutes=10),
        )
        yield Incoming(str(uuid.UUID(int=rng.getrandbits(128))), None, draft), jpeg
