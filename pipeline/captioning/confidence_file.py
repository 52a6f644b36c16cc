"""Writes and reads confidence.npz, the fitted confidence beside a model; checks it on reading."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.captioning.confidence import Confidence
from pipeline.captioning.confidence_features import (
    DESCRIPTION_FEATURES,
    WORD_FEATURES,
    Space,
    Words,
)
from pipeline.errors import ErrorCode, ModelError

_UNREADABLE = (OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile, zlib.error)


def save_confidence(confidence: Confidence, path: Path) -> None:
    """Writes a compressed npz file whose arrays have the names of the attributes."""
    arrays: dict[str, NDArray[np.generic]] = {
        "model": np.array(confidence.model),
        "languages": np.array(list(confidence.feature_scale)),
        "centre": confidence.space.centre.astype(np.float32),
        "axes": confidence.space.axes.astype(np.float16),
        "spread": confidence.space.spread,
        "ood": confidence.ood,
        "right": confidence.right,
        "word": confidence.word,
        "unlike_flickr8k": confidence.unlike_flickr8k,
        "limits": np.array(
            [
                confidence.plain_from,
                confidence.plain_from_unlike,
                confidence.unknown_below,
                confidence.sure_from,
            ]
        ),
    }
    for code, known in confidence.words.items():
        arrays[f"feature_scale_{code}"] = confidence.feature_scale[code]
        arrays[f"words_{code}"] = np.array(list(known.number), dtype=np.str_)
        arrays[f"share_{code}"] = known.share.astype(np.float32)
        arrays[f"thing_{code}"] = known.thing
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_confidence(path: Path, languages: Sequence[str]) -> Confidence:
    """Reads and checks what `save_confidence` wrote, for a model that speaks `languages`.

    Raises:
        ModelError: the file is missing or damaged, or belongs to another model.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            confidence = _read({name: file[name] for name in file.files})
    except FileNotFoundError as error:
        raise ModelError(ErrorCode.MODEL_FILE_MISSING, file=path.name) from error
    except _UNREADABLE as error:
        raise ModelError(ErrorCode.MODEL_FILE_DAMAGED, file=path.name) from error
    if set(confidence.feature_scale) != set(languages):
        raise ModelError(ErrorCode.MODEL_FILES_MISMATCHED)
    return confidence


def _read(arrays: dict[str, NDArray[np.generic]]) -> Confidence:
    """Checks names, shapes and ranges.

    Raises:
        ValueError: an array has a wrong shape or an invalid value.
        LookupError: an array is missing.
    """
    codes = [str(code) for code in arrays["languages"]]
    floats = {
        name: np.asarray(array, np.float64)
        for name, array in arrays.items()
        if array.dtype.kind == "f"
    }
    if not all(np.isfinite(array).all() for array in floats.values()):
        raise ValueError("a number is not finite")
    centre, axes, spread = floats["centre"], floats["axes"], floats["spread"]
    limits = [float(limit) for limit in floats["limits"]]
    scales, words = {}, {}
    for code in codes:
        scales[code] = floats[f"feature_scale_{code}"]
        spelled = [str(word) for word in arrays[f"words_{code}"]]
        share, thing = floats[f"share_{code}"], np.asarray(arrays[f"thing_{code}"], np.bool_)
        if not len(spelled) == len(share) == len(thing):
            raise ValueError("the words do not fit together")
        words[code] = Words({word: place for place, word in enumerate(spelled)}, share, thing)
    sound = (
        axes.shape == (*centre.shape, *spread.shape)
        and floats["ood"].shape == floats["unlike_flickr8k"].shape == (len(spread) + 3,)
        and floats["right"].shape == (len(DESCRIPTION_FEATURES) + 1,)
        and floats["word"].shape == (len(WORD_FEATURES) + 1,)
        and all(
            one.shape == (2, len(DESCRIPTION_FEATURES)) and one[1].min() > 0
            for one in scales.values()
        )
        and spread.min() > 0
        and len(limits) == 4
        and 0 <= limits[2] <= min(limits[:2]) <= max(limits[:2]) <= 1
        and 0 <= limits[3] <= 1
    )
    if not sound:
        raise ValueError("the arrays do not fit together")
    return Confidence(
        model=str(arrays["model"]),
        space=Space(centre, axes, spread),
        ood=floats["ood"],
        right=floats["right"],
        feature_scale=scales,
        word=floats["word"],
        words=words,
        unlike_flickr8k=floats["unlike_flickr8k"],
        plain_from=limits[0],
        plain_from_unlike=limits[1],
        unknown_below=limits[2],
        sure_from=limits[3],
    )
