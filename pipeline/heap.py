"""The C library's heap: that what is freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys

LARGE_BYTES = 1 << 20
# Of malloc.h of the GNU C library.
_MMAP_THRESHOLD, _ARENAS = -3, -8
_MOST_ARENAS = 2


def give_back_large_blocks() -> None:
    """Has blocks of `LARGE_BYTES` and more given back at once, for the rest of the process.

    By itself the GNU C library raises that limit to 32 MB with the first such block that is freed,
    and keeps what is freed later among smaller blocks, in an arena for each thread. Costs no time
    that tests/bench/memory.py's photos show. Does nothing where there is another library.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(_ARENAS, _MOST_ARENAS)


def give_back_freed() -> None:
    """Gives back what was freed in smaller blocks, once, some milliseconds.

    Of the encoder that was measured and left, 90 MB would else stay with the process. Does nothing
    where there is another library.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
