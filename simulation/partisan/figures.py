"""The figure of the gaps between two parties."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..report.figures import COLOURS, HUMAN
from .published import Published

_STYLE: Any = {"font.size": 8, "svg.fonttype": "none", "axes.spines.top": False, "axes.spines.right": False}
Row = Mapping[str, Any]


def gap_figure(rows: Sequence[Row], parties: Mapping[str, str], unit: str, known: Published | None) -> str:
    """Gaps and effect sizes with intervals, a panel for each party judged, as an SVG text.

    Args:
        rows: `name`, `kind` (`simulated` or `human`) and `measured`, what `measure_partisan` gives.
        parties: Key to plural.
        unit: The gap's unit, for the axis.
        known: The published values: people's as a dashed line, models' as a row of grey dots.
    """
    with plt.rc_context(_STYLE):
        height = 0.3 * (len(rows) + bool(known)) + 1.1
        figure, grid = plt.subplots(
            2, len(parties), figsize=(8.2, 2 * height), sharey=True, squeeze=False, layout="constrained"
        )
        for line, (key, said) in zip(
            grid, (("value", f"gap ({unit})"), ("cohens_d", "Cohen's d (no unit)")), strict=True
        ):
            for axes, (party, label) in zip(line, parties.items(), strict=True):
                _panel(axes, rows, party, key, known)
                axes.set_xlabel(textwrap.fill(f"{label} judged: {said}", 38))
            line[0].set_ylabel("whose answers")
        names = [f"{row['name']} (n = {row['measured']['n']:,})" for row in rows]
        names += [f"published models ({len(known.rows)} rows)"] if known else []
        grid[0][0].set_yticks(range(len(names)), names)
        grid[0][0].set_ylim(len(names) - 0.4, -0.6)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
        plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]


def _panel(axes: Axes, rows: Sequence[Row], party: str, key: str, known: Published | None) -> None:
    interval = {"value": "ci", "cohens_d": "cohens_d_ci"}[key]
    for y, row in enumerate(rows):
        found, colour = row["measured"][party], {"simulated": COLOURS[0], "human": HUMAN}[row["kind"]]
        if found[key] is None:
            axes.text(0.02, y, "undefined", va="center", color="grey", transform=axes.get_yaxis_transform())
            continue
        axes.plot(found[key], y, "o", color=colour, markersize=5)
        if found[interval]:
            axes.plot(found[interval], [y, y], "-", color=colour, linewidth=1.5)
    if known:
        people, field = (known.gap, "gap") if key == "value" else (known.cohens_d, "cohens_d")
        axes.axvline(people[party], color=HUMAN, linewidth=0.9, linestyle="--")
        dots = [getattr(row, field)[party] for row in known.rows]
        axes.plot(dots, [len(rows)] * len(dots), "o", color="#999999", markersize=4, alpha=0.5)
    axes.axvline(0, color="#cccccc", linewidth=0.6)
    axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
