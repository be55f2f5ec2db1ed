"""The figure of how answers come together from poll to poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from .figures import COLOURS, as_svg, styled

LABELS = (
    ("variance", "variance within groups (squared points)"),
    ("changed", "members who changed their answer (share)"),
)


def rounds_figure(panels: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Spread and change by poll with 95 % intervals, a line for each item and condition, as an SVG text."""
    with styled():
        figure, row = plt.subplots(1, len(LABELS), figsize=(8.6, 2.9), layout="constrained")
        for axes, (key, label) in zip(row, LABELS, strict=True):
            for k, (name, rounds) in enumerate(panels.items()):
                drawn = [r for r in rounds if key in r and r[key]["value"] is not None]
                colour, shift = COLOURS[k % len(COLOURS)], 0.05 * (k - (len(panels) - 1) / 2)
                places = [r["round"] + shift for r in drawn]
                most = max((r["panels"] for r in drawn), default=0)
                axes.plot(
                    places, [r[key]["value"] for r in drawn], "o-", color=colour, label=f"{name}, n = {most:,} groups"
                )
                for x, r in zip(places, drawn, strict=True):
                    if r[key]["ci"]:
                        axes.plot([x, x], r[key]["ci"], "-", color=colour, linewidth=1.0)
            axes.set_xlabel("poll")
            axes.set_ylabel(label)
            axes.set_xticks(sorted({r["round"] for rounds in panels.values() for r in rounds}))
        row[0].legend(frameon=False, fontsize=7)
        return as_svg(figure)
