"""Looks for broken descriptions in every language, form and wording; there must be none.

    python -m tests.bench.detail --photos data/flickr8k/photos
    python -m tests.bench.detail --photos data/flickr8k/photos --limit 500
    python -m tests.bench.detail --photos data/flickr8k/photos --language en --form auto

Broken is one that repeats a pair of words, ends in a function word, holds a token that is no word,
or says nothing. All 8,091 photos take ten minutes a language and form.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle, Form, describe_in_style
from pipeline.captioning.neutral import neutral
from pipeline.image import read_rgb
from tests.captioning.faults import faults

ASSETS = Path(__file__).parents[2] / "assets"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--limit", type=int, help="so many photos, evenly spread")
    parser.add_argument("--language", help="only this one")
    parser.add_argument("--form", type=Form, choices=list(Form), help="only this one")
    chosen = parser.parse_args()
    captioner = Captioner.load(chosen.assets)
    paths = sorted(chosen.photos.glob("*.jpg"))
    if chosen.limit:
        paths = paths[:: max(1, len(paths) // chosen.limit)][: chosen.limit]
    languages = [chosen.language] if chosen.language else captioner.languages
    broken: Counter[str] = Counter()
    lengths: dict[str, list[int]] = {}
    for path in tqdm(paths, unit=" photos"):
        encoded = captioner.encode(read_rgb(path.read_bytes()))
        for language in languages:
            for form in [chosen.form] if chosen.form else Form:
                written = describe_in_style(
                    captioner, encoded, DescriptionStyle(form, neutral=False), language
                )
                for wording, caption in (("as written", written), ("neutral", neutral(written))):
                    name = f"{language} {form} {wording}"
                    lengths.setdefault(name, []).append(len(caption.words))
                    for fault in faults(caption):
                        broken[name] += 1
                        tqdm.write(f"{path.name}: {name} {fault}: {caption.text}")
    for name, words in lengths.items():
        mean = sum(words) / len(words)
        print(f"{name}: {broken[name]} broken of {len(words)}, {mean:.1f} words")
    return int(broken.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
