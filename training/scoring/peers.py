"""Stores scores of other models in `peers.json` and reads them for the card's tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.captioning.contract import ModelContract
from training.errors import DataError
from training.scoring.bootstrap import Interval, Intervals
from training.scoring.metrics import Scores
from training.scoring.model_card import Row, rows_of
from training.scoring.result import Evaluation

PEERS_FILE = Path(__file__).with_name("peers.json")


MEASURED = ("scores_without_java", "scores_with_java", "intervals_95_percent")


@dataclass(frozen=True)
class MeasuredModel:
    """A model that was measured on the test photos of Flickr8k and on everyday ones."""

    system: str
    flickr8k: Evaluation
    everyday: Evaluation


def load_peers(path: Path = PEERS_FILE) -> list[Row]:
    """Reads one row for each peer on Flickr8k, by name: with Java where there is one.

    Raises:
        DataError: the file is damaged.
    """
    try:
        rows = []
        for name, peer in sorted(_read(path).items()):
            plain, ptb = _scores(peer)
            rows += rows_of(_system(name, peer), plain, ptb)[:1]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} cannot be read.") from error
    return rows


def load_measured_models(path: Path = PEERS_FILE) -> list[MeasuredModel]:
    """Reads the peers that were also measured on everyday photos; without their descriptions.

    Raises:
        DataError: the file is damaged.
    """
    try:
        return [
            MeasuredModel(_system(name, peer), _evaluation(peer), _evaluation(peer["everyday"]))
            for name, peer in sorted(_read(path).items())
            if "everyday" in peer
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} cannot be read.") from error


def save_peer(
    name: str, contract: ModelContract, beam: int, evaluation: Evaluation, path: Path = PEERS_FILE
) -> None:
    """Adds a model's scores on the split test, or replaces those of that name.

    Raises:
        DataError: the file is damaged.
    """
    _write(name, {"encoder": contract.encoder, "beam_size": beam, **evaluation.as_json()}, path)


def take_peer(name: str, flickr8k: Path, everyday: Path | None, path: Path = PEERS_FILE) -> None:
    """Adds or replaces a model's scores from files that `training.evaluate --json` wrote.

    Raises:
        DataError: a file is damaged, or not of the split test.
    """
    peer = _read_test(flickr8k, ("encoder", "beam_size", *MEASURED))
    if everyday is not None:
        peer["everyday"] = _read_test(everyday, MEASURED)
    _write(name, peer, path)


def _read_test(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    measured = _read(path)
    if measured.get("split") != "test" or any(key not in measured for key in keys):
        raise DataError(f"{path} holds no scores of a split test.")
    return {key: measured[key] for key in keys}


def _write(name: str, peer: Mapping[str, Any], path: Path) -> None:
    peers = {**_read(path), name: peer}
    path.write_text(json.dumps(peers, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        peers = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read.") from error
    if not isinstance(peers, dict):
        raise DataError(f"{path} cannot be read.")
    return peers


def _system(name: str, peer: Mapping[str, Any]) -> str:
    return f"{name} ({peer['encoder']}, beam {peer['beam_size']})"


def _scores(kept: Mapping[str, Any]) -> tuple[Scores, Scores | None]:
    ptb = kept["scores_with_java"]
    return Scores(**kept["scores_without_java"]), Scores(**ptb) if ptb else None


def _evaluation(kept: Mapping[str, Any]) -> Evaluation:
    plain, ptb = _scores(kept)
    around = {name: Interval(**values) for name, values in kept["intervals_95_percent"].items()}
    return Evaluation((), {}, plain, ptb, Intervals(**around))
