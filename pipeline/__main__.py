"""The command line: describes photos and folders of photos, aloud into a file if wished.

python -m pipeline photo.jpg --speak out.wav
python -m pipeline holiday/ kitchen.png
python -m pipeline photo.jpg --language fr
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle, Form
from pipeline.description import describe_file
from pipeline.errors import ErrorCode, ImageError, VoisError
from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.languages import ENGLISH
from pipeline.phrases import LANGUAGES, phrases
from pipeline.speech import TONE, Sound, VoiceChain, default_chain, join

ASSETS = Path(__file__).resolve().parents[1] / "assets"
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def photos(paths: Sequence[Path]) -> Iterator[Path]:
    """The files in the order given; a folder gives its photos, sorted by path."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in PHOTO_SUFFIXES)
        else:
            yield path


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        ImageError: it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(ErrorCode.PHOTO_NOT_OPENED, name=path.name) from error


def speak(voices: VoiceChain, said: Sequence[tuple[str, str]], rate: float, mode: str) -> Sound:
    """Speaks all sentences as one sound, each in its own language.

    Args:
        voices: speak the sentences.
        said: sentences and the two-letter codes of their languages.
        rate: pace of the voice; 2 is twice as fast.
        mode: "offline", "best" or the name of a voice, as in `VoiceChain.speak`.

    Raises:
        SpeechError: there is nothing to say.
    """
    sounds = [
        voices.speak(" ".join(text for text, _ in of_one), language=language, rate=rate, mode=mode)
        for language, of_one in groupby(said, key=lambda one: one[1])
    ]
    return join(sounds)


def arguments_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Describes photos.")
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("--speak", type=Path, metavar="OUT.wav", help="write all of it as sound")
    parser.add_argument("--rate", type=float, default=1.0, help="of the voice, 0.5 to 2")
    parser.add_argument("--online", action="store_true", help="send the text to Google's voice")
    parser.add_argument("--voice", default="", help="one voice by name, such as espeak")
    parser.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH, help="of all that is said"
    )
    parser.add_argument("--history", action="store_true", help="keep the descriptions there")
    parser.add_argument(
        "--form", choices=list(Form), default=Form.AUTO, type=Form, help="how much is said"
    )
    parser.add_argument(
        "--as-written",
        action="store_true",
        help="do not make the wording about people neutral",
    )
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the model")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line for each photo; 1 when one of them could not be described."""
    chosen = arguments_of(arguments)
    say = phrases(chosen.language)
    style = DescriptionStyle(chosen.form, neutral=not chosen.as_written)
    failed = False
    said: list[tuple[str, str]] = []
    try:
        captioner = Captioner.load(chosen.assets)
        if say.language not in captioner.languages:
            print(say.other_language, file=sys.stderr)
        history = History() if chosen.history else None
        for path in photos(chosen.photos):
            try:
                description = describe_file(captioner, read(path), say.language, style)
                if history is not None:
                    history.add(LOCAL_OWNER, Draft.of(description, Source.COMMAND_LINE, path.name))
                said.append((description.text, description.language))
            except ImageError as error:
                failed = True
                said.append((say.error_sentence(error), say.language))
            print(f"{path}: {said[-1][0]}", flush=True)
        if not said:
            raise ImageError(ErrorCode.FOLDER_WITHOUT_PHOTO)
        if chosen.speak is not None:
            mode = chosen.voice or ("best" if chosen.online else "offline")
            voices = default_chain(allow_online=chosen.online)
            sound = speak(voices, said, chosen.rate, mode)
            chosen.speak.write_bytes(sound.wav())
            if sound.voice == TONE:
                print(say.no_voice, file=sys.stderr)
            seconds = f"{sound.seconds:.1f}"
            print(say.spoken_into.format(file=chosen.speak, seconds=seconds, voice=sound.voice))
    except VoisError as error:
        print(say.error_sentence(error), file=sys.stderr)
        return 2
    except OSError as error:
        print(say.sound_unwritten.format(reason=error), file=sys.stderr)
        return 2
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
