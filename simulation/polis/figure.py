"""The map of opinions, as a figure."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from ..report.figures import COLOURS, STYLE

_MARKS = "osD^vP"


def map_figure(measured: Mapping[str, Any]) -> str:
    """Everybody who was placed, by group, as an SVG text.

    Args:
        measured: What `measure_polis` gives.
    """
    placed = [member for member in measured["members"] if member["group"]]
    with plt.rc_context(STYLE | {"svg.hashsalt": "polis"}):  # the same figure is the same text
        figure, axes = plt.subplots(figsize=(6.4, 4.6), layout="constrained")
        for g, group in enumerate(measured["groups"]):
            mine = [member for member in placed if member["group"] == group["group"]]
            axes.plot(
                [member["x"] for member in mine],
                [member["y"] for member in mine],
                _MARKS[g % len(_MARKS)],
                color=COLOURS[g % len(COLOURS)],
                label=f"group {group['group']} (n = {group['n']:,})",
                markersize=3.5,
                alpha=0.65,
                markeredgewidth=0,
            )
        unit = "of variance; votes × loading, no unit"
        first, second = (f"{share:.0%} {unit}" for share in measured["explained"])
        axes.set_xlabel(f"first direction of disagreement ({first})")
        axes.set_ylabel(f"second direction of disagreement ({second})")
        axes.set_title(f"{len(placed):,} participants, {len(measured['statements']):,} statements", fontsize=9)
        axes.legend(frameon=False)
        axes.set_aspect("equal", adjustable="datalim")
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
        plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]
