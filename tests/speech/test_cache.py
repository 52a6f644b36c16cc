"""Kept sounds: real files, damaged files, and several processes at once."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline.speech import DiskCache, Sound

KEY = ("hibari", "en", 1.0, "A black dog runs on the secret beach.")


def noise(seed: int = 0, seconds: float = 0.1) -> Sound:
    samples = np.random.default_rng(seed).uniform(-0.9, 0.9, int(24_000 * seconds))
    return Sound(samples.astype(np.float32), 24_000, "hibari")


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "sounds")


def test_sound_comes_back_as_it_was(cache: DiskCache) -> None:
    sound = Sound(noise().samples.copy(), 22_050, "Amélie", online=True)
    cache.put(KEY, sound)
    kept = DiskCache(cache.folder).get(KEY)
    assert kept is not None
    assert (kept.sample_rate_hz, kept.voice, kept.online) == (22_050, "Amélie", True)
    assert np.abs(kept.samples - sound.samples).max() < 2 / 32767
    assert kept.wav() == DiskCache(cache.folder).get(KEY).wav()  # type: ignore[union-attr]


@pytest.mark.parametrize("place", range(4))
def test_every_part_of_the_key_counts(place: int, cache: DiskCache) -> None:
    cache.put(KEY, noise())
    other = ("espeak", "fr", 1.5, "A dog.")
    changed = (*KEY[:place], other[place], *KEY[place + 1 :])
    assert cache.get(changed) is None  # type: ignore[arg-type]


def test_words_are_not_written_and_others_cannot_read(cache: DiskCache) -> None:
    cache.put(KEY, noise())
    (path,) = cache.folder.iterdir()
    for words in (b"black", b"dog", b"secret"):
        assert words not in path.read_bytes() + path.name.encode()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "extended", "other"])
def test_damaged_file_is_removed(damage: str, cache: DiskCache) -> None:
    cache.put(KEY, noise())
    (path,) = cache.folder.iterdir()
    data = path.read_bytes()
    flipped = data[:500] + bytes([data[500] ^ 1]) + data[501:]
    path.write_bytes(
        {
            "cut": data[:-100],
            "empty": b"",
            "flipped": flipped,
            "extended": data + b"\0\0",
            "other": b"\x80\x04cos\nsystem\n(S'true'\ntR." * 9,
        }[damage]
    )
    assert cache.get(KEY) is None
    assert not path.exists()
    cache.put(KEY, noise())
    assert cache.get(KEY) is not None


def test_size_is_bounded_and_the_longest_unused_go(tmp_path: Path) -> None:
    one = noise()
    size = len(one.wav())
    cache = DiskCache(tmp_path, most_bytes=int(3.5 * size))
    keys = [(*KEY[:3], f"{count} dogs") for count in range(4)]
    for count, key in enumerate(keys[:3]):
        cache.put(key, one)
        for path in tmp_path.iterdir():
            if path.stat().st_mtime > 10_000:  # just written
                os.utime(path, (count, count))
    assert cache.get(keys[0]) is not None  # used now
    cache.put(keys[3], one)
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True]
    cache.put(KEY, noise(seconds=2.0))  # more than all together: not kept, and nothing goes
    assert len(list(tmp_path.iterdir())) == 3


def test_what_a_dead_process_left_is_removed(cache: DiskCache) -> None:
    cache.put(KEY, noise())
    old, young = cache.folder / "old.part", cache.folder / "young.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    cache.put(KEY, noise())
    assert not old.exists()
    assert young.exists()  # another process may be writing it


def test_making_room_removes_sounds_and_nothing_else(tmp_path: Path) -> None:
    DiskCache(tmp_path).put(KEY, noise())
    (first,) = tmp_path.iterdir()
    os.utime(first, (2, 2))
    foreign = tmp_path / "photo.jpg"
    foreign.write_bytes(b"not ours")
    os.utime(foreign, (1, 1))
    DiskCache(tmp_path, first.stat().st_size).put(("other", *KEY[1:]), noise())
    assert foreign.exists()
    assert not first.exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_folder_that_cannot_be_used_costs_only_the_keeping(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    for cache in (DiskCache(blocked), DiskCache(blocked / "sounds")):
        cache.put(KEY, noise())
        assert cache.get(KEY) is None


def test_person_can_choose_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOIS_CACHE", str(tmp_path))
    assert DiskCache().folder == tmp_path / "sounds"
    assert not DiskCache().folder.exists()
    monkeypatch.delenv("VOIS_CACHE")
    assert "vois" in str(DiskCache().folder)


def test_kept_sound_comes_at_once(cache: DiskCache) -> None:
    for count in range(50):
        cache.put((*KEY[:3], f"{count}"), noise(count))
    cache.put(KEY, noise(seconds=4.0))
    took_s = []
    for _ in range(9):
        began_s = time.perf_counter()
        assert cache.get(KEY) is not None
        took_s.append(time.perf_counter() - began_s)
    assert sorted(took_s)[4] < 0.02


def hammer(folder: str, seed: str) -> None:
    """Writes and reads the same few sounds as everybody else; a wrong one ends the process."""
    cache = DiskCache(Path(folder), most_bytes=60_000)
    for count in range(150):
        number = (count * 7 + int(seed)) % 9
        key = (*KEY[:3], f"{number} dogs")
        cache.put(key, noise(number))
        kept = cache.get((*KEY[:3], f"{(number + 1) % 9} dogs"))
        if kept is not None:
            expected = noise((number + 1) % 9).samples
            if np.abs(kept.samples - expected).max() > 1e-3:
                sys.exit(3)


def test_processes_share_the_folder(tmp_path: Path) -> None:
    program = "import sys; from tests.speech.test_cache import hammer; hammer(*sys.argv[1:])"
    command = [sys.executable, "-c", program, str(tmp_path)]
    processes = [subprocess.Popen([*command, str(seed)]) for seed in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert all(path.suffix == ".sound" for path in tmp_path.iterdir())
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 60_000
