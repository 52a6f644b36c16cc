"""The interface that every photo encoder implements."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class Encoder(Protocol):
    """What an encoder offers to the model, to training and to export (it is an `nn.Module`).

    Attributes:
        name: what the contract calls it.
        input_size: side of the square photo, in pixels.
        mean: per channel, of RGB scaled to 0..1.
        std: per channel, of RGB scaled to 0..1.
        channels: C, of a place's feature.
        parts: networks side by side, of C / `parts` channels each.
        places: N, places of the feature map.
        grid: its rows and columns, row by row; their product is N.
    """

    name: str
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    channels: int
    parts: int
    places: int
    grid: tuple[int, int]

    def freeze(self, blocks: int | None) -> None:
        """Freezes the first `blocks` blocks, all of them for None."""

    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) float32 -> (B, N, C) float32."""
