"""The real encoders: their interface, and what stays frozen."""

from __future__ import annotations

import pytest
import torch

from training.networks.build import build_encoder
from training.networks.efficientnet import EfficientNetLite, EfficientNetTrio
from training.networks.encoder import Encoder


def test_the_real_encoder_keeps_its_interface_and_its_frozen_blocks() -> None:
    encoder = build_encoder("efficientnet-lite2", pretrained=False)
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, EfficientNetLite)
    with torch.no_grad():
        assert encoder(torch.zeros(1, 3, 224, 224)).shape == (1, 49, 1280)
    encoder.freeze(8)
    trained = {name.split(".")[1] for name, p in encoder.named_parameters() if p.requires_grad}
    assert trained >= {str(block) for block in range(8, 21)}
    assert not trained & {str(block) for block in range(2, 8)}
    encoder.freeze(None)
    assert not any(p.requires_grad for p in encoder.parameters())
    assert not any(module.training for module in encoder.train().modules() if module is not encoder)


def test_the_trio_is_its_three_side_by_side_and_trains_only_the_first() -> None:
    torch.manual_seed(0)
    trio = build_encoder("efficientnet-trio", pretrained=False)
    assert isinstance(trio, Encoder)
    assert isinstance(trio, EfficientNetTrio)
    pixels = torch.randn(1, 3, 224, 224)
    with torch.no_grad():
        features = trio(pixels)
        assert features.shape == (1, trio.places, trio.channels)
        lite1, lite0 = (other(pixels) for other in trio.others)
        large = torch.nn.functional.interpolate(pixels, size=288, mode="bilinear")
        middle = trio.maps(large)[0, :, 1:4, 2:5].mean(dim=(1, 2))
    assert torch.equal(features[..., 1280:2560], lite1)
    assert torch.equal(features[..., 2560:], lite0)
    assert torch.allclose(features[0, 7 + 2, :1280], middle, atol=1e-5)
    trio.freeze(8)
    assert not any(p.requires_grad for p in trio.others.parameters())
    assert any(p.requires_grad for p in trio.blocks.parameters())


def test_an_unknown_encoder_is_named() -> None:
    with pytest.raises(ValueError, match="no encoder called 'x'"):
        build_encoder("x")
