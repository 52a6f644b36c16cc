"""`python -m pipeline describe`: the table, what is beside it, and its end by any means."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.batch.describe_command import main
from pipeline.batch.photo_choice import choose
from pipeline.batch.row import Row
from pipeline.batch.table import read_table, write_table
from pipeline.batch.workers import Task, describe_all
from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DEFAULT_STYLE
from pipeline.description import describe_file
from pipeline.errors import ErrorCode
from tests.api.server import photo
from tests.data.tiny_files import TINY
from tests.waiting import until

ROOT = Path(__file__).parents[2]
WAIT_S = 120.0  # the machine may be busy with something else


@dataclass(frozen=True)
class Run:
    """An archive that was described, with all that the command can write beside the table."""

    folder: Path
    table: Path
    page: Path
    status: int
    out: str
    err: str


def command(*arguments: object, processes: int = 1) -> list[str]:
    own = ("--assets", TINY, "--processes", processes)
    return [sys.executable, "-m", "pipeline", "describe", *map(str, (*arguments, *own))]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    folder, table, page = home / "archive", home / "alt.csv", home / "page.html"
    (folder / "inner").mkdir(parents=True)
    (home / "copies").mkdir()
    (folder / "a.jpg").write_bytes(photo())
    (folder / "=b.png").write_bytes(photo("blue", "stripe", ".png"))
    (folder / "broken.jpg").write_bytes(photo()[:300])
    (folder / "notes.txt").write_text("no photo")
    (folder / "=b.png.txt").write_text("mine")
    (folder / "inner" / "c.jpg").write_bytes(photo("green"))
    done = subprocess.run(
        command(".", "inner/*.jpg", "gone.jpg", "--out", table, "--sidecar", "--html", page,
            "--copies", home / "copies"),
        cwd=folder, check=False, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "VOIS_DATA": str(home / "data")},
    )  # fmt: skip
    return Run(folder, table, page, done.returncode, done.stdout, done.stderr)


@pytest.fixture
def copied(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, to be changed."""
    shutil.copytree(run.folder.parent, tmp_path / "home")
    home = tmp_path / "home"
    monkeypatch.chdir(home / "archive")
    return replace(
        run, folder=home / "archive", table=home / run.table.name, page=home / run.page.name
    )


def test_a_folder_becomes_a_table(run: Run) -> None:
    assert run.status == 1
    rows = {row.photo: row for row in read_table(run.table)}
    assert list(rows) == ["=b.png", "a.jpg", "broken.jpg", "gone.jpg", "inner/c.jpg"]
    expected = describe_file(Captioner.load(TINY, threads=1), photo())
    assert rows["a.jpg"] == Row(
        "a.jpg", expected.text, "en", round(expected.confidence, 4), "plain"
    )
    assert rows["broken.jpg"].error == ErrorCode.PHOTO_DAMAGED.value
    assert "cannot be opened" in rows["gone.jpg"].error
    assert '"\'=b.png"' in run.table.read_text(encoding="utf-8-sig")  # no formula
    assert "5 photos, 2 of them without" in run.out
    assert "no photo, or in another folder: 3." in run.err
    left = {path.name for path in run.folder.parent.iterdir()}
    assert left <= {"alt.csv", "page.html", "archive", "copies", "data"}


def test_folders_in_folders_are_entered_on_request(run: Run) -> None:
    folder = str(run.folder)
    names = {Path(name).name for name in choose([folder], recursive=True).photos}
    assert names == {"=b.png", "a.jpg", "broken.jpg", "c.jpg"}
    assert len(choose([folder, f"{folder}/*.jpg"], recursive=False).photos) == 3
    everywhere = choose([f"{folder}/**/*.jpg"], recursive=True).photos
    assert {Path(name).name for name in everywhere} == {"a.jpg", "broken.jpg", "c.jpg"}


@pytest.mark.parametrize("name", ["alt.csv", "alt.jsonl"])
def test_a_table_comes_back_as_it_was(run: Run, tmp_path: Path, name: str) -> None:
    rows = [*read_table(run.table), Row("caf\u00e9.jpg", '=1+1, "a"\nb', "fr", corrected=True)]
    write_table(tmp_path / name, rows)
    assert read_table(tmp_path / name) == rows


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("taken.csv", "exists already"),
        ("alt.txt", "ends in .csv, .jsonl or .parquet"),
        ("gone/alt.csv", "no folder"),
    ],
)
def test_no_other_file_becomes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, sentence: str
) -> None:
    (tmp_path / "taken.csv").write_text("mine")
    assert main([str(tmp_path), "--out", str(tmp_path / name), "--assets", str(TINY)]) == 2
    assert sentence in capsys.readouterr().err
    assert (tmp_path / "taken.csv").read_text() == "mine"


def test_texts_beside_the_photos_replace_no_other_text(run: Run) -> None:
    assert (run.folder / "a.jpg.txt").read_text() == "A red square on a pale ground.\n"
    assert (run.folder / "=b.png.txt").read_text() == "mine"
    assert "another text has their name: 1." in run.err
    assert not (run.folder / "broken.jpg.txt").exists()


