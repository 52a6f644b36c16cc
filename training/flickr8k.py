"""Flickr8k as training reads it: five captions a photo, the standard split, photos of 224x224.

Where `captions.fr.tsv` lies beside the captions, each photo's French one is taken too.

    python -m training.flickr8k prepare --source DIR --out data/flickr8k
    python -m training.flickr8k verify --out data/flickr8k

The photos and captions are for non-commercial research and education; they are never committed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.data.flickr8k_sources import read_source, tell_sizes, tell_some
from training.data.prepared import prepare, verify
from training.errors import DataError


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code, 2 for data that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m training.flickr8k", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    preparing = commands.add_parser("prepare", help="check Flickr8k and write what training reads")
    preparing.add_argument("--source", type=Path, required=True, help="Flickr8k as you have it")
    preparing.add_argument("--out", type=Path, required=True, help="the folder to write")
    preparing.add_argument("--splits", type=Path, help="where the three split lists lie")
    preparing.add_argument("--any-size", action="store_true", help="accept non-standard splits")
    verifying = commands.add_parser("verify", help="check what prepare wrote")
    verifying.add_argument("--out", type=Path, required=True, help="the prepared folder")
    options = parser.parse_args(arguments)
    try:
        if options.command == "verify":
            print(f"All is well in {options.out}: {tell_sizes(verify(options.out))}.")
            return 0
        source = read_source(options.source, options.splits, options.any_size)
        if source.stray:
            print(f"Ignored captions without a photo: {tell_some(source.stray)}.")
        prepare(source, options.out)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    sizes = {split: len(names) for split, names in source.splits.items()}
    print(f"Prepared {options.out}: {tell_sizes(sizes)}; {source.unused} in no split are left out.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
