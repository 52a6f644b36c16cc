"""What the person asks of the command line, checked before any work is begun."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pipeline.captioning.detail import Form
from pipeline.errors import CommandError, ErrorCode
from pipeline.languages import ENGLISH
from pipeline.phrases import LANGUAGES
from pipeline.speech import FASTEST_RATE, ONLINE_NAMES, SLOWEST_RATE, VoiceChain

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def arguments_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line; what argparse itself refuses ends the program with its words."""
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Describes photos.")
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO_OR_FOLDER")
    parser.add_argument("--speak", type=Path, metavar="OUT.wav", help="write all of it as sound")
    parser.add_argument("--rate", type=float, default=1.0, help="of the voice, 0.5 to 2")
    parser.add_argument("--online", action="store_true", help="send the text to Google's voice")
    parser.add_argument("--voice", default="", help="one voice by name, such as espeak")
    parser.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH, help="of all that is said"
    )
    parser.add_argument("--read", action="store_true", help="what is written in the photos, too")
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


def check_rate(rate: float) -> None:
    """Refuses a pace that no voice speaks, such as nan.

    Raises:
        CommandError: it is none of the voices'.
    """
    if not SLOWEST_RATE <= rate <= FASTEST_RATE:
        raise CommandError(
            ErrorCode.RATE_OUT_OF_RANGE, slowest=f"{SLOWEST_RATE:g}", fastest=f"{FASTEST_RATE:g}"
        )


def mode_of(voices: VoiceChain, name: str, online: bool) -> str:
    """The mode of `VoiceChain.speak`.

    Args:
        voices: the voices of this machine, with the online ones if they are allowed.
        name: the voice that was asked for; empty for none.
        online: whether texts may be sent away.

    Raises:
        CommandError: there is no voice of this name.
    """
    if not name:
        return "best" if online else "offline"
    names = [voice.name for voice in voices.choose("best")]
    known = {*names, *(ONLINE_NAMES if online else ())}
    if name not in known:
        raise CommandError(ErrorCode.VOICE_UNKNOWN, name=name, names=", ".join(names))
    return name