def test_copies_have_the_texts_in_them(run: Run) -> None:
    copies = run.folder.parent / "copies"
    found = {path.relative_to(copies).as_posix() for path in copies.rglob("*.*")}
    assert found == {"a.jpg", "=b.png", "inner/c.jpg"}
    assert b"A red square on a pale ground." in (copies / "a.jpg").read_bytes()
    assert b"A red square on a pale ground." not in (run.folder / "a.jpg").read_bytes()


def test_corrections_come_back(copied: Run, tmp_path: Path) -> None:
    saved, right = tmp_path / "c.json", "A <b>red</b> tile & more."
    corrections = [{"photo": "a.jpg", "text": f"  {right}\u0007"}]
    saved.write_text(json.dumps({"format": "vois-corrections", "corrections": corrections}))
    beside = ["--sidecar", "--html", str(copied.page)]
    assert main(["--apply", str(saved), "--out", str(copied.table), *beside]) == 0
    rows = {row.photo: row for row in read_table(copied.table)}
    assert (rows["a.jpg"].text, rows["a.jpg"].corrected) == (right, True)
    assert sum(row.corrected for row in rows.values()) == 1
    assert (copied.folder / "a.jpg.txt").read_text() == f"{right}\n"
    html = copied.page.read_text(encoding="utf-8")
    assert 'alt="A &lt;b&gt;red&lt;/b&gt; tile &amp; more."' in html
    assert 'src="archive/a.jpg"' in html
    assert 'src="archive/%3Db.png"' in html


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"format": "vois-corrections"}', '{"format": "x", "corrections": []}',
     '{"format": "vois-corrections", "corrections": [{"photo": "a.jpg", "text": 1}]}',
     '{"format": "vois-corrections", "corrections": [{"photo": "gone.jpg", "text": "a"}]}'],
)  # fmt: skip
def test_what_are_no_corrections_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    table = tmp_path / "alt.jsonl"
    table.write_text(Row("a.jpg", "A dog.", "en").json() + "\n")
    (tmp_path / "c.json").write_text(content)
    assert main(["--apply", str(tmp_path / "c.json"), "--out", str(table)]) == 2
    assert "correction" in capsys.readouterr().err
    assert read_table(table) == [Row("a.jpg", "A dog.", "en")]


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as only Linux can")
def test_a_killed_run_goes_on_to_the_same_table(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(60):
        colour = ("red", "green", "blue")[number % 3]
        data = photo(colour) if number % 10 else photo(colour)[:200]
        (folder / f"{number:03}.jpg").write_bytes(data)
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    subprocess.run(command(folder, "--out", whole), cwd=ROOT, check=False, capture_output=True)
    journal, chance = tmp_path / ".broken.csv.part", random.Random(7)
    before = 0
    for _ in range(2):
        with subprocess.Popen(
            command(folder, "--out", broken),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as killed:
            more = before + chance.randrange(400, 2500)
            assert until(lambda: journal.exists() and journal.stat().st_size > more, WAIT_S)  # noqa: B023
            workers = children(killed.pid)
            killed.send_signal(signal.SIGKILL)
        assert not broken.exists()
        assert workers
        assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), WAIT_S)  # noqa: B023
        before = journal.stat().st_size
    done = subprocess.run(
        command(folder, "--out", broken), cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Going on" in done.stderr
    assert broken.read_bytes() == whole.read_bytes()
    assert not journal.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as only Unix can")
def test_ctrl_c_is_said_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2000):
        (folder / f"{number}.jpg").write_bytes(photo())
    table = tmp_path / "alt.csv"
    with subprocess.Popen(
        command(folder, "--out", table, processes=2), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as stopped:
        assert until((tmp_path / ".alt.csv.part").exists, WAIT_S)
        assert until(lambda: (tmp_path / ".alt.csv.part").stat().st_size > 2000, WAIT_S)
        stopped.send_signal(signal.SIGINT)
        _, err = stopped.communicate(timeout=60)
    assert stopped.returncode == 130
    assert err.splitlines()[-1] == "Stopped. The same command goes on from here."
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as only Linux can")
def test_a_process_that_dies_loses_no_photo(tmp_path: Path) -> None:
    photos = [tmp_path / f"{number}.jpg" for number in range(12)]
    for path in photos:
        path.write_bytes(photo())
    rows: list[Row] = []
    killed = False
    for row in describe_all(map(str, photos), Task(TINY, "en", DEFAULT_STYLE, False), processes=1):
        rows.append(row)
        if not killed:
            mine = [pid for pid in children(os.getpid()) if "spawn_main" in name_of(pid)]
            for pid in mine:
                os.kill(pid, signal.SIGKILL)
            killed = bool(mine)
    assert killed
    assert sorted(row.photo for row in rows) == sorted(map(str, photos))
    assert {row.text for row in rows} == {"A red square on a pale ground."}


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
