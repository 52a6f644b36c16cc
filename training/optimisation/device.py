"""The processor that trains, and how it multiplies."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """CUDA, then Apple's GPU, then the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def autocast(device: torch.device) -> torch.autocast:
    """Bfloat16 where it is multiplied faster: on CUDA, and on processors made for it.

    It keeps 16-bit copies of the weights until it is left, so training enters it once per step.
    """
    fast = device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_avx512_bf16_supported())
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=fast)
