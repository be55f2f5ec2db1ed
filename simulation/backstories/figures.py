"""The figures of a pool's page as SVG texts: axis labels, units and n on every one."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt

from ..report.figures import COLOURS, HUMAN, as_svg, styled


def lengths_figure(lengths: Mapping[str, Any], mean: Mapping[str, Any]) -> str:
    """How long the stories are: a histogram, with the mean and its interval.

    Args:
        lengths: With `histogram`, which has `counts` and `edges`.
        mean: `{value, ci, n}`, in words.
    """
    drawn = lengths["histogram"]
    edges = drawn["edges"]
    widths = [b - a for a, b in itertools.pairwise(edges)]
    with styled():
        figure, axes = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
        axes.bar(edges[:-1], drawn["counts"], widths, align="edge", color=COLOURS[0], edgecolor="white", linewidth=0.5)
        axes.axvline(mean["value"], color=HUMAN, linewidth=1, label="mean, with its 95 % interval")
        if mean["ci"]:
            axes.axvspan(*mean["ci"], color=HUMAN, alpha=0.2)
        axes.set_xlabel(f"length of a story (words; n = {mean['n']:,} stories)")
        axes.set_ylabel("stories (count)")
        axes.legend(frameon=False)
        return as_svg(figure)


def turns_figure(series: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Measures question by question, a panel each, with their 95 % intervals.

    Args:
        series: Axis label to a row per question, each `{turn, value, ci, n}`.
    """
    with styled():
        figure, row = plt.subplots(
            1, len(series), figsize=(3.2 * len(series) + 0.6, 2.6), squeeze=False, layout="constrained"
        )
        for axes, (label, rows) in zip(row[0], series.items(), strict=True):
            for one in rows:
                if one["value"] is None:
                    continue
                axes.plot(one["turn"], one["value"], "o", color=COLOURS[0], markersize=4)
                if one["ci"]:
                    axes.plot([one["turn"]] * 2, one["ci"], "-", color=COLOURS[0], linewidth=1.5)
            axes.set_xticks([one["turn"] for one in rows])
            axes.set_ylim(bottom=0)
            least, most = (f"{pick(one['n'] for one in rows):,}" for pick in (min, max))
            axes.set_xlabel(f"question (n = {least if least == most else f'{least} to {most}'} answers each)")
            axes.set_ylabel(textwrap.fill(label, 30))
            axes.grid(axis="y", color="#e5e5e5", linewidth=0.6)
        return as_svg(figure)


def traits_figure(traits: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """The expected share of every label, trait by trait, with 95 % intervals."""
    rows = [(trait, label, one) for trait, labels in traits.items() for label, one in labels.items()]
    with styled():
        figure, axes = plt.subplots(figsize=(6.4, 0.22 * len(rows) + 0.9), layout="constrained")
        names = list(traits)
        for y, (trait, _, one) in enumerate(rows):
            colour = COLOURS[names.index(trait) % len(COLOURS)]
            axes.barh(y, 100 * one["value"], 0.7, color=colour)
            if one["ci"]:
                axes.plot([100 * end for end in one["ci"]], [y, y], "-", color="#222222", linewidth=0.8)
        axes.set_yticks(range(len(rows)), [textwrap.shorten(f"{trait}: {label}", 60) for trait, label, _ in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        n = max(one["n"] for *_, one in rows)
        axes.set_xlabel(f"expected share of the stories (%; n = {n:,})")
        axes.set_ylabel("trait and label")
        return as_svg(figure)
