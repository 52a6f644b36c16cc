"""The command line: describes photos and folders of photos, aloud into a file if wished.

python -m pipeline photo.jpg --speak out.wav
python -m pipeline holiday/ kitchen.png
python -m pipeline photo.jpg --language fr --read
python -m pipeline --doctor
python -m pipeline describe archive/ --recursive --out alt.csv
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings

from pipeline.command_line import DOCTOR, INTERRUPTED, REFUSED

_ERRORS = 2  # the number of the standard errors, for every library of a process


def run() -> int:
    """Runs the command; Ctrl-C ends it at any time, even while it is being loaded."""
    _hold_standard_streams()
    if not sys.warnoptions:
        _silence_libraries()
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if DOCTOR in sys.argv[1:]:
            from pipeline.command_line.doctor import main as report

            return report()
        if sys.argv[1:2] == ["describe"]:
            from pipeline.batch.describe_command import main as describe_archive

            return describe_archive(sys.argv[2:])
        from pipeline.command_line.program import main

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ImportError, MemoryError) as error:
        return _not_loaded(error)
    finally:
        _write_out()


def _not_loaded(error: Exception) -> int:
    """Says that a package is missing, damaged, or finds no room in the memory."""
    from pipeline.errors import CommandError, ErrorCode
    from pipeline.phrases import phrases

    say = phrases(os.environ.get("LANG", "")[:2])  # what was chosen on the page cannot be read
    what = getattr(error, "name", None) or "Python"
    sentence = say.error_sentence(CommandError(ErrorCode.PROGRAM_NOT_LOADED, what=what))
    print(sentence, file=sys.stderr)  # noqa: T201 - the console may be what is not there
    return REFUSED


def _write_out() -> None:
    """Writes what is left of the output, as of `--help`: there may be nobody who reads it."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # Python writes it once more when it ends
        os.close(nowhere)


def _silence_libraries() -> None:
    """Their remarks on files are for programmers: a person gets what matters as a sentence.

    `python -X dev -m pipeline` shows them all.
    """
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())  # without one Python prints warnings
    ours = sys.__stderr__
    if ours is not None and sys.stderr is ours:
        sys.stderr = open(os.dup(_ERRORS), "w", encoding=ours.encoding, errors=ours.errors)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _ERRORS)  # libtiff, libjpeg and their like write there themselves
    os.close(nowhere)


def _hold_standard_streams() -> None:
    """Opens those that are closed: the next file would get their place, and what libraries print.

    A sound that is being written would be full of it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # Python has left them out; nobody sees what these write.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run())
