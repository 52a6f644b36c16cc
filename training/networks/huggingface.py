"""Loads vision towers from the Hugging Face hub or a folder as encoders.

    python -m training.train --encoder hf:google/siglip-base-patch16-224

Needs `pip install -r training/requirements-hf.txt`; torchvision is not used. Photos are squashed to
the tower's square and normalised as its preprocessor_config.json says, with the app's own resize.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.errors import EncoderError

PREFIX = "hf:"
# Families whose output was checked: patch tokens, after a class token or not, or a feature map.
FAMILIES = (
    "clip_vision_model",
    "siglip_vision_model",
    "dinov2",
    "dinov2_with_registers",
    "convnext",
    "convnextv2",
)
_NEEDED = ("config.json", "preprocessor_config.json", "README.md")
_SAFE_WEIGHTS = ("model*.safetensors", "model.safetensors.index.json")
_OLD_WEIGHTS = ("pytorch_model*.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True)
class Tower:
    """Settings that rebuild a tower without the hub; stored in the checkpoint.

    Attributes:
        name: for the contract: name and licence, without a path.
        config: configuration of the vision part, for `transformers`.
        input_size: side of the square photo, in pixels.
        mean: per channel, of RGB scaled to 0..1.
        std: per channel, of RGB scaled to 0..1.
    """

    name: str
    config: dict[str, Any]
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class HuggingFaceEncoder(nn.Module):
    """A vision tower as encoder; class and register tokens are dropped.

    The remaining patch tokens are a square grid, which the attention map needs.
    """

    def __init__(self, tower: Tower) -> None:
        """Builds the network with random weights; a checkpoint or `load_tower` replaces them.

        Raises:
            EncoderError: the package `transformers` is missing.
        """
        super().__init__()
        transformers = _package("transformers")
        config = transformers.AutoConfig.for_model(**tower.config)
        # Eager attention: the fused one exports an IsNaN operator, which CoreML lacks.
        net = transformers.AutoModel.from_config(
            config, attn_implementation="eager", dtype=torch.float32
        )
        self.settings = tower
        self.tower = _vision_part(net)
        self.name, self.input_size = tower.name, tower.input_size
        self.mean, self.std = tower.mean, tower.std
        size = tower.input_size
        with torch.no_grad():
            shape = self.tower.eval()(torch.zeros(1, 3, size, size)).last_hidden_state.shape
        if len(shape) == 4:
            self.channels, self.grid, self._extra = shape[1], (shape[2], shape[3]), 0
        else:
            side = size // int(config.patch_size)
            self.channels, self.grid, self._extra = shape[2], (side, side), shape[1] - side**2
        self.parts = 1
        self.places = self.grid[0] * self.grid[1]

    def freeze(self, blocks: int | None) -> None:
        """Freezes the embeddings and the first `blocks` blocks, the whole tower for None."""
        self.requires_grad_(blocks is not None)
        if blocks is not None:
            stem = (getattr(self.tower, name, None) for name in ("embeddings", "pre_layrnorm"))
            frozen = [part for part in stem if part is not None]
            for parts in self._blocks()[:blocks]:
                frozen += parts
            for part in frozen:
                part.requires_grad_(False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Encodes (B, 3, S, S) float32, normalised, as (B, N, C) float32 in row-major order."""
        features = cast("Tensor", self.tower(pixels).last_hidden_state)
        if features.ndim == 4:
            return features.flatten(2).transpose(1, 2)
        return features[:, self._extra :] if self._extra else features

    def _blocks(self) -> list[list[nn.Module]]:
        """Lists the modules of each block; a downsampling layer belongs to the block after it."""
        encoder = cast("nn.Module", self.tower.encoder)
        layers = getattr(encoder, "layers", getattr(encoder, "layer", None))
        if layers is not None:
            return [[layer] for layer in layers]
        blocks = []
        for stage in cast("nn.ModuleList", encoder.stages):
            first, *others = cast("nn.ModuleList", stage.layers)
            blocks += [[cast("nn.Module", stage.downsampling_layer), first]]
            blocks += [[layer] for layer in others]
        return blocks


