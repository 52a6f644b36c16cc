"""Chooses beam size and length penalty on the dev photos, through the app's own search.

python -m training.tune --data data/flickr8k --assets assets
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.image import read_rgb
from training.data.prepared import load
from training.scoring.metrics import score

BEAMS = (1, 3, 5, 8)
PENALTIES = (0.5, 0.7, 1.0, 1.3)


def main(arguments: list[str] | None = None) -> int:
    """The command line: a table of BLEU-4 and CIDEr."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=Path("data/flickr8k"))
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    chosen = parser.parse_args(arguments)
    captioner = Captioner.load(chosen.assets)
    contract = captioner.contract
    photos = load(chosen.data)["dev"]
    encoded = [captioner.encode(read_rgb(photo.path.read_bytes())) for photo in tqdm(photos)]
    references = {photo.name: photo.captions for photo in photos}
    print("beam  penalty  BLEU-4  CIDEr")
    for beam in BEAMS:
        for penalty in PENALTIES if beam > 1 else PENALTIES[:1]:
            captioner.contract = dataclasses.replace(contract, length_penalty=penalty)
            said = {
                photo.name: captioner.captions(one, beam_size=beam)[0].words
                for photo, one in zip(photos, encoded, strict=True)
            }
            found = score(said, references)
            print(f"{beam:4}  {penalty:7}  {found.bleu4:6.1f}  {found.cider:5.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
