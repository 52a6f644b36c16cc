"""`python -m pipeline`, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import wave
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.captioning.detail import SHORT_WORDS, Form
from pipeline.command_line.arguments import arguments_of
from pipeline.command_line.narration import speak
from pipeline.command_line.program import main
from pipeline.errors import ErrorCode
from pipeline.history import LOCAL_OWNER, History, Source
from pipeline.phrases import ENGLISH
from pipeline.preferences import Preferences, PreferencesFile
from pipeline.speech import Sound, VoiceChain, default_chain
from tests.data.tiny_files import TINY, draw
from tests.data.written_pictures import photographed


class Beep:
    """A voice that is quick."""

    name, languages, online, slow = "beep", frozenset({"en"}), False, False

    def speak(self, text: str, language: str, rate: float) -> Sound:
        return Sound(np.full(2_400, 0.1, np.float32), 24_000, self.name)


ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's data folder, with nothing in it."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("VOIS_DATA", str(folder))
    return folder


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


def test_what_is_written_is_read_on_request(tmp_path: Path) -> None:
    sign, photo = photographed(5, 640), tmp_path / "sign.jpg"
    photo.write_bytes(sign.jpeg)
    first, *others = vois(photo, "--read").stdout.splitlines()
    assert first.endswith("It says:")
    assert others == [f"    {line}" for line in sign.lines]
    (plain,) = vois(photo).stdout.splitlines()
    assert first == f"{plain} It says:"


def test_words_become_sound() -> None:
    voices = default_chain(allow_online=False)
    said = "A brown dog runs on the beach."
    usual, slow = (speak(voices, said, "en", rate, "offline") for rate in (1.0, 0.5))
    assert usual is not None
    assert slow is not None
    assert 1 < usual.seconds < slow.seconds
    assert speak(voices, "\u2603 \u2603", "en", 1.0, "offline") is None


def test_a_text_longer_than_a_voice_takes_at_once_is_spoken_whole() -> None:
    voices = VoiceChain([Beep()])
    text = "A dog runs. " * 1_000  # 12,000 letters; hibari would take a minute
    sound = speak(voices, text, "en", 1.0, "offline")
    assert sound is not None
    assert sound.voice == "beep"
    assert sound.seconds > 1_000 * 0.1


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


def test_it_follows_what_was_chosen_on_the_page(folder: Path, data: Path) -> None:
    kept = Preferences(language="fr", pace=2.0, voice="google", form="short")
    PreferencesFile(data).write(kept)
    chosen = arguments_of(["a.jpg"], PreferencesFile(data).read())
    assert (chosen.language, chosen.rate, chosen.form) == ("fr", 2.0, Form.SHORT)
    assert (chosen.voice, chosen.online) == ("", False)  # nothing leaves without --online
    assert arguments_of(["a.jpg"], Preferences(voice="hibari")).voice == "hibari"
    run = vois(folder / "a.jpg")
    assert run.stdout.strip().endswith("Un carré rouge sur un fond pâle.")
    run = vois(folder / "a.jpg", "--language", "en")
    assert "red square" in run.stdout.lower()
    (data / "settings.json").write_text("{")
    run = vois(folder / "a.jpg")
    assert "red square" in run.stdout.lower()
    assert run.stderr.startswith("Your settings could not be read")
    assert run.returncode == 0


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


def here(*arguments: object) -> int:
    """The command in this process."""
    return main([*map(str, arguments), "--assets", str(TINY)])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rate", "nan"], "The pace of the voice is a number from 0.5 to 2."),
        (["--rate", "inf"], "from 0.5 to 2."),
        (["--rate=-1"], "from 0.5 to 2."),
        (["--voice", "hibarri"], "There is no voice called hibarri. The voices here: hibari"),
        (["--voice", "google"], "There is no voice called google."),
        (["--voice", "hibari", "--speak", "out.mp3"], "a name that ends in .wav"),
        (["--speak", "gone/out.wav"], "There is no folder gone for the sound."),
    ],
)
def test_what_cannot_be_done_is_said_before_any_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(folder)
    assert here("a.jpg", *options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert sorted(path.name for path in folder.iterdir()) == ["a.jpg", "b.png", "notes.txt"]


def test_a_history_that_cannot_be_written_is_said_and_the_words_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "taken").write_text("a file where the folder should be")
    monkeypatch.setenv("VOIS_DATA", str(folder / "taken"))
    assert here(folder / "a.jpg", folder / "b.png", "--history") == 1
    out, err = capsys.readouterr()
    assert ["red" in out, "blue" in out] == [True, True]
    assert err.count("\n") == 1
    assert "history" in err


def test_a_history_that_was_damaged_is_said_in_a_sentence(folder: Path, data: Path) -> None:
    (data / "history.db").write_text("Dear aunt, " * 900)
    run = vois(folder / "a.jpg", "--history")
    assert "red square" in run.stdout
    assert re.fullmatch(r"The history was damaged, so a new one .* is kept as .*\n", run.stderr)
    assert run.returncode == 1
    assert vois(folder / "a.jpg", "--history").stderr == ""
    assert History().count(LOCAL_OWNER) == 2


def test_a_folder_says_what_it_leaves_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "._a.jpg").write_bytes(b"\x00\x05\x16\x07")
    assert here(folder) == 0
    assert "Left out, since hidden or no photo: ._a.jpg, notes.txt." in capsys.readouterr().err
    for number in range(5):
        (folder / f"{number}.txt").touch()
    assert here(folder, "--language", "fr") == 0
    assert "3.txt, et 2 de plus." in capsys.readouterr().err


def test_a_folder_without_a_photo_fails_though_others_have_some(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty").mkdir()
    assert here(folder / "empty", folder / "a.jpg") == 1
    out, err = capsys.readouterr()
    assert "red" in out
    assert err == f"{folder / 'empty'}: There is no photo in this folder.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_name_that_is_no_text_is_described_and_kept(folder: Path) -> None:
    odd = os.fsencode(folder) + b"/caf\xe9\n.jpg"
    os.rename(folder / "a.jpg", odd)
    run = vois(os.fsdecode(odd), "--history", "--speak", folder / "out.wav")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith(f"{folder}/caf??.jpg: A red square")
    (entry,) = History().page(LOCAL_OWNER)
    assert entry.photo == "caf .jpg"


def test_a_terminal_of_few_letters_gets_plainer_ones(folder: Path) -> None:
    for encoding in ("ascii", "cp1252", "cp437"):
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", folder / "a.jpg", folder / "gone.jpg",
             "--language", "fr", "--assets", TINY],
            cwd=ROOT, capture_output=True, timeout=120, check=False,
            env=os.environ | {"PYTHONIOENCODING": encoding},
        )  # fmt: skip
        words = run.stdout.decode(encoding)
        assert "carr" in words
        assert "?" not in words, encoding
        assert run.stderr == b""


def test_a_pipe_whose_reader_has_gone_is_no_error(folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.jpg").write_bytes((folder / "a.jpg").read_bytes())
    command = [sys.executable, "-m", "pipeline", folder, "--assets", TINY]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert "red" in running.stdout.readline()
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read().count("\n") == 1  # what the folder leaves out
    assert running.returncode == 0


def test_a_full_disk_behind_the_output_is_said(folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", folder / "a.jpg", "--assets", TINY],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=120, check=False, text=True,
        )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr == f"{ENGLISH.errors[ErrorCode.OUTPUT_NOT_WRITTEN]}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as only Unix can")
def test_no_file_takes_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv[1:] = ['--rate']; from pipeline.__main__ import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "file = open('number', 'w'); file.write(str(file.fileno()))"
    )
    line = f'exec "{sys.executable}" -c "$CODE" <&- >&- 2>&-'
    environment = os.environ | {"CODE": code, "PYTHONPATH": str(ROOT)}
    subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, check=True)
    assert int((tmp_path / "number").read_text()) > 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as only Unix can")
def test_ctrl_c_keeps_what_was_done(folder: Path) -> None:
    for number in range(2000):  # far more than are described until the signal comes
        (folder / f"{number}.jpg").hardlink_to(folder / "a.jpg")
    out = folder / "out.wav"
    command = [sys.executable, "-m", "pipeline", folder, "--speak", out, "--assets", TINY]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.readline()  # the first is spoken by now
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.splitlines()[-1] == ENGLISH.interrupted
    assert "Traceback" not in err
    with wave.open(str(out)) as sound:
        assert sound.getnframes() > sound.getframerate()
    assert not list(folder.glob(".*"))


def test_help_loads_neither_model_nor_voice() -> None:
    """It is printed at once: what takes time to import is not imported."""
    code = (
        "import sys; sys.argv[1:] = ['--help']; from pipeline.__main__ import run\n"
        "try: run()\n"
        "except SystemExit: pass\n"
        "print([name for name in ('numpy', 'onnxruntime', 'cv2', 'av', 'PIL', 'sqlite3')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: ")
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_photo_waits_for_no_voice_history_or_reader(folder: Path) -> None:
    photo = str(folder / "a.jpg")
    code = (
        f"import sys; sys.argv[1:] = [{photo!r}, '--assets', {str(TINY)!r}]\n"
        "from pipeline.__main__ import run\n"
        "run()\n"
        "print([name for name in ('av', 'sqlite3', 'pi_heif', 'pipeline.speech',"
        " 'pipeline.reading.reader') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "red square" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_package_that_is_missing_is_named(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "onnxruntime.py").write_text("raise ModuleNotFoundError('No x', name='x')")
    for language, sentence in (
        ("C", "Vois cannot be loaded: x is"),
        ("fr_FR", "démarrer\u00a0: x"),
    ):
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", folder / "a.jpg"],
            cwd=ROOT, capture_output=True, check=False,
            env=os.environ | {"PYTHONPATH": str(tmp_path), "LANG": language, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert run.returncode == 2
        assert sentence in run.stderr.decode()
        assert b"Traceback" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="closes a pipe as only Unix does")
def test_help_that_nobody_reads_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        run = subprocess.run(
            [sys.executable, "-m", "pipeline", "--help"],
            cwd=ROOT, stdout=out, stderr=subprocess.PIPE, check=False,
            env=os.environ | {"PYTHONUNBUFFERED": ""},  # it is written when the program ends
        )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, b"")