def load_tower(name: str) -> HuggingFaceEncoder:
    """Loads a pretrained tower.

    Args:
        name: a folder, or a model of the hub ("google/siglip-base-patch16-224"). HF_ENDPOINT,
            HF_HOME, HF_HUB_OFFLINE and HF_TOKEN mean what they mean to `huggingface_hub`.

    Raises:
        EncoderError: it cannot be downloaded or read, or its family is not supported.
    """
    transformers = _package("transformers")
    folder = _fetch(name)
    try:
        config = transformers.AutoConfig.from_pretrained(folder)
        vision = getattr(config, "vision_config", config)
        tower = _settings(name, folder, vision)
        whole, report = transformers.AutoModel.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True
        )
    except (OSError, ValueError) as error:
        if isinstance(error, EncoderError):
            raise
        raise EncoderError(f"{name} cannot be read: {error}") from error
    encoder = HuggingFaceEncoder(tower)
    source = _vision_part(whole)
    weights = source.state_dict()
    for positions in [key for key in weights if key.endswith("embeddings.position_embeddings")]:
        weights[positions] = _resized(source, weights[positions], tower.input_size)
    missing = {key.removeprefix("vision_model.") for key in report["missing_keys"]}
    wanted = encoder.tower.state_dict()
    if missing & set(wanted) or not set(wanted) <= set(weights):
        raise EncoderError(f"{name} lacks weights of its vision part.")
    encoder.tower.load_state_dict({key: weights[key] for key in wanted})
    return encoder


def tower_from(values: Mapping[str, Any]) -> Tower:
    """Rebuilds a `Tower` from the result of `dataclasses.asdict`."""
    mean, std = (_triple(values[key]) for key in ("mean", "std"))
    return dataclasses.replace(Tower(**values), mean=mean, std=std)


def _settings(name: str, folder: Path, config: Any) -> Tower:
    """Reads input size and normalisation, and adjusts the configuration to them."""
    if config.model_type not in FAMILIES:
        raise EncoderError(
            f"{name} is of the family {config.model_type}; Vois takes {', '.join(FAMILIES)}."
        )
    path = folder / "preprocessor_config.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        size = _size(values)
        if values.get("do_normalize", True):
            mean, std = _triple(values["image_mean"]), _triple(values["image_std"])
        else:
            mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"{name} needs a preprocessor_config.json with size, image_mean and image_std."
        ) from error
    if config.model_type in ("clip_vision_model", "siglip_vision_model"):
        size = int(config.image_size)  # the position embeddings are for this size only
    config.image_size = size
    if config.model_type == "clip_vision_model":
        # The last block was trained for the class token only, and its patch tokens are worse:
        # drop it, as LLaVA does (Liu et al., 2023).
        config.num_hidden_layers = max(1, config.num_hidden_layers - 1)
    if config.model_type == "siglip_vision_model":
        config.vision_use_head = False
    kept = config.to_dict()
    # Keys that hold a path or do not describe the network.
    named = ("id2label", "label2id", "architectures", "dtype", "torch_dtype")
    for key in ("_name_or_path", "transformers_version", *named):
        kept.pop(key, None)
    return Tower(f"{_plain_name(name)} ({_licence(folder)})", kept, size, mean, std)


def _size(values: Mapping[str, Any]) -> int:
    size = values.get("crop_size") if values.get("do_center_crop") else None
    size = size or values["size"]
    if isinstance(size, dict):
        size = size.get("height") or size["shortest_edge"]
    return int(size)


def _resized(source: nn.Module, positions: Tensor, size: int) -> Tensor:
    """Resizes DINOv2's position embeddings (1, 1 + patches, C) for photos of `size` pixels.

    DINOv2 was trained at 518 pixels and resizes them at each call, with a bicubic Resize that
    CoreML lacks.
    """
    embeddings = cast("Any", source.embeddings)
    patches = (size // int(embeddings.patch_size)) ** 2
    like = positions.new_zeros(1, 1 + patches, positions.shape[2])
    return cast("Tensor", embeddings.interpolate_pos_encoding(like, size, size)).detach()


def _vision_part(net: nn.Module) -> nn.Module:
    while hasattr(net, "vision_model"):
        net = cast("nn.Module", net.vision_model)
    return net


def _fetch(name: str) -> Path:
    """Returns the folder with the tower's files: `name` itself, or the hub's cache."""
    if Path(name).is_dir():
        return Path(name)
    hub = _package("huggingface_hub")
    try:
        folder = Path(hub.snapshot_download(name, allow_patterns=[*_NEEDED, *_SAFE_WEIGHTS]))
        if not any(folder.glob("model*.safetensors")):
            folder = Path(hub.snapshot_download(name, allow_patterns=[*_NEEDED, *_OLD_WEIGHTS]))
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"{name} is no folder, and the Hugging Face hub does not give it: {error}"
        ) from error
    return folder


def _plain_name(name: str) -> str:
    """Shortens a folder to its last part, so that no local path is stored."""
    return Path(name).resolve().name if Path(name).is_dir() else name


def _licence(folder: Path) -> str:
    """Reads the licence from the front matter of the model's README.md."""
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    head = re.match(r"---\n(.*?)\n---", text, re.DOTALL)
    found = re.search(r"^license:\s*(\S+)", head[1], re.MULTILINE) if head else None
    return found[1] if found else "licence not stated"


def _package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EncoderError(
            f"An encoder {PREFIX}... needs the package {name}: "
            "pip install -r training/requirements-hf.txt"
        ) from error


def _triple(values: Any) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
