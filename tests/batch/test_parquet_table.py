"""The table as a folder of Parquet files, by a path and by an address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.batch.describe_command import main
from pipeline.batch.journal import Wanted
from pipeline.batch.parquet_table import ParquetTable
from pipeline.batch.row import Row
from pipeline.batch.table import read_table
from pipeline.errors import CommandError, ErrorCode
from tests.api.server import photo
from tests.data.tiny_files import TINY

WANTED = Wanted("model", "en", "auto", True, False)
ROWS = [
    Row("a.jpg", "A dog.", "en", 0.5, "plain"),
    Row("b.jpg", language="en", error="This picture is damaged."),
    Row("café.jpg", "Un chien.", "fr", corrected=True),
]


def read(table: Path) -> list[Row]:
    """What any reader of Parquet finds in the folder."""
    rows = (Row.read(row) for row in pq.read_table(table).to_pylist())
    return sorted(rows, key=lambda row: row.photo)


@pytest.mark.parametrize("as_address", [False, True])
def test_a_run_goes_on_from_what_is_there(tmp_path: Path, as_address: bool) -> None:
    folder = tmp_path / "a b" / "alt.parquet"
    name = f"file://{folder}" if as_address else str(folder)
    table = ParquetTable(name, WANTED)
    for row in ROWS[:2]:
        table.add(row)
    table.write()
    table.add(ROWS[2])  # and it is killed
    (folder / "_torn.parquet").write_bytes(b"PAR1")
    table = ParquetTable(name, WANTED)
    assert [table.has(row.photo) for row in ROWS] == [True, True, False]
    assert table.failed == 1
    table.add(ROWS[2])
    table.finish()
    assert read(folder) == ROWS
    assert table.failed == 1
    assert not (folder / "_torn.parquet").exists()


def test_a_name_that_is_no_text_is_known_again(tmp_path: Path) -> None:
    odd = replace(ROWS[0], photo="caf\udce9.jpg")
    table = ParquetTable(str(tmp_path / "alt.parquet"), WANTED)
    table.add(odd)
    table.write()
    assert ParquetTable(str(tmp_path / "alt.parquet"), WANTED).has(odd.photo)
    assert read(tmp_path / "alt.parquet")[0].photo == "caf\\udce9.jpg"


def test_nothing_else_becomes_part_of_it(tmp_path: Path) -> None:
    def refused(name: str, wanted: Wanted = WANTED) -> ErrorCode:
        with pytest.raises(CommandError) as caught:
            ParquetTable(str(tmp_path / name), wanted)
        return caught.value.code

    ParquetTable(str(tmp_path / "alt.parquet"), WANTED)
    assert refused("alt.parquet", replace(WANTED, language="fr")) is ErrorCode.TABLE_OF_OTHERS
    ParquetTable(str(tmp_path / "alt.parquet"), WANTED).finish()
    assert refused("alt.parquet") is ErrorCode.TABLE_EXISTS
    (tmp_path / "file.parquet").write_text("mine")
    assert refused("file.parquet") is ErrorCode.TABLE_EXISTS
    (tmp_path / "mine.parquet").mkdir()
    (tmp_path / "mine.parquet" / "notes.txt").write_text("mine")
    assert refused("mine.parquet") is ErrorCode.TABLE_EXISTS
    assert refused("file.parquet/alt.parquet") is ErrorCode.TABLE_NOT_WRITTEN
    with pytest.raises(CommandError) as caught:
        ParquetTable("nowhere://bucket/alt.parquet", WANTED)
    assert caught.value.code is ErrorCode.TABLE_NOT_WRITTEN


def test_a_folder_gives_the_same_rows_by_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "two words"
    for name, data in {
        "a.jpg": photo(), "b.png": photo("blue", suffix=".png"), "broken.jpg": photo()[:300],
        "notes.txt": b"no photo", ".hidden.jpg": photo(), "inner/c.jpg": photo("green"),
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    here, there = str(folder), f"file://{folder}"
    own = ["--recursive", "--processes", "1", "--assets", str(TINY)]
    assert main([here, "--out", str(tmp_path / "a.jsonl"), *own]) == 1
    assert main([there, "--out", f"file://{tmp_path}/b.parquet", *own]) == 1
    told = capsys.readouterr()
    assert told.err.count("or in another folder: 2.") == 2
    assert "b.parquet: 4 photos, 1 of them without" in told.out
    rows = read_table(tmp_path / "a.jsonl")
    expected = [replace(row, photo=f"file://{row.photo}") for row in rows]
    assert read(tmp_path / "b.parquet") == expected
    assert main([there, "--out", f"{tmp_path}/b.parquet", *own]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["file:///gone", "--out", "a.parquet"], "cannot be opened"),
        (["nowhere://gone", "--out", "a.parquet"], "cannot be opened"),
        ([".", "--out", "s3://bucket/a.csv"], "ends in .csv, .jsonl or .parquet"),
    ],
)
def test_what_cannot_be_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], said: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main([*arguments, "--assets", str(TINY)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.jpg", "--out", "a.PARQUET", "--sidecar"],
        ["s3://bucket", "--out", "a.csv", "--html", "a.html"],
        ["a.jpg", "--out", "a.csv", "--ray-address", "127.0.0.1:6379"],
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
