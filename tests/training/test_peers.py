"""Rows of other models that were measured here, in the card's table."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.data.tiny_files import TINY, write_world
from tests.training.samples import CONTRACT
from training import evaluate, peers
from training.data.flickr8k_sources import DataError
from training.flickr8k import Photo
from training.scoring import model_card
from training.scoring.bootstrap import Interval, Intervals
from training.scoring.metrics import Scores
from training.scoring.result import Described, Evaluation

PLAIN = Scores(1, 2, 3, 4, rouge_l=6, cider=7, meteor=None)
PTB = dataclasses.replace(PLAIN, meteor=5, bleu1=11)
AROUND = Intervals(Interval(0, 1), Interval(0, 1))


def save(path: Path, name: str = "a", ptb: Scores | None = None) -> None:
    peers.save_peer(name, CONTRACT, 5, Evaluation((), {}, PLAIN, ptb, AROUND), path)


def test_a_peers_row_is_kept_replaced_and_read(tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    path.write_text("{}\n")
    assert peers.load_peers(path) == []
    for name, ptb in (("b", PTB), ("a", None), ("b", PTB)):
        save(path, name, ptb)
    rows = peers.load_peers(path)
    assert [row.system for row in rows] == [
        "a (tiny, beam 5), words cut without Java", "b (tiny, beam 5)"
    ]  # fmt: skip
    assert [row.scores for row in rows] == [(1, 2, 3, 4, None, 6, 7), (11, 2, 3, 4, 5, 6, 7)]


def measured(path: Path, evaluation: Evaluation, split: str = "test") -> Path:
    """What `training.evaluate --json` writes."""
    path.write_text(json.dumps(evaluate.as_json(evaluation, CONTRACT, split, 5)))
    return path


def test_a_peer_is_taken_from_what_another_commit_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "peers.json"
    path.write_text("{}\n")
    take = peers.take_peer
    monkeypatch.setattr(peers, "take_peer", lambda *parts: take(*parts, path))
    said = Described(Photo("a.jpg", tmp_path / "a.jpg", ("A dog.",)), ("a",), "A secret.", 0.5)
    on_flickr8k = Evaluation((said,), {"a.jpg": 1.0}, PLAIN, PTB, AROUND)
    around = Intervals(Interval(2, 3), Interval(4, 5))
    on_everyday = Evaluation((said,), {"a.jpg": 1.0}, PTB, None, around)
    flickr8k = ["--flickr8k", str(measured(tmp_path / "f.json", on_flickr8k))]
    everyday = ["--everyday", str(measured(tmp_path / "e.json", on_everyday))]
    assert peers.main(["stayed", *flickr8k]) == 0
    assert peers.main(["went", *flickr8k, *everyday]) == 0
    assert [row.scores[0] for row in peers.load_peers(path)] == [11, 11]
    (went,) = peers.load_travelled(path)
    assert went.system == "went (tiny, beam 5)"
    assert (went.flickr8k.ptb, went.everyday.plain, went.everyday.around) == (PTB, PTB, around)
    assert "secret" not in path.read_text()
    dev = str(measured(tmp_path / "d.json", on_everyday, "dev"))
    assert peers.main(["wrong", *flickr8k, "--everyday", dev]) == 2
    assert "no scores of a split test" in capsys.readouterr().err
    assert "wrong" not in path.read_text()


@pytest.mark.parametrize("text", ["", "[]", '{"a": {}}', '{"a": {"everyday": {}}}'])
def test_a_damaged_file_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    path.write_text(text)
    with pytest.raises(DataError, match="cannot be read"):
        peers.load_peers(path)
    if "everyday" in text:
        with pytest.raises(DataError, match="cannot be read"):
            peers.load_travelled(path)
    if "a" not in text:
        with pytest.raises(DataError, match="cannot be read"):
            save(path)


def test_the_committed_file_can_be_read() -> None:
    assert all(len(row.scores) == len(model_card.COLUMNS) for row in peers.load_peers())


def test_the_command_keeps_a_peer_that_the_next_card_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "peers.json"
    kept.write_text("{}")
    load, save = peers.load_peers, peers.save_peer
    monkeypatch.setattr(evaluate, "load_peers", lambda: load(kept))
    monkeypatch.setattr(evaluate, "save_peer", lambda *parts: save(*parts, kept))
    monkeypatch.setattr(evaluate, "java_found", lambda: False)
    write_world(tmp_path / "data", {"train": 6, "dev": 6, "test": 6})
    line = ["--data", str(tmp_path / "data"), "--assets", str(TINY)]
    assert evaluate.main([*line, "--peer", "The classic"]) == 0
    assert "The classic" not in capsys.readouterr().out
    assert evaluate.main(line) == 0
    assert "| The classic (tiny, beam 5), words cut without Java" in capsys.readouterr().out
    assert evaluate.main([*line, "--split", "dev"]) == 0
    assert "The classic" not in capsys.readouterr().out
    for wrong in (["--limit", "3"], ["--split", "dev"], ["--card"]):
        with pytest.raises(SystemExit):
            evaluate.main([*line, "--peer", "x", *wrong])
