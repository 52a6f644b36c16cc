"""The command line: describes photos and folders of photos, aloud into a file if wished.

python -m pipeline photo.jpg --speak out.wav
python -m pipeline holiday/ kitchen.png
python -m pipeline photo.jpg --language fr --read
python -m pipeline --doctor
python -m pipeline describe archive/ --recursive --out alt.csv
"""

from __future__ import annotations

import signal
import sys
import warnings

from pipeline.command_line import DOCTOR, INTERRUPTED


def run() -> int:
    """Runs the command; Ctrl-C ends it at any time, even while it is being loaded."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Pillow's remarks on files are for programmers
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


if __name__ == "__main__":
    sys.exit(run())
