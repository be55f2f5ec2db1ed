"""The report's figures as SVG texts: axis labels, units and n on every one."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

HUMAN = "#4a4a4a"
COLOURS = (
    "#1b6ca8", "#d1742c", "#3a8f5c", "#8a4fa3", "#b8323f", "#6b7a1f",
    "#5fb0d9", "#e8ab6f", "#8fcfa6", "#c3a0d4", "#e88b93", "#b9c76a",
)  # fmt: skip
# A label of the data may hold a dollar sign, which is no formula.
STYLE: Any = {
    "font.size": 8,
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,
}


def metric_figure(rows: Sequence[Mapping[str, Any]], title: str, unit: str) -> str:
    """Values with intervals, a row each, the human bound as a band.

    Args:
        rows: `name`, `value`, `ci` (or None), `kind` (`condition`, `reference` or `bound`) and `n`.
        title: What is measured.
        unit: Its unit and direction.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 0.34 * len(rows) + 1.0), layout="constrained")
        for y, row in enumerate(reversed(rows)):
            if row["value"] is None:
                axes.text(0, y, "undefined", va="center", color="grey")
                continue
            colour = {"condition": COLOURS[0], "reference": "#999999", "bound": HUMAN}[row["kind"]]
            axes.plot(row["value"], y, "o", color=colour, markersize=5)
            if row["ci"]:
                axes.plot(row["ci"], [y, y], "-", color=colour, linewidth=1.5)
        axes.set_yticks(range(len(rows)), [f"{r['name']} (n = {r['n']:,})" for r in reversed(rows)])
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.set_xlabel(textwrap.fill(f"{title} ({unit})", 42))
        axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
        return as_svg(figure)


