"""Human against simulated effects, a panel for each contrast, a point with two intervals for each item."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from .figures import COLOURS, HUMAN, STYLE, as_svg

Contrast = Mapping[str, Any]
_ACROSS = 3


def effects_figure(by_contrast: Mapping[str, Sequence[Contrast]]) -> str:
    """The effects of one condition, as SVG.

    Args:
        by_contrast: By the panel's title, its items with `human` and `simulated`, each `value`, `ci`, `significant`, `n`.
    """
    across = min(_ACROSS, len(by_contrast))
    down = -(-len(by_contrast) // across)
    ends = _ends([c for held in by_contrast.values() for c in held])
    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(
            down, across, figsize=(2.6 * across + 0.4, 2.9 * down + 0.3), squeeze=False, layout="constrained"
        )
        panels = list(grid.flat)
        for axes, (title, held) in zip(panels, by_contrast.items(), strict=False):
            _panel(axes, title, held, ends)
        for axes in panels[len(by_contrast) :]:
            axes.set_visible(False)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
        return as_svg(figure)


def _ends(contrasts: Sequence[Contrast]) -> tuple[float, float]:
    """The ends of both axes: room for every value; intervals that are much longer are cut off."""
    values = [v for c in contrasts for side in ("human", "simulated") if (v := c[side].get("value")) is not None]
    ends = [e for c in contrasts for side in ("human", "simulated") for e in (c[side].get("ci") or [])]
    most = max(map(abs, values), default=0.1) or 0.1
    reach = min(max([most, *map(abs, ends)]), 2 * most) * 1.08
    return -reach, reach


def _panel(axes: Axes, title: str, held: Sequence[Contrast], ends: tuple[float, float]) -> None:
    shown = [c for c in held if c["human"].get("value") is not None and c["simulated"].get("value") is not None]
    axes.plot(ends, ends, "--", color="#888888", linewidth=0.8, label="equal")
    axes.axhline(0, color="#d5d5d5", linewidth=0.6, zorder=0)
    axes.axvline(0, color="#d5d5d5", linewidth=0.6, zorder=0)
    for c in shown:
        human, simulated = c["human"], c["simulated"]
        if human.get("ci"):
            axes.plot(human["ci"], [simulated["value"]] * 2, "-", color=HUMAN, alpha=0.35, linewidth=0.9)
        if simulated.get("ci"):
            axes.plot([human["value"]] * 2, simulated["ci"], "-", color=COLOURS[0], alpha=0.45, linewidth=0.9)
    for significant, face, label in (
        (True, COLOURS[0], "significant among humans"),
        (False, "white", "not significant"),
    ):
        points = [c for c in shown if bool(c["human"].get("significant")) is significant]
        axes.plot(
            [c["human"]["value"] for c in points], [c["simulated"]["value"] for c in points], "o", markersize=4,
            markerfacecolor=face, markeredgecolor=COLOURS[0], label=label,
        )  # fmt: skip
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    axes.set_title(textwrap.fill(title, 34) + f"\nn = {len(shown)} items", fontsize=7.5)
    axes.set_xlabel(f"human effect (Cohen's d)\n{_respondents(shown, 'human')}")
    axes.set_ylabel(f"simulated effect (Cohen's d)\n{_respondents(shown, 'simulated')}")


def _respondents(contrasts: Sequence[Contrast], side: str) -> str:
    counts = [_total(c[side].get("n")) for c in contrasts]
    known = [n for n in counts if n is not None]
    if not known:
        return "n not reported"
    return f"n = {min(known):,}" + (f"–{max(known):,}" if min(known) < max(known) else "") + " respondents"


def _total(n: Any) -> int | None:
    """Respondents on both sides of a contrast, where they are counted apart."""
    if isinstance(n, Mapping):
        return sum(int(v) for v in n.values() if v is not None)
    return None if n is None else int(n)
