"""The sound replaces nothing but an older sound."""

from __future__ import annotations

import os
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.command_line.sound_file import SoundFile
from pipeline.errors import CommandError
from pipeline.speech import Sound


def beep(rate_hz: int = 24_000) -> Sound:
    return Sound(np.full(rate_hz // 2, 0.25, np.float32), rate_hz, "beep")


def wav(path: Path) -> Path:
    path.write_bytes(beep().wav())
    return path


def written(path: Path, inputs: list[Path]) -> None:
    with SoundFile(path, inputs) as sound:
        sound.add(beep())
        sound.close()


def test_sounds_follow_each_other_at_one_rate(tmp_path: Path) -> None:
    path = tmp_path / "out.WAV"
    with SoundFile(path, []) as sound:
        sound.add(beep(24_000))
        sound.add(beep(48_000))
        assert not path.exists()  # an older sound is whole until the new one is
        sound.close()
    with wave.open(str(path)) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() / 24_000 == pytest.approx(0.5 + 0.6 + 0.5, abs=0.01)
    assert sound.seconds == pytest.approx(1.6, abs=0.01)
    assert os.listdir(tmp_path) == ["out.WAV"]


def test_an_older_sound_is_replaced_also_behind_a_link(tmp_path: Path) -> None:
    old, link = wav(tmp_path / "old.wav"), tmp_path / "link.wav"
    link.symlink_to(old)
    before = old.read_bytes()
    with SoundFile(link, []) as sound:
        sound.add(beep())
        sound.add(beep())
        assert old.read_bytes() == before
        sound.close()
    assert link.is_symlink()
    assert len(old.read_bytes()) > len(before)


def test_a_sound_that_was_not_finished_leaves_everything_as_it_was(tmp_path: Path) -> None:
    old = wav(tmp_path / "old.wav")
    before = old.read_bytes()
    with SoundFile(old, []) as sound:
        sound.add(beep())
    with SoundFile(old, []) as sound:
        sound.close()  # nothing was said
    assert old.read_bytes() == before
    assert os.listdir(tmp_path) == ["old.wav"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("photo.jpg", r"ends in \.wav"),
        ("song.mp3", r"ends in \.wav"),
        ("new.mp3", r"ends in \.wav"),
        ("no ending", r"ends in \.wav"),
        ("photo.wav", "no WAV file"),
        ("empty.wav", "no WAV file"),
        ("folder.wav", "no WAV file"),
        ("link.wav", "no WAV file"),
        ("to nothing.wav", r"ends in \.wav"),
        ("link to folder.wav", r"ends in \.wav"),
        ("pipe.wav", "no WAV file"),
        ("spoken.wav", "among the files"),
        ("hard link.wav", "among the files"),
        ("gone/out.wav", "no folder"),
        ("photo.jpg/out.wav", "no folder"),
        ("circle.wav", "cannot be written|no WAV"),
        ("\0.wav", "cannot be written"),
        (f"{'long' * 80}.wav", "cannot be written"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="has neither such links nor pipes")
def test_nothing_else_is_replaced(tmp_path: Path, name: str, reason: str) -> None:
    jpeg = b"\xff\xd8\xff rest of a photo"
    for one in ("photo.jpg", "photo.wav", "song.mp3"):
        (tmp_path / one).write_bytes(jpeg)
    (tmp_path / "empty.wav").touch()
    for one in ("folder.wav", "folder"):
        (tmp_path / one).mkdir()
    spoken = wav(tmp_path / "spoken.wav")
    os.link(spoken, tmp_path / "hard link.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    for link, target in (
        ("link.wav", "photo.wav"), ("to nothing.wav", "nothing.jpg"),
        ("link to folder.wav", "folder"), ("circle.wav", "circle.wav"),
    ):  # fmt: skip
        (tmp_path / link).symlink_to(tmp_path / target)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(CommandError, match=reason):
        written(tmp_path / name, [tmp_path / "photo.jpg", spoken, tmp_path / "gone.jpg"])
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / "photo.jpg").read_bytes() == jpeg
    assert (tmp_path / "photo.wav").read_bytes() == jpeg


def test_what_takes_the_name_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    with SoundFile(path, []) as sound:
        sound.add(beep())
        path.write_bytes(b"no sound")
        with pytest.raises(CommandError, match="no WAV file"):
            sound.close()
    assert path.read_bytes() == b"no sound"


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("limits the size of a file as only Linux can")
    import resource
    import signal

    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, old[1]))
    try:
        with pytest.raises(CommandError, match="room on the disk"):
            written(tmp_path / "out.wav", [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)
    assert os.listdir(tmp_path) == []