def distribution_figure(labels: Sequence[str], panels: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """One item's answers: a panel for each group, bars for humans and for each condition.

    Args:
        labels: The answers' texts, in codebook order.
        panels: Group to series name (`human` or a condition) to `shares`, `low`, `high` and `n`.
    """
    series = list(dict.fromkeys(name for group in panels.values() for name in group))
    height = 0.55 + len(labels) * (0.13 * len(series) + 0.12)
    with plt.rc_context(STYLE):
        figure, row = plt.subplots(
            1, len(panels), figsize=(2.2 + 2.0 * len(panels), height + 0.35), sharey=True, squeeze=False,
            layout="constrained",
        )  # fmt: skip
        for axes, (group, drawn) in zip(row[0], panels.items(), strict=True):
            _bars(axes, len(labels), series, drawn)
            axes.set_title(f"{group}\n" + textwrap.fill(f"n: {_counts(drawn)}", 30), fontsize=7)
            axes.set_xlabel("share of answers (%)")
        wrapped = [textwrap.fill(label, 26) for label in labels]
        row[0][0].set_yticks(range(len(labels)), wrapped)
        row[0][0].invert_yaxis()
        row[0][0].set_ylabel("answer")
        return as_svg(figure)


def _counts(drawn: Mapping[str, Mapping[str, Any]], most: int = 7) -> str:
    """How many answered, by series; beyond `most` series only from how few to how many."""
    if len(drawn) <= most:
        return ", ".join(f"{name} {part['n']:,}" for name, part in drawn.items())
    simulated = [part["n"] for name, part in drawn.items() if name != "human"]
    human = f"human {drawn['human']['n']:,}, " if "human" in drawn else ""
    return f"{human}{len(simulated)} conditions {min(simulated):,} to {max(simulated):,} each"


def _bars(axes: Axes, options: int, series: Sequence[str], drawn: Mapping[str, Mapping[str, Any]]) -> None:
    thickness = 0.8 / len(series)
    for k, name in enumerate(series):
        if name not in drawn or drawn[name]["n"] == 0:
            continue
        part = drawn[name]
        shares = [100 * s for s in part["shares"]]
        errors = [
            [max(0.0, s - 100 * low) for s, low in zip(shares, part["low"], strict=True)],
            [max(0.0, 100 * high - s) for s, high in zip(shares, part["high"], strict=True)],
        ]
        places = [y - 0.4 + thickness * (k + 0.5) for y in range(options)]
        axes.barh(places, shares, thickness * 0.92, color=series_colour(name, series), label=name)
        axes.errorbar(shares, places, xerr=errors, fmt="none", ecolor="#222222", elinewidth=0.7)
    axes.set_xlim(0, 100)


def series_colour(name: str, series: Sequence[str]) -> str:
    """The colour of a series, the same in every figure and in the legend."""
    if name == "human":
        return HUMAN
    others = [s for s in series if s != "human"]
    return COLOURS[others.index(name) % len(COLOURS)]


def agreement_figure(series: Mapping[str, Sequence[int]], labels: Sequence[str], n: int) -> str:
    """How often each point of the agreement scale was chosen, for positions, draft and revision."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
        width = 0.8 / max(len(series), 1)
        for k, (name, counts) in enumerate(series.items()):
            places = [x - 0.4 + width * (k + 0.5) for x in range(len(labels))]
            axes.bar(places, counts, width * 0.92, label=f"{name} (n = {sum(counts):,})", color=COLOURS[k])
        axes.set_xticks(range(len(labels)), [textwrap.fill(label, 12) for label in labels], fontsize=7)
        axes.set_ylabel("answers (count)")
        axes.set_xlabel(f"agreement ({n:,} seats)")
        axes.legend(frameon=False)
        return as_svg(figure)


Limits = tuple[float, float]
# An axis label, a line at a value, a measure for each row, and the axis' ends where they are given.
Panel = tuple[str, float | None, Sequence[Mapping[str, Any]], Limits | None]
KIND_COLOURS = {"fine-tuned": COLOURS[0], "vanilla": COLOURS[1], "truth": HUMAN}


def comparison_figure(panels: Sequence[Panel], labels: Sequence[str], kinds: Sequence[str]) -> str:
    """Measures with intervals side by side, the same rows in each panel.

    Args:
        panels: Each with its axis label, the value of a dashed line (or None), `{value, ci}` for every row, and the
            axis' ends (or None).
        labels: Of the rows, with their n.
        kinds: Of the rows, by which they are coloured: a key of `KIND_COLOURS`.
    """
    with plt.rc_context(STYLE):
        height = 0.3 * len(labels) + 1.1
        figure, row = plt.subplots(
            1, len(panels), figsize=(2.4 + 2.4 * len(panels), height), sharey=True, squeeze=False, layout="constrained"
        )
        for axes, (unit, line, measures, limits) in zip(row[0], panels, strict=True):
            for y, (measure, kind) in enumerate(zip(measures, kinds, strict=True)):
                draw_interval(axes, y, measure, KIND_COLOURS[kind])
            if line is not None:
                axes.axvline(line, color="#888888", linewidth=0.8, linestyle="--")
            if limits:
                axes.set_xlim(*limits)
            axes.set_xlabel(textwrap.fill(unit, 34))
            axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
        row[0][0].set_yticks(range(len(labels)), labels)
        row[0][0].set_ylim(len(labels) - 0.4, -0.6)
        row[0][0].set_ylabel("contestant")
        return as_svg(figure)


def draw_interval(axes: Axes, y: int, measure: Mapping[str, Any], colour: str) -> None:
    """A `{value, ci}` as a dot and a line in one row of a figure; a word where there is no value."""
    if measure.get("value") is None:
        axes.text(0.02, y, "none", va="center", color="grey", transform=axes.get_yaxis_transform())
        return
    axes.plot(measure["value"], y, "o", color=colour, markersize=5)
    if measure.get("ci"):
        axes.plot(measure["ci"], [y, y], "-", color=colour, linewidth=1.5)


def as_svg(figure: Figure) -> str:
    """The figure as an SVG element to stand in a page; closes the figure."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]


def styled() -> AbstractContextManager[None]:
    """The look that all figures share, while one is drawn."""
    return plt.rc_context(STYLE)
