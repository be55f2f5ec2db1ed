"""The page of `minipublic evaluate polis`, and what the command line says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment

from ...personas.visible import visible
from ..folder import write_text
from ..report.numbers import number, with_interval
from ..report.templates import environment

Measured = Mapping[str, Any]
_HERE = Path(__file__).parent
SHOWN = 10
LEVEL = 0.05


def write_page(path: Path, measured: Measured, name: str) -> None:
    """Writes the page of one conversation.

    Args:
        path: Where.
        measured: What `measure_polis` gives.
        name: What the conversation is called.
    """
    from .figure import map_figure

    css = (_HERE.parent / "report" / "page.css").read_text(encoding="utf-8")
    page = (
        _environment()
        .get_template("page.html")
        .render(
            css=css,
            title=name,
            found=measured,
            figure=map_figure(measured),
            verdicts=verdicts(measured),
            names=[group["group"] for group in measured["groups"]],
            consensus=consensus_rows(measured),
            dividing=dividing_rows(measured),
            texts={s["statement"]: s["text"] or s["statement"] for s in measured["statements"]},
        )
    )
    write_text(path, page)


def consensus_rows(measured: Measured, most: int = SHOWN) -> list[tuple[str, Mapping[str, Any]]]:
    """The statements with the most group-aware consensus, with the side it is on, the highest first."""
    rows = [(side, s) for s in measured["statements"] for side in ("agree", "disagree")]
    return sorted(rows, key=lambda row: -row[1]["group_aware_consensus"][row[0]]["value"])[:most]


def dividing_rows(measured: Measured, most: int = SHOWN) -> list[Mapping[str, Any]]:
    """The statements on which groups differ most."""
    divided = [s for s in measured["statements"] if s["difference"]["value"] is not None]
    return sorted(divided, key=lambda s: -s["difference"]["value"])[:most]


def verdicts(measured: Measured) -> list[str]:
    """Whether there are groups, and how firm they are, in sentences."""
    if measured["k"] == 1:
        return ["Everybody who voted enough stands at the same point: there are no groups to tell apart."]
    return [_apart(measured), _firm(measured)]


def _apart(measured: Measured) -> str:
    without, silhouette = measured["continuum"], measured["silhouette"]
    start = f"Mean silhouette of {measured['k']} groups: {with_interval(silhouette)}."
    if without["p"] is None:
        return f"{start} Without resamples it is not known what people who differ by degree only would give."
    chance = f"people on one continuum would give {with_interval(without['silhouette'])} (p = {number(without['p'])})"
    if without["p"] > LEVEL:
        return (
            f"{start} But {chance}: by this measure the votes are no evidence of separate groups. The groups below may be one "
            "spread of opinions, cut into parts."
        )
    return f"{start} {chance[0].upper()}{chance[1:]}: these people stand more apart than degrees of opinion explain."


def _firm(measured: Measured) -> str:
    stability = measured["stability"]
    if stability["value"] is None or stability["ci"] is None:
        return f"How firm the groups are is not known: {stability['reason']}."
    low, high = stability["ci"]
    said = (
        "Grouped again from resampled participants, the groups agree with these by an adjusted Rand index of "
        f"{number(stability['value'])} on average (95 % of resamples: {number(low)} to {number(high)}; 1 is the same, "
        "0 is chance)."
    )
    chosen = measured["k_of_resamples"]
    if not chosen:
        return said
    shares = ", ".join(f"{share:.0%} {k}" for k, share in sorted(chosen.items()))
    return f"{said} Groups that resamples choose: {shares}."


def spoken_lines(measured: Measured) -> list[str]:
    """What the command line says of it."""
    lines = [
        f"{measured['participants']:,} participants, {measured['left_out']:,} left out with fewer than "
        f"{measured['min_votes']} votes; {len(measured['statements']):,} statements"
    ]
    for group in measured["groups"]:
        lines.append(f"group {group['group']}: n = {group['n']:,}; share {with_interval(group['share'])}")
    lines += verdicts(measured)
    published = measured["published_groups"]
    if published:
        lines.append(
            f"agreement with the {published['k']} groups of the table (n = {published['n']:,}): adjusted Rand index "
            f"{with_interval(published['adjusted_rand'])}, share in the same group {with_interval(published['matched_share'])}"
        )
    for side, statement in consensus_rows(measured, 3):
        text = visible(statement["text"] or statement["statement"]).replace("\n", " ")
        found = with_interval(statement["group_aware_consensus"][side])
        lines.append(f"consensus, {side}: {found}: {text[:100]}")
    return lines


def _environment() -> Environment:
    made = environment(_HERE)
    made.filters |= {"visible": visible, "interval": with_interval}
    return made
