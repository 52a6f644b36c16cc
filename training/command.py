"""What the command lines of this folder have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from pipeline.errors import VoisError
from training.errors import DataError, ScoreError


def exit_code(run: Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    """Runs a command; 0, or 2 and a sentence when something needed is missing or broken."""
    try:
        run(options)
    except (DataError, ScoreError, VoisError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0
