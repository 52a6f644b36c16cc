"""Measures pipeline.live.scene_change on films made of photos: false alarms, misses, delays.

    python -m tests.bench.scenes --photos FOLDER [--list NAMES.txt] [--count 50]

Each film is what a webcam of 640 x 480 sees of one photo, or of two, about 5 times a second. The
voice is simulated too: NEW waits for the end of a sentence of `--sentence` seconds, CUT does not.
A film is stale when what is seen at its end is not what was described last.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pipeline.captioning.captioner import Captioner
from pipeline.image import read_rgb, squash
from pipeline.live.scene_change import Change, SceneGate, Thresholds
from tests.live.scene_films import (
    CUT_AT_S,
    OTHER,
    SAME,
    SIDE,
    Looks,
    play,
    watch,
)


def films(
    captioner: Captioner, photos: Path, names: list[str], count: int, saved: Path | None
) -> dict[str, list[Looks]]:
    """Shoots every kind of film of `count` photos, or reads what `saved` holds."""
    if saved and saved.exists():
        with np.load(saved) as arrays:
            return {
                kind: [
                    Looks(*pair) for pair in zip(arrays[kind], arrays[f"{kind} at"], strict=True)
                ]
                for kind in [*SAME, *OTHER]
            }
    chosen = [names[place] for place in np.random.default_rng(0).permutation(len(names))[:count]]
    read = [squash(read_rgb((photos / name).read_bytes()), SIDE) for name in chosen]
    found: dict[str, list[Looks]] = {}
    for kind, (seconds, shoot) in (SAME | OTHER).items():
        rng = np.random.default_rng(list(kind.encode()))  # the same, whatever other kinds there are
        found[kind] = [
            watch(captioner, shoot(one, other, rng), seconds, rng)
            for one, other in zip(read, read[1:] + read[:1], strict=True)
        ]
    if saved:
        arrays = {
            kind: np.stack([looks.features for looks in all_]) for kind, all_ in found.items()
        }
        times = {f"{kind} at": np.stack([o.at for o in all_]) for kind, all_ in found.items()}
        np.savez(saved, **arrays, **times)
    return found


def table(found: dict[str, list[Looks]], sentence_s: float) -> None:
    """Prints the figures."""
    print("the same scene    alarmed  per min     distance: half   95 %   99 %    max")
    for kind, (seconds, _) in SAME.items():
        said = [play(looks, SceneGate(), sentence_s) for looks in found[kind]]
        alarms = [len(one.at) for one in said]
        share = 100 * np.mean([count > 0 for count in alarms])
        far = np.percentile([one.farthest for one in said], [50, 95, 99, 100])
        print(
            f"{kind:16}{share:8.1f}%{60 * np.mean(alarms) / seconds:9.2f}{far[0]:19.3f}"
            + "".join(f"{distance:7.3f}" for distance in far[1:])
        )
    print("\nanother scene      missed   stale  said  most    cuts  delay: half   95 %    max")
    for kind in OTHER:
        said = [play(looks, SceneGate(), sentence_s) for looks in found[kind]]
        counts = [len(one.at) for one in said]
        shares = 100 * np.mean(
            [(not one.at, one.last >= Thresholds().enter, Change.CUT in one.kinds) for one in said],
            axis=0,
        )
        delays = [one.at[0] - CUT_AT_S for one in said if one.at] or [np.nan]
        print(
            f"{kind:16}{shares[0]:8.1f}%{shares[1]:7.1f}%{np.mean(counts):6.2f}{max(counts):6}"
            f"{shares[2]:7.1f}%{np.median(delays):12.2f}s"
            + "".join(f"{delay:6.2f}s" for delay in np.percentile(delays, [95, 100]))
        )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of photos")
    parser.add_argument("--list", type=Path, help="file with the names to take, one a line")
    parser.add_argument("--count", type=int, default=50, help="photos to take at random")
    parser.add_argument("--sentence", type=float, default=0.0, help="seconds of a sentence")
    parser.add_argument("--saved", type=Path, help="keeps the features in this .npz between runs")
    options = parser.parse_args()

    if options.list:
        names = options.list.read_text().split()
    else:
        names = sorted(path.name for path in options.photos.iterdir())
    captioner = Captioner.load(Path(__file__).parents[2] / "assets", threads=1)
    found = films(captioner, options.photos, names, options.count, options.saved)
    table(found, options.sentence)


if __name__ == "__main__":
    main()
