"""What the page gets: trimmed, equally loud, written as files, joined."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SpeechError
from pipeline.speech import Sound, join
from pipeline.speech.codec import decode, resample
from pipeline.speech.finishing import finish, loudness_dbfs
from pipeline.speech.google import GoogleVoice
from pipeline.speech.hibari import HibariVoice
from tests.speech.gtts_server import GttsServer
from tests.speech.gtts_server import mp3 as google_mp3
from tests.speech.measures import CAPTION, lufs, silence_s


def test_wav_is_valid_and_held_at_the_limit() -> None:
    loud = Sound(np.array([0.0, 0.5, 1.7, -1.7], np.float32), 24_000, "test")
    with wave.open(io.BytesIO(loud.wav())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        steps = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert steps.tolist() == [0, 16383, 32767, -32767]


def test_sound_is_read_only() -> None:
    sound = Sound(np.zeros(9, np.float32), 24_000, "test")
    with pytest.raises(ValueError, match="read-only"):  # the cache hands it to everybody
        sound.samples[0] = 1.0


def test_finish_cuts_silence_and_keeps_words() -> None:
    rate_hz = 24_000
    tone = np.sin(np.arange(rate_hz) * 0.1).astype(np.float32)
    quiet = np.zeros(rate_hz, np.float32)
    sound = finish(np.concatenate([quiet, 0.01 * tone, quiet]), rate_hz, "test")
    assert 1.05 < sound.seconds < 1.2
    assert silence_s(sound.samples, rate_hz) < 0.15
    assert np.abs(sound.samples).max() > 0.1


def test_finish_leaves_no_click_at_either_end() -> None:
    sound = finish(np.full(24_000, 0.3, np.float32), 24_000, "test")
    assert abs(sound.samples[0]) < 1e-3
    assert abs(sound.samples[-1]) < 1e-3


def test_pauses_do_not_count_as_quiet() -> None:
    tone = np.sin(np.arange(24_000) * 0.1).astype(np.float32)
    assert loudness_dbfs(tone, 24_000) == pytest.approx(-3.0, abs=0.1)
    assert loudness_dbfs(np.pad(tone, 24_000), 24_000) == pytest.approx(-3.0, abs=0.1)


def test_finish_never_clips() -> None:
    clicks = np.zeros(24_000, np.float32)
    clicks[::2000] = 3.0  # nearly no loudness, all peak
    assert np.abs(finish(clicks, 24_000, "test").samples).max() <= 0.9


def test_a_sharp_peak_makes_the_words_no_quieter() -> None:
    words = np.sin(np.arange(48_000) * 0.1).astype(np.float32) * 0.1
    peaked = words.copy()
    peaked[24_010] = 1.0
    plain, sharp = (finish(samples, 24_000, "test") for samples in (words, peaked))
    assert lufs(sharp) == pytest.approx(lufs(plain), abs=0.5)
    assert np.abs(sharp.samples).max() <= 0.9
    change = np.abs(sharp.samples / np.where(plain.samples == 0, 1, plain.samples))
    far = np.abs(np.arange(48_000) - 24_010) > 400  # 17 ms
    assert np.median(change[far]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    "samples", [np.zeros(0, np.float32), np.zeros(9000, np.float32), np.full(9000, np.nan, "f4")]
)
def test_finish_refuses_what_is_no_sound(samples: np.ndarray) -> None:
    with pytest.raises(SpeechError):
        finish(samples, 24_000, "test")


def test_voices_start_at_once_and_are_equally_loud(server: GttsServer, hibari: HibariVoice) -> None:
    def quiet_speech(text: str) -> bytes:
        """A slower voice, 20 dB quieter, with less between loud and soft, and late."""
        pressed = np.tanh(8 * hibari.speak(text, "en", 0.8).samples)
        return google_mp3(np.pad(0.05 * pressed, 12_000))

    server.speech = quiet_speech
    offline = hibari.speak(CAPTION, "en", 1.0)
    online = GoogleVoice().speak(CAPTION, "en", 1.0)
    for sound in (offline, online):
        assert silence_s(sound.samples, sound.sample_rate_hz) < 0.15
        assert silence_s(sound.samples[::-1], sound.sample_rate_hz) < 0.3
        assert 0.2 < np.abs(sound.samples).max() < 1.0
    assert abs(lufs(offline) - lufs(online)) < 3.0


def test_a_decoded_mp3_is_what_was_encoded(hibari: HibariVoice) -> None:
    sound = hibari.speak(CAPTION, "en", 1.0)
    written = google_mp3(sound.samples, sound.sample_rate_hz)
    assert len(written) < len(sound.wav()) / 4
    read = decode(written, "mp3", sound.sample_rate_hz)
    # An MP3 begins a little late; where the two fit best they are nearly the same.
    length = len(sound.samples)
    spectrum = np.fft.rfft(read, 2 * len(read)) * np.conj(np.fft.rfft(sound.samples, 2 * len(read)))
    begin = int(np.argmax(np.fft.irfft(spectrum)))
    assert np.corrcoef(read[begin : begin + length], sound.samples)[0, 1] > 0.98


@pytest.mark.ffmpeg
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_ffmpeg_reads_what_was_written(hibari: HibariVoice, tmp_path: Path) -> None:
    sound = hibari.speak(CAPTION, "en", 1.0)
    (tmp_path / "a.wav").write_bytes(sound.wav())
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "a.wav", "-f", "f32le", "-ac", "1", "-"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    assert len(done.stdout) / 4 / 24_000 == pytest.approx(sound.seconds, abs=0.1)


@pytest.mark.parametrize("data", [b"", b"RIFF", b"this is no sound " * 60])
@pytest.mark.parametrize("file_format", ["wav", "mp3", "aiff"])
def test_decode_refuses_what_is_no_sound(data: bytes, file_format: str) -> None:
    with pytest.raises(SpeechError):
        decode(data, file_format, 24_000)


def test_resample_keeps_the_tone() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050).astype(np.float32)
    there = resample(tone, 22_050, 24_000)
    assert len(there) == pytest.approx(24_000, abs=100)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(there)) / 24_000)
    middle = slice(2000, -2000)
    assert np.abs(there[middle] - expected[middle]).max() < 0.02


def test_join_puts_a_pause_between_a_cue_and_a_sentence(hibari: HibariVoice) -> None:
    cue = Sound(np.full(11_025, 0.5, np.float32), 22_050, "cue")
    sentence = hibari.speak("A dog.", "en", 1.0)
    both = join([cue, sentence], pause_s=0.2)
    assert both.sample_rate_hz == 24_000
    assert both.voice == "hibari"
    assert not both.online
    assert both.seconds == pytest.approx(0.5 + 0.2 + sentence.seconds, abs=0.01)
    assert np.array_equal(both.samples[-len(sentence.samples) :], sentence.samples)
    assert np.abs(both.samples[12_300:16_500]).max() < 0.01  # 0.51 to 0.69 s
    assert join([cue, Sound(cue.samples.copy(), 22_050, "b", online=True), cue]).online
    assert np.array_equal(join([sentence]).samples, sentence.samples)
    with pytest.raises(SpeechError):
        join([])
