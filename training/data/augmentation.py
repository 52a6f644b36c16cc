"""Photos and captions as training sees them: augmented views, and their features on disk."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from pipeline.captioning.vocabulary import PAD, SPECIAL_WORDS, Vocabulary
from pipeline.image import read_rgb
from pipeline.languages import FRENCH
from training.config import FeatureDropout
from training.data.flickr8k_sources import CAPTIONS_PER_PHOTO
from training.data.prepared import Photo

_SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)


def says_a_side(photo: Photo) -> bool:
    """Whether a caption says left or right, so that the photo must not be flipped."""
    return any(_SIDE.search(caption) for caption in photo.captions)


def augment(
    rgb: NDArray[np.uint8], generator: np.random.Generator, *, may_flip: bool
) -> NDArray[np.uint8]:
    """A random crop of 65 to 100 % of the area, brightness and contrast, perhaps mirrored.

    Takes and returns (H, W, 3) uint8 RGB; the size changes with the crop.
    """
    height, width = rgb.shape[:2]
    area = generator.uniform(0.65, 1.0)
    aspect = np.exp(generator.uniform(np.log(4 / 5), np.log(5 / 4)))
    crop_height = min(height, round(height * np.sqrt(area / aspect)))
    crop_width = min(width, round(width * np.sqrt(area * aspect)))
    top = int(generator.integers(height - crop_height + 1))
    left = int(generator.integers(width - crop_width + 1))
    crop = rgb[top : top + crop_height, left : left + crop_width]
    gain, offset = generator.uniform(0.8, 1.2), generator.uniform(-20, 20)
    crop = np.asarray(cv2.convertScaleAbs(crop, alpha=gain, beta=offset), dtype=np.uint8)
    if may_flip and generator.random() < 0.5:
        crop = crop[:, ::-1]
    return np.ascontiguousarray(crop)


def token_rows(
    photos: Sequence[Photo], vocabulary: Vocabulary, max_words: int, *, french: bool
) -> Tensor:
    """Every photo's captions as tokens.

    Returns:
        (photos * R, T + 1) int64: a language's beginning, words, END and PAD, cut at the longest
        row. R is the most that a photo has, five at most, and one more with
        `french`. A photo with fewer, or without a French one, has rows of PAD in their places.
    """
    said = [photo.captions[:CAPTIONS_PER_PHOTO] for photo in photos]
    most = max(map(len, said))
    rows = []
    for photo, captions in zip(photos, said, strict=True):
        rows += [vocabulary.encode(caption, max_words) for caption in captions]
        rows += [[]] * (most - len(captions))
        if french:
            first = photo.french[:1]
            rows += [vocabulary.encode(caption, max_words, FRENCH) for caption in first] or [[]]
    longest = max(len(row) for row in rows)
    padded = [row + [PAD] * (longest - len(row)) for row in rows]
    return torch.tensor(padded, dtype=torch.int64)


def bag_targets(rows: Tensor, photos: int, words: int) -> Tensor:
    """(photos, V) float32: how often each word stands in the photo's captions, summing to 1."""
    tokens = rows[:, 1:].reshape(photos, -1)
    counts = torch.zeros(photos, words).scatter_add_(1, tokens, torch.ones(tokens.shape))
    counts[:, : len(SPECIAL_WORDS)] = 0
    return counts / counts.sum(dim=1, keepdim=True).clamp_min(1)


def drop_features(features: Tensor, dropout: FeatureDropout, parts: int) -> Tensor:
    """Sets parts of the features to 0, against overfitting to the training photos.

    Each photo loses channels (the same at all places), places, and at times the whole of one
    encoder where several stand side by side. Draws from torch's generator.

    Args:
        features: (P, N, C).
        dropout: shares that are set to 0.
        parts: encoders side by side, of C / `parts` channels each.
    """
    photos, places, channels = features.shape

    def kept(share: float, *shape: int) -> Tensor:
        return (torch.rand(shape, device=features.device) >= share).to(features.dtype)

    seen = features * kept(dropout.channels, photos, 1, channels)
    seen = seen * kept(dropout.places, photos, places, 1)
    if parts > 1:
        lost = torch.randint(parts, (photos,), device=features.device)
        one = torch.nn.functional.one_hot(lost, parts).to(features.dtype)
        mask = 1 - one * (1 - kept(dropout.parts, photos, 1))
        seen = seen * mask.repeat_interleave(channels // parts, dim=1)[:, None]
    return seen


def features_key(weights: Mapping[str, Tensor], photos: Sequence[Photo]) -> str:
    """Twelve hexadecimal digits that change with the encoder's weights or the photos.

    Args:
        weights: the encoder's, as `nn.Module.state_dict` gives them.
        photos: in the order of the rows.
    """
    digest = hashlib.sha256()
    for name, value in weights.items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    for photo in photos:
        digest.update(f"{photo.name} {photo.path.stat().st_size}\n".encode())
    return digest.hexdigest()[:12]


def cache_features(
    folder: Path,
    split: str,
    photos: Sequence[Photo],
    views: int,
    encode: Callable[[list[NDArray[np.uint8]]], Tensor],
    shape: tuple[int, int],
    seed: int,
) -> list[NDArray[np.float16]]:
    """Features of `views` views of each photo, computed once and kept on disk.

    The first view is the photo as it is; the others are augmented. A file that stands under its
    final name is whole: it is written under another and renamed.

    Args:
        folder: where the files go.
        split: names the files.
        photos: in the order of the rows.
        views: how many files.
        encode: list of (H, W, 3) uint8 RGB -> (B, N, C).
        shape: (N, C).
        seed: of the augmentation; files that are there already keep the seed they came from.

    Returns:
        One read-only memory map (photos, N, C) float16 per view.
    """
    folder.mkdir(parents=True, exist_ok=True)
    maps = []
    full_shape = (len(photos), *shape)
    for view in range(views):
        path = folder / f"{split}-{view}.npy"
        if not path.exists():
            generator = np.random.default_rng([seed, view])
            partial = path.with_suffix(".partial")
            out = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=full_shape)
            for start in tqdm(range(0, len(photos), 64), desc=f"features {split} {view + 1}"):
                chunk = photos[start : start + 64]
                rgbs = [read_rgb(photo.path.read_bytes()) for photo in chunk]
                if view:
                    rgbs = [
                        augment(rgb, generator, may_flip=not says_a_side(photo))
                        for rgb, photo in zip(rgbs, chunk, strict=True)
                    ]
                out[start : start + len(chunk)] = encode(rgbs).float().cpu().numpy()
            out.flush()
            partial.rename(path)
        maps.append(np.load(path, mmap_mode="r"))
    return maps
