"""`python -m pipeline`, in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.__main__ import speak
from pipeline.captioning.detail import SHORT_WORDS, Form
from pipeline.history import LOCAL_OWNER, History, Source
from pipeline.speech import default_chain
from tests.data.tiny_files import TINY, draw

ROOT = Path(__file__).parents[2]


def vois(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments), "--assets", str(TINY)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in (("b.png", "blue"), ("a.jpg", "red")):
        bgr = cv2.cvtColor(draw(colour, "square", np.random.default_rng(1)), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(tmp_path / name), cv2.resize(bgr, (256, 256)))
    (tmp_path / "notes.txt").write_text("not a photo")
    return tmp_path


def test_it_describes_a_photo_and_speaks_it(folder: Path) -> None:
    run = vois(folder / "a.jpg", "--speak", folder / "out.wav")
    assert run.returncode == 0, run.stderr
    assert "a red square" in run.stdout.lower()
    with wave.open(str(folder / "out.wav")) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16)
        assert len(samples) > sound.getframerate()
    assert np.abs(samples).max() > 3000


def test_words_become_sound() -> None:
    voices = default_chain(allow_online=False)
    said = [("A brown dog runs on the beach.", "en")]
    usual, slow = (speak(voices, said, rate, "offline") for rate in (1.0, 0.5))
    assert 1 < usual.seconds < slow.seconds
    assert usual.wav()[:4] == b"RIFF"


def test_a_folder_is_described_in_the_order_of_its_names(folder: Path) -> None:
    run = vois(folder)
    lines = run.stdout.strip().splitlines()
    assert [Path(line.split(": ")[0]).name for line in lines] == ["a.jpg", "b.png"]
    assert "red" in lines[0]
    assert "blue" in lines[1]


def test_a_bad_file_is_said_and_the_others_are_described(folder: Path) -> None:
    run = vois(folder / "notes.txt", folder / "gone.jpg", folder / "a.jpg")
    assert run.returncode == 1
    lines = run.stdout.strip().splitlines()
    assert len(lines) == 3
    assert "cannot be opened" in lines[1]
    assert "red square" in lines[2]
    assert "Traceback" not in run.stdout + run.stderr


def test_what_cannot_be_done_at_all_ends_in_a_sentence(tmp_path: Path, folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no photo" in vois(empty).stderr
    unwritable = vois(folder / "a.jpg", "--speak", tmp_path / "gone" / "out.wav")
    assert unwritable.returncode == 2
    assert "cannot be written" in unwritable.stderr
    assert "Traceback" not in unwritable.stderr


def test_descriptions_are_kept_only_where_it_is_asked_for(folder: Path) -> None:
    assert vois(folder / "a.jpg").returncode == 0
    assert History().count(LOCAL_OWNER) == 0
    run = vois(folder / "a.jpg", "--history")
    assert run.returncode == 0, run.stderr
    (entry,) = History().page(LOCAL_OWNER)
    assert (entry.source, entry.photo) == (Source.COMMAND_LINE, "a.jpg")
    assert entry.text in run.stdout


def test_one_voice_can_be_named(folder: Path) -> None:
    run = vois(folder / "a.jpg", "--speak", folder / "out.wav", "--voice", "hibari")
    assert "spoken by hibari" in run.stdout


def test_it_speaks_french(folder: Path) -> None:
    arguments = (folder / "a.jpg", folder / "gone.jpg", "--language", "fr")
    run = vois(*arguments, "--speak", folder / "out.wav")
    first, second, third = run.stdout.strip().splitlines()
    assert first.endswith("Un carré rouge sur un fond pâle.")
    assert second.endswith("Le fichier gone.jpg ne peut pas être ouvert.")
    assert "out.wav\u00a0: " in third
    assert third.endswith("\u00a0: kokoro")
    assert run.stderr == ""


def test_form_and_wording_can_be_chosen(folder: Path) -> None:
    lengths = {}
    for form in Form:
        run = vois(folder / "a.jpg", "--form", form, "--as-written")
        assert run.returncode == 0, run.stderr
        lengths[form] = len(run.stdout.split(": ")[-1].split())
    assert lengths[Form.SHORT] <= SHORT_WORDS
    assert lengths[Form.SHORT] <= lengths[Form.AUTO] < lengths[Form.FULL]
    assert vois(folder / "a.jpg", "--form", "huge").returncode == 2


def test_wording_is_neutral_unless_it_is_wanted_as_written() -> None:
    words = {}
    for options in ((), ("--as-written",)):
        command = [sys.executable, "-m", "pipeline", "assets/samples", *options]
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
        )
        words[options] = set(re.findall(r"[a-z]+", run.stdout.lower()))
    gendered = {"man", "woman", "men", "women", "boy", "girl", "boys", "girls"}
    assert not words[()] & gendered
    assert words[("--as-written",)] & gendered
