"""Reports of `training.calibrate`: calibration errors, manners, non-scenes, reliability curve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from tqdm import tqdm

from pipeline.captioning.captioner import Captioner
from pipeline.captioning.confidence import Confidence, Manner
from pipeline.captioning.confidence_features import Floats
from pipeline.photo_quality import assess
from training.calibration.fits import BINS, bin_by_probability, calibration_error
from training.calibration.nonscenes import MEASURED_SEED, draw

PICTURE_FILE = "reliability.png"


@dataclass(frozen=True)
class Judged:
    """Descriptions with their predicted probabilities and labels.

    Attributes:
        name: of the set of photos.
        chances: (N,) float64, the predicted probability of being right.
        right: (N,) bool, whether each description is right.
        manners: how each is worded; None where the manner was not decided.
        named: of the words named alone, how many are right, and how many there are.
    """

    name: str
    chances: Floats
    right: NDArray[np.bool_]
    manners: tuple[Manner, ...] | None
    named: tuple[int, int] = (0, 0)


def report(judged: Sequence[Judged], confidence: Confidence, model: str) -> str:
    """Formats the calibration errors and the shares of each manner as Markdown."""
    lines = [
        "A description is right when its CIDEr is 0.4 or more. Expected calibration error (ECE), "
        f"{BINS} bins; model {model}.",
        "",
        "| photos | right | mean probability | ECE, equal mass | ECE, equal width |",
        "| --- | --- | --- | --- | --- |",
    ]
    for one in judged:
        errors = [
            calibration_error(bin_by_probability(one.chances, one.right, equal_mass=mass))
            for mass in (True, False)
        ]
        lines.append(
            f"| {len(one.right):,} {one.name} | {one.right.mean():.1%} | {one.chances.mean():.1%} "
            f"| {errors[0]:.3f} | {errors[1]:.3f} |"
        )
    lines += [
        "",
        f"Plainly from {confidence.plain_from:.3f}, of photos unlike Flickr8k's from "
        f"{confidence.plain_from_unlike:.3f}, by their likeness; nothing of the whole photo below "
        f"{confidence.unknown_below:.3f} or when it is out of distribution.",
        "",
    ]
    if any(one.manners for one in judged):
        lines += [
            "| photos | plain | of them right | perhaps | of them right | cannot tell "
            "| of them right | words then named, right |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
    for one in judged:
        if one.manners is not None:
            cells = []
            for manner in Manner:
                which = np.array([each is manner for each in one.manners])
                good = f"{one.right[which].mean():.1%}" if which.any() else "-"
                cells += [f"{which.mean():.1%}", good]
            cells.append(f"{one.named[0]} of {one.named[1]}")
            lines.append(f"| {one.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def report_nonscenes(captioner: Captioner, unseen: Mapping[str, Floats], count: int) -> str:
    """Describes drawn non-scenes as the app does, and counts refusals and manners as Markdown.

    Args:
        captioner: with the shipped confidence, which was fitted on the same kinds.
        unseen: by family, the weights `Confidence.ood` fitted without that family.
        count: number of pictures to draw.
    """
    found: dict[str, list[tuple[bool, bool, bool, bool, bool]]] = defaultdict(list)
    confidence = captioner.confidence
    for one in tqdm(draw(count, MEASURED_SEED), "no scenes", total=count, unit=" pictures"):
        encoded = captioner.encode(one.rgb)
        refused = assess(one.rgb) is not None
        caption = captioner.captions(encoded)[0]
        place = confidence.space.place(encoded.features[None])[0]
        weights = unseen.get(one.family, confidence.ood)
        ood = bool(place @ weights[:-1] + weights[-1] > 0)
        # The manner also depends on the probability, which was fitted with this family: what the
        # OOD score misses and the probability catches is not counted as unseen.
        plain, unknown = caption.manner is Manner.PLAIN, caption.manner is Manner.UNKNOWN
        found[one.kind].append((refused, not plain, unknown, ood, bool(caption.sure)))
    rows = {kind: np.array(each) for kind, each in found.items()}
    rows["all"] = np.concatenate(list(rows.values()))
    lines = [
        "",
        f"{count} drawn pictures that are no scenes (seed {MEASURED_SEED}); what guidance refuses "
        "is not described. Unseen: the whole family was left out of the learning.",
        "",
        "| kind | pictures | refused by guidance | not plain | cannot tell or refused "
        "| unseen: cannot tell or refused | words named |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind, each in rows.items():
        refused, careful, unknown, ood, named = each.T
        shares = (refused, refused | careful, refused | unknown, refused | ood)
        cells = " | ".join(f"{share.mean():.1%}" for share in shares)
        lines.append(f"| {kind} | {len(each)} | {cells} | {(named & ~refused).sum()} |")
    return "\n".join(lines) + "\n"


def draw_reliability(judged: Sequence[Judged], path: Path) -> None:
    """Draws the share of right descriptions over the predicted probability (a PNG file)."""
    figure = Figure(figsize=(8, 4.5), dpi=110)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", label="as it should be")
    for one, mark in zip(judged, "os^", strict=False):
        bins = bin_by_probability(one.chances, one.right, equal_mass=True)
        spread = [1.96 * np.sqrt(each.right * (1 - each.right) / each.count) for each in bins]
        label = f"{one.name} (ECE {calibration_error(bins):.3f})"
        predicted, right = [each.predicted for each in bins], [each.right for each in bins]
        axes.errorbar(predicted, right, yerr=spread, marker=mark, capsize=3, label=label)
    axes.set(
        xlabel="probability that Vois gives its description",
        ylabel="share that is right (CIDEr 0.4 or more)",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    axes.legend(loc="upper left")
    figure.tight_layout()
    canvas.print_png(path, metadata={"Software": None})  # type: ignore[no-untyped-call]
