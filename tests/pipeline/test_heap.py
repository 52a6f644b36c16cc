"""What the process gives back."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

# Behind the freed block a small one stays, so that the heap cannot shrink from its end.
RUN = """
import ctypes
from pathlib import Path
from pipeline.heap import give_back_large_blocks
give_back_large_blocks()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
def resident():
    line = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in l)
    return int(line.split()[1]) // 1024
libc.free(libc.malloc(30 << 20))
block = libc.malloc(20 << 20)
ctypes.memset(block, 1, 20 << 20)
libc.malloc(1000)
before = resident()
libc.free(block)
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_a_large_block_that_is_freed_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 19


# Small blocks between small blocks that stay: by itself the library keeps the pages.
SMALL = """
import ctypes
from pathlib import Path
from pipeline.heap import give_back_freed
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
def resident():
    line = next(l for l in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in l)
    return int(line.split()[1]) // 1024
blocks = []
for _ in range(500):
    block = libc.malloc(60_000)
    ctypes.memset(block, 1, 60_000)
    blocks.append(block)
    libc.malloc(100)
for block in blocks:
    libc.free(block)
before = resident()
give_back_freed()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_what_is_freed_in_small_blocks_is_given_back_when_it_is_wanted() -> None:
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)
    assert int(done.stdout) >= 20
