"""Looks for broken English and French over photos; there must be none, and no foreign word.

    python -m tests.bench.translation --photos data/everyday/photos data/flickr8k/photos
    python -m tests.bench.translation --photos data/everyday/photos --limit 100

Each photo is described in English, as generated and in neutral wording, and both are translated.
English is checked by tests/captioning/check_english.py, French by check_french.py, and French words
by pyspellchecker's list and training/translation/loans.tsv. The last lines tell how much longer
French takes, as a ratio of the same run. 8,600 photos take 20 minutes on a thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.detail import DescriptionStyle, describe_in_style
from pipeline.image import read_rgb
from pipeline.languages import ENGLISH, FRENCH
from tests.captioning.check_english import english_faults
from tests.captioning.check_french import french_faults
from training.translation.corpus import is_french

ASSETS = Path(__file__).parents[2] / "assets"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photos")
    parser.add_argument("--assets", type=Path, default=ASSETS)
    parser.add_argument("--limit", type=int, help="so many photos of each folder, evenly spread")
    chosen = parser.parse_args()
    captioner = Captioner.load(chosen.assets, threads=1)
    found: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for folder in chosen.photos:
        paths = sorted(folder.glob("*.jpg"))
        if chosen.limit:
            paths = paths[:: max(1, len(paths) // chosen.limit)][: chosen.limit]
        for path in tqdm(paths, folder.name, unit=" photos"):
            encoded = captioner.encode(read_rgb(path.read_bytes()))
            for style in (DescriptionStyle(neutral=False), DescriptionStyle(neutral=True)):
                said = {}
                for language in (ENGLISH, FRENCH):
                    started = time.perf_counter()
                    said[language] = describe_in_style(captioner, encoded, style, language)
                    seconds[language] += time.perf_counter() - started
                faults = {
                    "English": english_faults(said[ENGLISH].words),
                    "French": french_faults(said[FRENCH].words),
                    "foreign": [word for word in said[FRENCH].words if not is_french(word)],
                }
                found["captions"] += 1
                for name, each in faults.items():
                    found[name] += bool(each)
                    if each:
                        tqdm.write(
                            f"{path.name}: {name} {each}: {said[ENGLISH].text} {said[FRENCH].text}"
                        )
    count = found["captions"]
    for name in ("English", "French", "foreign"):
        print(f"{name}: {found[name]} of {count} captions")
    extra_ms = (seconds[FRENCH] - seconds[ENGLISH]) / count * 1000
    ratio = seconds[FRENCH] / seconds[ENGLISH]
    print(f"French takes {ratio:.2f} times English's time for the words, {extra_ms:.0f} ms more")
    return int(found["English"] + found["French"] + found["foreign"] > 0)


if __name__ == "__main__":
    sys.exit(main())
