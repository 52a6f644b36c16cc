"""What a bench found: named figures with the bars that they are held to, as table and picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes:
        part: of the bench.
        name: what was measured.
        value: the figure.
        unit: "ms", "times", "MB", "photos/s".
        most: at most that; None for no such bar.
        least: at least that; None for no such bar.
    """

    part: str
    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def bar(self) -> str:
        """The bar and whether it is met; empty without one."""
        if self.most is not None:
            return f"{'met' if self.value <= self.most else 'MISSED'}: at most {self.most:g}"
        if self.least is not None:
            return f"{'met' if self.value >= self.least else 'MISSED'}: at least {self.least:g}"
        return ""


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure, under its part."""
    lines, part = list[str](), ""
    for one in figures:
        if one.part != part:
            lines += ["", one.part]
            part = one.part
        digits = 2 if one.unit == "times" else 1
        lines.append(f"  {one.name:44}{one.value:10.{digits}f} {one.unit:9} {one.bar}".rstrip())
    return "\n".join(lines)


def draw(figures: Sequence[Figure], title: str, path: Path) -> None:
    """Bars of all times on a logarithmic axis, and of all ratios with their bars as lines."""
    from matplotlib.figure import Figure as Picture

    times = [one for one in figures if one.unit == "ms"]
    ratios = [one for one in figures if one.unit == "times"]
    rows = max(len(times), len(ratios))
    picture = Picture(figsize=(15, 0.3 * rows + 1.5), layout="constrained")
    for axes, shown, label in zip(
        picture.subplots(1, 2), (times, ratios), ("ms, median", "times"), strict=True
    ):
        axes.barh([f"{one.part}: {one.name}" for one in shown], [one.value for one in shown])
        for row, one in enumerate(shown):
            limit = one.most if one.most is not None else one.least
            if limit is not None:
                axes.plot([limit, limit], [row - 0.4, row + 0.4], color="black")
        axes.set_xscale("log")
        axes.set_xlim(left=0.5)
        axes.invert_yaxis()
        axes.set_xlabel(label)
    picture.suptitle(f"{title} (a black line is a bar)")
    picture.savefig(path)
