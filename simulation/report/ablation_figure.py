"""An ablation's figure: distances with intervals, a line for each series, the human bound as a band."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from .cells import Cell
from .figures import COLOURS, HUMAN, STYLE, as_svg

_LABELS = {
    "wasserstein": "mean Wasserstein distance ({scale} scale; lower is better)",
    "frobenius": "Frobenius norm of correlation differences (no unit; lower is better)",
}
Drawn = Mapping[str, Mapping[str, Sequence[Cell]]]
# From this ratio of the largest place to the smallest, places are drawn by their logarithm.
_WIDE = 4.0


def ablation_figure(
    places: Sequence[tuple[float, str]], what: str, drawn: Drawn, measured: Sequence[Mapping[str, Any]]
) -> str:
    """WD and Fro. side by side against what the pools differ in, as SVG.

    Args:
        places: Where each pool stands on the axis, and what is written there.
        what: The axis' label.
        drawn: By metric and series, a cell for each pool.
        measured: The conditions' metrics, for n and the human bound.
    """
    with plt.rc_context(STYLE):
        figure, row = plt.subplots(1, len(drawn), figsize=(3.6 * len(drawn), 3.2), layout="constrained")
        for axes, (metric, series) in zip(row, drawn.items(), strict=True):
            _bound(axes, measured[0]["human_bound"], metric)
            for k, (name, cells) in enumerate(series.items()):
                _line(axes, _shifted(places, k, len(series)), cells, name, COLOURS[k % len(COLOURS)])
            _ticks(axes, places)
            axes.set_xlabel(textwrap.fill(f"{what}; {_respondents(measured)}", 46))
            axes.set_ylabel(textwrap.fill(_LABELS[metric].format(scale=measured[0]["wasserstein"]["scale"]), 36))
            axes.set_ylim(bottom=0)
            axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
        handles, labels = row[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=min(4, len(labels)), frameon=False)
        return as_svg(figure)


def _bound(axes: Axes, bound: Mapping[str, Any], metric: str) -> None:
    if bound[metric] is None:
        return
    axes.axhline(
        bound[metric], color=HUMAN, linewidth=0.9, linestyle="--", label=f"human bound ({bound['splits']} half-splits)"
    )
    if bound.get(f"{metric}_range"):
        axes.axhspan(*bound[f"{metric}_range"], color=HUMAN, alpha=0.12, linewidth=0)


def _line(axes: Axes, xs: Sequence[float], cells: Sequence[Cell], name: str, colour: str) -> None:
    known = sorted((x, c.value, c.ci) for x, c in zip(xs, cells, strict=True) if c.value is not None)
    axes.plot([x for x, _, _ in known], [y for _, y, _ in known], "o-", color=colour, markersize=4, label=name)
    for x, _, ci in known:
        if ci:
            axes.plot([x, x], ci, "-", color=colour, linewidth=1.4)


def _is_wide(places: Sequence[tuple[float, str]]) -> bool:
    low, high = min(x for x, _ in places), max(x for x, _ in places)
    return low > 0 and high / low >= _WIDE


def _shifted(places: Sequence[tuple[float, str]], k: int, series: int) -> list[float]:
    """The places of one series, a little beside those of the others, so that intervals do not hide each other."""
    step = k - (series - 1) / 2
    xs = [x for x, _ in places]
    if _is_wide(places):
        return [x * (max(xs) / min(xs)) ** (0.012 * step) for x in xs]
    return [x + 0.012 * step * (max(xs) - min(xs) or 1.0) for x in xs]


def _ticks(axes: Axes, places: Sequence[tuple[float, str]]) -> None:
    if _is_wide(places):
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks([x for x, _ in places], [textwrap.fill(label, 16) for _, label in places])
    axes.margins(x=0.12)


def _respondents(measured: Sequence[Mapping[str, Any]]) -> str:
    counts = [m["n"]["simulated"] for m in measured]
    n = f"{min(counts):,}" + (f" to {max(counts):,}" if min(counts) < max(counts) else "")
    return f"n = {n} simulated, {measured[0]['n']['human']:,} human respondents a point"
