"""What the person asks of the command line, checked before any work is begun."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pipeline.captioning.style import Form
from pipeline.command_line import DOCTOR
from pipeline.languages import ENGLISH
from pipeline.phrases import LANGUAGES
from pipeline.preferences import Preferences

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def arguments_of(arguments: Sequence[str] | None, kept: Preferences) -> argparse.Namespace:
    """The parsed command line; what argparse itself refuses ends the program with its words.

    Args:
        arguments: of the program; None for those that it was called with.
        kept: what the person chose on the page, which stands where nothing else is asked for. An
            online voice among it does not: nothing leaves the machine without `--online`.
    """
    voice = kept.voice if kept.voice and kept.voice in _offline_voices() else ""
    parser = argparse.ArgumentParser(
        prog="python -m pipeline",
        description="Describes photos.",
        epilog=f"{DOCTOR} alone prints what this machine has and how fast it is.",
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("--speak", type=Path, metavar="OUT.wav", help="write all of it as sound")
    parser.add_argument(
        "--rate", type=float, default=kept.pace or 1.0, help="of the voice, 0.5 to 2"
    )
    parser.add_argument("--online", action="store_true", help="send the text to Google's voice")
    parser.add_argument("--voice", default=voice, help="one voice by name, such as espeak")
    parser.add_argument("--history", action="store_true", help="keep the descriptions there")
    add_manner(parser, kept)
    return parser.parse_args(arguments)


def add_manner(parser: argparse.ArgumentParser, kept: Preferences) -> None:
    """Adds what says how photos are described, and by which model.

    Args:
        parser: of any command.
        kept: what the person chose on the page, which stands where nothing else is asked for.
    """
    language = kept.language if kept.language in LANGUAGES else ENGLISH
    form = Form(kept.form) if kept.form in frozenset(Form) else Form.AUTO
    parser.add_argument(
        "--language", choices=LANGUAGES, default=language, help="of all that is said"
    )
    parser.add_argument("--read", action="store_true", help="what is written in the photos, too")
    parser.add_argument(
        "--form", choices=list(Form), default=form, type=Form, help="how much is said"
    )
    parser.add_argument(
        "--as-written",
        action=argparse.BooleanOptionalAction,
        default=kept.neutral is False,
        help="do not make the wording about people neutral",
    )
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the model")


def _offline_voices() -> frozenset[str]:
    from pipeline.speech import default_chain

    return frozenset(voice.name for voice in default_chain(allow_online=False).choose("offline"))
