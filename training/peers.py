"""Other models that were measured here, kept for the card's table (`training/peers.json`)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from pipeline.contract import ModelContract
from training.card import Row, rows_of
from training.evaluation import Evaluation
from training.scores import Scores
from training.sources import DataError

PEERS_FILE = Path(__file__).with_name("peers.json")


def load_peers(path: Path = PEERS_FILE) -> list[Row]:
    """A row for each peer, by name: the comparable one, with Java, where there is one.

    Raises:
        DataError: the file is damaged.
    """
    try:
        peers = json.loads(path.read_text(encoding="utf-8"))
        rows = []
        for name, peer in sorted(peers.items()):
            system = f"{name} ({peer['encoder']}, beam {peer['beam_size']})"
            ptb = Scores(**peer["scores_with_java"]) if peer["scores_with_java"] else None
            rows += rows_of(system, Scores(**peer["scores_without_java"]), ptb)[:1]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} cannot be read.") from error
    return rows


def save_peer(
    name: str, contract: ModelContract, beam: int, evaluation: Evaluation, path: Path = PEERS_FILE
) -> None:
    """Adds a model's scores on the split test, or replaces those of that name.

    Raises:
        DataError: the file is damaged.
    """
    try:
        peers = json.loads(path.read_text(encoding="utf-8"))
        peers[name] = {
            "encoder": contract.encoder,
            "beam_size": beam,
            "scores_without_java": dataclasses.asdict(evaluation.plain),
            "scores_with_java": dataclasses.asdict(evaluation.ptb) if evaluation.ptb else None,
        }
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read.") from error
    path.write_text(json.dumps(peers, indent=2, sort_keys=True) + "\n", encoding="utf-8")
