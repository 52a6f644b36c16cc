"""Choice of the training device and of its arithmetic precision."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """Returns the first available device of CUDA, Apple's GPU (MPS) and the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def autocast(device: torch.device) -> torch.autocast:
    """Returns a context that computes in bfloat16 where it is faster: CUDA, CPUs with AVX512-BF16.

    The context caches 16-bit copies of the weights, so training enters it anew for each step.
    """
    fast = device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_avx512_bf16_supported())
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)
