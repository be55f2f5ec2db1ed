"""The figure that shows mechanisms beside each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from ..report.figures import COLOURS, as_svg, draw_interval, styled

PANELS = (
    ("mean", "mean payoff (0–1), higher is better"),
    ("minimum", "payoff of the worst-off (0–1), higher is better"),
    ("gini", "Gini of payoffs within groups (0–1), lower is more equal"),
    ("majority", "episodes whose majority endorses (share), higher is better"),
    ("unanimity", "episodes that all endorse (share), higher is better"),
)


def mechanisms_figure(family: Mapping[str, Any]) -> str:
    """Each number of each mechanism with its 95 % interval, a panel for each number, as an SVG text."""
    rows = family["mechanisms"]
    with styled():
        figure, line = plt.subplots(1, len(PANELS), figsize=(11.0, 0.36 * len(rows) + 1.3), sharey=True)
        for axes, (key, label) in zip(line, PANELS, strict=True):
            for y, (name, numbers) in enumerate(rows.items()):
                best = name == family["utilitarian_best"]["mechanism"] and key == "mean"
                draw_interval(axes, y, numbers[key], COLOURS[1 if best else 0])
            axes.set_xlabel(textwrap.fill(label, 26))
            axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
        figure.set_layout_engine("constrained", w_pad=0.1)
        line[0].set_yticks(
            range(len(rows)), [f"{name}\n(n = {row['groups']:,} episodes)" for name, row in rows.items()]
        )
        line[0].set_ylim(len(rows) - 0.4, -0.6)
        line[0].set_ylabel("mechanism")
        return as_svg(figure)
