"""The table (CSV) of a training run's epochs and its curves as a picture."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

COLUMNS = (
    "stage",
    "epoch",
    "seconds",
    "loss",
    "reward",
    "dev_cider",
    "dev_scores",
    "learning_rate",
)


def append_row(path: Path, row: dict[str, float | str]) -> None:
    """Appends an epoch to the run's table (CSV); writes the header when the file is new."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)


def draw_curves(table: Path, picture: Path) -> None:
    """Draws loss and dev CIDEr over the epochs of all stages; dotted lines separate the stages."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    epochs = range(1, len(rows) + 1)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    left.plot(epochs, [float(row["loss"]) for row in rows], marker="o")
    left.set(title="Training loss", xlabel="epoch")
    right.plot(epochs, [float(row["dev_cider"]) for row in rows], marker="o")
    right.set(title="CIDEr on the dev photos (x100, beam 3)", xlabel="epoch")
    for place, (before, row) in enumerate(pairwise(rows), start=1):
        if row["stage"] != before["stage"]:
            for axes in (left, right):
                axes.axvline(place + 0.5, linestyle=":", color="grey")
    figure.tight_layout()
    figure.savefig(picture, dpi=120)
    plt.close(figure)
