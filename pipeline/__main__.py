"""The command line: describes photos and folders of photos, aloud into a file if wished.

python -m pipeline photo.jpg --speak out.wav
python -m pipeline holiday/ kitchen.png
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.assistant import Assistant
from pipeline.captioner import Captioner
from pipeline.errors import ImageError, VoisError
from pipeline.forms import Form, Telling
from pipeline.history import LOCAL_OWNER, Draft, History, Source
from pipeline.speech import default_chain

ASSETS = Path(__file__).resolve().parents[1] / "assets"
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def photos(paths: Sequence[Path]) -> Iterator[Path]:
    """The files as they are named, and the photos of folders in the order of their names."""
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
        raise ImageError(f"The file {path.name} cannot be opened.") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a line for each photo; 1 when one of them could not be described."""
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Describes photos.")
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("--speak", type=Path, metavar="OUT.wav", help="write all of it as sound")
    parser.add_argument("--rate", type=float, default=1.0, help="of the voice, 0.5 to 2")
    parser.add_argument("--online", action="store_true", help="send the text to Google's voice")
    parser.add_argument("--voice", default="", help="one voice by name, such as espeak")
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
    chosen = parser.parse_args(arguments)
    failed, said = False, []
    telling = Telling(chosen.form, neutral=not chosen.as_written)
    try:
        voices = default_chain(allow_online=chosen.online)
        assistant = Assistant(Captioner.load(chosen.assets), voices)
        history = History() if chosen.history else None
        for path in photos(chosen.photos):
            try:
                description = assistant.describe(read(path), telling=telling)
                if history is not None:
                    history.add(LOCAL_OWNER, Draft.of(description, Source.COMMAND_LINE, path.name))
                said.append(description.text)
            except ImageError as error:
                failed = True
                said.append(str(error))
            print(f"{path}: {said[-1]}", flush=True)
        if not said:
            raise ImageError("There is no photo in this folder.")
        if chosen.speak is not None:
            mode = chosen.voice or ("best" if chosen.online else "offline")
            sound = assistant.speak(" ".join(said), chosen.rate, mode=mode)
            chosen.speak.write_bytes(sound.wav())
            print(f"{chosen.speak}: {sound.seconds:.1f} s, spoken by {sound.voice}")
    except VoisError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"The sound cannot be written: {error}", file=sys.stderr)
        return 2
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
