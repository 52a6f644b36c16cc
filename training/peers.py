"""Other models that were measured here, kept for the card's tables (`training/scoring/peers.json`).

    python -m training.peers NAME --flickr8k FILE --everyday FILE

takes what `training.evaluate --json` wrote of the split test of each, by any commit: a model of an
older form can only be run by the code of its time. `training.evaluate --peer` keeps one directly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.errors import DataError
from training.scoring.peers import take_peer


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 when a file is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m training.peers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("name", help="what the card calls it")
    parser.add_argument("--flickr8k", type=Path, required=True, help="its scores, as JSON")
    parser.add_argument("--everyday", type=Path, help="likewise, on everyday photos")
    options = parser.parse_args(arguments)
    try:
        take_peer(options.name, options.flickr8k, options.everyday)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
